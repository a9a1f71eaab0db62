"""Try every channel of this site before it is needed, end to end.

  dutydesk doctor                              settings, the way there, the login, the way back; nothing is sent
  dutydesk doctor --to +8613...                and a test message by every channel to this phone
  dutydesk doctor texts calls --to +8613...    only these
  dutydesk doctor --json                       one JSON object a line

The message says that it is a test and asks for a reply (测试, or the key 1). It creates no callout, stands in the
journal, and goes to no other number than the one given. Copies are looked at, nothing is sent by them. Exit code 1
where something is wrong.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

from dutydesk.errors import Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dutydesk.app.doctoring import Examined

_PHONE = re.compile(r"\+?\d[\d -]{3,18}\d")
_MARKS = {True: ("good", "green"), False: ("FAULT", "bold red"), None: ("open", "yellow")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("channels", nargs="*", metavar="CHANNEL", help="only these (default: all, and the copies)")
    parser.add_argument("--to", metavar="NUMBER", default="", help="the phone that gets the test messages")
    parser.add_argument("--wait", type=float, default=60.0, metavar="SECONDS",
                        help="for the receipt and the reply of each (default 60)")
    parser.add_argument("--yes", action="store_true", help="do not ask before a message is sent")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--hooks-port", type=int, default=8471,
                        help="port of the hooks, served here while no desk runs (default 8471)")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from rich.console import Console

    from dutydesk.app.doctoring import Doctor, names
    from dutydesk.app.happenings import masked
    from dutydesk.app.house import open_folder
    from dutydesk.app.overhearing import Ear
    from dutydesk.channels.numbers import international
    from dutydesk.clock import WallClock

    folder = open_folder(options.site)
    wanted = names(folder, options.channels)
    if options.to and not _PHONE.fullmatch(options.to):
        raise UsageError("--to wants a phone number, like +8613...")
    if options.wait <= 0:
        raise UsageError("--wait is a number of seconds above 0")
    number = international(options.to) if options.to else ""
    if number and not options.yes:
        _confirm(masked(number), [name for name in wanted if name not in folder.setup.config.copies])
    clock = WallClock()
    with (Ear(folder, clock, options.hooks_port) if number else nullcontext() as ear,
          Console(stderr=True).status("") as status):
        doctor = Doctor(folder, clock, ear, number=number, wait=options.wait, tell=status.update)
        found = list(_shown(doctor.examine(wanted), masked(number) if number else "", plain=options.json))
    if not options.json:
        _table(found)
        if not number:
            print("Nothing was sent. Name a phone with --to NUMBER to try the channels to the end.")
    return 0 if all(each.good for each in found) else 1


def _confirm(number: str, channels: list[str]) -> None:
    """Ask before a message leaves; raises UsageError where nobody can be asked, Refused for a no."""
    if not sys.stdin.isatty():
        raise UsageError("a test message would be sent and nobody can be asked here; say --yes")
    print(f"A test message goes to {number} by: {', '.join(channels)}. Go on? [y/N] ", end="", flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes", "是"):
        raise Refused("nothing was sent")


def _shown(found: Iterator[Examined], number: str, *, plain: bool) -> Iterator[Examined]:
    """Print each as JSON as soon as it is known, where that is wanted."""
    for each in found:
        if plain:
            print(json.dumps({
                "channel": each.name, "kind": each.kind, "way": each.way, "to": number, "good": each.good,
                "checks": [{"what": check.what, "good": check.good, "found": check.found, "remedy": check.remedy}
                           for check in each.checks]}, ensure_ascii=False), flush=True)
        yield each


def _table(found: list[Examined]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(show_lines=False)
    for head in ("channel", "looked at", "", "found", "to do"):
        table.add_column(head, overflow="fold")
    for each in found:
        for place, check in enumerate(each.checks):
            word, style = _MARKS[check.good]
            table.add_row(Text("" if place else f"{each.name} ({each.kind})"), check.what, Text(word, style),
                          Text(check.found), Text(check.remedy))
        table.add_section()
    Console().print(table)
