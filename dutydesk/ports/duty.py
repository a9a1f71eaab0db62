"""The door through which the page of a responsible person looks at what he was asked, and keeps his photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class NearShelter:
    """The nearest shelter that can be used from one of his places: where it is (EPSG:4326) and how far in metres."""

    place_name: str
    name: str
    lon: float
    lat: float
    metres: float
    free: int


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that is proven about what he was asked: `what` of a fact, the act and its number, when (UTC)."""

    at: datetime
    what: str
    act: str
    n: int | None


@dataclass(frozen=True, slots=True)
class DutyView:
    """What one message asked of one person. `title` is the warning as messages call it, `action` what to do; `acts`
    are those his playbook wants beside the usual ones; `over`: nothing is asked any more.
    """

    person_name: str
    title: str
    places: str
    action: str
    acts: tuple[str, ...]
    done: tuple[Done, ...]
    shelters: tuple[NearShelter, ...]
    drill: bool
    over: bool


class DutyPages(Protocol):
    """What the page needs of the desk."""

    @property
    def duty_phone(self) -> str:
        """The number that is manned day and night, as people dial it."""
        ...

    def call_of(self, token: str, now: datetime) -> str:
        """Return the call a link belongs to; raises BadLink (`domain.links`)."""
        ...

    def look(self, call: str, now: datetime) -> DutyView | None:
        """Return what a call asked; None for one there is not."""
        ...

    def keep_photo(self, body: bytes) -> str:
        """Keep a photo and return its name, once it is durable; the same photo has the same name. Raises Refused for
        what is no picture.
        """
        ...
