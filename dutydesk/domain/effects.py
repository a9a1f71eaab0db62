"""What a decision wants done. The engine turns effects into rows; nothing here acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dutydesk.domain.values import Role, Via


@dataclass(frozen=True, slots=True)
class Dial:
    """Ask one person over one way, due at once unless told. `ask` is the id of the ask (`work.ask_id`)."""

    ask: str
    person: str
    role: Role
    number: str
    via: Via
    step: int
    climb: int
    tries: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take back every ask of this callout not yet handed over (optionally only one person's)."""

    person: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A line that asks nothing, to one person: `what` names the template, `facts` fill it."""

    person: str
    what: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something for the officer. `reason`: with_officer, help, red, renewed, capacity, town_dark, unclear..."""

    reason: str
    text: str = ""
    leader: bool = False


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Work for somebody: `what` names it, `owner` is a person or a role, `due_at` when it is late."""

    what: str
    owner: str
    due_at: datetime
    about: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A fact to be added: called, answered, acted, taken_over, relayed, declined, help, closed...

    `news`: whether it adds something to what was proven when it was read; the journal tells nothing else.
    """

    what: str
    person: str
    via: Via | None
    at: datetime
    evidence: str = "automatic"
    n: int | None = None
    act: str = ""
    news: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the journal, with the reason of a decision."""

    what: str
    facts: Mapping[str, object] = field(default_factory=dict)


Effect = Dial | Withdraw | Notice | Alarm | OpenTask | Record | Note
