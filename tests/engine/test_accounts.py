"""Users on a real database, with real passwords and codes: who gets in, who does not, and what is kept of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy.exc import DatabaseError

from dutydesk.app.secrecy import RealSecrecy
from dutydesk.clock import VirtualClock
from dutydesk.domain.access import IDLE, UserRole
from dutydesk.domain.audit import checker
from dutydesk.engine.accounts import Accounts
from dutydesk.errors import Refused
from dutydesk.store import SqlStore

START = datetime(2031, 7, 20, 3, 0, tzinfo=UTC)
KEY = b"key of the tests"
HERE = "192.0.2.7"
NIGHT, SPRING, THIRD = "Night-watch7", "Spring-tide8", "Third-wave99"


class House:
    """A desk's users and what a test needs of them."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.clock = VirtualClock(START)
        self.accounts = Accounts(store, self.clock, RealSecrecy(1, 32), KEY)
        self.uri: dict[str, str] = {"root": self.accounts.add("root", "system", "", NIGHT)}
        self.accounts.add("zhang", "duty", "p1", SPRING, "root", NIGHT)

    def later(self, **how: float) -> None:
        self.clock.move_to(self.clock.now() + timedelta(**how))

    def code(self, name: str) -> str:
        return pyotp.parse_uri(self.uri[name]).at(self.clock.now())  # type: ignore[union-attr]

    def audit(self) -> list[str]:
        with self.store.read() as reads:
            return [row.what for row in reads.audit()]


@pytest.fixture
def house(store: SqlStore) -> House:
    return House(store)


def test_nobody_logs_in_until_there_is_a_user(store: SqlStore) -> None:
    accounts = Accounts(store, VirtualClock(START), RealSecrecy(1, 32), KEY)
    assert not accounts.wanted()
    with pytest.raises(Refused):
        accounts.add("zhang", "duty", "p1", SPRING)
    accounts.add("root", "system", "", NIGHT)
    assert accounts.wanted()


def test_a_login_is_somebody_until_it_is_idle_ended_or_the_account_closed(house: House) -> None:
    token = house.accounts.login("zhang", SPRING, "", HERE)
    who = house.accounts.who(token)
    assert who is not None
    assert (who.name, who.role, who.person) == ("zhang", UserRole.DUTY, "p1")
    house.later(minutes=20)
    assert house.accounts.who(token) is not None
    house.later(minutes=20)
    assert house.accounts.who(token) is not None, "a request keeps a login alive"
    house.clock.move_to(house.clock.now() + IDLE)
    assert house.accounts.who(token) is None
    second = house.accounts.login("zhang", SPRING, "", HERE)
    house.accounts.disable("zhang", "root", NIGHT)
    assert house.accounts.who(second) is None
    with pytest.raises(Refused):
        house.accounts.login("zhang", SPRING, "", HERE)


def test_a_logout_ends_one_login_or_all(house: House) -> None:
    one, two, three = (house.accounts.login("zhang", SPRING, "", HERE) for _ in range(3))
    house.accounts.logout(one, HERE)
    assert house.accounts.who(one) is None
    assert house.accounts.who(two) is not None
    house.accounts.logout(two, HERE, everywhere=True)
    assert house.accounts.who(three) is None


def test_a_locked_account_hears_the_same_words_as_a_wrong_password(house: House) -> None:
    told = set()
    for _ in range(5):
        with pytest.raises(Refused) as wrong:
            house.accounts.login("zhang", "wrong-Pass1", "", HERE)
        told.add(str(wrong.value))
    with pytest.raises(Refused) as shut:
        house.accounts.login("zhang", SPRING, "", HERE)
    with pytest.raises(Refused) as nobody:
        house.accounts.login("nobody", SPRING, "", HERE)
    assert told == {str(shut.value)} == {str(nobody.value)}
    house.later(minutes=15)
    assert house.accounts.who(house.accounts.login("zhang", SPRING, "", HERE)) is not None
    assert [house.audit().count(what) for what in ("login_failed", "login_refused", "login")] == [5, 2, 1]


def test_an_administrator_needs_a_code_and_no_code_counts_twice(house: House) -> None:
    for code in ("", "000000"):
        with pytest.raises(Refused):
            house.accounts.login("root", NIGHT, code, HERE)
    code = house.code("root")
    assert house.accounts.who(house.accounts.login("root", NIGHT, code, HERE)) is not None
    with pytest.raises(Refused):
        house.accounts.login("root", NIGHT, code, HERE)
    house.later(seconds=30)
    assert house.accounts.login("root", NIGHT, house.code("root"), HERE)


def test_the_security_administrator_gives_roles_and_nobody_his_own(house: House) -> None:
    house.accounts.add("safe", "security", "", THIRD, "root", NIGHT)
    house.accounts.add("li", "commander", "p2", SPRING, "root", NIGHT)
    assert {each.name: each.role for each in house.accounts.listed()}["li"] is UserRole.NONE
    with pytest.raises(Refused):
        house.accounts.role("li", "commander", "root", NIGHT)
    with pytest.raises(Refused):
        house.accounts.role("safe", "duty", "safe", THIRD)
    with pytest.raises(Refused):
        house.accounts.role("li", "commander", "safe", "not-His-pass1")
    assert house.accounts.role("zhang", "viewer", "safe", THIRD) == ""
    assert house.accounts.role("zhang", "commander", "safe", THIRD).startswith("otpauth://")
    assert house.audit().count("role_changed") == 2


def test_a_new_password_ends_every_login_and_unlocks(house: House) -> None:
    token = house.accounts.login("zhang", SPRING, "", HERE)
    house.accounts.passwd("zhang", THIRD, "zhang", SPRING)
    assert house.accounts.who(token) is None
    with pytest.raises(Refused):
        house.accounts.login("zhang", SPRING, "", HERE)
    assert house.accounts.login("zhang", THIRD, "", HERE)


def test_the_second_person_proves_himself(house: House) -> None:
    house.accounts.vouch("p1", SPRING, HERE)
    for person, password in (("p1", NIGHT), ("p9", SPRING)):
        with pytest.raises(Refused):
            house.accounts.vouch(person, password, HERE)
    house.accounts.role("zhang", "viewer", "root", NIGHT)
    with pytest.raises(Refused):
        house.accounts.vouch("p1", SPRING, HERE)


def test_neither_password_nor_token_nor_code_secret_lies_in_the_database(house: House) -> None:
    token = house.accounts.login("zhang", SPRING, "", HERE)
    told = house.store.write(lambda tx: [str(tx.connection.exec_driver_sql(f"SELECT * FROM {table}").all())  # type: ignore[attr-defined]
                                         for table in ("account", "login_session", "audit")])
    secret = re.search("secret=([A-Z2-7]+)", house.uri["root"])
    assert secret is not None
    everything = "".join(told)
    assert "argon2id" in everything
    assert not [each for each in (SPRING, NIGHT, token, secret[1]) if each in everything]


def test_the_audit_holds_and_whoever_has_the_database_changes_nothing_unseen(house: House) -> None:
    with house.store.read() as reads:
        rows, head = reads.audit(), reads.audit_head()
    walk = checker(KEY, head)
    assert (walk.walk(rows) or walk.end()) is None
    assert len(rows) == 3
    assert checker(b"another key").walk(rows) is not None
    assert checker(KEY).walk(rows[:1] + rows[2:]) is not None


@pytest.mark.parametrize("statement", ["UPDATE audit SET account = 'x'", "DELETE FROM audit WHERE seq = 1"])
def test_the_database_itself_refuses_to_change_the_audit(house: House, statement: str) -> None:
    before = house.audit()
    with pytest.raises((DatabaseError, Refused)):
        house.store.write(lambda tx: tx.connection.exec_driver_sql(statement))  # type: ignore[attr-defined]
    assert house.audit() == before
