"""The simulated phones as the console shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Bubble:
    """One line of a phone's history. `mine`: sent by the man who holds the phone.

    `via`: `sms`, `voice` (a call that rang), `key` (pressed in a call).
    """

    at: datetime
    mine: bool
    via: str
    text: str


@dataclass(frozen=True, slots=True)
class Handset:
    """One phone now. `state`: idle, ringing, talking. `spoken` is what the voice says while talking."""

    number: str
    state: str
    since: datetime | None
    spoken: str
    history: tuple[Bubble, ...]


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """One phone in the list: how many texts arrived, the newest line, and whether it rings."""

    number: str
    state: str
    texts: int
    last_at: datetime | None
    last: str


class Phones(Protocol):
    """A switchboard of simulated phones. Unknown numbers raise KeyError."""

    def lines(self) -> tuple[PhoneLine, ...]:
        """Return every phone that ever rang or received something."""
        ...

    def handset(self, number: str) -> Handset:
        """Return one phone; a known number that nothing reached yet is idle and empty."""
        ...

    def pick_up(self, number: str) -> None:
        """Answer the ringing call; nothing happens when it has stopped."""
        ...

    def press(self, number: str, keys: str) -> None:
        """Press keys in the running call."""
        ...

    def hang_up(self, number: str) -> None:
        """End or refuse the call."""
        ...

    def reply(self, number: str, text: str) -> None:
        """Send a text to the desk."""
        ...
