"""What can happen to a callout. Every happening carries the time it counts from (UTC)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dutydesk.domain.playbook import Policy
from dutydesk.domain.reach import Reached
from dutydesk.domain.values import Colour, Outcome, Role, Via


@dataclass(frozen=True, slots=True)
class Due:
    """The callout's timer ran out."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Happened:
    """A call that carried one of its asks got an outcome (hand-over included).

    `more`: another channel of the same way may still carry it within the step. `left` is False where it is known that
    it never left this house: whoever was to send it died before.
    """

    at: datetime
    ask: str
    climb: int
    person: str
    number: str
    via: Via
    outcome: Outcome
    more: bool = False
    left: bool = True


@dataclass(frozen=True, slots=True)
class Replied:
    """A person spoke about this callout. `act`: answer, decline, help, on_post, moved, patrolled, opened,
    page, woken, not_found. `n` is the total so far. `evidence`: automatic, or who entered it by hand.
    """

    at: datetime
    act: str
    person: str
    role: Role
    via: Via
    n: int | None = None
    evidence: str = "automatic"
    source: str = ""


@dataclass(frozen=True, slots=True)
class Superseded:
    """A later round asks this post anew."""

    at: datetime
    by: int


@dataclass(frozen=True, slots=True)
class Renewed:
    """The chain that gives the place its colour was renewed at the same colour."""

    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Lowered:
    """The place's colour fell to one that still has a ladder; `policy` is the merged one (`Policy.lowered_to`).
    `office` and `issued` (local hours and minutes) are those of the version that lowered it.
    """

    at: datetime
    colour: Colour
    policy: Policy
    office: str = ""
    issued: str = ""


@dataclass(frozen=True, slots=True)
class Lifted:
    """The place lost its colour, or fell to one without a ladder. `office` and `issued` (local hours and minutes)
    are those of the version that lifted it; empty where no version did.
    """

    at: datetime
    office: str = ""
    issued: str = ""


@dataclass(frozen=True, slots=True)
class Expired:
    """The chain's time passed without a lift and the grace is over."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ByHand:
    """An officer's order. `what`: call_again, skip (to `step`), add_person (`reached`), write_off, stand_down,
    correct."""

    at: datetime
    what: str
    officer: str
    why: str = ""
    step: int | None = None
    reached: Reached | None = None


Happening = Due | Happened | Replied | Superseded | Renewed | Lowered | Lifted | Expired | ByHand
