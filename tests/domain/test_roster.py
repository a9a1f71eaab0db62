"""A roster of weekly patterns answers who is on duty, and shows every hour nobody or two have."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dutydesk.domain.roster import holes, on_duty, overlaps
from dutydesk.domain.site import Shift
from dutydesk.domain.values import Role

TZ = "Asia/Shanghai"
ALL = frozenset(range(1, 8))
DAY = Shift("371000", Role.OFFICER, ALL, time(8), time(20), "p1")
NIGHT = Shift("371000", Role.OFFICER, ALL, time(20), time(8), "p2")
MONDAY = datetime(2026, 6, 1, tzinfo=ZoneInfo(TZ))          # 2026-06-01 is a Monday


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(TZ))


@pytest.mark.parametrize(("at", "who"), [
    ("2026-06-01T08:00", ("p1",)),
    ("2026-06-01T19:59:59", ("p1",)),
    ("2026-06-01T20:00", ("p2",)),
    ("2026-06-02T00:00", ("p2",)),
    ("2026-06-02T07:59", ("p2",)),
])
def test_a_night_shift_runs_past_midnight_and_hands_over_on_the_minute(at, who):
    assert on_duty([DAY, NIGHT], "371000", Role.OFFICER, local(at).astimezone(UTC), TZ) == who


@pytest.mark.parametrize(("shift", "at", "works"), [
    (Shift("d", Role.LEADER, frozenset({5}), time(20), time(8), "p"), "2026-06-06T03:00", True),
    (Shift("d", Role.LEADER, frozenset({6}), time(20), time(8), "p"), "2026-06-06T03:00", False),
    (Shift("d", Role.LEADER, ALL, time(9), time(9), "p"), "2026-06-06T08:59", True),    # 24 hours
    (Shift("d", Role.LEADER, ALL, time(0), time(0), "p", since=date(2026, 6, 6)), "2026-06-05T23:59", False),
    (Shift("d", Role.LEADER, ALL, time(0), time(0), "p", since=date(2026, 6, 6)), "2026-06-06T00:00", True),
    (Shift("d", Role.LEADER, ALL, time(20), time(8), "p", until=date(2026, 6, 6)), "2026-06-07T07:00", True),
    (Shift("d", Role.LEADER, ALL, time(20), time(8), "p", until=date(2026, 6, 6)), "2026-06-07T20:00", False),
])
def test_days_since_and_until_count_the_day_a_shift_starts(shift, at, works):
    assert bool(on_duty([shift], "d", Role.LEADER, local(at), TZ)) is works


def test_another_desk_or_role_never_stands_in():
    assert on_duty([DAY], "371082", Role.OFFICER, local("2026-06-01T09:00"), TZ) == ()
    assert on_duty([DAY], "371000", Role.BACKUP, local("2026-06-01T09:00"), TZ) == ()


def test_a_full_roster_has_neither_hole_nor_overlap():
    span = (MONDAY, MONDAY + timedelta(days=14))
    assert holes([DAY, NIGHT], "371000", Role.OFFICER, *span, TZ) == ()
    assert overlaps([DAY, NIGHT], "371000", Role.OFFICER, *span, TZ) == ()


def test_a_missing_sunday_night_is_a_hole_until_the_end_asked_for():
    night = Shift("371000", Role.OFFICER, frozenset(range(1, 7)), time(20), time(8), "p2")
    span = (MONDAY + timedelta(hours=8), MONDAY + timedelta(days=7))
    found = holes([DAY, night], "371000", Role.OFFICER, *span, TZ)
    assert [(one.start, one.end) for one in found] == [(local("2026-06-07T20:00"), local("2026-06-08T00:00"))]


def test_an_empty_roster_is_one_hole_and_no_overlap():
    end = MONDAY + timedelta(days=1)
    found = holes([], "d", Role.OFFICER, MONDAY, end, TZ)
    assert [(each.start, each.end) for each in found] == [(MONDAY, end)]
    assert overlaps([], "d", Role.OFFICER, MONDAY, end, TZ) == ()


def test_an_hour_two_rows_claim_is_shown_with_both():
    early = Shift("371000", Role.OFFICER, frozenset({3}), time(19), time(20), "p3")
    found = overlaps([DAY, NIGHT, early], "371000", Role.OFFICER, MONDAY, MONDAY + timedelta(days=7), TZ)
    assert [(each.end - each.start, [shift.person for shift in each.shifts]) for each in found] == [
        (timedelta(hours=1), ["p1", "p3"])]


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="zone"):
        on_duty([DAY], "371000", Role.OFFICER, datetime(2026, 6, 1, 9), TZ)  # noqa: DTZ001


shifts = st.builds(
    Shift, st.just("d"), st.just(Role.OFFICER), st.frozensets(st.integers(1, 7), min_size=1),
    st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])),
    st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])), st.sampled_from(["p1", "p2", "p3"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(shifts, max_size=5), st.sampled_from([TZ, "Europe/Berlin", "America/Sao_Paulo"]))
def test_holes_and_overlaps_agree_with_asking_every_half_hour(rows, tz):
    """The oracle asks minute marks one by one; the sweep must tell the same for each of them."""
    start = datetime(2026, 3, 27, tzinfo=UTC)               # the week Berlin turns its clocks
    end = start + timedelta(days=4)
    empty = holes(rows, "d", Role.OFFICER, start, end, tz)
    double = overlaps(rows, "d", Role.OFFICER, start, end, tz)
    moment = start
    while moment < end:
        working = [row for row in rows if on_duty([row], "d", Role.OFFICER, moment, tz)]
        assert any(each.start <= moment < each.end for each in empty) is (not working)
        counted = [set(map(id, each.shifts)) for each in double if each.start <= moment < each.end]
        assert counted == ([set(map(id, working))] if len(working) > 1 else [])
        moment += timedelta(minutes=30)
