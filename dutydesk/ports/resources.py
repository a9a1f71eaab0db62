"""The door through which the console looks at shelters, teams and depots, and gets maps to hand out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dutydesk.domain.depot import Depot
from dutydesk.domain.shelter import Shelter
from dutydesk.domain.sheltering import Proposal
from dutydesk.domain.team import Team
from dutydesk.domain.values import Colour


@dataclass(frozen=True, slots=True)
class Set:
    """Who last set an entry, and when; `note` is what he wrote."""

    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One thing that was set: the word of the state, people registered (None for a team), and by whom."""

    at: datetime
    person: str
    person_name: str
    state: str
    registered: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Unsafe:
    """An open incident in which people must not be in a shelter, and why (a sentence in Chinese)."""

    incident: str
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShelterRow:
    """A shelter as it is now. `keepers` are names; `unsafe` is empty where no open incident speaks against it."""

    shelter: Shelter
    where: str
    keepers: tuple[str, ...]
    unsafe: tuple[Unsafe, ...] = ()
    set: Set | None = None


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team as it is now. `target`: people a team of its level should have, 0 where none is set."""

    team: Team
    where: str
    leaders: tuple[str, ...]
    target: int
    set: Set | None = None


@dataclass(frozen=True, slots=True)
class DepotRow:
    """A depot with the names of whoever has the key."""

    depot: Depot
    where: str
    keepers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the registers stand against the targets: `have` of `of` wanted. `without`: names of towns with no depot."""

    city_teams: tuple[int, int]
    town_teams: tuple[int, int]
    village_teams: tuple[int, int]
    depots: tuple[int, int]
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A place an incident touches and the shelters its people can be sent to, nearest first."""

    place: str
    name: str
    where: str
    colour: Colour
    population: int
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class Sheltering:
    """What an incident's page tells of shelters. `drawn`: its warnings drew their area; where they name units only,
    shelters are judged by fitness and zones. `more`: places left out of `rows`.
    """

    rows: tuple[ProposalRow, ...]
    free: int
    usable: int
    unsafe: int
    drawn: bool
    by_road: bool
    more: int = 0


class Resources(Protocol):
    """What the console asks. Nothing here changes a row."""

    def shelters(self) -> tuple[ShelterRow, ...]:
        """Return every shelter: those in danger first, then open ones, then by id."""
        ...

    def teams(self, levels: Sequence[str]) -> tuple[TeamRow, ...]:
        """Return the teams of these levels: those not standing by first, then by level and id."""
        ...

    def depots(self) -> tuple[DepotRow, ...]:
        """Return every depot in file order."""
        ...

    def coverage(self) -> Coverage:
        """Return how the registers stand against the targets."""
        ...

    def sheltering(self, incident: str, *, limit: int = 100) -> Sheltering | None:
        """Return where the people an incident touches can be sent; None for an unknown incident."""
        ...

    def history(self, register: str, entry: str) -> tuple[HistoryRow, ...]:
        """Return what was ever set about an entry, newest first."""
        ...

    def map_page(self, incident: str | None, now: datetime) -> bytes:
        """Return one HTML file that needs no network: the registers, and an incident if one is named.

        Raises Refused where the libraries for it are not installed, or the incident is unknown.
        """
        ...
