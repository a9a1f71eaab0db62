"""Asks: queued, claimed in whole groups, withdrawn, postponed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select, tuple_, update

from dutydesk.domain.records import Ask
from dutydesk.domain.values import Role, Via
from dutydesk.store.bulk import adding
from dutydesk.store.codec import micros, moment, outcome_of, way_of
from dutydesk.store.dialect import Dialect
from dutydesk.store.session import Session
from dutydesk.store.tables import ask

FAIR_AMONG = 20_000   # the longest due asks among which incidents take turns; so many cost some 20 ms

_ROLES = {str(role): role for role in Role}
_COLUMNS = [column for column in ask.c if column.name not in ("claim_at", "why")]


def _new(it: Ask) -> dict[str, Any]:
    due = micros(it.due_at)
    return {
        "id": it.id, "callout": it.callout, "incident": it.incident, "round": it.round, "place": it.place,
        "person": it.person, "role": it.role.value, "number": it.number, "via": it.via.value, "step": it.step,
        "climb": it.climb, "tries": it.tries, "klass": it.klass, "due_at": due, "state": it.state,
        "call": it.call, "outcome": None if it.outcome is None else it.outcome.value,
        "claim_at": due if it.state == "queued" else None, "why": "",
    }


def _read(row: Any) -> Ask:
    (id_, callout_, incident, round_, place, person, role, number, via, step, climb, tries, klass, due, state,
     call, outcome) = row
    return Ask(id_, callout_, incident, round_, place, person, _ROLES[role], number, way_of(via), step, climb,
               tries, klass, moment(due), state, call, outcome_of(outcome))


class AskSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        c = ask.c
        every = select(*_COLUMNS)
        queued = c.state == "queued"
        self.by_ids = every.where(dialect.among(c.id, "ids"))
        self.of = every.where(c.callout == bindparam("callout")).order_by(c.climb, c.tries, c.id)
        self.to = (
            every.where(c.number == bindparam("number"), c.due_at >= bindparam("since"), c.state != "withdrawn")
            .order_by(c.due_at, c.id))
        self.to_any = (
            every.where(dialect.among(c.number, "numbers"), c.due_at >= bindparam("since"), c.state != "withdrawn")
            .order_by(c.due_at, c.id))
        self.add = adding(dialect, ask, known=True)
        taken_back = update(ask).where(queued).values(state="withdrawn", claim_at=None)
        self.withdraw = taken_back.where(c.callout == bindparam("b_callout"))
        self.withdraw_person = self.withdraw.where(c.person == bindparam("b_person"))
        self.withdraw_many = taken_back.where(dialect.among(c.callout, "callouts"))
        self.postpone = (
            update(ask).where(queued, dialect.among(c.id, "ids"))
            .values(due_at=bindparam("at"), claim_at=bindparam("at"), why=bindparam("reason")))
        group = (c.person, c.incident, c.round, c.via)
        heads = (select(*group, c.claim_at, c.id)
                 .where(c.klass == bindparam("klass"), c.via == bindparam("way"), c.claim_at <= bindparam("now"))
                 .order_by(c.claim_at, c.id).limit(bindparam("seen")).subquery())
        first = (select(heads.c.person, heads.c.incident, heads.c.round, heads.c.via)
                 .group_by(heads.c.person, heads.c.incident, heads.c.round, heads.c.via)
                 .order_by(func.min(heads.c.claim_at), func.min(heads.c.id))
                 .limit(bindparam("seen")).subquery())
        self.groups = select(first).where(dialect.take_group(list(first.c))).limit(bindparam("most"))
        self.fair_groups = _fair(dialect)
        self.members = dialect.lock(
            every.where(c.claim_at <= bindparam("now"), tuple_(*group).in_(dialect.listed("groups", group)))
            .order_by(c.id))


def _fair(dialect: Dialect) -> Select[Any]:
    """The groups to take when more is due than can leave: first rings before repeats, incidents in turn."""
    c = ask.c
    heads = (select(c.person, c.incident, c.round, c.via, c.claim_at, c.id,
                    case((c.tries > 1, 1), else_=0).label("again"))
             .where(c.klass == bindparam("klass"), c.via == bindparam("way"), c.claim_at <= bindparam("now"))
             .order_by(c.claim_at, c.id).limit(bindparam("seen")).subquery())
    h = heads.c
    one = (select(h.person, h.incident, h.round, h.via, func.min(h.again).label("again"),
                  func.min(h.claim_at).label("at"), func.min(h.id).label("id"))
           .group_by(h.person, h.incident, h.round, h.via).subquery())
    turn = func.row_number().over(partition_by=[one.c.incident, one.c.again], order_by=[one.c.at, one.c.id])
    first = (select(one.c.person, one.c.incident, one.c.round, one.c.via)
             .order_by(one.c.again, turn, one.c.at, one.c.id).limit(bindparam("taken")).subquery())
    return select(first).where(dialect.take_group(list(first.c))).limit(bindparam("most"))


class AskReads(Session):
    """Looking asks up."""

    def asks(self, ids: Iterable[str]) -> list[Ask]:
        """Return the asks with these ids, in the order of the ids."""
        return self.ordered(self.home.statements(AskSql).by_ids, ids, _read)

    def asks_of(self, callout: str) -> list[Ask]:
        """Return the asks of a callout, in order of climb and try."""
        return [_read(row) for row in self.rows(self.home.statements(AskSql).of, {"callout": callout})]

    def asks_to(self, number: str, *, since: datetime) -> list[Ask]:
        """Return asks to that number due at `since` or later, whatever their state except withdrawn, oldest due
        first.
        """
        values = {"number": number, "since": micros(since)}
        return [_read(row) for row in self.rows(self.home.statements(AskSql).to, values)]

    def asks_to_any(self, numbers: Iterable[str], *, since: datetime) -> list[Ask]:
        """Return asks to any of these numbers; see `asks_to`."""
        values = {"numbers": self.home.dialect.many(list(numbers)), "since": micros(since)}
        return [_read(row) for row in self.rows(self.home.statements(AskSql).to_any, values)]


class AskWrites(AskReads):
    """Keeping asks."""

    def add_asks(self, asks: Sequence[Ask]) -> int:
        """Store asks; known ids are left alone. Return how many were new."""
        return self.many(self.home.statements(AskSql).add, [_new(each) for each in asks])

    def withdraw_asks(self, callout: str, person: str | None = None) -> int:
        """Turn queued asks into withdrawn; those already sending are out of reach. Return how many."""
        sql = self.home.statements(AskSql)
        if person is None:
            return self.change(sql.withdraw, {"b_callout": callout})
        return self.change(sql.withdraw_person, {"b_callout": callout, "b_person": person})

    def withdraw_asks_of(self, callouts: Iterable[str]) -> int:
        """Turn the queued asks of many callouts into withdrawn; return how many."""
        return self.change(self.home.statements(AskSql).withdraw_many,
                           {"callouts": self.home.dialect.many(list(callouts))})

    def claim_asks(self, klass: int, via: Via, now: datetime, limit: int, *, fair: bool = False) -> list[Ask]:
        """Lock due queued asks of one class and way and, with each, all due queued asks of its person, incident,
        round and way, longest due first.

        1. Look at the longest due asks of the class (more than asked for, others may be at work on the first). Where
           more is due than can leave (`fair`), first rings go before repeats, and incidents take turns.
        2. Take the groups they belong to, leaving out those another worker has; at most `limit` groups.
        3. Lock every due ask of these groups, whatever its class. A group is never split.
        """
        sql = self.home.statements(AskSql)
        seen = limit * self.home.dialect.workers
        ticks = micros(now)
        values = {"klass": klass, "way": via.value, "now": ticks, "most": limit}
        if fair:
            groups = self.rows(sql.fair_groups, {**values, "seen": max(seen, FAIR_AMONG), "taken": seen})
        else:
            groups = self.rows(sql.groups, {**values, "seen": seen})
        if not groups:
            return []
        named = self.home.dialect.list_of(groups)
        asks = [_read(row) for row in self.rows(sql.members, {"now": ticks, "groups": named})]
        return sorted(asks, key=lambda each: (each.due_at, each.id))

    def postpone_asks(self, ids: Iterable[str], due_at: datetime, why: str) -> None:
        """Let asks still queued wait until `due_at`; the reason stays with the row."""
        self.change(self.home.statements(AskSql).postpone,
                    {"ids": self.home.dialect.many(list(ids)), "at": micros(due_at), "reason": why})
