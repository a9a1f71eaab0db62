"""Copy the example site (Weihai, invented people) into a new folder, to start one of your own from."""

from __future__ import annotations

import argparse
from pathlib import Path

from dutydesk.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.example import copy_example

    if options.folder.exists() and any(options.folder.iterdir()):
        raise UsageError(f"{options.folder} is not empty; name a new folder")
    copied = copy_example(options.folder)
    print(f"copied {copied} files to {options.folder}; next: cd {options.folder} && dutydesk check")
    return 0
