"""The ways a call leaves the house. Powers beyond sending are small protocols of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can carry. `timeout` seconds a send may take; `lines` calls ringing at once (voice)."""

    per_second: float = 50.0
    lines: int = 64
    max_in_flight: int = 64
    timeout: float = 10.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One call or notice ready to leave. `id` is our own key, given to the provider."""

    id: str
    via: Via
    number: str
    person: str
    text: str
    code: str = ""
    asks: bool = True
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """The provider's answer to a hand-over."""

    outcome: Outcome
    provider: str = ""


class Channel(Protocol):
    """A way out. `name` is unique in the site, `real` says whether it reaches people."""

    name: str
    via: Via
    real: bool
    limits: Limits

    async def send(self, message: Outgoing) -> Handed:
        """Hand one message over; raises SendError. Returning means the provider has it."""
        ...


@runtime_checkable
class Tracks(Protocol):
    """Can be asked what became of a call, by our key."""

    async def status(self, call: str) -> Outcome:
        """Return what the provider knows. Raises SendError: permanent if it never had the call, which may go again;
        not permanent if it cannot be asked now.
        """
        ...


@runtime_checkable
class Hears(Protocol):
    """Reads the provider's call-backs (replies, keys, receipts) into durable rows."""

    def read_callback(self, headers: Sequence[tuple[str, str]], body: bytes, now: datetime) -> list[Inbound]:
        """Return the rows of one call-back; raises Refused for a bad signature."""
        ...


@runtime_checkable
class Listens(Protocol):
    """Delivers replies by itself; `take` returns only after they are stored."""

    def listen(self, take: Callable[[Sequence[Inbound]], None]) -> None:
        """Register where heard rows go."""
        ...
