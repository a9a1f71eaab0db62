"""What officers do by hand. The engine carries it out; every act names the officer and is journalled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dutydesk.domain.observed import Point
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.team import Readiness
from dutydesk.domain.values import Colour, Kind
from dutydesk.ports.opening import Called, Opening, OpeningPreview


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


@dataclass(frozen=True, slots=True)
class Report:
    """What a caller reports: `event` names the danger, `place` is the id of a place, or `point` says where, in
    EPSG:4326; `caller` is who called, kept with the report and shown nowhere else.
    """

    event: str
    colour: Colour
    place: str = ""
    point: Point | None = None
    text: str = ""
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a report would call: `family` of the danger, how many places it touches, how many persons the first step
    calls, and who (the first step's people first, the list may be cut).
    """

    family: str
    places: int
    at_once: int
    called: tuple[Called, ...]


@dataclass(frozen=True, slots=True)
class CardView:
    """The phone card of a person: his numbers as they are dialled (an officer who must call sees them whole), until
    when the robot stays off them (UTC), and what to read out in some twenty seconds; empty where nothing is asked.
    """

    numbers: tuple[str, ...]
    until: datetime
    script: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """Something drawn, or drawn anew: `id` is the sender's, `version` counts from 1. `sort`: see `domain.drawing`.
    `points` are longitude and latitude, EPSG:4326; `incident` may be empty.
    """

    id: str
    version: int
    incident: str
    sort: str
    text: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Rub:
    """A drawing to be taken off the map, or with `back` its newest change to be taken back. `version` is the new
    one's number.
    """

    id: str
    version: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class ShelterOrder:
    """A shelter to be set; None leaves a thing as it was."""

    id: str
    state: ShelterState | None
    registered: int | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TeamOrder:
    """A team to be set."""

    id: str
    state: Readiness
    note: str = ""


Order = Stroke | Rub | ShelterOrder | TeamOrder


class Hand(Protocol):
    """Each method is durable when it returns, and raises Refused with a sentence saying why.

    `officer` is the person id of whoever acts.
    """

    def take_alarm(self, incident: str, officer: str) -> None:
        """Stop the ringing of an incident's alarm; closes nothing."""
        ...

    def answer_by_phone(self, callouts: Sequence[str], person: str, act: str, n: int | None,
                        officer: str, reporter: str = "", proof: str = "") -> None:
        """Enter what a person said on the phone for one or several callouts. `act`: answer, on_post, moved
        (with `n`, the total so far), patrolled, opened, help, woken, not_found, decline. `reporter` is who told it
        where it was not he himself, `proof` what it rests on (a line of a call sheet, a photo); both stay out of the
        journal.
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

    def open_card(self, person: str, callouts: Sequence[str], officer: str) -> CardView:
        """Keep the robot off a person's phones while the officer talks to him, for as long as the setting
        `card_hold` says, anew at each call.
        """
        ...

    def close_card(self, person: str, officer: str) -> None:
        """Let the robot ring his phones again."""
        ...

    def new_number(self, person: str, number: str, callouts: Sequence[str], officer: str) -> None:
        """Take a number heard on the phone: these callouts ask him there at once where nobody has answered, and a
        task has somebody confirm it. Ends his card.
        """
        ...

    def log_sheet(self, form: str, rows: int, officer: str, areas: Sequence[str] = (), incident: str = "") -> None:
        """Note in the journal that a call sheet of so many places was printed, with numbers in full."""
        ...

    def write_off(self, callout: str, officer: str, why: str) -> None:
        """Close a callout without an answer; `why` is kept."""
        ...

    def stand_down(self, incident: str, officers: Sequence[str], why: str) -> None:
        """Stand all callouts of an incident down; a red wants two different officers."""
        ...

    def correct(self, incident: str, officers: Sequence[str], why: str) -> None:
        """Take back a call made by mistake: everybody called hears so, and why; the incident ends. A red wants two
        different officers.
        """
        ...

    def open_incident(self, kind: Kind, family: str, colour: Colour, places: Sequence[str], officer: str,
                      text: str, area: Sequence[tuple[float, float]] = ()) -> str:
        """Open an incident, or let the open one of that desk, family and kind take the places in; return its id.
        What is opened is told by `Opening`.
        """
        ...

    def preview_opening(self, opening: Opening) -> OpeningPreview:
        """Return whom an opening would call now and what they would read; nothing is stored."""
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

    def verify_fire(self, fire: str, result: str, officers: Sequence[str]) -> None:
        """Enter what was found of a hotspot on the ground: fire, none (lifts it; a red wants two officers),
        unverified (the clock starts anew).
        """
        ...

    def record_fire(self, incident: str, state: str, at: datetime | None, officer: str, text: str = "") -> None:
        """Enter a state of a fire's record (see `domain.fire_record`); no time is now."""
        ...

    def set_shelter(self, shelter: str, state: ShelterState | None, registered: int | None, officer: str,
                    note: str = "") -> None:
        """Open or close a shelter, or count who is in it; None leaves a thing as it was."""
        ...

    def set_team(self, team: str, state: Readiness, officer: str, note: str = "") -> None:
        """Enter what a team is doing."""
        ...

    def send(self, token: str, order: Order, officer: str) -> None:
        """Carry out an order that came over a bad link: one `token` is carried out once, however often it is sent."""
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

    def preview_report(self, report: Report) -> Preview:
        """Return whom a report would call now; nothing is stored. Raises Refused where it cannot be a report."""
        ...

    def take_report(self, report: Report, officer: str) -> str:
        """Take in what a caller reports, as it was confirmed; return the id (hash) of the document that keeps it and
        the time it was received.
        """
        ...

    def preview(self, text: str, exercise: bool) -> tuple[Pasted, ...]:
        """Read a pasted text and tell what it says and whom it would call; nothing is stored."""
        ...

    def paste(self, text: str, exercise: bool, officer: str) -> str:
        """Take a pasted warning in and let it go its way at once; return the hash of its document."""
        ...
