"""What officers do by hand. The engine carries it out; every act names the officer and is journalled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dutydesk.domain.values import Colour, Kind


@dataclass(frozen=True, slots=True)
class Pasted:
    """One warning read from a pasted text, and whom it would call. `sent` is aware.

    `places` are touched, `names` some of them; `posts` would be asked, `people` in the first step. `unmatched` could
    not be found on the map. `assumed`: the text tells no colour, one was taken.
    """

    event: str
    colour: Colour
    msg_type: str
    status: str
    sent: datetime
    office: str
    headline: str
    places: int
    names: tuple[str, ...]
    posts: int
    people: int
    unmatched: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    assumed: bool = False


class Hand(Protocol):
    """Each method is durable when it returns, and raises Refused with a sentence saying why.

    `officer` is the person id of whoever acts.
    """

    def take_alarm(self, incident: str, officer: str) -> None:
        """Stop the ringing of an incident's alarm; closes nothing."""
        ...

    def answer_by_phone(self, callouts: Sequence[str], person: str, act: str, n: int | None,
                        officer: str) -> None:
        """Enter what a person said on the phone for one or several callouts. `act`: answer, on_post, moved
        (with `n`, the total so far), patrolled, opened, help, woken, not_found, decline.
        """
        ...

    def call_again(self, callout: str, officer: str) -> None:
        """Start the present step anew."""
        ...

    def skip(self, callout: str, officer: str) -> None:
        """Go to the next step at once."""
        ...

    def add_person(self, callout: str, person: str, officer: str) -> None:
        """Ask one more person."""
        ...

    def write_off(self, callout: str, officer: str, why: str) -> None:
        """Close a callout without an answer; `why` is kept."""
        ...

    def stand_down(self, incident: str, officers: Sequence[str], why: str) -> None:
        """Stand all callouts of an incident down; a red wants two different officers."""
        ...

    def open_incident(self, kind: Kind, family: str, colour: Colour, places: Sequence[str], officer: str,
                      text: str) -> str:
        """Open an incident, or raise places in the open one of that desk and family; return its id."""
        ...

    def lift(self, incident: str, officers: Sequence[str]) -> None:
        """Confirm or declare that the danger is over; a red wants two different officers."""
        ...

    def confirm_fall(self, incident: str, officer: str) -> None:
        """Let reds fall that were lowered or lifted by another hand, or are covered no more."""
        ...

    def confirm_rest(self, incident: str, officer: str) -> None:
        """Let the rest of a raised area follow the named places at once."""
        ...

    def release(self, document: str, officer: str) -> None:
        """Let a held document go its way now."""
        ...

    def hold(self, document: str, officer: str) -> None:
        """Keep a document from calling anybody until it is released."""
        ...

    def try_again(self, document: str, officer: str) -> None:
        """Read a document once more that could not be read, or fetch one once more that could not be fetched."""
        ...

    def preview(self, text: str, exercise: bool) -> tuple[Pasted, ...]:
        """Read a pasted text and tell what it says and whom it would call; nothing is stored."""
        ...

    def paste(self, text: str, exercise: bool, officer: str) -> str:
        """Take a pasted warning in and let it go its way at once; return the hash of its document."""
        ...
