"""Colours of gauges: at once upwards, slowly downwards, never by a hole, whatever the order of arrival."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from dutydesk.domain.observed import Point
from dutydesk.domain.stations import Station
from dutydesk.domain.sums import Amount
from dutydesk.domain.thresholds import NOW, Fall, Standing, Thresholds, follow, step
from dutydesk.domain.values import Colour

NOON = datetime(2031, 7, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
LEVELS = {Colour.BLUE: 10.0, Colour.YELLOW: 20.0, Colour.ORANGE: 30.0, Colour.RED: 40.0}
FALL = Fall(0.1, share=True, hold=timedelta(minutes=30))
STEP = timedelta(minutes=5)


def series(*values: float, whole: bool = True) -> list[Amount]:
    return [Amount(NOON + STEP * number, value, whole) for number, value in enumerate(values)]


def colours(amounts: list[Amount]) -> list[Colour | None]:
    standing, told = Standing(), []
    for amount in amounts:
        standing = step(standing, amount, LEVELS, FALL)
        told.append(standing.colour)
    return told


amounts = st.lists(st.tuples(st.floats(0, 60), st.booleans()), max_size=60).map(
    lambda rows: [Amount(NOON + STEP * number, value, whole) for number, (value, whole) in enumerate(rows)])


def test_a_value_over_a_threshold_counts_at_once_and_levels_may_be_skipped() -> None:
    assert colours(series(5, 35)) == [None, Colour.ORANGE]
    assert colours(series(10)) == [Colour.BLUE], "a threshold reached is a threshold passed"


@settings(max_examples=200)
@given(noise=st.lists(st.floats(-0.9, 0.9), min_size=5, max_size=80), level=st.sampled_from(sorted(LEVELS)))
def test_a_noisy_series_around_a_threshold_opens_once(noise: list[float], level: Colour) -> None:
    around = LEVELS[level]
    told = [each for each in colours(series(*(around + each for each in noise), around)) if each is not None]
    assert set(told) <= {level, Colour(level - 1)} if level > 1 else {level}
    assert sum(1 for old, new in pairwise([None, *told]) if (new or 0) > (old or 0)) <= 2
    reached = [number for number, each in enumerate(told) if each is level]
    assert told[reached[0]:] == [level] * (len(told) - reached[0])


@given(amounts)
def test_what_is_not_whole_never_lowers(rows: list[Amount]) -> None:
    for (old, new), amount in zip(pairwise([None, *colours(rows)]), rows, strict=True):
        if not amount.whole:
            assert (new or 0) >= (old or 0)


@given(amounts)
def test_no_colour_is_lower_than_the_value_of_its_moment(rows: list[Amount]) -> None:
    for told, amount in zip(colours(rows), rows, strict=True):
        reached = [colour for colour, over in LEVELS.items() if amount.value >= over]
        assert (told or 0) >= max(reached, default=0)


@given(amounts)
def test_no_fall_before_every_value_of_the_time_set_was_under_the_floor(rows: list[Amount]) -> None:
    told = colours(rows)
    for number, (old, new) in enumerate(pairwise(told), 1):
        if (new or 0) < (old or 0) and old is not None:
            recent = [each for each in rows[:number + 1] if rows[number].at - each.at <= FALL.hold]
            assert rows[number].at - recent[0].at == FALL.hold
            assert all(each.value < FALL.floor(LEVELS[old]) and each.whole for each in recent)


@given(amounts)
def test_a_series_cut_anywhere_and_gone_on_with_ends_the_same(rows: list[Amount]) -> None:
    whole = follow(Standing(), rows, LEVELS, FALL)
    for cut in range(0, len(rows), 7):
        assert follow(follow(Standing(), rows[:cut], LEVELS, FALL), rows[cut:], LEVELS, FALL) == whole


def test_silence_lowers_nothing_and_the_fall_begins_with_the_first_low_value() -> None:
    rows = [*series(45), Amount(NOON + timedelta(hours=9), 0.0)]
    assert colours(rows) == [Colour.RED, Colour.RED]
    rows.append(Amount(NOON + timedelta(hours=9, minutes=30), 0.0))
    assert colours(rows)[-1] is None


def test_a_fall_goes_to_the_highest_colour_any_value_of_it_held_up() -> None:
    assert colours(series(45, 25, 19, 5, 5, 5, 5, 5))[-1] is Colour.YELLOW
    assert colours(series(45, *[5] * 7))[-1] is None


def test_a_level_falls_by_metres_and_not_by_a_share_of_its_height_above_the_sea() -> None:
    fall = Fall(0.2, share=False, hold=STEP)
    levels = {Colour.RED: 54.3}
    assert follow(Standing(), series(54.3, 54.15, 54.15), levels, fall).colour is Colour.RED
    assert follow(Standing(), series(54.3, 54.05, 54.05), levels, fall).colour is None
    assert Fall(0.1).floor(-2.0) == -2.2, "below a threshold under zero lies further down"


def test_the_nearest_table_counts_and_levels_have_no_table_of_the_whole_site() -> None:
    hour = timedelta(hours=1)
    site, town, own, pair = ({hour: {Colour.RED: mm}} for mm in (80.0, 60.0, 70.0, 50.0))
    river = {NOW: {Colour.RED: 5.0}}
    told = Thresholds({"rain": site, "level": river}, {"t2": {"rain": town}}, {"s2": {"rain": own}},
                      {("s1", "t3"): {"rain": pair}})
    first = Station("s1", "甲站", "rain", "rain", "s1", Point(122, 37), ("t1",), ("t2", "t3"), ("t4",))
    assert [(each.place, each.places, each.table) for each in told.groups(first, "rain")] == [
        ("", ("t1",), site), ("t2", ("t2",), town), ("t3", ("t3",), pair)]
    second = Station("s2", "乙站", "rain", "rain", "s2", None, ("t1",))
    assert [each.table for each in told.groups(second, "rain")] == [own]
    assert told.groups(second, "level") == ()
