"""Write what neighbours may read: one incident or all open ones, as CAP 1.2 (one message for every colour).

  dutydesk export cap                               all open incidents, one document after the other
  dutydesk export cap --incident 20260720-1200-371000-flood --out rain.xml
  dutydesk export cap --open --out DIR              a folder: a file for every message, and index.atom

Messages are signed where [cap_out] names a key; --sign insists on it, --no-sign leaves it out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dutydesk.errors import Refused, UsageError

if TYPE_CHECKING:
    from dutydesk.app.sharing import Sharing
    from dutydesk.ports.shares import Shared


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    cap = parser.add_subparsers(dest="format", required=True).add_parser("cap", help="CAP 1.2 and an Atom index")
    which = cap.add_mutually_exclusive_group()
    which.add_argument("--incident", metavar="ID", help="one incident, by id or number")
    which.add_argument("--open", action="store_true", help="all open ones and the ends of the last day (the default)")
    cap.add_argument("--out", type=Path, metavar="FILE|DIR",
                     help="a file for a single message, or a folder (made where a name has no ending)")
    cap.add_argument("--sign", action=argparse.BooleanOptionalAction, default=None,
                     help="sign with the key of [cap_out] (default: where there is one)")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from contextlib import nullcontext

    from dutydesk.app.looking import reading
    from dutydesk.app.sharing import Sharing
    from dutydesk.clock import WallClock

    with reading(options.site) as (folder, reads):
        if options.sign and not folder.setup.config.cap_out.key:
            raise Refused("--sign needs a key: write key and certificate into [cap_out] of dutydesk.toml")
        sharing = Sharing(folder, lambda: nullcontext(reads), WallClock(), sign=options.sign is not False)
        messages = sharing.of(options.incident) if options.incident else sharing.messages()
        _write(sharing, messages, options.out)
    return 0


def _write(sharing: Sharing, messages: Sequence[Shared], out: Path | None) -> None:
    if out is None:
        for each in messages:
            sys.stdout.buffer.write(each.body + b"\n")
    elif out.suffix and not out.is_dir():
        if len(messages) != 1:
            raise UsageError(f"there are {len(messages)} messages, and {out} holds one: name a folder instead")
        out.write_bytes(messages[0].body)
    else:
        out.mkdir(parents=True, exist_ok=True)
        for each in messages:
            (out / f"{each.id}.xml").write_bytes(each.body)
        (out / "index.atom").write_bytes(sharing.listed(messages, ""))
    print(f"{len(messages)} messages" + (f" written to {out}" if out else ""), file=sys.stderr)
