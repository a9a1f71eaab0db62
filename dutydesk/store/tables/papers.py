"""Tables of what was heard, proven, told and written down: facts, notices, replies, tasks, registers, the journal."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, text

from dutydesk.store.tables.base import (
    key,
    metadata,
    row_number,
    small,
    time_or_none,
    times,
    word_or_none,
    words,
)

fact = Table(
    "fact", metadata, key(), *words("callout", "incident", "what", "person"), word_or_none("via"), *times("at"),
    *words("evidence", "act"), Column("n", Integer), *words("source"),
)
Index(None, fact.c.incident)
Index(None, fact.c.callout)

notice = Table(
    "notice", metadata, key(), *words("incident", "person", "number", "what", "text"), *times("due_at"),
    *words("state", "why"), time_or_none("lease_until"), time_or_none("claim_at"), word_or_none("channel"),
)
Index("ix_notice_due", notice.c.claim_at, notice.c.id,
      sqlite_where=text("claim_at IS NOT NULL"), postgresql_where=text("claim_at IS NOT NULL"))
Index(None, notice.c.person, notice.c.due_at)
Index(None, notice.c.incident)

inbound = Table(
    "inbound", metadata, key(), *words("channel", "kind", "number", "text", "call"), *times("received_at"),
    word_or_none("outcome"), *words("state", "understood"),
)
Index(None, inbound.c.state, inbound.c.received_at, inbound.c.id)
Index(None, inbound.c.number, inbound.c.received_at)

code = Table(
    "code", metadata, key("number"), key("code"), key("incident"),
    Column("round", Integer, primary_key=True, autoincrement=False),
    *times("given_at"), small("drill"), time_or_none("free_at"),
)
Index(None, code.c.incident)
Index(None, code.c.number, code.c.free_at)

task = Table(
    "task", metadata, key(), *words("incident", "what", "place", "owner"), *times("due_at"),
    *words("state", "about"),
)
Index(None, task.c.state, task.c.due_at)
Index(None, task.c.incident)

register_change = Table(
    "register_change", metadata, Column("row", row_number, primary_key=True, autoincrement=True),
    *words("register", "entry"), *times("at"), *words("by", "state"), Column("registered", Integer), *words("note"),
    sqlite_autoincrement=True,
)
Index(None, register_change.c.register, register_change.c.entry, register_change.c.row)

drawing = Table(
    "drawing", metadata, key(), Column("version", Integer, primary_key=True, autoincrement=False),
    *words("incident", "sort", "text"), Column("geometry", LargeBinary, nullable=False), *times("at"), *words("by"),
    small("gone"),
)
Index(None, drawing.c.incident)

sent_order = Table("sent_order", metadata, key("token"), *times("at"))

journal = Table(
    "journal", metadata, Column("row", row_number, primary_key=True, autoincrement=True),
    *times("at"), *words("what", "incident", "callout", "person", "facts"),
    Column("seq", row_number, unique=True), *words("seal"), sqlite_autoincrement=True,
)
Index("ix_journal_incident_seq", journal.c.incident, journal.c.seq,
      sqlite_where=text("seq IS NOT NULL"), postgresql_where=text("seq IS NOT NULL"))

journal_head = Table(
    "journal_head", metadata, Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", row_number, nullable=False), *words("seal"), time_or_none("sealed_at"),
    CheckConstraint("id = 1", name="one"),
)
