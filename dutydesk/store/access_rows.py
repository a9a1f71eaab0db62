"""Accounts, logins and the audit in tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from dutydesk.domain.access import Account, LoginSession, UserRole
from dutydesk.domain.audit import AuditRow, audit_key, seal_audit
from dutydesk.domain.journal import Head
from dutydesk.store.codec import clean, dump, load, micros, moment, moment_or_none
from dutydesk.store.dialect import SQLITE, Dialect
from dutydesk.store.session import Session
from dutydesk.store.tables import account, audit, audit_head, login_session


def _account(row: Any) -> Account:
    name, role, person, password, salt, step, failed, locked_until, disabled = row
    return Account(name, UserRole(role), person, password, salt, step, failed, moment_or_none(locked_until),
                   bool(disabled))


def _audit(row: Any) -> AuditRow:
    seq, at, what, account_, place, why, facts, seal = row
    return AuditRow(moment(at), what, account_, place, why, load(facts), seq, seal)


class AccessSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        self.account = select(account).where(account.c.name == bindparam("name"))
        self.accounts = select(account).order_by(account.c.name)
        put = (sqlite.insert if dialect.name == SQLITE else postgresql.insert)(account)
        self.put_account = put.on_conflict_do_update(
            index_elements=["name"],
            set_={each.name: put.excluded[each.name] for each in account.c if each.name != "name"})
        self.session = select(login_session).where(login_session.c.id == bindparam("id"))
        self.add_session = insert(login_session)
        self.touch = update(login_session).where(login_session.c.id == bindparam("b_id")).values(
            seen_at=bindparam("now"))
        self.end = delete(login_session).where(login_session.c.id == bindparam("id"))
        self.end_all = delete(login_session).where(login_session.c.account == bindparam("name"))
        self.older = (select(audit).where(audit.c.seq < bindparam("before")).order_by(audit.c.seq.desc())
                      .limit(bindparam("most")))
        self.after = select(audit).where(audit.c.seq > bindparam("after")).order_by(audit.c.seq).limit(
            bindparam("most"))
        self.next = update(audit_head).values(seq=audit_head.c.seq + 1).returning(audit_head.c.seq, audit_head.c.seal)
        self.keep = update(audit_head).values(seal=bindparam("b_seal"))
        self.add = insert(audit)
        self.head = select(audit_head.c.seq, audit_head.c.seal)


class AccessReads(Session):
    """Reading users and the audit."""

    def account(self, name: str) -> Account | None:
        """Return an account, None where there is none of that name."""
        row = self.first(self.home.statements(AccessSql).account, {"name": name})
        return None if row is None else _account(row)

    def accounts(self) -> list[Account]:
        """Return every account, by name."""
        return [_account(row) for row in self.rows(self.home.statements(AccessSql).accounts)]

    def login_session(self, id: str) -> LoginSession | None:
        """Return a login, None where it ended."""
        row = self.first(self.home.statements(AccessSql).session, {"id": id})
        return None if row is None else LoginSession(row[0], row[1], moment(row[2]), moment(row[3]))

    def audit(self, *, after: int = 0, limit: int = 1000) -> list[AuditRow]:
        """Return rows of the audit in order, from behind `after` on."""
        return [_audit(row) for row in self.rows(self.home.statements(AccessSql).after,
                                                 {"after": after, "most": limit})]

    def audit_head(self) -> Head:
        """Return the last row of the audit as its head knows it."""
        return Head(*self.first(self.home.statements(AccessSql).head))

    def audit_before(self, seq: int, limit: int) -> list[AuditRow]:
        """Return rows of the audit before one, newest first."""
        return [_audit(row) for row in self.rows(self.home.statements(AccessSql).older,
                                                 {"before": seq, "most": limit})]


class AccessWrites(AccessReads):
    """Writing users and the audit."""

    def save_account(self, it: Account) -> None:
        """Add an account, or change the one of that name."""
        self.change(self.home.statements(AccessSql).put_account, {
            "name": it.name, "role": it.role.value, "person": it.person, "password": it.password, "salt": it.salt,
            "step": it.step, "failed": it.failed, "disabled": int(it.disabled),
            "locked_until": None if it.locked_until is None else micros(it.locked_until)})

    def add_login_session(self, it: LoginSession) -> None:
        """Add a login."""
        self.change(self.home.statements(AccessSql).add_session, {
            "id": it.id, "account": it.account, "at": micros(it.at), "seen_at": micros(it.seen_at)})

    def touch_login_session(self, id: str, now: datetime) -> None:
        """Note that a login was used."""
        self.change(self.home.statements(AccessSql).touch, {"b_id": id, "now": micros(now)})

    def end_login_session(self, id: str) -> None:
        """End one login."""
        self.change(self.home.statements(AccessSql).end, {"id": id})

    def end_login_sessions(self, account: str) -> None:
        """End every login of an account."""
        self.change(self.home.statements(AccessSql).end_all, {"name": account})

    def note_audit(self, it: AuditRow) -> None:
        """Add a row to the audit: the head gives its place and keeps others waiting until it is sealed."""
        sql = self.home.statements(AccessSql)
        seq, last = self.first(sql.next)
        plain = replace(it, seq=seq, facts={name: clean(text) for name, text in it.facts.items()},
                        account=clean(it.account), where=clean(it.where), why=clean(it.why))
        seal = seal_audit(last, plain, audit_key(self.home.key))
        self.change(sql.add, {"seq": seq, "at": micros(it.at), "what": it.what, "account": plain.account,
                              "place": plain.where, "why": plain.why, "facts": dump(dict(plain.facts)), "seal": seal})
        self.change(sql.keep, {"b_seal": seal})
