"""List the kinds of feeds this installation reads, and the sources of this site."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app.house import open_folder, sources
    from dutydesk.feeds.registry import kinds

    print(f"kinds: {', '.join(kinds())}")
    for source in sources(open_folder(options.site).setup).values():
        trust = "calls at once" if source.auto else "waits for the officer's word"
        print(f"{source.id:<12}{source.kind:<6}{source.folder:<20}{trust}  {source.name}")
    return 0
