"""Open an incident by hand, lift it, take back a wrong call, or list what is open. A drill stays one from its birth.

  dutydesk incident open --family fire --colour red --officer p0001 371002101
  dutydesk incident open --kind drill --family flood --colour orange --officer p0001 371082101
  dutydesk incident lift ID --officer p0001 --officer p0002      (a red wants two officers)
  dutydesk incident correct ID --why "测试报文误入" --officer p0001 --officer p0002
  dutydesk incident list
"""

from __future__ import annotations

import argparse
import json
import sys

from dutydesk.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    actions = parser.add_subparsers(dest="action", required=True)
    opening = actions.add_parser("open", help="open one, or raise places in the open one")
    opening.add_argument("places", nargs="+", metavar="PLACE", help="place ids; each brings what lies below it")
    opening.add_argument("--family", required=True, help="the hazard family: flood, fire, ...")
    opening.add_argument("--colour", default="red", choices=("blue", "yellow", "orange", "red"))
    opening.add_argument("--kind", default="real", choices=("real", "drill", "test", "roll-call"))
    opening.add_argument("--text", default="", help="what it is, as the messages call it")
    opening.add_argument("--officer", required=True, help="who orders it: a person id")
    lifting = actions.add_parser("lift", help="declare the danger over")
    lifting.add_argument("incident")
    lifting.add_argument("--officer", required=True, action="append",
                         help="who says so; a red wants two: give it twice")
    correcting = actions.add_parser("correct", help="take back a call made by mistake: everybody called hears so")
    correcting.add_argument("incident")
    correcting.add_argument("--why", required=True, help="the reason, sent as it is to everybody called")
    correcting.add_argument("--officer", required=True, action="append",
                            help="who says so; a red wants two: give it twice")
    actions.add_parser("list", help="list the open incidents").add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.orders import order

    if options.action == "open":
        id, warning = order(options.site, "open_incident", {
            "kind": options.kind, "family": options.family, "colour": options.colour, "places": options.places,
            "officer": options.officer, "text": options.text})
        print(id)
        if warning:
            print(warning, file=sys.stderr)
    elif options.action == "lift":
        order(options.site, "lift", {"incident": options.incident, "officers": options.officer})
    elif options.action == "correct":
        order(options.site, "correct", {"incident": options.incident, "officers": options.officer, "why": options.why})
    elif options.action == "list":
        _list(options)
    else:
        raise UsageError("say open, lift, correct or list")
    return 0


def _list(options: argparse.Namespace) -> None:
    from dutydesk.app.looking import reading
    from dutydesk.engine.house import FAMILY

    with reading(options.site) as (_, reads):
        for incident in reads.incidents():
            if incident.family == FAMILY:
                continue
            worst = max(incident.colours.values(), default=None)
            row = {"id": incident.id, "number": incident.number, "family": incident.family, "desk": incident.desk,
                   "kind": incident.kind.value, "colour": worst.word if worst else None, "round": incident.round,
                   "places": len(incident.colours), "opened": incident.opened_at.isoformat()}
            print(json.dumps(row, ensure_ascii=False) if options.json else
                  f"{row['id']}  {row['number']:<32} {row['colour'] or '-':<7} round {row['round']}  "
                  f"{row['places']} places")
