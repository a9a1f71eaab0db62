"""Verify the journal from its first row to its last, or print its head.

  dutydesk journal head                      SEQ:HASH, to be written on paper
  dutydesk journal verify --head 812:ab34..  also finds a tail that was cut and a journal rebuilt as a whole

Exit 1 at the first row that does not hold.
"""

from __future__ import annotations

import argparse

from dutydesk.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("action", choices=("verify", "head"))
    parser.add_argument("--head", metavar="SEQ:HASH", help="a head printed earlier")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app import house
    from dutydesk.store.verify import verify

    folder = house.open_folder(options.site)
    printed = None
    if options.head:
        seq, _, seal = options.head.partition(":")
        if not seq.isdigit() or not (seal or seq == "0"):
            raise UsageError("write the head as SEQ:HASH, as `dutydesk journal head` prints it")
        printed = (int(seq), seal)
    verdict = verify(house.store_url(folder.path, folder.setup.config.store), house.journal_key(folder.path), printed)
    if options.action == "head" and verdict.holds:
        print(verdict.head)
        return 0
    if verdict.fault is not None:
        print(verdict.fault)
        return 1
    print(f"the journal holds up to {verdict.head}; {verdict.unsealed} rows not sealed yet")
    return 0
