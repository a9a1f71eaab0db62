"""The journal, its sealer, the settings, and when the next thing is due."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, literal, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from dutydesk.domain.journal import Head, seal_words, written
from dutydesk.domain.records import JournalRow
from dutydesk.domain.values import Via
from dutydesk.ports.store import Waiting
from dutydesk.store.bulk import adding, changing
from dutydesk.store.codec import dump, load, micros, moment, moment_or_none, way_of
from dutydesk.store.dialect import SQLITE, Dialect
from dutydesk.store.session import Session
from dutydesk.store.tables import (
    CLASSES,
    ask,
    callout,
    document,
    inbound,
    journal,
    journal_head,
    notice,
    setting,
    task,
)


def _read(row: Any) -> JournalRow:
    number, at, what, incident, callout_, person, facts, seq, mark = row
    return JournalRow(moment(at), what, incident, callout_, person, load(facts), number, seq, mark)


def _new(it: JournalRow) -> dict[str, Any]:
    return {"at": micros(it.at), "what": it.what, "incident": it.incident, "callout": it.callout,
            "person": it.person, "facts": dump(dict(it.facts)), "seal": ""}


class JournalSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        j = journal.c
        self.after = (select(*j).where(j.seq > bindparam("after")).order_by(j.seq).limit(bindparam("most")))
        self.after_of = self.after.where(j.incident == bindparam("incident"))
        self.unsealed = (select(j.row, j.at, j.what, j.incident, j.callout, j.person, j.facts)
                         .where(j.seq.is_(None)).order_by(j.row).limit(bindparam("most")))
        self.count_unsealed = select(func.count()).select_from(journal).where(j.seq.is_(None))
        self.note = adding(dialect, journal, leave_out=("row", "seq"))
        self.mark = changing(dialect, journal, ["seq", "seal"], by=("row",), only=[j.seq.is_(None)])
        self.head = select(journal_head.c.seq, journal_head.c.seal, journal_head.c.sealed_at)
        self.claim_head = dialect.claim(self.head)
        self.keep_head = (update(journal_head)
                          .values(seq=bindparam("b_seq"), seal=bindparam("b_seal"), sealed_at=bindparam("now")))
        self.setting = select(setting.c.value).where(setting.c.name == bindparam("name"))
        kind = sqlite.insert if dialect.name == SQLITE else postgresql.insert
        put = kind(setting)
        self.set_setting = put.on_conflict_do_update(
            index_elements=["name"], set_={"value": put.excluded.value})
        first = union_all(*_firsts()).subquery()
        self.next_due = select(func.min(first.c.at))
        self.waiting = union_all(*_heads())


ASKED = tuple(via for via in Via if via is not Via.PAGE)   # a page is answered on, nobody is asked by it


def _firsts() -> list[Select[Any]]:
    """Return one look at the head of an index for each way something can be due."""
    firsts = [select(func.min(callout.c.due_at).label("at"))
              .where(callout.c.klass == klass, callout.c.due_at.is_not(None)) for klass in CLASSES]
    firsts += [select(func.min(ask.c.claim_at).label("at"))
               .where(ask.c.klass == klass, ask.c.via == via.value, ask.c.claim_at.is_not(None))
               for klass in CLASSES for via in ASKED]
    return [*firsts, select(func.min(notice.c.claim_at).label("at")).where(notice.c.claim_at.is_not(None)),
            select(func.min(task.c.due_at).label("at")).where(task.c.state == "open")]


def _heads() -> list[Select[Any]]:
    """Return one look at the head of an index for each sort of work: a row (sort, class, way) where any is due."""
    now: BindParameter[Any] = bindparam("now")

    def one(sort: str, klass: int, way: str, some: Select[Any]) -> Any:
        return select(literal(sort), literal(klass), literal(way)).where(some.exists())

    heads = [one("inbound", 0, "", select(inbound.c.id).where(inbound.c.state == "new")),
             one("document", 0, "", select(document.c.hash).where(document.c.state == "waiting")),
             one("notice", 0, "", select(notice.c.id).where(notice.c.claim_at <= now)),
             one("task", 0, "", select(task.c.id).where(task.c.state == "open", task.c.due_at <= now))]
    heads += [one("callout", klass, "", select(callout.c.id).where(callout.c.klass == klass, callout.c.due_at <= now))
              for klass in CLASSES]
    heads += [one("ask", klass, via.value,
                  select(ask.c.id).where(ask.c.klass == klass, ask.c.via == via.value, ask.c.claim_at <= now))
              for klass in CLASSES for via in ASKED]
    return heads


class JournalReads(Session):
    """Reading the journal and the settings."""

    def setting(self, name: str) -> Any:
        """Return a setting, None if it was never set."""
        row = self.first(self.home.statements(JournalSql).setting, {"name": name})
        return None if row is None else json.loads(row[0])

    def journal(self, *, after: int = 0, limit: int = 1000, incident: str | None = None) -> list[JournalRow]:
        """Return sealed rows with `seq > after` in order of `seq`."""
        sql = self.home.statements(JournalSql)
        values: dict[str, Any] = {"after": after, "most": limit}
        if incident is None:
            return [_read(row) for row in self.rows(sql.after, values)]
        return [_read(row) for row in self.rows(sql.after_of, {**values, "incident": incident})]

    def journal_head(self) -> Head:
        """Return the last sealed row, to be printed on a handover."""
        seq, mark, _ = self.first(self.home.statements(JournalSql).head)
        return Head(seq, mark)

    def unsealed(self) -> int:
        """Return how many rows of the journal wait for their seal."""
        count: int = self.first(self.home.statements(JournalSql).count_unsealed)[0]
        return count

    def next_due(self) -> datetime | None:
        """Return the earliest time any callout, ask, notice or open task is due."""
        return moment_or_none(self.first(self.home.statements(JournalSql).next_due)[0])

    def waiting(self, now: datetime) -> Waiting:
        """Return what is due now, looked up in one statement."""
        rows = self.rows(self.home.statements(JournalSql).waiting, {"now": micros(now)})
        sorts = {row[0] for row in rows}
        return Waiting("inbound" in sorts, "document" in sorts,
                       frozenset(row[1] for row in rows if row[0] == "callout"),
                       frozenset((row[1], way_of(row[2])) for row in rows if row[0] == "ask"), "notice" in sorts,
                       "task" in sorts)


class JournalWrites(JournalReads):
    """Writing the journal and the settings."""

    def set_setting(self, name: str, value: Any) -> None:
        """Keep a setting (a JSON value)."""
        self.change(self.home.statements(JournalSql).set_setting, {"name": name, "value": dump(value)})

    def note(self, rows: Sequence[JournalRow]) -> None:
        """Write journal rows, unsealed."""
        self.many(self.home.statements(JournalSql).note, [_new(each) for each in rows])

    def seal(self, now: datetime, limit: int) -> int:
        """Give unsealed rows their `seq` and seal; return how many.

        1. Take the head; another sealer at work means nothing to do.
        2. Take what is committed and unsealed, in order of writing. A row whose transaction ends later comes
           later, whatever its number: `seq` is the order of sealing and has no holes.
        3. Chain them, write them, write the head.
        """
        sql = self.home.statements(JournalSql)
        head = self.first(sql.claim_head)
        if head is None:
            return 0
        seq, mark = head[0], head[1]
        marks = []
        for row in self.rows(sql.unsealed, {"most": limit}):
            seq += 1
            number, at, *words, facts = row
            mark = seal_words(mark, seq, (written(moment(at)), *words), facts, self.home.key)   # facts are canonical
            marks.append({"b_row": number, "seq": seq, "seal": mark})
        if marks:
            self.many(sql.mark, marks)
            self.change(sql.keep_head, {"b_seq": seq, "b_seal": mark, "now": micros(now)})
        return len(marks)
