"""What all views share: one snapshot, the site it was read with, and callouts made into rows of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, select

from dutydesk.domain.playbook import Policy
from dutydesk.domain.records import Callout, Incident, State
from dutydesk.domain.site import Person, Site
from dutydesk.domain.values import Colour, Kind, Outcome
from dutydesk.ports.shown import CalloutRow
from dutydesk.store.callout_rows import _read as read_callout
from dutydesk.store.codec import load
from dutydesk.store.dialect import Dialect
from dutydesk.store.tables import ask, callout, place
from dutydesk.store.transaction import Reading

OFFICER_POSTS = "%/officer"
#: outcomes that say a number cannot be reached now; any other known outcome says that it can
DARK = (Outcome.FAILED_NOW.value, Outcome.NUMBER_DEAD.value)
_LIT = tuple(each.value for each in Outcome if each.value not in (*DARK, "refused", "limit"))
_OPEN_SILENT = (State.SCHEDULED.value, State.CALLING.value, State.WITH_OFFICER.value)
AWAITS: Mapping[State, str] = {
    State.SCHEDULED: "answer", State.CALLING: "answer", State.ANSWERED: "act", State.REMINDING: "act",
    State.TAKEN_OVER: "report", State.WITH_OFFICER: "officer", State.CLOSED: "",
}


def posts_only() -> ColumnElement[bool]:
    """Callouts of posts, not the officer's own (his alarms)."""
    return callout.c.post.not_like(OFFICER_POSTS)


def counted() -> ColumnElement[bool]:
    """Callouts that count: of posts, each in its latest round (older rounds are history)."""
    later = callout.alias("later")
    newer = exists().where(later.c.incident == callout.c.incident, later.c.post == callout.c.post,
                           later.c.round > callout.c.round)
    return and_(posts_only(), ~newer)


def silent() -> ColumnElement[bool]:
    """未应: open, no answer of its own people, nobody has taken it over."""
    return and_(callout.c.answered_at.is_(None), callout.c.state.in_(_OPEN_SILENT))


def unreachable() -> ColumnElement[bool]:
    """失联: silent, and every number rung so far is dead or cannot be reached now."""
    tried = exists().where(ask.c.callout == callout.c.id, ask.c.outcome.in_(DARK))
    lit = exists().where(ask.c.callout == callout.c.id, ask.c.outcome.in_(_LIT))
    return and_(silent(), tried, ~lit)


class RowSql:
    """The statements of lists of callouts."""

    def __init__(self, dialect: Dialect) -> None:
        c = callout.c
        lost = unreachable().label("lost")
        self.columns: Select[Any] = select(*c, place.c.county, place.c.town, lost).outerjoin(
            place, place.c.id == c.place)
        self.by_ids = self.columns.where(dialect.among(c.id, "ids"))
        self.of_posts = self.columns.where(dialect.among(c.post, "posts"), c.state != State.CLOSED.value)
        self.alarm_memos = select(c.incident, c.memo).where(
            dialect.among(c.incident, "incidents"), c.post.like(OFFICER_POSTS))
        self.waiting = select(c.id, c.incident, c.state, c.policy, c.opened_at, c.answered_at, c.due_at).where(
            dialect.among(c.incident, "incidents"), posts_only(), c.state != State.CLOSED.value)
        self.states = select(c.place, c.state).where(c.incident == bindparam("incident"), counted())


@dataclass(frozen=True)
class Look:
    """One look: a snapshot of the rows, and the site it was read with."""

    reading: Reading
    site: Site

    def person_name(self, id: str) -> str:
        """Return a person's name, or the id of somebody no longer in the site."""
        known = self.site.people.get(id)
        return known.name if known else id

    def place_name(self, id: str) -> str:
        """Return a place's name, or its id."""
        known = self.site.places.get(id)
        return known.name if known else id

    def full_name(self, id: str) -> str:
        """Return a place's name with its town's before it (`苘山镇东庄村`)."""
        known = self.site.places.get(id)
        if known is None or known.level not in ("village", "site"):
            return self.place_name(id)
        town = next((each.name for each in self.site.ancestors(id) if each.kind == "town"), "")
        return town + known.name

    def officer_since(self, incidents: Iterable[str]) -> dict[str, datetime]:
        """Return callout -> since when it stands on its incident's alarm."""
        wanted = list(dict.fromkeys(incidents))
        if not wanted:
            return {}
        sql = self.reading.home.statements(RowSql)
        rows = self.reading.rows(sql.alarm_memos, {"incidents": self.reading.home.dialect.many(wanted)})
        found: dict[str, datetime] = {}
        for _, memo in rows:
            for item in alarm_items(memo):
                if item["callout"]:
                    found[item["callout"]] = datetime.fromisoformat(item["at"])
        return found

    def rows(self, found: Sequence[Any], incidents: Mapping[str, Incident]) -> list[CalloutRow]:
        """Make rows of a list of `RowSql.columns`; callouts of unknown incidents are left out."""
        since = self.officer_since({row[1] for row in found if row[9] == State.WITH_OFFICER.value})
        return [self._row(row, incidents[row[1]], since) for row in found if row[1] in incidents]

    def _row(self, row: Any, incident: Incident, since: Mapping[str, datetime]) -> CalloutRow:
        it = read_callout(row[:-3])
        county, town, lost = row[-3:]
        person = first_seat(self.site, it)
        path = " ".join(self.place_name(each) for each in (county, town) if each and each != it.place)
        policy = self.reading.policy(it.policy)
        return CalloutRow(
            id=it.id, incident=it.incident, number=incident.number, kind=Kind(incident.kind), place=it.place,
            place_name=self.place_name(it.place), path=path, duty=it.post.partition("/")[2], round=it.round,
            colour=Colour(it.colour), state=it.state, closed_as=it.closed_as, step=it.step, climb=it.climb,
            opened_at=it.opened_at, called_at=it.called_at, answered_at=it.answered_at, acted_at=it.acted_at,
            person=person, person_name=self.person_name(person) if person else "",
            taken_by=self.person_name(it.taken_by) if it.taken_by else "", awaits=AWAITS[it.state],
            deadline=deadline(it.state, policy, it.opened_at, it.answered_at, door(it) or it.due_at,
                              since.get(it.id)),
            next_at=it.due_at, unreachable=bool(lost))


def alarm_items(memo: str) -> list[Mapping[str, Any]]:
    """Return what stands on an officer's alarm, from its notebook as stored."""
    items: Mapping[str, Mapping[str, Any]] = load(memo).get("items", {})
    return list(items.values())


def door(it: Callout) -> datetime | None:
    """Return until when a superior who has it must report."""
    told = it.memo.get("door")
    return datetime.fromisoformat(told) if told and it.state is State.TAKEN_OVER else None


def deadline(state: State, policy: Policy, opened: datetime, answered: datetime | None, due: datetime | None,
             since: datetime | None) -> datetime | None:
    """Return when the thing a callout waits for is late: the answer by the end of the ladder, the act by its
    time from the answer, the superior's report by `due`; what is with the officer is late since it came.
    """
    ladder = opened + policy.bound
    match state:
        case State.CLOSED:
            return None
        case State.ANSWERED | State.REMINDING:
            return (answered or opened) + policy.act
        case State.TAKEN_OVER:
            return due or ladder
        case State.WITH_OFFICER:
            return since or ladder
        case _:
            return ladder


def first_seat(site: Site, it: Callout) -> str:
    """Return who holds the post (the seat itself where every seat is asked)."""
    own: Sequence[str] = it.memo.get("seats", ())
    post = site.posts.get(it.post)
    seats = own or (post.seats if post else ())
    return seats[0] if seats else ""


def shown_number(number: str) -> str:
    """Return a number as a screen may show it: imaginary ones whole, others with only their ends."""
    return number if number.startswith("+999") or len(number) < 7 else f"{number[:3]}****{number[-2:]}"


def shown_numbers(person: Person) -> tuple[str, ...]:
    """Return a person's numbers as a screen may show them."""
    return tuple(shown_number(each.number) for each in person.numbers)


def length(span: timedelta) -> str:
    """Return a span in Chinese: `5分钟`, `2小时`, `30秒`."""
    seconds = int(span.total_seconds())
    if seconds % 3600 == 0 and seconds:
        return f"{seconds // 3600}小时"
    return f"{seconds // 60}分钟" if seconds % 60 == 0 else f"{seconds}秒"
