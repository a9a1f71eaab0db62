"""Calls: started with their asks, fenced by a lease, ended once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal_column, select
from sqlalchemy.sql.base import Executable

from dutydesk.domain.records import Call
from dutydesk.domain.values import Outcome
from dutydesk.errors import Conflict
from dutydesk.store.bulk import adding, changing
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


def _new(it: Call) -> dict[str, Any]:
    return {
        "id": it.id, "incident": it.incident, "round": it.round, "person": it.person, "number": it.number,
        "via": it.via.value, "channel": it.channel, "klass": it.klass, "text": clean(it.text), "code": it.code,
        "asks": dump_words(it.asks), "places": dump_words(it.places), "created_at": micros(it.created_at),
        "state": it.state, "lease": it.lease, "lease_until": micros_or_none(it.lease_until),
        "handed_at": micros_or_none(it.handed_at),
        "outcome": None if it.outcome is None else it.outcome.value, "provider": clean(it.provider),
        "template": it.template or None,
    }


def _read(row: Any) -> Call:
    (id_, incident, round_, person, number, via, channel, klass, text, code, asks, places, created, state, lease,
     lease_until, handed, outcome, provider, template) = row
    return Call(id_, incident, round_, person, number, way_of(via), channel, klass, text, code, load_words(asks),
                load_words(places), moment(created), state, lease, moment_or_none(lease_until),
                moment_or_none(handed), outcome_of(outcome), provider, template or "")


class CallSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        c = call.c
        every = select(*c)
        self.by_id = every.where(c.id == bindparam("id"))
        self.by_ids = every.where(dialect.among(c.id, "ids"))
        self.by_ref = every.where(c.provider >= literal_column("'@'"), c.provider < literal_column("'A'"),
                                  dialect.among(c.provider, "refs"))
        self.to_any = (every.where(dialect.among(c.number, "numbers"), c.created_at >= bindparam("since"))
                       .order_by(c.created_at, c.id))
        self.to = (every.where(c.number == bindparam("number"), c.created_at >= bindparam("since"))
                   .order_by(c.created_at, c.id))
        self.of = every.where(c.incident == bindparam("incident")).order_by(c.created_at, c.id)
        self.of_late = (every.where(c.incident == bindparam("incident"), c.created_at >= bindparam("since"))
                        .order_by(c.created_at, c.id))
        self.ended_of = self.of_late.where(dialect.among(c.outcome, "outcomes"))
        self.overdue = dialect.claim(
            every.where(c.lease_until <= bindparam("now")).order_by(c.lease_until, c.id).limit(bindparam("most")))
        self.start = adding(dialect, call)
        self.send = changing(dialect, ask, ["call"], fixed={"state": "sending", "claim_at": None},
                             only=[ask.c.state == literal_column("'queued'")])
        known = select(c.id, c.lease, c.outcome, c.asks).where(dialect.among(c.id, "ids")).order_by(c.id)
        self.lock = dialect.lock(known)
        self.lock_sending = dialect.lock(known.where(c.state == "sending"))
        self.finish = changing(dialect, call, ["state", "handed_at", "provider", "outcome"],
                               fixed={"lease_until": None})
        self.follow = changing(dialect, ask, ["state", "outcome"])
        self.learn = changing(dialect, call, ["outcome"])
        self.pass_on = changing(dialect, ask, ["outcome"])


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

    def calls(self, ids: Iterable[str]) -> list[Call]:
        """Return the calls with these ids, in the order of the ids."""
        return self.ordered(self.home.statements(CallSql).by_ids, ids, _read)

    def calls_by_ref(self, refs: Iterable[str]) -> list[Call]:
        """Return the calls their providers know by these ids (`@channel:id`)."""
        values = {"refs": self.home.dialect.many(list(refs))}
        return [_read(row) for row in self.rows(self.home.statements(CallSql).by_ref, values)]

    def calls_to_any(self, numbers: Iterable[str], *, since: datetime) -> list[Call]:
        """Return calls to any of these numbers created at `since` or later, oldest first."""
        values = {"numbers": self.home.dialect.many(list(numbers)), "since": micros(since)}
        return [_read(row) for row in self.rows(self.home.statements(CallSql).to_any, values)]

    def calls_of(self, incident: str, *, since: datetime | None = None) -> list[Call]:
        """Return the calls of an incident, optionally those created at `since` or later, oldest first."""
        sql = self.home.statements(CallSql)
        if since is None:
            return [_read(row) for row in self.rows(sql.of, {"incident": incident})]
        return [_read(row) for row in self.rows(sql.of_late, {"incident": incident, "since": micros(since)})]

    def calls_ended_of(self, incident: str, outcomes: Iterable[Outcome], *, since: datetime) -> list[Call]:
        """Return the calls of an incident created at `since` or later that came to one of these, oldest first."""
        values = {"incident": incident, "since": micros(since),
                  "outcomes": self.home.dialect.many([each.value for each in outcomes])}
        return [_read(row) for row in self.rows(self.home.statements(CallSql).ended_of, values)]


class CallWrites(CallReads):
    """Keeping calls and the asks they carry."""

    def start_calls(self, calls: Sequence[Call]) -> None:
        """Write calls and turn their asks from queued to sending; raises Conflict if one is queued no more."""
        sql = self.home.statements(CallSql)
        self.many(sql.start, [_new(each) for each in calls])
        asks = [{"b_id": each, "call": it.id} for it in calls for each in it.asks]
        if self.many(sql.send, asks) != len(asks):
            raise Conflict("an ask was withdrawn or taken by another worker; claim again")

    def claim_overdue_calls(self, now: datetime, limit: int) -> list[Call]:
        """Lock calls still sending whose lease ran out, longest overdue first."""
        values = {"now": micros(now), "most": limit}
        return [_read(row) for row in self.rows(self.home.statements(CallSql).overdue, values)]

    def finish_call(self, id: str, lease: str, *, state: str, outcome: Outcome, handed_at: datetime | None,
                    provider: str = "") -> bool:
        """End a sending call if the lease still stands; tell whether it did. See `finish_calls`."""
        return bool(self._finish({id: _Ending(lease, state, outcome, micros_or_none(handed_at), provider)}))

    def finish_calls(self, calls: Sequence[Call]) -> list[str]:
        """End sending calls, as they are now, if the lease of each still stands; return the ids of those ended.

        Their asks follow: `dropped` when the call failed, `handed` otherwise (unknown counts as handed).
        A receipt may have come before: a final outcome yields only to a final one.
        """
        return self._finish({it.id: _Ending(it.lease, it.state, it.outcome or Outcome.UNKNOWN,
                                            micros_or_none(it.handed_at), it.provider) for it in calls})

    def _finish(self, endings: Mapping[str, _Ending]) -> list[str]:
        sql = self.home.statements(CallSql)
        calls, asks, ended = [], [], []
        for id_, lease, outcome, carried in self._lock(sql.lock_sending, endings):
            ending = endings[id_]
            if lease != ending.lease:
                continue
            told = _stronger(outcome, ending.outcome)
            calls.append({"b_id": id_, "state": ending.state, "handed_at": ending.handed_at,
                          "provider": clean(ending.provider), "outcome": told})
            follows = "dropped" if ending.state == "failed" else "handed"
            asks += [{"b_id": each, "state": follows, "outcome": told} for each in load_words(carried)]
            ended.append(id_)
        self.many(sql.finish, calls)
        self.many(sql.follow, asks)
        return ended

    def set_outcome(self, call: str, outcome: Outcome) -> None:
        """Keep what became of a call, on it and its asks; a final outcome yields only to a final one."""
        self.set_outcomes({call: outcome})

    def set_outcomes(self, outcomes: Mapping[str, Outcome]) -> None:
        """Keep what became of many calls; see `set_outcome`."""
        sql = self.home.statements(CallSql)
        calls, asks = [], []
        for id_, _, outcome, carried in self._lock(sql.lock, outcomes):
            told = _stronger(outcome, outcomes[id_])
            if told != outcome:
                calls.append({"b_id": id_, "outcome": told})
                asks += [{"b_id": each, "outcome": told} for each in load_words(carried)]
        self.many(sql.learn, calls)
        self.many(sql.pass_on, asks)

    def _lock(self, statement: Executable, calls: Collection[str]) -> Sequence[Any]:
        return self.rows(statement, {"ids": self.home.dialect.many(calls)}) if calls else ()


class _Ending(NamedTuple):
    lease: str
    state: str
    outcome: Outcome
    handed_at: int | None
    provider: str


def _stronger(known: str | None, told: Outcome) -> str:
    """Return the outcome to keep: what is final is not replaced by what is not."""
    before = outcome_of(known)
    return before.value if before is not None and before.final and not told.final else told.value
