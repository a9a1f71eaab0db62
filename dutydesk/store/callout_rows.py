"""Callouts and the policies they follow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from dutydesk.domain.playbook import Policy, Step, Whom
from dutydesk.domain.records import Callout, Closed, State
from dutydesk.domain.values import Via
from dutydesk.errors import Conflict
from dutydesk.store.bulk import adding, changing
from dutydesk.store.codec import (
    colour_of,
    dump,
    load,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
)
from dutydesk.store.dialect import Dialect
from dutydesk.store.session import Session
from dutydesk.store.tables import callout, policy

_STATES = {str(state): state for state in State}
_CLOSED: dict[str | None, Closed | None] = {None: None, **{str(each): each for each in Closed}}
_TICK = timedelta(microseconds=1)


def write_policy(frozen: Policy) -> str:
    """Return a policy as JSON; durations in microseconds."""
    return dump({
        "family": frozen.family,
        "colour": int(frozen.colour),
        "steps": [[list(step.whom), list(step.by), step.tries, step.within // _TICK, step.need, step.officer_sees]
                  for step in frozen.steps],
        "act": frozen.act // _TICK,
        "done_when": frozen.done_when,
        "texts": dict(frozen.texts),
        "repeat": None if frozen.repeat is None else frozen.repeat // _TICK,
    })


def read_policy(body: str) -> Policy:
    """Return the policy of its JSON; it has the hash it had."""
    told = json.loads(body)
    steps = tuple(
        Step(tuple(map(Whom, whom)), tuple(map(Via, by)), tries, within * _TICK, need, sees)
        for whom, by, tries, within, need, sees in told["steps"]
    )
    repeat = told["repeat"]
    return Policy(told["family"], colour_of(told["colour"]), steps, told["act"] * _TICK, told["done_when"],
                  told["texts"], None if repeat is None else repeat * _TICK)


_CHANGING = ("colour", "klass", "policy", "state", "closed_as", "step", "climb", "tries", "due_at", "called_at",
             "answered_at", "acted_at", "taken_by", "memo")


def _changing(it: Callout) -> dict[str, Any]:
    return {
        "colour": int(it.colour), "klass": it.klass, "policy": it.policy, "state": it.state.value,
        "closed_as": None if it.closed_as is None else it.closed_as.value,
        "step": it.step, "climb": it.climb, "tries": it.tries, "due_at": micros_or_none(it.due_at),
        "called_at": micros_or_none(it.called_at), "answered_at": micros_or_none(it.answered_at),
        "acted_at": micros_or_none(it.acted_at), "taken_by": it.taken_by, "memo": dump(it.memo),
    }


def _new(it: Callout) -> dict[str, Any]:
    row = _changing(it)
    row.update(id=it.id, incident=it.incident, post=it.post, place=it.place, round=it.round,
               opened_at=micros(it.opened_at), version=it.version)
    return row


def _changed(it: Callout) -> dict[str, Any]:
    row = _changing(it)
    row.update(version=it.version + 1, b_id=it.id, b_version=it.version)
    return row


def _read(row: Any) -> Callout:
    (id_, incident, post, place, round_, colour, klass, policy_, opened, state, closed, step, climb, tries, due,
     called, answered, acted, taken, version, memo) = row
    return Callout(id_, incident, post, place, round_, colour_of(colour), klass, policy_, moment(opened),
                   _STATES[state], _CLOSED[closed], step, climb, tries, moment_or_none(due),
                   moment_or_none(called), moment_or_none(answered), moment_or_none(acted), taken, version,
                   load(memo))


class CalloutSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        c = callout.c
        every = select(*c)
        of = every.where(c.incident == bindparam("incident")).order_by(c.id)
        living = of.where(c.state != State.CLOSED.value)
        at = living.where(dialect.among(c.post, "posts"))
        self.by_ids = every.where(dialect.among(c.id, "ids")).order_by(c.id)
        self.lock_ids = dialect.lock(self.by_ids)
        self.of, self.living = of, living
        self.lock_living, self.lock_at = dialect.lock(living), dialect.lock(at)
        self.claim = dialect.claim(
            every.where(c.klass == bindparam("klass"), c.due_at <= bindparam("now"))
            .order_by(c.due_at, c.id).limit(bindparam("most")))
        self.insert = adding(dialect, callout)
        self.update = changing(dialect, callout, [*_CHANGING, "version"], by=("id", "version"))
        self.policy = select(policy.c.body).where(policy.c.hash == bindparam("hash"))
        self.add_policy = dialect.insert_new(policy)


class CalloutReads(Session):
    """Looking callouts up."""

    def policy(self, hash: str) -> Policy:
        """Return the policy frozen under that hash; raises KeyError for an unknown one."""
        known = self.home.policies.get(hash)
        if known is None:
            row = self.first(self.home.statements(CalloutSql).policy, {"hash": hash})
            if row is None:
                raise KeyError(hash)
            known = self.home.policies[hash] = read_policy(row[0])
        return known

    def callouts(self, ids: Iterable[str]) -> list[Callout]:
        """Return the callouts with these ids, in the order of the ids."""
        return self.ordered(self.home.statements(CalloutSql).by_ids, ids, _read)

    def callouts_of(self, incident: str, *, open_only: bool = True) -> list[Callout]:
        """Return the callouts of an incident, in order of id."""
        sql = self.home.statements(CalloutSql)
        return [_read(row) for row in self.rows(sql.living if open_only else sql.of, {"incident": incident})]


class CalloutWrites(CalloutReads):
    """Claiming and keeping callouts."""

    def add_policy(self, policy: Policy) -> None:
        """Keep a policy under the hash of its content; a known one is left alone."""
        self.change(self.home.statements(CalloutSql).add_policy,
                    {"hash": policy.hash, "body": write_policy(policy)})

    def claim_callouts(self, klass: int, now: datetime, limit: int) -> list[Callout]:
        """Lock and return due callouts (`due_at <= now`) of one class, longest due first."""
        values: Mapping[str, Any] = {"klass": klass, "now": micros(now), "most": limit}
        return [_read(row) for row in self.rows(self.home.statements(CalloutSql).claim, values)]

    def lock_callouts(self, ids: Iterable[str]) -> list[Callout]:
        """Lock and return the callouts with these ids, in the order of the ids."""
        return self.ordered(self.home.statements(CalloutSql).lock_ids, ids, _read)

    def lock_callouts_of(self, incident: str, *, posts: Iterable[str] | None = None) -> list[Callout]:
        """Lock and return the callouts of an incident that are not closed, in order of id."""
        sql = self.home.statements(CalloutSql)
        if posts is None:
            return [_read(row) for row in self.rows(sql.lock_living, {"incident": incident})]
        wanted = self.home.dialect.many(list(posts))
        return [_read(row) for row in self.rows(sql.lock_at, {"incident": incident, "posts": wanted})]

    def add_callouts(self, callouts: Sequence[Callout]) -> None:
        """Store new callouts; raises Conflict for an id already known: two must never open the same."""
        try:
            self.many(self.home.statements(CalloutSql).insert, [_new(each) for each in callouts])
        except IntegrityError as error:
            raise Conflict("a callout was opened by another worker; claim again") from error

    def save_callouts(self, callouts: Sequence[Callout]) -> None:
        """Change callouts; raises Conflict if the version of any has moved since it was read.

        The row's version is one higher afterwards; the values given are left as they are.
        """
        rows = [_changed(each) for each in callouts]
        if self.many(self.home.statements(CalloutSql).update, rows) != len(rows):
            raise Conflict("a callout was changed by another worker; claim again")
