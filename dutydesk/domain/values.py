"""Small words of the field that everything else speaks: colours, kinds, channels, times."""

from __future__ import annotations

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
    """What is known of one call; one table for every channel."""

    QUEUED = "queued"          # a provider has it, nobody rang yet: no evidence of anything
    HANDED_OVER = "handed_over"
    ON_HANDSET = "on_handset"
    PICKED_UP = "picked_up"    # somebody lifted, no valid key
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    LIMIT = "limit"
    FAILED_NOW = "failed_now"
    NUMBER_DEAD = "number_dead"
    UNKNOWN = "unknown"        # time-out or crash: may or may not have gone out

    @property
    def called(self) -> bool:
        """Whether it is evidence that the person was called (有叫)."""
        return self in _CALLED

    @property
    def final(self) -> bool:
        """Whether a later, weaker report must not replace it."""
        return self not in (Outcome.QUEUED, Outcome.HANDED_OVER, Outcome.UNKNOWN)


_CALLED = frozenset({
    Outcome.HANDED_OVER, Outcome.ON_HANDSET, Outcome.PICKED_UP, Outcome.MACHINE, Outcome.BUSY, Outcome.NO_ANSWER,
})


def aware(moment: datetime, what: str = "time") -> datetime:
    """Return the moment if it knows its zone; raises ValueError otherwise."""
    if moment.tzinfo is None:
        raise ValueError(f"{what} {moment.isoformat()} has no zone; inside dutydesk every time has one")
    return moment
