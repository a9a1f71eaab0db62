"""Who may do what at the desk: roles, permissions, and when a login or a password is over.

Roles follow the separation of three administrators (三员分立) of GB/T 22239-2019: one makes accounts, one gives
roles, one reads the audit; none of them acts at the desk, and none can do another's work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from dutydesk.errors import Refused

TRIES: Final = 5
"""Wrong passwords in a row after which an account is locked."""
LOCKED_FOR: Final = timedelta(minutes=15)
IDLE: Final = timedelta(minutes=30)
"""How long a login lasts without a request."""
LONGEST: Final = timedelta(hours=12)
"""How long a login lasts at most: a shift."""
SHORTEST_PASSWORD: Final = 10
PHRASE: Final = 16
"""From this length on a password needs no mixture of characters."""


class Permission(StrEnum):
    """What a route asks for."""

    OPEN = "open"           # nothing: the login page itself, styles, what neighbours may read
    SELF = "self"           # a login, whatever the role
    LOOK = "look"           # incidents, callouts, map, registers
    PEOPLE = "people"       # people by name, and what they were asked
    SOURCES = "sources"     # sources, and documents as received
    ACT = "act"             # call, answer, enter
    END = "end"             # stand down, lift, take back, confirm, order from the map
    CONTENT = "content"     # change lists of people
    EXPORT = "export"       # take a file away
    ACCOUNTS = "accounts"   # look at accounts and roles
    AUDIT = "audit"         # read the audit


class UserRole(StrEnum):
    """What a user is at the desk."""

    NONE = "none"           # an account that waits for its role
    DUTY = "duty"
    COMMANDER = "commander"
    CONTENT = "content"     # keeps places, people and playbooks
    VIEWER = "viewer"
    SYSTEM = "system"       # makes and closes accounts
    SECURITY = "security"   # gives roles
    AUDIT = "audit"         # reads the audit


_DESK = {Permission.LOOK, Permission.PEOPLE, Permission.SOURCES, Permission.END, Permission.EXPORT}
RIGHTS: Final[Mapping[UserRole, frozenset[Permission]]] = {
    UserRole.NONE: frozenset(),
    UserRole.DUTY: frozenset({*_DESK, Permission.ACT}),
    UserRole.COMMANDER: frozenset(_DESK),
    UserRole.CONTENT: frozenset({Permission.LOOK, Permission.PEOPLE, Permission.SOURCES, Permission.CONTENT,
                                Permission.EXPORT}),
    UserRole.VIEWER: frozenset({Permission.LOOK}),
    UserRole.SYSTEM: frozenset({Permission.SOURCES, Permission.ACCOUNTS}),
    UserRole.SECURITY: frozenset({Permission.ACCOUNTS}),
    UserRole.AUDIT: frozenset({Permission.AUDIT}),
}
BY_CODE: Final = frozenset({UserRole.COMMANDER, UserRole.CONTENT, UserRole.SYSTEM, UserRole.SECURITY, UserRole.AUDIT})
"""Roles that log in with a one-time code besides the password."""
KEEPERS: Final[Mapping[str, UserRole]] = {"add": UserRole.SYSTEM, "disable": UserRole.SYSTEM, "enable": UserRole.SYSTEM,
                                          "passwd": UserRole.SYSTEM, "role": UserRole.SECURITY}
"""Which administrator does which work on accounts."""


@dataclass(frozen=True, slots=True)
class Account:
    """One user. `person` is his id in the site, empty for who is no officer; `salt` makes the secret of his one-time
    codes, empty where he uses none; `step` is the last code's number: none is taken twice.
    """

    name: str
    role: UserRole
    person: str = ""
    password: str = ""
    salt: str = ""
    step: int = 0
    failed: int = 0
    locked_until: datetime | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class LoginSession:
    """One login. `id` is a hash of what the browser holds."""

    id: str
    account: str
    at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sits at a browser."""

    name: str
    role: UserRole
    person: str

    def may(self, permission: Permission) -> bool:
        """Whether the role allows this."""
        return permission in (Permission.OPEN, Permission.SELF) or permission in RIGHTS[self.role]


def locked(account: Account, now: datetime) -> bool:
    """Whether wrong passwords keep this account closed at `now` (aware)."""
    return account.locked_until is not None and now < account.locked_until


def failed(account: Account, now: datetime) -> Account:
    """Return the account after a wrong password or code at `now` (aware)."""
    count = account.failed + 1
    if count < TRIES:
        return replace(account, failed=count)
    return replace(account, failed=0, locked_until=now + LOCKED_FOR)


def over(session: LoginSession, now: datetime) -> bool:
    """Whether a login is over at `now` (aware): nobody asked for a while, or the shift is done."""
    return now - session.seen_at >= IDLE or now - session.at >= LONGEST


def weakness(password: str, name: str) -> str:
    """Return why a password is too weak, as a sentence to show; empty for one that will do."""
    if len(password) < SHORTEST_PASSWORD:
        return f"口令至少 {SHORTEST_PASSWORD} 位"
    if name.lower() in password.lower():
        return "口令不能含有用户名"
    kinds = sum(any(map(kind, password)) for kind in (str.islower, str.isupper, str.isdigit, _mark))
    if len(password) < PHRASE and kinds < 3:
        return f"口令须含大写、小写、数字、符号中的三类，或者不少于 {PHRASE} 位"
    return "口令重复太多" if len(set(password)) < 5 else ""


def _mark(letter: str) -> bool:
    return not letter.isalnum()


def allow(act: str, by: Account | None, accounts: Collection[Account]) -> None:
    """Raise Refused unless `by` may do this work on accounts (see `KEEPERS`).

    The very first account is made by whoever installs the desk. The system administrator gives roles too until there
    is a security administrator.
    """
    if not accounts and act == "add":
        return
    if by is None:
        raise Refused("请用 --by 写明由哪位管理员办理")
    wanted = KEEPERS[act]
    unguarded = not any(each.role is UserRole.SECURITY and not each.disabled for each in accounts)
    if by.role is wanted or (act == "role" and unguarded and by.role is UserRole.SYSTEM):
        return
    raise Refused(f"这项操作须由{'安全' if wanted is UserRole.SECURITY else '系统'}管理员办理，{by.name} 不是")
