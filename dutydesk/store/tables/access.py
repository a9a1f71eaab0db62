"""Tables of users: accounts, logins, and the audit, whose rows can be added and never changed or removed."""

from __future__ import annotations

from sqlalchemy import DDL, CheckConstraint, Column, Index, Integer, Table, event

from dutydesk.store.tables.base import counts, key, metadata, row_number, small, time_or_none, times, words

account = Table(
    "account", metadata, key("name"), *words("role", "person", "password", "salt"), *counts("step", "failed"),
    time_or_none("locked_until"), small("disabled"),
)

login_session = Table("login_session", metadata, key(), *words("account"), *times("at", "seen_at"))
Index(None, login_session.c.account)

audit = Table(
    "audit", metadata, Column("seq", row_number, primary_key=True, autoincrement=False), *times("at"),
    *words("what", "account", "place", "why", "facts", "seal"),
)

audit_head = Table(
    "audit_head", metadata, Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", row_number, nullable=False), *words("seal"), CheckConstraint("id = 1", name="one"),
)

GUARDS = {
    "sqlite": tuple(f"CREATE TRIGGER audit_no_{act} BEFORE {act.upper()} ON audit "
                    "BEGIN SELECT RAISE(ABORT, 'audit rows stay as they are'); END" for act in ("update", "delete")),
    "postgresql": (
        "CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit rows stay as they are'; END $$",
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()"),
}
"""What keeps rows of the audit as they are, whoever asks through this database's users."""

for _name, _statements in GUARDS.items():
    for _statement in _statements:
        event.listen(audit, "after_create", DDL(_statement).execute_if(dialect=_name))  # type: ignore[no-untyped-call]
