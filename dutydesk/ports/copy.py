"""Copies: what happened, told to a chat room, a mailbox or another program. A copy asks nobody and proves nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened since the last one. `id` is the same when the same digest is sent again.

    `lines` are for people, no names and no numbers in them; `happenings` are for programs, persons by their id.
    `drill`: everything in it belongs to a drill; the title says so. `at` is now, with its zone.
    """

    id: str
    at: datetime
    title: str
    lines: tuple[str, ...]
    happenings: tuple[Mapping[str, Any], ...] = ()
    drill: bool = False


class Copy(Protocol):
    """One way to tell. `most` is how many bytes of UTF-8 a message may have, `per_minute` how many messages."""

    name: str
    most: int
    per_minute: int

    def addresses(self) -> Sequence[str]:
        """Return where it connects to, `scheme://host[:port]`, nothing secret in it; none where nobody can tell."""
        ...

    def send(self, digest: Digest) -> None:
        """Hand one digest over; returning means that it was accepted, by the service's own word.

        Raises SendError: permanent where the settings are wrong, else to be tried again; Throttled where the service
        wants to be left alone for a while.
        """
        ...
