"""Doors for users: their rows, the secrets only the machine can make, and the desk's keeper of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from dutydesk.domain.access import Account, LoginSession, Visitor
from dutydesk.domain.audit import AuditRow
from dutydesk.domain.journal import Head


class AccessReads(Protocol):
    """Looking up users and the audit."""

    def account(self, name: str) -> Account | None:
        """Return an account, None where there is none of that name."""
        ...

    def accounts(self) -> list[Account]:
        """Return every account, by name."""
        ...

    def login_session(self, id: str) -> LoginSession | None:
        """Return a login, None where it ended."""
        ...

    def audit(self, *, after: int = 0, limit: int = 1000) -> list[AuditRow]:
        """Return rows of the audit in order, from behind `after` on."""
        ...

    def audit_head(self) -> Head:
        """Return the last row of the audit as its head knows it."""
        ...

    def audit_before(self, seq: int, limit: int) -> list[AuditRow]:
        """Return rows of the audit before one, newest first."""
        ...


class AccessTx(Protocol):
    """Writing users and the audit."""

    def save_account(self, it: Account) -> None:
        """Add an account, or change the one of that name."""
        ...

    def add_login_session(self, it: LoginSession) -> None:
        """Add a login."""
        ...

    def touch_login_session(self, id: str, now: datetime) -> None:
        """Note that a login was used."""
        ...

    def end_login_session(self, id: str) -> None:
        """End one login."""
        ...

    def end_login_sessions(self, account: str) -> None:
        """End every login of an account."""
        ...

    def note_audit(self, it: AuditRow) -> None:
        """Add a row to the audit."""
        ...


class Secrecy(Protocol):
    """What needs chance or slow mathematics."""

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        ...

    def fits(self, kept: str, password: str) -> bool:
        """Whether a password is the one kept; as slow for a wrong one."""
        ...

    def token(self) -> str:
        """Return a new secret nobody can guess, good for an address or a cookie."""
        ...

    def code_step(self, secret: bytes, code: str, now: datetime, after: int) -> int:
        """Return the number of the one-time code (RFC 6238), 0 where it is wrong, or not newer than `after`."""
        ...

    def code_uri(self, secret: bytes, name: str) -> str:
        """Return what an authenticator app reads as a QR code."""
        ...


class Accounts(Protocol):
    """The desk's users as the console sees them. `where` is the address a browser has."""

    def wanted(self) -> bool:
        """Whether one must log in."""
        ...

    def login(self, name: str, password: str, code: str, where: str) -> str:
        """Return the token of a new login; raises Refused with a sentence to show."""
        ...

    def who(self, token: str) -> Visitor | None:
        """Return who holds this token, None where the login is over."""
        ...

    def logout(self, token: str, where: str, *, everywhere: bool = False) -> None:
        """End a login, or all of its user."""
        ...

    def vouch(self, person: str, password: str, where: str) -> None:
        """Raise Refused unless `password` is that of an account of this person that may end things."""
        ...

    def note(self, what: str, account: str, where: str, why: str = "", facts: Mapping[str, str] | None = None) -> None:
        """Write a row of the audit."""
        ...

    def listed(self) -> Sequence[Account]:
        """Return every account, by name."""
        ...

    def audited(self, before: int | None, limit: int) -> Sequence[AuditRow]:
        """Return rows of the audit, newest first."""
        ...
