"""The rows of a running desk, as values: what the store keeps and the desks exchange.

Times are aware and UTC. `version` counts changes; saving expects the version that was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from dutydesk.domain.succession import Says
from dutydesk.domain.values import Colour, Kind, Outcome, Role, Via

#: Begins what stands for a call where its provider knows it by its own id only: `@channel:id`, as `Call.provider` and
#: as `Inbound.call`.
REF = "@"


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes as received. `hash` (BLAKE2b-160 hex of source and bytes) is its id; state: waiting, done, bad, held.

    `address`: where it was fetched, empty where it was not.
    """

    hash: str
    source: str
    name: str
    received_at: datetime
    body: bytes
    state: str = "waiting"
    faults: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One alert taken in: a version of its chain. `text` is the wording as received; `join` says how it was
    joined (first, reference, inferred, unlinked).
    """

    id: str
    chain: str
    document: str
    identifier: str
    sender: str
    msg_type: str
    status: str
    sent: datetime
    received_at: datetime
    event: str
    colour: Colour
    headline: str
    text: str
    expires: datetime | None
    join: str
    content: str = ""   # key of text and times: equal content is a duplicate


@dataclass(frozen=True, slots=True)
class Telling:
    """One source's telling of a version: by which document, when, and what it says. `adds`: what it said that no
    source had said before it (places, colour, geometry, text, instruction, expires).
    """

    id: str
    version: str
    source: str
    document: str
    received_at: datetime
    says: Says
    adds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """The last word an officer or the clock had about a chain: `sent` is when the newest version was sent that it was
    about, `ground` what it left of the colours.
    """

    chain: str
    sent: datetime
    ground: Mapping[str, Colour] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chain:
    """The versions of one warning from one office for one event type. `colours`: place -> colour it gives now."""

    id: str
    office: str
    event: str
    family: str
    source: str
    status: str
    open: bool
    latest: str               # identifier of the newest version
    sent: datetime            # of the newest version
    expires: datetime | None
    colours: Mapping[str, Colour] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True, slots=True)
class Incident:
    """One hazard family under one desk. `colours`: place -> its highest colour; `rounds`: post id -> round now.

    `codes` counts the phones' letters no more than that; it is the place for nothing else.
    """

    id: str
    number: str               # readable: 20210720-371000-flood
    desk: str
    family: str
    kind: Kind
    opened_at: datetime
    closed_at: datetime | None = None
    round: int = 0
    colours: Mapping[str, Colour] = field(default_factory=dict)
    chains: tuple[str, ...] = ()
    renewals: Mapping[str, int] = field(default_factory=dict)
    by_hand: Mapping[str, Colour] = field(default_factory=dict)
    silent: Mapping[str, int] = field(default_factory=dict)   # place -> its number in the lists sent to superiors
    version: int = 0


class State(StrEnum):
    """States of a callout."""

    SCHEDULED = "scheduled"
    CALLING = "calling"
    ANSWERED = "answered"
    REMINDING = "reminding"
    TAKEN_OVER = "taken_over"
    WITH_OFFICER = "with_officer"
    CLOSED = "closed"


class Closed(StrEnum):
    """How a callout ended."""

    DONE = "done"
    STOOD_DOWN = "stood_down"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    WRITTEN_OFF = "written_off"


@dataclass(slots=True)
class Callout:
    """叫应 of one post in one round of one incident. `klass` is the claim class (0 officer, 1 red, 2 other,
    3 drill); `memo` is the machine's own notebook (JSON values only).
    """

    id: str
    incident: str
    post: str
    place: str
    round: int
    colour: Colour
    klass: int
    policy: str
    opened_at: datetime
    state: State = State.SCHEDULED
    closed_as: Closed | None = None
    step: int = -1
    climb: int = 0
    tries: int = 0
    due_at: datetime | None = None
    called_at: datetime | None = None
    answered_at: datetime | None = None
    acted_at: datetime | None = None
    taken_by: str = ""
    version: int = 0
    memo: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """Callout x climb x person x way x try. state: queued, sending, handed, withdrawn, dropped."""

    id: str
    callout: str
    incident: str
    round: int
    place: str
    person: str
    role: Role
    number: str
    via: Via
    step: int
    climb: int
    tries: int
    klass: int
    due_at: datetime
    state: str = "queued"
    call: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """The message or ring that carries asks of one person, incident, round and way; `asks` never changes.

    state: sending, handed, failed, unknown. `code` is the reply letter printed in it (or empty), `template` the
    wording it was written with.
    """

    id: str
    incident: str
    round: int
    person: str
    number: str
    via: Via
    channel: str
    klass: int
    text: str
    code: str
    asks: tuple[str, ...]
    places: tuple[str, ...]
    created_at: datetime
    state: str = "sending"
    lease: str = ""
    lease_until: datetime | None = None
    handed_at: datetime | None = None
    outcome: Outcome | None = None
    provider: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Added, never changed: what is proven of a callout. `what`: called, answered, acted, taken_over, relayed..."""

    id: str
    callout: str
    incident: str
    what: str
    person: str
    via: Via | None
    at: datetime
    evidence: str
    act: str = ""
    n: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A line that asks nothing. state: queued, sending, sent, dropped (with `why`). `channel`: it went by last."""

    id: str
    incident: str
    person: str
    number: str
    what: str
    text: str
    due_at: datetime
    state: str = "queued"
    why: str = ""
    lease_until: datetime | None = None
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """Something a provider pushed, stored before it was acknowledged.

    kind: reply (text of an SMS), key (pressed during `call`), receipt (`outcome` of `call`), trouble (`text` says what
    is wrong with the channel, in the words the officer reads). state: new, done, waiting (a receipt that came before
    the provider's own answer to the hand-over).
    `received_at` is the provider's time where it has one: order of processing must not matter.
    state: new, done, or open: read, and read again if what it was judged by turns out otherwise.
    """

    id: str
    channel: str
    kind: str
    number: str
    text: str
    call: str
    received_at: datetime
    outcome: Outcome | None = None
    state: str = "new"
    understood: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A reply letter bound to a phone for one round of one incident."""

    number: str
    code: str
    incident: str
    round: int
    given_at: datetime
    drill: bool = False
    free_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """Work with an owner and a time. state: open, done, late (told once), dropped."""

    id: str
    incident: str
    what: str
    place: str
    owner: str
    due_at: datetime
    state: str = "open"
    about: str = ""


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """One entry of a register as an officer set it: its state from then on, in whole.

    `register`: shelter or team. `registered` counts the people in a shelter; None for a team. `by` is a person id.
    """

    register: str
    entry: str
    at: datetime
    by: str
    state: str
    registered: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A line of the journal. Person ids only, never a name or a number. `seq` and `seal` come from the sealer."""

    at: datetime
    what: str
    incident: str
    callout: str
    person: str
    facts: Mapping[str, Any]
    row: int = 0
    seq: int | None = None
    seal: str = ""
