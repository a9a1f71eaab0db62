"""Tables of what is reported and what it became: documents, versions, chains, incidents."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table, text

from dutydesk.store.tables.base import counts, key, metadata, ordered_text, small, time_or_none, times, words

document = Table(
    "document", metadata, key("hash"), *words("source", "name"), *times("received_at"),
    Column("body", LargeBinary, nullable=False), *words("state", "faults"),
    Column("address", ordered_text, nullable=False, server_default=""),
)
Index(None, document.c.source, document.c.received_at)
Index(None, document.c.state, document.c.received_at, document.c.hash)

version = Table(
    "version", metadata, key(),
    *words("chain", "document", "identifier", "sender", "msg_type", "status"), *times("sent", "received_at"),
    *words("event"), small("colour"), *words("headline", "text"), time_or_none("expires"),
    *words("joined", "content"),
)
Index(None, version.c.chain, version.c.received_at)
Index(None, version.c.identifier)
Index(None, version.c.document)

chain = Table(
    "chain", metadata, key(), *words("office", "event", "family", "source", "status"), small("open"),
    *words("latest"), *times("sent"), time_or_none("expires"), *words("colours"), *counts("version"),
)
Index(None, chain.c.open, chain.c.event)

incident = Table(
    "incident", metadata, key(), *words("number", "desk", "family", "kind"), *times("opened_at"),
    time_or_none("closed_at"), *counts("round"),
    *words("colours", "chains", "renewals", "by_hand", "silent"), *counts("version"),
)
Index("uq_incident_one_open", incident.c.desk, incident.c.family, unique=True,
      sqlite_where=text("closed_at IS NULL AND kind = 'real'"),
      postgresql_where=text("closed_at IS NULL AND kind = 'real'"))
Index("ix_incident_open", incident.c.opened_at,
      sqlite_where=text("closed_at IS NULL"), postgresql_where=text("closed_at IS NULL"))

