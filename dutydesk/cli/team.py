"""Teams as they are now: list them, enter what they are doing, find who can be there first.

  dutydesk team list --level city
  dutydesk team state 371000-t01 called_out --officer p0001
  dutydesk team near 371003110-r01                       in the order they are asked: readiness, then time of arrival
  dutydesk team history 371000-t01
"""

from __future__ import annotations

import argparse
import json
import sys

from dutydesk.cli.shelter import history
from dutydesk.errors import UsageError

STATES = ("standby", "called_out", "under_way", "on_scene", "resting")
LEVELS = ("city", "county", "town", "village", "enterprise")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    actions = parser.add_subparsers(dest="action", metavar="list|state|near|history")
    listing = actions.add_parser("list", help="the teams, those not standing by first")
    listing.add_argument("--level", action="append", choices=LEVELS, help="of this level (may be given several times)")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    state = actions.add_parser("state", help="enter what a team is doing")
    state.add_argument("team", metavar="TEAM")
    state.add_argument("state", choices=STATES)
    state.add_argument("--officer", required=True, help="who enters it: a person id")
    state.add_argument("--note", default="", help="where to, and what for")
    near = actions.add_parser("near", help="who can be there first")
    near.add_argument("where", metavar="PLACE", help="a place id, or longitude,latitude in EPSG:4326")
    near.add_argument("--most", type=int, default=10, metavar="N", help="how many (default 10)")
    near.add_argument("--json", action="store_true", help="one JSON object a line")
    history = actions.add_parser("history", help="who set what, and when")
    history.add_argument("team", metavar="TEAM")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    if options.action == "state":
        from dutydesk.app.orders import order

        _, warning = order(options.site, "set_team", {"team": options.team, "state": options.state,
                                                      "officer": options.officer, "note": options.note})
        if warning:
            print(warning, file=sys.stderr)
    elif options.action == "list":
        _list(options)
    elif options.action == "near":
        _near(options)
    elif options.action == "history":
        history(options, "team", options.team)
    else:
        raise UsageError("say list, state, near or history")
    return 0


def _list(options: argparse.Namespace) -> None:
    from dutydesk.app.looking import resources

    with resources(options.site) as found:
        rows = found.teams(options.level or LEVELS)
    for row in rows:
        it = row.team
        if options.json:
            print(json.dumps({"id": it.id, "name": it.name, "place": it.place, "level": it.level, "size": it.size,
                              "target": row.target, "state": it.state.value, "leaders": row.leaders,
                              "set": row.set.at.isoformat() if row.set else None}, ensure_ascii=False))
        else:
            short = f"  ! 应有 {row.target} 人" if it.size < row.target else ""
            print(f"{it.id:<18} {it.state.zh:<3} {it.size:>4} 人 {it.name}  {row.where}{short}")


def _near(options: argparse.Namespace) -> None:
    from dutydesk.app.looking import resources

    with resources(options.site) as found:
        order = found.near_teams(options.where)
    for each in order[:options.most]:
        it, minutes = each.team, each.after.total_seconds() / 60
        if options.json:
            print(json.dumps({"id": it.id, "name": it.name, "state": it.state.value, "size": it.size,
                              "metres": round(each.metres), "how": "road" if each.by_road else "straight",
                              "minutes": round(minutes, 1)}, ensure_ascii=False))
        else:
            print(f"{it.id:<18} {it.state.zh:<3} {minutes:5.0f} min {each.metres / 1000:6.1f} km "
                  f"{'沿路' if each.by_road else '直线'}  {it.size:>4} 人 {it.name}")
