"""Small words of the field that everything else speaks: colours, kinds, channels, times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum, StrEnum


class Colour(IntEnum):
    """Warning level as its colour; a higher number is more dangerous (Ⅳ blue ... Ⅰ red)."""

    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4

    @property
    def word(self) -> str:
        """The English word used in files and JSON: `red`."""
        return self.name.lower()

    @property
    def zh(self) -> str:
        """The Chinese word used in messages: `红色`."""
        return {1: "蓝色", 2: "黄色", 3: "橙色", 4: "红色"}[self.value]


def colour(word: str) -> Colour:
    """Read a colour from its English word; raises ValueError naming the words allowed."""
    try:
        return Colour[word.upper()]
    except KeyError:
        raise ValueError(f"{word!r} is no colour; write blue, yellow, orange or red") from None


class Kind(StrEnum):
    """What an incident is, fixed at its birth."""

    REAL = "real"
    DRILL = "drill"
    TEST = "test"
    ROLL_CALL = "roll-call"
    CALL_UP = "call-up"
    VERIFY = "verify"


class Via(StrEnum):
    """The way a call travels. VOICE rings; the rest lie and wait to be read."""

    SMS = "sms"
    VOICE = "voice"
    CONSOLE = "console"
    PAGE = "page"

    @property
    def rings(self) -> bool:
        """Whether it makes a noise that can wake a sleeper."""
        return self is Via.VOICE


class Role(StrEnum):
    """In which capacity a person is asked, or answers, about one post."""

    HOLDER = "holder"
    DEPUTY = "deputy"
    SUPERIOR = "superior"
    OFFICER = "officer"
    BACKUP = "backup"
    LEADER = "leader"
    LAST_RESORT = "last_resort"
    NEIGHBOUR = "neighbour"

    @property
    def own(self) -> bool:
        """Whether an answer in this role is the post's own answer (有应) and not a taking over."""
        return self in (Role.HOLDER, Role.DEPUTY)


class Outcome(StrEnum):
    """What is known of one call; one table for every channel. `OUTCOMES` says what each means."""

    QUEUED = "queued"
    HANDED_OVER = "handed_over"
    ON_HANDSET = "on_handset"
    PICKED_UP = "picked_up"
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    LIMIT = "limit"
    FAILED_NOW = "failed_now"
    NUMBER_DEAD = "number_dead"
    UNKNOWN = "unknown"

    @property
    def called(self) -> bool:
        """Whether it is evidence that the person was called (有叫)."""
        return self in _CALLED

    @property
    def lost(self) -> bool:
        """Whether it surely did not reach anybody: another channel, number or way is next."""
        return self in _LOST

    @property
    def final(self) -> bool:
        """Whether a later, weaker report must not replace it."""
        return self not in (Outcome.QUEUED, Outcome.HANDED_OVER, Outcome.UNKNOWN)


_LOST = frozenset({Outcome.REFUSED, Outcome.LIMIT, Outcome.FAILED_NOW, Outcome.NUMBER_DEAD})
_CALLED = frozenset({
    Outcome.HANDED_OVER, Outcome.ON_HANDSET, Outcome.PICKED_UP, Outcome.MACHINE, Outcome.BUSY, Outcome.NO_ANSWER,
})

#: What each outcome means and what follows, for the documentation.
OUTCOMES: Mapping[Outcome, tuple[str, str]] = {
    Outcome.QUEUED: ("a gateway keeps it, no network has taken it", "waits for a receipt"),
    Outcome.HANDED_OVER: ("the provider has it and sends it", "the wait of the step begins"),
    Outcome.ON_HANDSET: ("it lies on the phone", "no answer yet"),
    Outcome.PICKED_UP: ("somebody lifted and pressed no valid key", "no answer: it may be a child"),
    Outcome.MACHINE: ("a voicemail or a machine answered", "the next try"),
    Outcome.BUSY: ("the line was busy", "the next try"),
    Outcome.NO_ANSWER: ("it rang and nobody lifted", "the next try"),
    Outcome.REFUSED: ("the provider will not carry it", "the next channel, else the next way, at once"),
    Outcome.LIMIT: ("a limit on this number or wording is used up, the provider's or our own",
                    "the next channel, else the next way, at once"),
    Outcome.FAILED_NOW: ("it surely did not leave; later it may", "the next channel, else the next way, at once"),
    Outcome.NUMBER_DEAD: ("the number does not exist or takes no calls", "the next number; a contact task opens"),
    Outcome.UNKNOWN: ("time-out or crash: it may or may not have left",
                      "waits as handed over; the provider is asked by our key; never the same channel again within the "
                      "step"),
}


def aware(moment: datetime, what: str = "time") -> datetime:
    """Return the moment if it knows its zone; raises ValueError otherwise."""
    if moment.tzinfo is None:
        raise ValueError(f"{what} {moment.isoformat()} has no zone; inside dutydesk every time has one")
    return moment
