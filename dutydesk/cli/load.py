"""Bring a site folder into the database, showing first what differs. `run` does the same at its start."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--dry-run", action="store_true", help="only show the difference")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.loading import difference, load_site

    lines = difference(options.site)
    for line in lines:
        print(line)
    if not options.dry_run:
        load_site(options.site)
    print("nothing differs" if not lines else "nothing was changed" if options.dry_run else "loaded")
    return 0
