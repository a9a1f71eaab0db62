"""Calls: started with their asks, fenced by a lease, ended once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, insert, null, or_, select, update

from dutydesk.domain.records import Call
from dutydesk.domain.values import Outcome
from dutydesk.errors import Conflict
from dutydesk.store.codec import (
    clean,
    dump_words,
    load_words,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
    outcome_of,
    way_of,
)
from dutydesk.store.dialect import Dialect
from dutydesk.store.session import Session
from dutydesk.store.tables import ask, call

_FINAL = [each.value for each in Outcome if each.final]


def _new(it: Call) -> dict[str, Any]:
    return {
        "id": it.id, "incident": it.incident, "round": it.round, "person": it.person, "number": it.number,
        "via": it.via.value, "channel": it.channel, "klass": it.klass, "text": clean(it.text), "code": it.code,
        "asks": dump_words(it.asks), "places": dump_words(it.places), "created_at": micros(it.created_at),
        "state": it.state, "lease": it.lease, "lease_until": micros_or_none(it.lease_until),
        "handed_at": micros_or_none(it.handed_at),
        "outcome": None if it.outcome is None else it.outcome.value, "provider": clean(it.provider),
    }


def _read(row: Any) -> Call:
    (id_, incident, round_, person, number, via, channel, klass, text, code, asks, places, created, state, lease,
     lease_until, handed, outcome, provider) = row
    return Call(id_, incident, round_, person, number, way_of(via), channel, klass, text, code, load_words(asks),
                load_words(places), moment(created), state, lease, moment_or_none(lease_until),
                moment_or_none(handed), outcome_of(outcome), provider)


class CallSql:
    """The statements. A final outcome is never replaced by one that is not: receipts overtake hand-overs."""

    def __init__(self, dialect: Dialect) -> None:
        c = call.c
        every = select(*c)
        told = bindparam("told", type_=c.outcome.type)
        self.by_id = every.where(c.id == bindparam("id"))
        self.to = (every.where(c.number == bindparam("number"), c.created_at >= bindparam("since"))
                   .order_by(c.created_at, c.id))
        self.of = every.where(c.incident == bindparam("incident")).order_by(c.created_at, c.id)
        self.overdue = dialect.claim(
            every.where(c.lease_until <= bindparam("now")).order_by(c.lease_until, c.id).limit(bindparam("most")))
        self.start = insert(call)
        self.send = (
            update(ask).where(ask.c.id == bindparam("b_ask"), ask.c.state == "queued")
            .values(state="sending", call=bindparam("b_call"), claim_at=null()))
        self.finish = (
            update(call)
            .where(c.id == bindparam("b_id"), c.lease == bindparam("b_lease"), c.state == "sending")
            .values(state=bindparam("now_is"), lease_until=null(), handed_at=bindparam("handed"),
                    provider=bindparam("theirs"),
                    outcome=case((c.outcome.in_(_FINAL), c.outcome), else_=told))
            .returning(c.asks))
        self.follow = (
            update(ask).where(dialect.among(ask.c.id, "ids"))
            .values(state=bindparam("now_is"),
                    outcome=case((ask.c.outcome.in_(_FINAL), ask.c.outcome), else_=told)))
        learn = update(call).where(c.id == bindparam("b_id")).values(outcome=told).returning(c.asks)
        weaker = or_(c.outcome.is_(None), c.outcome.not_in(_FINAL))
        self.learn_final, self.learn = learn, learn.where(weaker)
        self.pass_on = update(ask).where(dialect.among(ask.c.id, "ids")).values(outcome=told)


class CallReads(Session):
    """Looking calls up."""

    def call(self, id: str) -> Call | None:
        """Return the call with that id."""
        row = self.first(self.home.statements(CallSql).by_id, {"id": id})
        return None if row is None else _read(row)

    def calls_to(self, number: str, *, since: datetime) -> list[Call]:
        """Return calls to a number created at `since` or later, oldest first."""
        values = {"number": number, "since": micros(since)}
        return [_read(row) for row in self.rows(self.home.statements(CallSql).to, values)]

    def calls_of(self, incident: str) -> list[Call]:
        """Return the calls of an incident, oldest first."""
        return [_read(row) for row in self.rows(self.home.statements(CallSql).of, {"incident": incident})]


class CallWrites(CallReads):
    """Keeping calls and the asks they carry."""

    def start_calls(self, calls: Sequence[Call]) -> None:
        """Write calls and turn their asks from queued to sending; raises Conflict if one is queued no more."""
        sql = self.home.statements(CallSql)
        self.change(sql.start, [_new(each) for each in calls])
        asks = [{"b_ask": each, "b_call": it.id} for it in calls for each in it.asks]
        if self.change(sql.send, asks) != len(asks):
            raise Conflict("an ask was withdrawn or taken by another worker; claim again")

    def claim_overdue_calls(self, now: datetime, limit: int) -> list[Call]:
        """Lock calls still sending whose lease ran out, longest overdue first."""
        values = {"now": micros(now), "most": limit}
        return [_read(row) for row in self.rows(self.home.statements(CallSql).overdue, values)]

    def finish_call(self, id: str, lease: str, *, state: str, outcome: Outcome, handed_at: datetime | None,
                    provider: str = "") -> bool:
        """End a sending call if the lease still stands; tell whether it did.

        Its asks follow: `dropped` when the call failed, `handed` otherwise (unknown counts as handed).
        """
        sql = self.home.statements(CallSql)
        row = self.first(sql.finish, {"b_id": id, "b_lease": lease, "now_is": state, "told": outcome.value,
                                      "handed": micros_or_none(handed_at), "theirs": clean(provider)})
        if row is None:
            return False
        ids = self.home.dialect.many(load_words(row[0]))
        follows = "dropped" if state == "failed" else "handed"
        self.change(sql.follow, {"ids": ids, "now_is": follows, "told": outcome.value})
        return True

    def set_outcome(self, call: str, outcome: Outcome) -> None:
        """Keep what became of a call, on it and its asks; a final outcome yields only to a final one."""
        sql = self.home.statements(CallSql)
        row = self.first(sql.learn_final if outcome.final else sql.learn,
                         {"b_id": call, "told": outcome.value})
        if row is not None:
            self.change(sql.pass_on, {"ids": self.home.dialect.many(load_words(row[0])), "told": outcome.value})
