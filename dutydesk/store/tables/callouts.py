"""Tables of the heart: policies, callouts, asks, calls.

A timer is a nullable column with a partial index `WHERE ... IS NOT NULL`: an index on a state's name is not used
for a bound parameter, and the claim of a million rows becomes a scan. `ask.claim_at` is `due_at` while the ask is
queued and NULL ever after; `call.lease_until` is NULL once the call is over.
"""

from __future__ import annotations

from sqlalchemy import Index, Table, text

from dutydesk.store.tables.base import (
    counts,
    key,
    known_class,
    metadata,
    small,
    time_or_none,
    times,
    word_or_none,
    words,
)

policy = Table("policy", metadata, key("hash"), *words("body"))

callout = Table(
    "callout", metadata, key(), *words("incident", "post", "place"), *counts("round"),
    small("colour"), small("klass"), *words("policy"), *times("opened_at"), *words("state"),
    word_or_none("closed_as"), *counts("step", "climb", "tries"),
    time_or_none("due_at"), time_or_none("called_at"), time_or_none("answered_at"), time_or_none("acted_at"),
    *words("taken_by"), *counts("version"), *words("memo"), known_class(),
)
Index("ix_callout_due", callout.c.klass, callout.c.due_at, callout.c.id,
      sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL"))
Index(None, callout.c.incident, callout.c.post)

ask = Table(
    "ask", metadata, key(), *words("callout", "incident"), *counts("round"),
    *words("place", "person", "role", "number", "via"), *counts("step", "climb", "tries"), small("klass"),
    *times("due_at"), *words("state"), word_or_none("call"), word_or_none("outcome"), time_or_none("claim_at"),
    *words("why"), known_class(),
)
Index("ix_ask_due", ask.c.klass, ask.c.via, ask.c.claim_at, ask.c.id,
      sqlite_where=text("claim_at IS NOT NULL"), postgresql_where=text("claim_at IS NOT NULL"))
Index("ix_ask_group", ask.c.person, ask.c.incident, ask.c.round, ask.c.via,
      sqlite_where=text("claim_at IS NOT NULL"), postgresql_where=text("claim_at IS NOT NULL"))
Index(None, ask.c.callout)
Index(None, ask.c.number, ask.c.due_at)

call = Table(
    "call", metadata, key(), *words("incident"), *counts("round"), *words("person", "number", "via", "channel"),
    small("klass"), *words("text", "code", "asks", "places"), *times("created_at"), *words("state", "lease"),
    time_or_none("lease_until"), time_or_none("handed_at"), word_or_none("outcome"), *words("provider"),
    word_or_none("template"),
)
Index("ix_call_lease", call.c.lease_until,
      sqlite_where=text("lease_until IS NOT NULL"), postgresql_where=text("lease_until IS NOT NULL"))
Index(None, call.c.number, call.c.created_at)
Index("ix_call_ref", call.c.provider, sqlite_where=text("provider >= '@' AND provider < 'A'"),
      postgresql_where=text("provider >= '@' AND provider < 'A'"))
Index(None, call.c.incident)
