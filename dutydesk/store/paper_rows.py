"""Facts, notices, what was heard, reply codes and tasks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, null, select, union_all, update

from dutydesk.domain.records import Code, Fact, Inbound, NoticeRow, Task
from dutydesk.store.bulk import adding, changing
from dutydesk.store.codec import (
    clean,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
    outcome_of,
    via_of,
)
from dutydesk.store.dialect import Dialect
from dutydesk.store.session import Session
from dutydesk.store.tables import ask, code, fact, inbound, notice, task

_NOTICE = [column for column in notice.c if column.name != "claim_at"]


def _fact(row: Any) -> Fact:
    id_, callout, incident, what, person, via, at, evidence, act, n, source = row
    return Fact(id_, callout, incident, what, person, via_of(via), moment(at), evidence, act, n, source)


def _new_fact(it: Fact) -> dict[str, Any]:
    return {
        "id": it.id, "callout": it.callout, "incident": it.incident, "what": it.what, "person": it.person,
        "via": None if it.via is None else it.via.value, "at": micros(it.at), "evidence": clean(it.evidence),
        "act": it.act, "n": it.n, "source": clean(it.source),
    }


def _notice(row: Any) -> NoticeRow:
    id_, incident, person, number, what, text, due, state, why, lease_until, channel = row
    return NoticeRow(id_, incident, person, number, what, text, moment(due), state, why,
                     moment_or_none(lease_until), channel or "")


def _new_notice(it: NoticeRow) -> dict[str, Any]:
    due = micros(it.due_at)
    return {
        "id": it.id, "incident": it.incident, "person": it.person, "number": it.number, "what": it.what,
        "text": clean(it.text), "due_at": due, "state": it.state, "why": it.why,
        "lease_until": micros_or_none(it.lease_until), "claim_at": due if it.state == "queued" else None,
        "channel": it.channel or None,
    }


def _inbound(row: Any) -> Inbound:
    id_, channel, kind, number, text, call, received, outcome, state, understood = row
    return Inbound(id_, channel, kind, number, text, call, moment(received), outcome_of(outcome), state,
                   understood)


def _new_inbound(it: Inbound) -> dict[str, Any]:
    return {
        "id": clean(it.id), "channel": it.channel, "kind": it.kind, "number": clean(it.number),
        "text": clean(it.text), "call": clean(it.call), "received_at": micros(it.received_at),
        "outcome": None if it.outcome is None else it.outcome.value, "state": it.state,
        "understood": clean(it.understood),
    }


def _code(row: Any) -> Code:
    number, letter, incident, round_, given, drill, free = row
    return Code(number, letter, incident, round_, moment(given), bool(drill), moment_or_none(free))


def _task(row: Any) -> Task:
    id_, incident, what, place, owner, due, state, about = row
    return Task(id_, incident, what, place, owner, moment(due), state, about)


def _new_task(it: Task) -> dict[str, Any]:
    return {"id": it.id, "incident": it.incident, "what": clean(it.what), "place": it.place, "owner": it.owner,
            "due_at": micros(it.due_at), "state": it.state, "about": clean(it.about)}


class PaperSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        f, n, i, k, t = fact.c, notice.c, inbound.c, code.c, task.c
        self.facts = select(*f).where(f.incident == bindparam("incident")).order_by(f.at, f.id)
        self.facts_on = (select(*f).where(dialect.among(f.callout, "callouts")).order_by(f.at, f.id))
        self.add_facts = adding(dialect, fact, known=True)
        notices = select(*_NOTICE)
        self.notices_since = (
            notices.where(n.person == bindparam("person"), n.due_at >= bindparam("since"))
            .order_by(n.due_at, n.id))
        self.notices_of = notices.where(n.incident == bindparam("incident")).order_by(n.due_at, n.id)
        self.add_notices = adding(dialect, notice, known=True)
        self.claim_notices = dialect.claim(
            notices.where(n.claim_at <= bindparam("now")).order_by(n.claim_at, n.id).limit(bindparam("most")))
        self.lease_notices = (update(notice).where(dialect.among(n.id, "ids"))
                              .values(state="sending", lease_until=bindparam("at"), claim_at=bindparam("at")))
        self.finish_notice = (update(notice).where(n.id == bindparam("b_id"))
                              .values(state=bindparam("now_is"), why=bindparam("reason"), lease_until=null(),
                                      claim_at=null()))
        self.finish_notices = changing(dialect, notice, ["state", "why", "channel", "claim_at"],
                                       fixed={"lease_until": None})
        self.inbound = (select(*i).where(i.state == bindparam("state"))
                        .order_by(i.received_at, i.id).limit(bindparam("most")))
        self.claim_inbound = dialect.claim(self.inbound)
        self.inbound_of = (select(*i).where(i.number == bindparam("number"))
                           .order_by(i.received_at.desc(), i.id.desc()).limit(bindparam("most")))
        self.inbound_since = (select(*i).where(i.state.in_(("new", "done", "waiting", "open")),
                                               i.received_at >= bindparam("since"))
                              .order_by(i.received_at, i.id))
        self.add_inbound = adding(dialect, inbound, known=True)
        self.finish_inbound = changing(dialect, inbound, ["understood", "state"])
        self.shelve = update(inbound).where(dialect.among(i.id, "ids")).values(state="waiting")
        self.wake = (update(inbound).where(i.state == "waiting", dialect.among(i.call, "refs"))
                     .values(state="new"))
        # The number is no plain column here, so that the few open rows are found first, and usually there are none.
        self.reopen_inbound = (
            update(inbound).where(i.state == "open", i.received_at > bindparam("since"),
                                  (i.number + "").in_(select(ask.c.number).where(
                                      dialect.among(ask.c.callout, "callouts"))))
            .values(state="new"))
        bound = select(*k).where(dialect.among(k.number, "numbers"))
        living = union_all(bound.where(k.free_at.is_(None)), bound.where(k.free_at > bindparam("living"))).subquery("l")
        self.codes = select(living).order_by(*(living.c[name] for name in ("given_at", "number", "incident", "round",
                                                                            "code")))
        self.add_codes = adding(dialect, code, known=True)
        self.free_codes = (update(code).where(k.incident == bindparam("b_incident"))
                           .values(free_at=bindparam("at")))
        self.tasks = select(*t).order_by(t.due_at, t.id)
        self.due_tasks = self.tasks.where(t.state == "open", t.due_at <= bindparam("now"))
        self.add_tasks = adding(dialect, task, known=True)
        self.save_task = update(task).where(t.id == bindparam("b_id"))


class PaperReads(Session):
    """Looking up what was heard, proven and told."""

    def facts_of(self, incident: str) -> list[Fact]:
        """Return the facts of an incident in order of time."""
        return [_fact(row) for row in self.rows(self.home.statements(PaperSql).facts, {"incident": incident})]

    def facts_on(self, callouts: Iterable[str]) -> list[Fact]:
        """Return the facts about these callouts in order of time."""
        values = {"callouts": self.home.dialect.many(list(callouts))}
        return [_fact(row) for row in self.rows(self.home.statements(PaperSql).facts_on, values)]

    def codes_of(self, numbers: Iterable[str], *, living: datetime) -> list[Code]:
        """Return the codes bound to these phones that were not free again at `living`, oldest first."""
        values = {"numbers": self.home.dialect.many(list(numbers)), "living": micros(living)}
        return [_code(row) for row in self.rows(self.home.statements(PaperSql).codes, values)]

    def notices_since(self, person: str, since: datetime) -> list[NoticeRow]:
        """Return the notices to a person due at `since` or later, whatever became of them."""
        values = {"person": person, "since": micros(since)}
        return [_notice(row) for row in self.rows(self.home.statements(PaperSql).notices_since, values)]

    def notices_of(self, incident: str) -> list[NoticeRow]:
        """Return the notices of an incident in order of time."""
        values = {"incident": incident}
        return [_notice(row) for row in self.rows(self.home.statements(PaperSql).notices_of, values)]

    def inbound(self, state: str, limit: int) -> list[Inbound]:
        """Return what was heard and is in a state, oldest first."""
        values = {"state": state, "most": limit}
        return [_inbound(row) for row in self.rows(self.home.statements(PaperSql).inbound, values)]

    def inbound_of(self, number: str, limit: int = 100) -> list[Inbound]:
        """Return the newest that was heard from a number, newest first."""
        values = {"number": number, "most": limit}
        return [_inbound(row) for row in self.rows(self.home.statements(PaperSql).inbound_of, values)]

    def inbound_since(self, since: datetime) -> list[Inbound]:
        """Return all that was heard at `since` or later, whatever became of it, oldest first."""
        return [_inbound(row) for row in self.rows(self.home.statements(PaperSql).inbound_since,
                                                   {"since": micros(since)})]

    def tasks(self, *, incident: str | None = None, open_only: bool = True) -> list[Task]:
        """Return tasks in order of their time; a late one is still open."""
        wanted = self.home.statements(PaperSql).tasks
        if incident is not None:
            wanted = wanted.where(task.c.incident == incident)
        if open_only:
            wanted = wanted.where(task.c.state.in_(("open", "late")))
        return [_task(row) for row in self.rows(wanted)]

    def due_tasks(self, now: datetime) -> list[Task]:
        """Return open tasks whose time has come and that were not told as late yet."""
        return [_task(row) for row in self.rows(self.home.statements(PaperSql).due_tasks, {"now": micros(now)})]


class PaperWrites(PaperReads):
    """Keeping what was heard, proven and told."""

    def add_facts(self, facts: Sequence[Fact]) -> int:
        """Store facts; known ids are left alone. Return how many were new."""
        return self.many(self.home.statements(PaperSql).add_facts, [_new_fact(each) for each in facts])

    def add_notices(self, notices: Sequence[NoticeRow]) -> int:
        """Store notices; known ids are left alone. Return how many were new."""
        return self.many(self.home.statements(PaperSql).add_notices, [_new_notice(each) for each in notices])

    def claim_notices(self, now: datetime, limit: int, lease_until: datetime) -> list[NoticeRow]:
        """Turn due notices into sending until `lease_until` and return them, longest due first.

        One whose lease ran out unfinished is due again.
        """
        sql = self.home.statements(PaperSql)
        rows = self.rows(sql.claim_notices, {"now": micros(now), "most": limit})
        if rows:
            ids = self.home.dialect.many([row[0] for row in rows])
            self.change(sql.lease_notices, {"ids": ids, "at": micros(lease_until)})
        return [_notice((*row[:7], "sending", row[8], micros(lease_until), row[10])) for row in rows]

    def finish_notice(self, id: str, state: str, why: str = "") -> None:
        """End a notice: sent, or dropped with the reason."""
        self.change(self.home.statements(PaperSql).finish_notice, {"b_id": id, "now_is": state, "reason": why})

    def finish_notices(self, ended: Sequence[NoticeRow]) -> None:
        """End many notices, given as they are now."""
        self.many(self.home.statements(PaperSql).finish_notices,
                  [{"b_id": it.id, "state": it.state, "why": clean(it.why), "channel": it.channel or None,
                    "claim_at": micros(it.lease_until or it.due_at) if it.state == "queued" else None}
                   for it in ended])

    def add_inbound(self, rows: Sequence[Inbound]) -> int:
        """Store what was heard; known ids are left alone. Return how many were new."""
        return self.many(self.home.statements(PaperSql).add_inbound, [_new_inbound(each) for each in rows])

    def claim_inbound(self, limit: int) -> list[Inbound]:
        """Lock new inbound rows in order of `received_at`, `id`."""
        values = {"state": "new", "most": limit}
        return [_inbound(row) for row in self.rows(self.home.statements(PaperSql).claim_inbound, values)]

    def shelve_inbound(self, ids: Iterable[str]) -> None:
        """Put rows aside until their call is known."""
        self.change(self.home.statements(PaperSql).shelve, {"ids": self.home.dialect.many(list(ids))})

    def wake_inbound(self, refs: Iterable[str]) -> int:
        """Take up what was put aside for calls of these names; return how much."""
        return self.change(self.home.statements(PaperSql).wake, {"refs": self.home.dialect.many(list(refs))})

    def finish_inbound(self, id: str, understood: str) -> None:
        """Mark an inbound row done, with what was understood."""
        self.finish_inbounds({id: understood})

    def finish_inbounds(self, understood: Mapping[str, str], open: Collection[str] = ()) -> None:
        """Mark inbound rows done, with what was understood of each; those in `open` may be read again."""
        self.many(self.home.statements(PaperSql).finish_inbound,
                  [{"b_id": id_, "understood": clean(words), "state": "open" if id_ in open else "done"}
                   for id_, words in understood.items()])

    def reopen_inbound(self, callouts: Iterable[str], since: datetime) -> int:
        """Put the open rows of phones asked for these callouts, received after `since`, into the queue again."""
        values = {"callouts": self.home.dialect.many(list(callouts)), "since": micros(since)}
        return self.change(self.home.statements(PaperSql).reopen_inbound, values)

    def add_codes(self, codes: Sequence[Code]) -> None:
        """Bind codes; those already bound so are left alone."""
        self.many(self.home.statements(PaperSql).add_codes, [
            {"number": it.number, "code": it.code, "incident": it.incident, "round": it.round,
             "given_at": micros(it.given_at), "drill": int(it.drill), "free_at": micros_or_none(it.free_at)}
            for it in codes])

    def free_codes(self, incident: str, free_at: datetime) -> None:
        """Let the codes of an incident be given anew from `free_at`."""
        self.change(self.home.statements(PaperSql).free_codes, {"b_incident": incident, "at": micros(free_at)})

    def add_tasks(self, tasks: Sequence[Task]) -> int:
        """Store tasks; known ids are left alone. Return how many were new."""
        return self.many(self.home.statements(PaperSql).add_tasks, [_new_task(each) for each in tasks])

    def save_task(self, task: Task) -> None:
        """Change a task."""
        row = _new_task(task)
        row["b_id"] = row.pop("id")
        self.change(self.home.statements(PaperSql).save_task, row)
