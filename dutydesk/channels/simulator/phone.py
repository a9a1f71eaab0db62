"""One simulated phone: what lies in it, the call it is in, and what its owner did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from dutydesk.domain.values import Via
from dutydesk.ports.phones import Bubble, Handset, PhoneLine


@dataclass(frozen=True, slots=True)
class Arrival:
    """One hand-over to the switchboard: the judge of doubles. `reached`: inbox, rang, busy, voicemail, off, dark
    or dead.
    """

    at: datetime
    call: str
    channel: str
    via: Via
    number: str
    person: str
    text: str
    code: str = ""
    asks: bool = True
    drill: bool = False
    reached: str = ""


@dataclass(slots=True)
class Ring:
    """A call on its way: `picked` is when somebody lifted, `keys` what was pressed since the last command."""

    arrival: Arrival
    since: datetime
    picked: datetime | None = None
    over: bool = False
    keys: str = ""


@dataclass(slots=True)
class Phone:
    """A phone of the switchboard. `held`: a person at the screen has it, so it no longer acts by itself.

    `sms_channel` is where its next text goes; `rows` counts what the desk heard of it.
    """

    number: str
    ring: Ring | None = None
    held: bool = False
    sms_channel: str = "simulator-sms"
    texts: int = 0
    rows: int = 0
    history: list[Bubble] = field(default_factory=list)

    @property
    def state(self) -> str:
        """`idle`, `ringing` or `talking`."""
        if self.ring is None:
            return "idle"
        return "talking" if self.ring.picked else "ringing"

    def note(self, at: datetime, via: str, text: str, *, mine: bool = False) -> None:
        """Add a line to what the screen shows."""
        self.history.append(Bubble(at, mine, via, text))
        self.texts += via == "sms" and not mine

    def handset(self) -> Handset:
        """Return it as the console shows it."""
        ring = self.ring
        spoken = ring.arrival.text if ring and ring.picked else ""
        since = (ring.picked or ring.since) if ring else None
        return Handset(self.number, self.state, since, spoken, tuple(self.history))

    def line(self) -> PhoneLine:
        """Return it as one line of the list."""
        last = self.history[-1] if self.history else None
        return PhoneLine(self.number, self.state, self.texts, last.at if last else None, last.text if last else "")
