"""Read lists of responsible people as offices keep them (.xlsx, .xls, .et, .csv) into contacts/.

  dutydesk lists read FILE...     show what would change, and write each file back with marked cells
  dutydesk lists take FILE...     the same, and change contacts/
  dutydesk lists undo             take the last one back

What is not certain is marked and not taken. How a list's columns were read is remembered for the next list of that
form. Exit 1 if anything was marked as wrong or doubtful.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dutydesk.content.lists.joining import Plan
    from dutydesk.content.lists.reading import Read
    from dutydesk.domain.site import Site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=("read", "take", "undo"))
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--duty", default="", help="the duty of people whose list names none (flood, fire, ...)")
    parser.add_argument("--town", default="", metavar="ID", help="the town of rows that name none")
    parser.add_argument("--column", action="append", default=[], metavar="HEADER=FIELD",
                        help="what a column is: name, phone, landline, title, organisation, county, town, village, "
                             "code, duty, seat")
    parser.add_argument("--country", default="+86", help="the country of numbers written without one (default: +86)")
    parser.add_argument("--area", default="", help="the area code of local numbers, without its 0 (631)")
    parser.add_argument("--local", type=int, default=0, metavar="DIGITS", choices=(0, 7, 8),
                        help="how many digits a local number has in that area")
    parser.add_argument("--back", type=Path, metavar="DIR", help="where the marked files go (default: var/lists)")
    parser.add_argument("--json", action="store_true", help="one JSON object for everything")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.house import folder_of, open_folder
    from dutydesk.clock import WallClock
    from dutydesk.content.lists import applying
    from dutydesk.content.lists.cells import Numbering
    from dutydesk.content.lists.entries import Wanted
    from dutydesk.content.lists.handing_back import hand_back
    from dutydesk.content.lists.reading import read_lists
    from dutydesk.errors import UsageError

    if options.what == "undo":
        print(f"taken back; it is kept in {applying.undo(folder_of(options.site))}")
        return 0
    if not options.files:
        raise UsageError("name at least one list: dutydesk lists read FILE...")
    folder = open_folder(options.site)
    site = folder.setup.site
    if options.town and options.town not in site.places:
        raise UsageError(f"there is no place {options.town}; its id stands in geo/towns.geojson")
    wanted = Wanted(options.town, options.duty, Numbering(options.country, options.area, options.local))
    plan, files = read_lists(options.files, site, wanted, remembered=applying.remembered(folder.path),
                             named=_named(options.column))
    back = [hand_back(file, options.back or folder.path / applying.KEPT) for file in files]
    _tell(plan, files, back, site, as_json=options.json)
    if options.what == "take" and not plan.empty:
        forms = {print_: fields for file in files for print_, fields in file.forms.items()}
        kept = applying.apply(folder.path, site, plan, forms, WallClock().now())
        if not options.json:
            print(f"contacts/ changed; `dutydesk lists undo` takes it back (the files as they were: {kept})")
            print("now run `dutydesk check`")
    return 1 if any(file.marks.refused() for file in files) else 0


def _named(columns: Sequence[str]) -> dict[str, str]:
    from dutydesk.errors import UsageError

    pairs = [text.rpartition("=") for text in columns]
    if any(not header or not field for header, _, field in pairs):
        raise UsageError("write --column HEADER=FIELD, as in --column 包村干部=name")
    return {header: field for header, _, field in pairs}


def _tell(plan: Plan, files: Sequence[Read], back: Sequence[Path], site: Site, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({
            "new": sorted(plan.new), "people": [{"id": each.id, "name": each.name} for each in plan.people.values()],
            "seats": [{"post": post, "seat": seat, "person": person, "before": plan.before[post, seat]}
                      for (post, seat), person in plan.seats.items()],
            "files": [{"file": str(file.path), "back": str(path), "entries": len(file.entries), "told": file.marks.told,
                       "marks": [{"sheet": mark.sheet, "row": mark.row + 1, "column": mark.column + 1,
                                  "level": mark.level.value, "text": mark.text} for mark in file.marks.marks]}
                      for file, path in zip(files, back, strict=True)]}, ensure_ascii=False))
        return
    for file, path in zip(files, back, strict=True):
        print(f"{file.path.name}: {len(file.entries)} read, {file.marks.refused()} marked; handed back as {path}")
        for text in file.marks.told:
            print(f"  {text}")
        for mark in file.marks.marks:
            print(f"  {mark.sheet} row {mark.row + 1}: {mark.text}")
    print(f"{len(plan.new)} new people, {len(plan.people) - len(plan.new)} with new numbers, "
          f"{len(plan.seats)} seats: {sum(bool(who) for who in plan.before.values())} change hands")
    for (post, seat), person in plan.seats.items():
        if before := plan.before[post, seat]:
            now = plan.people.get(person) or site.people[person]
            print(f"  {post} seat {seat}: {site.people[before].name} -> {now.name}")
