"""Tell why a person was, or was not, called in an incident: from what was stored when it was decided.

  dutydesk explain INCIDENT PERSON
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("incident", help="incident id (see `dutydesk incident list`)")
    parser.add_argument("person", help="person id")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.explaining import explain
    from dutydesk.app.looking import reading

    with reading(options.site) as (folder, reads):
        for line in explain(folder.setup, reads, options.incident, options.person):
            print(line)
    return 0
