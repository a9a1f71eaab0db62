"""Forecasts are kept and told to the officer; they call nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, timedelta

import pytest
from harness import NOON, Story
from invented_site import Plan

from dutydesk.domain.outlook import rain_ahead
from dutydesk.domain.thresholds import Thresholds
from dutydesk.domain.values import Colour
from dutydesk.ports.feed import Source

HOUR = timedelta(hours=1)
SITE = Thresholds(site={"rain": {HOUR: {Colour.ORANGE: 20.0}, 24 * HOUR: {Colour.YELLOW: 40.0, Colour.RED: 90.0}}})


@pytest.fixture
def desk(tell: Callable[..., Story]) -> Story:
    sources = {"meteo": Source("meteo", "open-meteo", "预报", auto=True),
               "mute": Source("mute", "open-meteo", "预报", settings={"tell": False})}
    return tell(plan=Plan(thresholds=SITE, sources=sources))


def says(desk: Story, *mm: float | None, source: str = "meteo") -> None:
    """A forecast lands whose first hour is the one that runs."""
    start = desk.clock.now().astimezone(UTC).replace(minute=0, second=0)
    times = [(start + HOUR * (n + 1)).strftime("%Y-%m-%dT%H:%M") for n in range(len(mm))]
    desk.lands(json.dumps({"latitude": 37.2, "longitude": 122.0, "hourly": {"time": times, "precipitation": mm}}
                          ).encode(), source=source)


def test_a_forecast_over_the_thresholds_tells_the_officer_once_and_calls_nobody_even_from_an_auto_source(
        desk: Story) -> None:
    says(desk, 0, 25, *[1] * 22)
    desk.is_quiet(but=("officer",))
    assert desk.incidents() == []
    assert desk.reasons(desk.house_alarm()) == {"outlook"}
    says(desk, 0, 26, *[1] * 22)
    assert len(desk.journal("alarm")) == 1
    says(desk, 0, 26, *[4] * 22)
    assert len(desk.journal("alarm")) == 2, "red is news again"


def test_what_stays_below_orange_or_is_muted_tells_nobody(desk: Story) -> None:
    says(desk, *[2] * 24)
    says(desk, *[30] * 24, source="mute")
    assert desk.house_alarm() is None


def test_the_newest_forecast_of_a_point_is_kept_with_its_sums(desk: Story) -> None:
    says(desk, *[9] * 30)
    desk.forward(30)
    says(desk, 1, 2, 3, None, 5, *[0] * 30)
    with desk.store.read() as reads:
        (kept,) = reads.forecasts()
    assert kept.forecast.values[:5] == (1, 2, 3, None, 5)
    ahead = {each.window / HOUR: each for each in rain_ahead(kept.forecast, desk.clock.now())}
    assert (ahead[1].next, ahead[3].next, ahead[6].next, ahead[24].next) == (1, 6, None, None)
    assert (ahead[1].most, ahead[1].at) == (5, NOON + 5 * HOUR)
    assert ahead[3].most == 6


def test_hours_gone_by_are_not_ahead(desk: Story) -> None:
    says(desk, 50, 1, 1, *[0] * 30)
    desk.clock.move_to(NOON + timedelta(minutes=70))
    with desk.store.read() as reads:
        (kept,) = reads.forecasts()
    assert rain_ahead(kept.forecast, desk.clock.now())[0].next == 1
