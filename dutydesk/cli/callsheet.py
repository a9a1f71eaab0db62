"""Print everybody who must be called by hand now: red first, holders first, one place a line, numbers in full.

  dutydesk callsheet --pdf calls.pdf --officer p0012
  dutydesk callsheet --xlsx calls.xlsx --county 371002 --officer p0012     one county (or town) with all below it
  dutydesk callsheet --pdf calls.pdf --incident 20260720-1200-371000-flood --officer p0012

Who printed it stands on every page and in the journal. Answers go back by `dutydesk answer` or the console.
The PDF needs the extra `print`, the workbook the extra `excel`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from dutydesk.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="write it as PDF, to be printed")
    parser.add_argument("--xlsx", type=Path, metavar="FILE", help="write it as a workbook")
    parser.add_argument("--county", "--town", dest="areas", action="append", default=[], metavar="PLACE",
                        help="only this county, town or other place, with all below it (may be repeated)")
    parser.add_argument("--incident", default="", metavar="ID", help="only this incident, by id or number")
    parser.add_argument("--officer", required=True, help="who prints it: a person id")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.sheeting import write

    files = [(form, path) for form, path in (("pdf", options.pdf), ("xlsx", options.xlsx)) if path]
    if not files:
        raise UsageError("say what to write: --pdf FILE, --xlsx FILE or both")
    sheet = write(options.site, files, options.officer, areas=options.areas, incident=options.incident)
    for _, path in files:
        print(f"{path}  {path.stat().st_size:,} bytes  {len(sheet.places)} places to call")
    return 0
