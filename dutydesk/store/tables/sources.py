"""Tables of the sources: how each does, what is to be fetched, which places its warnings ever reached."""

from __future__ import annotations

from sqlalchemy import Index, Table, text

from dutydesk.store.tables.base import counts, key, metadata, small, time_or_none, times, words

source_state = Table(
    "source_state", metadata, key(),
    *(time_or_none(name) for name in ("since", "tried_at", "fetched_at", "heard_at")),
    *counts("failures"), *words("error"), time_or_none("silent_at"), time_or_none("lease_until"),
)

address = Table(
    "address", metadata, key("source"), key("url"), small("own"), *words("title"), time_or_none("updated"),
    time_or_none("asked_at"), *counts("depth"), *words("state"), *counts("tries"), time_or_none("due_at"),
    *words("error", "etag", "modified", "document"),
)
Index("ix_address_due", address.c.due_at, address.c.source,
      sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL"))

source_place = Table(
    "source_place", metadata, key("source"), key("place"), *times("first_at"),
)
