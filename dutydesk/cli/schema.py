"""Write the JSON Schemas of a site's files beside them, made from the very models that read them."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.content.schema import write

    for path in write(options.site):
        print(path)
    return 0
