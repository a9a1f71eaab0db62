"""Enter an answer or a new number taken by phone, or write a callout off. Each names the officer.

  dutydesk answer CALLOUT --person p0417 --officer p0001              answered
  dutydesk answer CALLOUT --person p0417 --act moved -n 32 --officer p0001
  dutydesk answer CALLOUT --person p0417 --reporter "镇值班室 于某" --proof "叫应单第3行" --officer p0001
  dutydesk answer CALLOUT --person p0417 --new-number +99900012345 --officer p0001   rung there at once
  dutydesk answer CALLOUT --write-off "the village is empty since spring" --officer p0001
"""

from __future__ import annotations

import argparse

from dutydesk.errors import UsageError

ACTS = ("answer", "on_post", "moved", "patrolled", "opened", "help", "woken", "not_found", "decline")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("callouts", nargs="+", metavar="CALLOUT")
    parser.add_argument("--person", help="who spoke: a person id")
    parser.add_argument("--act", default="answer", choices=ACTS)
    parser.add_argument("-n", type=int, help="persons moved so far")
    parser.add_argument("--reporter", default="", metavar="WHO", help="who told it, if not the person himself")
    parser.add_argument("--proof", default="", metavar="WHAT", help="what it rests on: a line of a call sheet, a photo")
    parser.add_argument("--new-number", metavar="NUMBER", help="the person's new number: the callouts ask him there at "
                                                               "once; it is dialled first from then on")
    parser.add_argument("--write-off", metavar="WHY", help="close without an answer")
    parser.add_argument("--officer", required=True, help="who enters it: a person id")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.orders import order

    if options.write_off:
        for callout in options.callouts:
            order(options.site, "write_off", {"callout": callout, "officer": options.officer, "why": options.write_off})
        return 0
    if not options.person:
        raise UsageError("say who spoke: --person ID (or --write-off WHY)")
    if options.new_number:
        order(options.site, "new_number", {"person": options.person, "number": options.new_number,
                                           "callouts": options.callouts, "officer": options.officer})
        return 0
    order(options.site, "answer_by_phone", {"callouts": options.callouts, "person": options.person, "act": options.act,
                                            "n": options.n, "officer": options.officer,
                                            "reporter": options.reporter, "proof": options.proof})
    return 0
