"""Stories of the fire weather grade: kept by day, patrols switched on and off, and no warning touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from harness import NOON, Story
from invented_site import FIRE, HILL, PLAYBOOKS, RIVER, SOURCES, Plan
from shapely.geometry import box

from dutydesk.domain.observed import Forecast, Point
from dutydesk.domain.playbook import Chore
from dutydesk.ports.feed import Source

Tell = Callable[..., Story]
MIDNIGHT = datetime(2026, 7, 18, 16, tzinfo=UTC)     # midnight of 19 July in Beijing; the stories begin on the 20th
BOOK = replace(FIRE, chores=(Chore("高火险进山卡口值守", "grade", timedelta(hours=8), ("hill",)),
                             Chore("进山卡口上岗", "sent", timedelta(minutes=30), ("hill",))))


class Fixed:
    """A feed of a forecast made up by the test: `temperature humidity wind place`."""

    kind = "fixed"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> Iterable[Forecast]:
        temperature, humidity, wind, place = body.decode().split()[:4]
        point = Point(121.5, 37.05)
        for what, value in (("temperature", temperature), ("humidity", humidity), ("wind", wind), ("rain", "0")):
            yield Forecast(what, point, received_at, MIDNIGHT, (float(value),) * 120,
                           "" if place == "-" else place)


@pytest.fixture
def desk(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> Story:
    monkeypatch.setitem(SOURCES, "weather", Source("weather", "fixed", "预报", auto=True))
    story = tell(plan=Plan(playbooks={**PLAYBOOKS, "fire": BOOK}, shapes={RIVER: box(121.4, 37, 121.6, 37.09)}))
    known = story.ctx.feed
    story.ctx.feed = lambda kind: Fixed() if kind == "fixed" else known(kind)
    return story


HOT, MILD = b"34 15 12 -", b"8 90 1 -"


def grades(desk: Story) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    with desk.store.read() as reads:
        for each in reads.fire_days((NOON - timedelta(days=9)).date()):
            found.setdefault(each.place, []).append(each.grade)
    return found


def test_a_forecast_gives_the_grade_of_its_county_day_by_day_and_calls_nobody(desk: Story) -> None:
    desk.lands(HOT, source="weather")
    assert grades(desk) == {RIVER: [5, 5, 5, 5]}      # 20 to 23 July: on the 19th half a day of rain is unknown
    desk.is_quiet()
    assert desk.incidents() == []


def test_a_high_grade_switches_patrols_on_once_and_a_low_one_off(desk: Story) -> None:
    desk.lands(HOT, source="weather")
    tasks = desk.tasks("高火险进山卡口值守")
    assert {task.place for task in tasks} == {HILL}
    assert sorted(task.about for task in tasks) == [f"grade:2026-07-{day}" for day in (20, 21, 22, 23)]
    assert min(task.due_at for task in tasks) == NOON          # today's eight o'clock is past: now
    assert {task.owner for task in tasks} == {desk["ranger"].id}
    desk.forward(60)
    desk.lands(HOT + b" again", source="weather")
    assert len(desk.tasks("高火险进山卡口值守")) == 4
    assert desk.tasks("进山卡口上岗") == []                      # that one waits for a warning
    desk.lands(MILD, source="weather")
    assert grades(desk)[RIVER][-1] == 1
    states = {task.about: task.state for task in desk.tasks("高火险进山卡口值守")}
    assert states["grade:2026-07-23"] == "dropped"


def test_a_place_by_name_is_graded_and_an_unknown_one_is_not(desk: Story) -> None:
    desk.lands(b"20 40 3 990102101", b"20 40 3 nowhere", source="weather")
    assert list(grades(desk)) == ["990102101"]


def test_a_grade_moves_no_warning_and_a_warning_no_grade(desk: Story) -> None:
    warn = desk.warns("yellow", event="森林火险")
    before = desk.colour_of(HILL, "fire")
    desk.lands(HOT, source="weather")
    assert desk.colour_of(HILL, "fire") == before
    kept = grades(desk)
    desk.updates(warn, "red")
    desk.lifts(warn)
    assert grades(desk) == kept
