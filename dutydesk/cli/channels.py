"""List the channels this installation has, and those of this site with their limits."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.house import limits, open_folder
    from dutydesk.channels.registry import names

    print(f"known: {', '.join(names())}")
    setup = open_folder(options.site).setup
    for way, name in setup.config.channels.items():
        each = limits(setup, name)
        print(f"{way:<7}{name:<18}{each.per_second:g} a second, {each.lines} lines, {each.max_in_flight} in flight")
    print("real channels: " + (f"switched on by {setup.config.live.by} since {setup.config.live.since}"
                               if setup.config.live else "off ([live] is not set)"))
    return 0
