"""What the console shows, as frozen values (the Protocol that delivers them is `dutydesk.ports.views`).

They only tell; nothing here changes a row. Times are aware and UTC, coordinates EPSG:4326, longitude first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime
from typing import Any

from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Colour, Kind, Outcome, Role, Via


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of callouts, each post in its latest round: 应叫 已叫 已应 转达 到岗 转移(人) 未应 失联 待值班员.

    `silent` (未应) has neither an answer nor a taking over and is open; `unreachable` (失联) and
    `with_officer` are parts of it.
    """

    due: int = 0
    called: int = 0
    answered: int = 0
    relayed: int = 0
    on_post: int = 0
    moved: int = 0
    silent: int = 0
    unreachable: int = 0
    with_officer: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @property
    def danger(self) -> int:
        """Coarse rank of how urgently somebody must look; coarse, so that rows seldom change places."""
        return 2 if self.with_officer else 1 if self.unreachable or self.silent else 0


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A county, zone or town of one incident with everything below it; `unfolds` if there is a next level."""

    place: str
    name: str
    level: str
    colour: Colour | None
    tally: Tally
    unfolds: bool


@dataclass(frozen=True, slots=True)
class BoardIncident:
    """One incident on the board, with its rows of the highest level, danger first. `taken_by`: who has its alarm.

    `sent_at` and `received_at` are those of the version the headline is of; None where it was opened by hand.
    """

    id: str
    number: str
    family: str
    kind: Kind
    desk: str
    colour: Colour | None
    opened_at: datetime
    closed_at: datetime | None
    round: int
    headline: str
    tally: Tally
    rows: tuple[BoardRow, ...] = ()
    taken_by: str = ""
    sent_at: datetime | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CalloutRow:
    """One callout in a list. `deadline` is when the thing it waits for is late; `awaits` names that thing:
    answer, act, report (a superior's), officer, or empty when it is closed.
    """

    id: str
    incident: str
    number: str
    kind: Kind
    place: str
    place_name: str
    path: str
    duty: str
    round: int
    colour: Colour
    state: State
    closed_as: Closed | None
    step: int
    climb: int
    opened_at: datetime
    called_at: datetime | None
    answered_at: datetime | None
    acted_at: datetime | None
    person: str
    person_name: str
    taken_by: str
    awaits: str
    deadline: datetime | None
    next_at: datetime | None
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Unfolded:
    """The next level under one place of an incident: lower rows, and the callouts shown one by one."""

    place: str
    rows: tuple[BoardRow, ...]
    callouts: tuple[CalloutRow, ...]


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm no named officer has taken yet; one growing alarm per incident."""

    incident: str
    number: str
    family: str
    kind: Kind
    colour: Colour | None
    text: str
    since: datetime
    places: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a chain, text as received; `document` is the hash of the bytes it came in."""

    id: str
    identifier: str
    msg_type: str
    status: str
    sent: datetime
    received_at: datetime
    colour: Colour
    headline: str
    text: str
    expires: datetime | None
    join: str
    document: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainView:
    """One warning of one office with its versions, newest first, and the places it colours now."""

    id: str
    office: str
    event: str
    source: str
    open: bool
    colour: Colour | None
    places: int
    versions: tuple[VersionView, ...]


@dataclass(frozen=True, slots=True)
class PlaceColour:
    """The colour of one place in an incident and where it comes from (`by`: offices, or 手工 by hand)."""

    place: str
    name: str
    level: str
    colour: Colour
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallView:
    """A call that left, or tried to. `number` is masked unless it is an imaginary one."""

    id: str
    at: datetime
    handed_at: datetime | None
    round: int
    person: str
    person_name: str
    number: str
    via: Via
    channel: str
    state: str
    outcome: Outcome | None
    code: str
    text: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact with the names it needs."""

    at: datetime
    what: str
    act: str
    n: int | None
    person_name: str
    place_name: str
    via: Via | None
    evidence: str
    callout: str


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with its owner's and its place's names."""

    id: str
    incident: str
    what: str
    place_name: str
    owner: str
    due_at: datetime
    state: str
    about: str


@dataclass(frozen=True, slots=True)
class JournalView:
    """A sealed journal row. The journal itself holds ids only; `person_name` is looked up for the screen."""

    seq: int
    at: datetime
    what: str
    incident: str
    number: str
    callout: str
    person: str
    person_name: str
    facts: Mapping[str, Any]
    seal: str


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """An incident as its page shows it at the top; the long lists come one by one."""

    head: BoardIncident
    chains: tuple[ChainView, ...]
    colours: tuple[PlaceColour, ...]


@dataclass(frozen=True, slots=True)
class AskView:
    """One ask of a callout: who was asked in which role, how, and what became of it."""

    id: str
    person: str
    person_name: str
    role: Role
    number: str
    via: Via
    step: int
    climb: int
    tries: int
    due_at: datetime
    state: str
    outcome: Outcome | None
    call: str | None


@dataclass(frozen=True, slots=True)
class ReachView:
    """Who was looked up for a step and, where he was left out, why (`why` empty: he was asked)."""

    climb: int
    step: int
    person: str
    person_name: str
    role: str
    why: str


@dataclass(frozen=True, slots=True)
class CalloutPage:
    """Everything about one callout: whom its policy asks, whom it asked, why not others, what is proven."""

    row: CalloutRow
    steps: tuple[str, ...]
    asks: tuple[AskView, ...]
    reach: tuple[ReachView, ...]
    facts: tuple[FactView, ...]
    journal: tuple[JournalView, ...]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A received document; `text` is its beginning read leniently, `cut` tells that there is more."""

    hash: str
    source: str
    name: str
    received_at: datetime
    state: str
    faults: tuple[str, ...]
    size: int
    text: str = ""
    cut: bool = False
    address: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found by the search box: `sort` is `person` or `place`."""

    sort: str
    id: str
    name: str
    about: str
    open_callouts: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may have spoken for the chosen callouts, and for how many of them in which role."""

    person: str
    name: str
    title: str
    role: Role
    covers: int


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person: posts, numbers (masked unless imaginary), open callouts, latest calls."""

    person: str
    name: str
    organisation: str
    title: str
    numbers: tuple[str, ...]
    posts: tuple[str, ...]
    callouts: tuple[CalloutRow, ...]
    calls: tuple[CallView, ...]


@dataclass(frozen=True, slots=True)
class OfficerView:
    """Somebody who may act at the console; `on_duty` now by the roster, in `role`."""

    person: str
    name: str
    role: Role | None
    on_duty: bool


@dataclass(frozen=True, slots=True)
class PhoneOwner:
    """Whose phone a number is: for the list of simulated phones."""

    number: str
    person: str
    name: str
    title: str
    area: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on the map: the worst state of its callouts. Degrees, EPSG:4326."""

    place: str
    name: str
    lon: float
    lat: float
    colour: Colour | None
    state: str


@dataclass(frozen=True, slots=True)
class MapState:
    """What changes on the map of an incident: colour and silent count by county and town, dots below."""

    colours: Mapping[str, Colour] = field(default_factory=dict)
    silent: Mapping[str, int] = field(default_factory=dict)
    due: Mapping[str, int] = field(default_factory=dict)
    dots: tuple[Dot, ...] = ()
