"""Print every text the site can send, as it is handed in to a provider for approval.

  dutydesk texts                     the table: wording, length with the longest values, parts, text
  dutydesk texts --csv texts.csv     the same as a file, with the variables and which playbook needs it

One for each playbook, colour, kind of place, and for drills; what comes out the same is listed once. `${name}` is a
variable; everything else stands fast. `dutydesk check` tells what providers would refuse.
"""

from __future__ import annotations

import argparse
from pathlib import Path

COLUMNS = ("wording", "way", "drill", "length", "parts", "text", "variables", "needed by")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write them into a file a spreadsheet opens")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    import csv

    from dutydesk.app.house import open_folder
    from dutydesk.clock import WallClock
    from dutydesk.content.check.approval import to_approve
    from dutydesk.content.check.rule import Case

    texts = to_approve(Case(open_folder(options.site).loaded, WallClock().now().date()))
    if not options.csv:
        for each in texts:
            mark = " drill" if each.drill else ""
            print(f"{each.wording}{mark}  {each.length} characters, {each.parts} parts\n  {each.text}")
        print(f"{len(texts)} texts")
        return 0
    with options.csv.open("w", encoding="utf-8-sig", newline="") as file:   # the mark lets spreadsheets read Chinese
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for each in texts:
            rows.writerow((each.wording, each.way, "yes" if each.drill else "no", each.length, each.parts, each.text,
                           "; ".join(f"{name}: {value}" for name, value in each.values.items()), "; ".join(each.uses)))
    print(f"{options.csv}  {len(texts)} texts")
    return 0
