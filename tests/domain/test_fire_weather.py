"""The fire weather grade of a day and place, from hourly series."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.fire_weather import GradeRules, noons, reckon
from dutydesk.domain.fwi import Codes, Noon, days
from dutydesk.domain.observed import Forecast, Point

BEIJING = ZoneInfo("Asia/Shanghai")
START = datetime(2031, 4, 4, 16, tzinfo=UTC)     # midnight of 5 April in Beijing
HERE = Point(122.1, 37.4)
RULES = GradeRules()


def series(what: str, values: list[float | None], start: datetime = START) -> Forecast:
    return Forecast(what, HERE, START, start, tuple(values))


def weather(hours: int = 72, **values: list[float | None]) -> list[Forecast]:
    usual: dict[str, list[float | None]] = {
        "temperature": [20.0] * hours, "humidity": [30.0] * hours, "wind": [5.0] * hours, "rain": [0.0] * hours}
    return [series(what, told) for what, told in (usual | values).items()]


def test_noon_is_the_hour_that_ends_at_noon_and_rain_that_of_the_day_before() -> None:
    hours: list[float | None] = [float(n) for n in range(72)]
    rain: list[float | None] = [1.0 if n in (11, 12, 35, 36) else 0.0 for n in range(72)]
    found = noons(weather(temperature=hours, rain=rain), BEIJING, 12)
    assert sorted(found) == [date(2031, 4, 6), date(2031, 4, 7)]      # on the first day 12 hours of rain are unknown
    second = found[date(2031, 4, 6)]
    assert second == Noon(4, 35.0, 30.0, 18.0, 2.0)     # hours 12 to 35; 5 m/s are 18 km/h
    assert found[date(2031, 4, 7)].rain == 1.0


@pytest.mark.parametrize("what", ["temperature", "humidity", "wind", "rain"])
def test_a_day_with_a_gap_is_left_out_and_a_missing_series_gives_none(what: str) -> None:
    gap: list[float | None] = [None if n == 35 else 1.0 for n in range(72)]
    found = noons(weather(**{what: gap}), BEIJING, 12)      # type: ignore[arg-type]  # names of series
    assert date(2031, 4, 6) not in found
    assert noons([each for each in weather() if each.what != what], BEIJING, 12) == {}


def test_pieces_of_one_series_are_one() -> None:
    whole = noons(weather(), BEIJING, 12)
    pieces = [piece for each in weather() for piece in (
        series(each.what, list(each.values[:40])), series(each.what, list(each.values[40:]),
                                                          START + timedelta(hours=40)))]
    assert noons(pieces, BEIJING, 12) == whole


def test_codes_are_carried_from_day_to_day_and_over_a_gap() -> None:
    dry = Noon(4, 20.0, 30.0, 18.0, 0.0)
    first = date(2031, 4, 5)
    row = reckon({first + timedelta(days=n): dry for n in range(3)}, {}, "p", 37.4, RULES, "s", START)
    assert [each.index for each in row] == list(days([dry] * 3, latitude=37.4))
    later = reckon({first + timedelta(days=7): dry}, {row[-1].day: row[-1].index.codes}, "p", 37.4, RULES, "s", START)
    assert later[0].index == next(days([dry], row[-1].index.codes, latitude=37.4))
    anew = reckon({first + timedelta(days=30): dry}, {row[-1].day: row[-1].index.codes}, "p", 37.4, RULES, "s", START)
    assert anew[0].index == next(days([dry], Codes(), latitude=37.4))


@pytest.mark.parametrize(("fwi", "grade"), [(0, 1), (5.1, 1), (5.2, 2), (11.2, 3), (21.2, 3), (21.3, 4), (38, 5),
                                              (90, 5)])
def test_a_grade_is_a_class_of_the_index(fwi: float, grade: int) -> None:
    assert RULES.grade(fwi) == grade


@given(st.floats(0, 200), st.floats(0, 50))
def test_a_higher_index_never_has_a_lower_grade(fwi: float, more: float) -> None:
    assert 1 <= RULES.grade(fwi) <= RULES.grade(fwi + more) <= 5
