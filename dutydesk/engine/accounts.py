"""Users at work: log in and out, and what the administrators do with accounts; all of it stands in the audit."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from dutydesk.domain.access import (
    BY_CODE,
    Account,
    LoginSession,
    Permission,
    UserRole,
    Visitor,
    allow,
    failed,
    locked,
    over,
    weakness,
)
from dutydesk.domain.audit import AuditRow
from dutydesk.errors import Refused
from dutydesk.ports.access import Secrecy
from dutydesk.ports.clock import Clock
from dutydesk.ports.store import Store, Tx

TOUCH = timedelta(minutes=1)     # how exactly it is known when a login was used last
NEWEST = 2**60                   # behind every row of the audit
WRONG = "用户名、口令或动态码不对；连错五次锁定 15 分钟"
HOST = "host"                    # where a command of this machine comes from


class Accounts:
    """Accounts of `ports.access`. `key` is the journal's: one-time codes are made from it, so that the database alone
    does not tell them. `always`: login on, off, or (None) on as soon as there is a user.
    """

    def __init__(self, store: Store, clock: Clock, secrecy: Secrecy, key: bytes, always: bool | None = None) -> None:
        self._store = store
        self._clock = clock
        self._secrecy = secrecy
        self._key = key
        self._always = always
        self._nobody = secrecy.hash(secrecy.token())   # an unknown name takes as long as a known one

    # -- at the door ------------------------------------------------------------------------------------
    def wanted(self) -> bool:
        """Whether one must log in."""
        if self._always is None and self.listed():
            self._always = True      # accounts are closed, never removed
        return bool(self._always)

    def login(self, name: str, password: str, code: str, where: str) -> str:
        """Return the token of a new login.

        1. An unknown name, a closed or locked account and a wrong password are told alike, and take as long.
        2. Whoever has one-time codes gives a new one: none is taken twice.
        3. A failure counts; after five the account is locked. Both stand in the audit, as does the login.
        """
        account = self._find(name)
        right = self._secrecy.fits(account.password if account else self._nobody, password)
        token = self._secrecy.token()

        def turn(tx: Tx) -> str:
            now = self._clock.now()
            fresh = tx.account(name)
            if fresh is None or fresh.disabled or locked(fresh, now):
                self._note(tx, "login_refused", name, where)
                return ""
            step = self._step(fresh, code)
            if not right or step is None or fresh.password != (account.password if account else ""):
                tx.save_account(failed(fresh, now))
                self._note(tx, "login_failed", name, where)
                return ""
            tx.save_account(replace(fresh, failed=0, locked_until=None, step=step))
            tx.add_login_session(LoginSession(_id(token), name, now, now))
            self._note(tx, "login", name, where)
            return token
        if not self._store.write(turn):
            raise Refused(WRONG)
        return token

    def _step(self, account: Account, code: str) -> int | None:
        """The number of a good one-time code, None for a bad one; what is kept where none is needed."""
        if not account.salt:
            return account.step
        return self._secrecy.code_step(self._secret(account), code, self._clock.now(), account.step) or None

    def who(self, token: str) -> Visitor | None:
        """Return who holds this token, None where the login is over or the account closed."""
        now = self._clock.now()
        with self._store.read() as reads:
            session = reads.login_session(_id(token)) if token else None
            account = reads.account(session.account) if session else None
        if session is None or account is None or account.disabled or over(session, now):
            return None
        if now - session.seen_at >= TOUCH:
            self._store.write(lambda tx: tx.touch_login_session(session.id, now))
        return Visitor(account.name, account.role, account.person)

    def logout(self, token: str, where: str, *, everywhere: bool = False) -> None:
        """End a login, or all of its user."""
        def turn(tx: Tx) -> None:
            session = tx.login_session(_id(token))
            if session is None:
                return
            if everywhere:
                tx.end_login_sessions(session.account)
            tx.end_login_session(session.id)
            self._note(tx, "logout", session.account, where, facts={"everywhere": "yes"} if everywhere else {})
        self._store.write(turn)

    def vouch(self, person: str, password: str, where: str) -> None:
        """Raise Refused unless `password` is that of an account of this person that may end things."""
        for account in self.listed():
            if account.person == person and Visitor(account.name, account.role, person).may(Permission.END):
                self._prove(account.name, password, where, "vouched")
                return
        raise Refused("第二人没有可用的账户，不能共同确认")

    # -- administrators -------------------------------------------------------------------------------------
    def add(self, name: str, role: str, person: str, password: str, by: str = "", by_password: str = "") -> str:
        """Make an account; return what an authenticator app reads, empty where the role needs no codes.

        With a security administrator at work the account begins without a role: he gives it.
        """
        if not name.isidentifier() or not name.isascii():
            raise Refused("用户名只用字母、数字和下划线，且不以数字开头")
        given = self._password(password, name)
        keeper = self._keeper("add", by, by_password)
        accounts = self.listed()
        if not accounts and role != UserRole.SYSTEM:
            raise Refused("第一个账户必须是系统管理员：--role system")
        if any(each.name == name for each in accounts):
            raise Refused(f"已有用户 {name}")
        guarded = any(each.role is UserRole.SECURITY and not each.disabled for each in accounts)
        account = Account(name, UserRole.NONE if guarded else UserRole(role), person, given,
                          self._secrecy.token() if UserRole(role) in BY_CODE else "")
        self._keep(account, "account_added", keeper, {"role": account.role.value})
        return self._uri(account)

    def passwd(self, name: str, password: str, by: str = "", by_password: str = "") -> str:
        """Give an account another password and unlock it; whoever is logged in by it must log in again."""
        given = self._password(password, name)
        own = bool(by) and by == name
        keeper = self._prove(by, by_password, HOST, "proved") if own else self._keeper("passwd", by, by_password)
        account = replace(self._must(name), password=given, failed=0, locked_until=None)
        self._keep(account, "password_changed", keeper)
        return ""

    def role(self, name: str, role: str, by: str = "", by_password: str = "") -> str:
        """Give an account a role; return what an authenticator app reads where it needs codes now."""
        keeper = self._keeper("role", by, by_password)
        if keeper == name:
            raise Refused("管理员不能更改自己的角色")
        was = self._must(name)
        needs = UserRole(role) in BY_CODE and not was.salt
        account = replace(was, role=UserRole(role), salt=self._secrecy.token() if needs else was.salt)
        self._keep(account, "role_changed", keeper, {"was": was.role.value, "role": role})
        return self._uri(account) if needs else ""

    def disable(self, name: str, by: str = "", by_password: str = "") -> str:
        """Close an account; its logins end at once."""
        keeper = self._keeper("disable", by, by_password)
        if keeper == name:
            raise Refused("管理员不能停用自己")
        self._keep(replace(self._must(name), disabled=True), "account_disabled", keeper)
        return ""

    def enable(self, name: str, by: str = "", by_password: str = "") -> str:
        """Open a closed account again."""
        keeper = self._keeper("enable", by, by_password)
        self._keep(replace(self._must(name), disabled=False), "account_enabled", keeper)
        return ""

    def _keeper(self, act: str, by: str, password: str) -> str:
        """Who does a work on accounts: proved by his password, and of the role for it. The first is the installer."""
        accounts = self.listed()
        keeper = next((each for each in accounts if each.name == by), None)
        allow(act, keeper, accounts)
        return self._prove(by, password, HOST, "proved") if accounts else "installer"

    def _prove(self, name: str, password: str, where: str, what: str) -> str:
        """Return the name if the password is his; a wrong one counts as at the door. Raises Refused."""
        account = self._find(name)
        right = self._secrecy.fits(account.password if account else self._nobody, password)

        def turn(tx: Tx) -> bool:
            now = self._clock.now()
            fresh = tx.account(name)
            good = fresh is not None and right and not fresh.disabled and not locked(fresh, now)
            if fresh is not None and not right:
                tx.save_account(failed(fresh, now))
            self._note(tx, what if good else f"{what}_failed", name, where)
            return good
        if not self._store.write(turn):
            raise Refused(f"{name} 的口令不对，或账户已停用、锁定")
        return name

    def _keep(self, account: Account, what: str, by: str, facts: Mapping[str, str] | None = None) -> None:
        def turn(tx: Tx) -> None:
            tx.save_account(account)
            tx.end_login_sessions(account.name)
            self._note(tx, what, by, HOST, facts={"account": account.name, **(facts or {})})
        self._store.write(turn)

    def _password(self, password: str, name: str) -> str:
        weak = weakness(password, name)
        if weak:
            raise Refused(weak)
        return self._secrecy.hash(password)

    def _must(self, name: str) -> Account:
        account = self._find(name)
        if account is None:
            raise Refused(f"没有用户 {name}；`dutydesk user list` 列出所有用户")
        return account

    def _find(self, name: str) -> Account | None:
        with self._store.read() as reads:
            return reads.account(name)

    def _secret(self, account: Account) -> bytes:
        return hmac.digest(self._key, f"dutydesk codes {account.name} {account.salt}".encode(), "sha1")

    def _uri(self, account: Account) -> str:
        return self._secrecy.code_uri(self._secret(account), account.name) if account.salt else ""

    # -- the audit ------------------------------------------------------------------------------------------
    def note(self, what: str, account: str, where: str, why: str = "", facts: Mapping[str, str] | None = None) -> None:
        """Write a row of the audit."""
        self._store.write(lambda tx: self._note(tx, what, account, where, why, facts))

    def _note(self, tx: Tx, what: str, account: str, where: str, why: str = "",
              facts: Mapping[str, str] | None = None) -> None:
        tx.note_audit(AuditRow(self._clock.now(), what, account[:80], where, why, facts or {}))

    def listed(self) -> Sequence[Account]:
        """Return every account, by name."""
        with self._store.read() as reads:
            return reads.accounts()

    def audited(self, before: int | None, limit: int) -> Sequence[AuditRow]:
        """Return rows of the audit, newest first."""
        with self._store.read() as reads:
            return reads.audit_before(NEWEST if before is None else before, limit)


def _id(token: str) -> str:
    """What is kept of a token: who reads the database cannot log in by it."""
    return sha256(token.encode()).hexdigest()
