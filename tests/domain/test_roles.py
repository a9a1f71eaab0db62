from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dutydesk.domain.access import (
    IDLE,
    LOCKED_FOR,
    LONGEST,
    RIGHTS,
    TRIES,
    Account,
    LoginSession,
    Permission,
    UserRole,
    allow,
    failed,
    locked,
    over,
    weakness,
)
from dutydesk.errors import Refused

NOW = datetime(2031, 7, 20, 3, 0, tzinfo=UTC)
P = Permission


def test_no_administrator_acts_at_the_desk_and_none_does_anothers_work() -> None:
    three = [RIGHTS[role] for role in (UserRole.SYSTEM, UserRole.SECURITY, UserRole.AUDIT)]
    assert not any(rights & {P.LOOK, P.PEOPLE, P.ACT, P.END, P.CONTENT, P.EXPORT} for rights in three)
    assert [P.AUDIT in rights for rights in RIGHTS.values()].count(True) == 1


def test_who_may_only_look_changes_nothing_and_sees_no_number() -> None:
    assert RIGHTS[UserRole.VIEWER] == {P.LOOK}
    assert RIGHTS[UserRole.NONE] == frozenset()


def test_five_failures_in_a_row_lock_for_a_quarter_of_an_hour() -> None:
    account = Account("zhang", UserRole.DUTY)
    for _ in range(TRIES - 1):
        account = failed(account, NOW)
        assert not locked(account, NOW)
    account = failed(account, NOW)
    assert locked(account, NOW + LOCKED_FOR - timedelta(seconds=1))
    assert not locked(account, NOW + LOCKED_FOR)


@pytest.mark.parametrize(("age", "idle", "ended"), [
    (timedelta(), timedelta(), False), (IDLE, IDLE, True), (LONGEST, timedelta(), True),
    (LONGEST - timedelta(seconds=1), IDLE - timedelta(seconds=1), False)])
def test_a_login_ends_when_nobody_asks_or_the_shift_is_done(age: timedelta, idle: timedelta, ended: bool) -> None:
    assert over(LoginSession("s", "zhang", NOW - age, NOW - idle), NOW) is ended


@pytest.mark.parametrize(("password", "good"), [
    ("short1A!", False), ("abcdefghijk", False), ("zhang-Night7", False), ("aaaaaaaaaaaaaaaa", False),
    ("aaaaaaaaA1!!", False), ("Night-watch7", True), ("long words of one kind", True), ("1234567890", False)])
def test_a_weak_password_is_told_why(password: str, good: bool) -> None:
    assert (weakness(password, "zhang") == "") is good


ROOT, SAFE, DUTY = (Account(name, role) for name, role in (
    ("root", UserRole.SYSTEM), ("safe", UserRole.SECURITY), ("zhang", UserRole.DUTY)))


@pytest.mark.parametrize(("act", "by", "others", "may"), [
    ("add", None, [], True), ("add", None, [ROOT], False), ("disable", None, [], False),
    ("add", ROOT, [ROOT, SAFE], True), ("add", SAFE, [ROOT, SAFE], False), ("add", DUTY, [ROOT, DUTY], False),
    ("role", SAFE, [ROOT, SAFE], True), ("role", ROOT, [ROOT, SAFE], False), ("role", ROOT, [ROOT], True),
    ("role", DUTY, [ROOT, DUTY], False), ("passwd", SAFE, [ROOT, SAFE], False), ("enable", ROOT, [ROOT], True)])
def test_each_administrator_does_his_own_work(act: str, by: Account | None, others: list[Account], may: bool) -> None:
    if may:
        allow(act, by, others)
    else:
        with pytest.raises(Refused):
            allow(act, by, others)
