"""Rain of the last hours out of readings of any length, against rain told minute by minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dutydesk.domain.observed import Observation
from dutydesk.domain.sums import COUNTER, RAIN, WINDOWS, Amount, Fallen, fallen, sums

START = datetime(2031, 7, 20, 8, tzinfo=ZoneInfo("Asia/Shanghai"))
MINUTES = 300
ONE, THREE = WINDOWS[:2]


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def amount(minute: int, period: int, mm: float) -> Observation:
    return Observation("g1", RAIN, mm, at(minute), timedelta(minutes=period))


def count(minute: int, mm: float) -> Observation:
    return Observation("g1", COUNTER, mm, at(minute))


def last(readings: list[Observation], window: timedelta) -> Amount:
    return sums(fallen(readings), window)[-1]


rains = st.lists(st.integers(0, 4), min_size=MINUTES, max_size=MINUTES)
lengths = st.sampled_from([5, 10, 15, 30, 60, 180])


def truth(rain: list[int], end: int, window: timedelta) -> int:
    return sum(rain[max(0, end - int(window / timedelta(minutes=1))):end])


@settings(max_examples=150, deadline=None)
@given(rain=rains, rows=st.lists(st.tuples(st.integers(1, 60), lengths), max_size=60), window=st.sampled_from(WINDOWS))
def test_a_sum_never_tells_more_than_fell_and_a_whole_one_all_of_it(rain: list[int], rows: list[tuple[int, int]],
                                                                    window: timedelta) -> None:
    readings = [amount(end * 5, length, sum(rain[end * 5 - length:end * 5])) for end, length in rows
                if end * 5 >= length]
    for found in sums(fallen(readings), window):
        end = int((found.at - START) / timedelta(minutes=1))
        assert found.value <= truth(rain, end, window)
        if found.whole:
            assert found.value == truth(rain, end, window)
            assert end >= window / timedelta(minutes=1)


@settings(max_examples=80, deadline=None)
@given(rain=rains, lengths=st.lists(lengths, min_size=20, max_size=60), window=st.sampled_from(WINDOWS[:2]))
def test_readings_that_follow_without_a_hole_give_whole_sums_wherever_one_begins_the_window(
        rain: list[int], lengths: list[int], window: timedelta) -> None:
    readings, begins, end = [], {0}, 0
    for length in lengths:
        if end + length <= MINUTES:
            readings.append(amount(end + length, length, sum(rain[end:end + length])))
            end += length
            begins.add(end)
    for found in sums(fallen(readings), window):
        minute = int((found.at - START) / timedelta(minutes=1))
        assert found.whole == (minute - int(window / timedelta(minutes=1)) in begins)


@settings(max_examples=80, deadline=None)
@given(rain=rains, sets=st.sets(st.integers(1, 59), max_size=4), window=st.sampled_from(WINDOWS[:2]))
def test_a_counter_that_is_set_back_tells_no_more_than_fell_and_all_but_what_fell_before_the_reset(
        rain: list[int], sets: set[int], window: timedelta) -> None:
    readings, total = [count(0, 0)], 0
    for five in range(1, 61):
        if five in sets:
            total = 0                       # set back at once after the last reading: nothing is lost
        total += sum(rain[five * 5 - 5:five * 5])
        readings.append(count(five * 5, total))
    for found in sums(fallen(readings), window):
        end = int((found.at - START) / timedelta(minutes=1))
        assert found.value <= truth(rain, end, window)
    drops = [old.value - new.value for old, new in pairwise(readings) if new.value < old.value]
    if all(drop > 0.5 for drop in drops) and len(drops) == len(sets):
        whole = last(readings, window)
        assert whole == Amount(at(MINUTES), truth(rain, MINUTES, window), True)


@given(st.permutations([amount(5 * n, 5, n) for n in range(1, 20)] + [count(n, n) for n in (3, 50, 90)]))
def test_the_order_in_which_readings_came_changes_no_sum(readings: list[Observation]) -> None:
    ordered = sorted(readings, key=lambda each: each.at)
    assert sums(fallen(readings), ONE) == sums(fallen(ordered), ONE)


def test_a_gauge_that_reports_some_seconds_late_leaves_no_hole() -> None:
    readings = [Observation("g1", RAIN, 2, at(15 * n) + timedelta(seconds=(n * 7) % 25), timedelta(minutes=15))
                for n in range(1, 5)]
    assert last(readings, ONE) == Amount(at(60), 8, True)


def test_a_lost_reading_makes_every_sum_over_it_less_than_whole() -> None:
    readings = [amount(15 * n, 15, 2) for n in range(1, 9) if n != 5]
    found = {each.at: each for each in sums(fallen(readings), ONE)}
    assert found[at(60)].whole
    assert [found[at(15 * n)].whole for n in (6, 7, 8)] == [False, False, False]
    assert found[at(120)].value == 6


def test_an_hour_told_at_once_counts_beside_its_quarters_only_once() -> None:
    readings = [amount(15 * n, 15, 5) for n in range(1, 5)] + [amount(60, 60, 20)]
    assert last(readings, ONE) == Amount(at(60), 20, True)


def test_one_three_and_six_hours_told_side_by_side_are_taken_as_they_are() -> None:
    readings = [amount(360, 60, 30), amount(360, 180, 62), amount(360, 360, 75)]
    assert [(each.value, each.whole) for each in (last(readings, window) for window in WINDOWS)] == [
        (30, True), (62, True), (75, True), (75, False)]


def test_a_counter_corrected_by_one_tip_was_not_set_back() -> None:
    assert fallen([count(0, 10.2), count(5, 10.0)]) == [Fallen(at(0), at(5), 0)]
    assert fallen([count(0, 10.2), count(5, 1.0)]) == [Fallen(at(0), at(5), 1.0)]


@pytest.mark.parametrize("window", WINDOWS)
def test_nothing_gives_no_sum(window: timedelta) -> None:
    assert sums([], window) == []
