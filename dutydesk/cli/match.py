"""Tell who would be called for a document, in which step, and why. Nobody is called.

With --json one list of {post, place, person, reason, step}.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a warning document")
    parser.add_argument("--json", action="store_true", help="one JSON list")
    parser.add_argument("--kind", default="cap", help="the format (default: cap)")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.house import open_folder
    from dutydesk.app.matching import match_file

    folder = open_folder(options.site)
    results = match_file(folder, options.file, options.kind)
    if options.json:
        print(json.dumps([row for result in results for row in result.rows], ensure_ascii=False, indent=1))
        return 0
    for result in results:
        alert = result.alert
        print(f"{alert.event.name} {alert.colour.word} ({alert.identifier}): "
              f"touches {len(result.found.touches)} places, asks {len({row['post'] for row in result.rows})} posts, "
              f"{len({row['person'] for row in result.rows})} people")
        for missed in result.found.unmatched:
            print(f"  ! {missed}")
        for row in result.rows:
            if row["step"] == 1:
                site = folder.setup.site
                place, person = site.places[str(row["place"])], site.people[str(row["person"])]
                print(f"  {row['post']:<24} {place.name:<14} {person.id} {person.title:<12} {row['reason']}")
    return 0
