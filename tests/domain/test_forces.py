"""Teams by readiness and time of arrival, their size against the targets, and towns without a depot."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from dutydesk.domain.depot import Depot
from dutydesk.domain.forces import arrivals, counties, target_of, towns_without_depot
from dutydesk.domain.registers import Registers, Targets
from dutydesk.domain.sheltering import Distances
from dutydesk.domain.site import Place, Site
from dutydesk.domain.team import TEAM_LEVELS, Readiness, Team

SITE = Site(places={each.id: each for each in (
    Place("c", "市", "city"), Place("a", "甲区", "county", ("c",)), Place("b", "乙区", "county", ("c",)),
    Place("a1", "一镇", "town", ("a",)), Place("a2", "二镇", "town", ("a",)), Place("b1", "三镇", "town", ("b",)),
    Place("a1v", "一村", "village", ("a1",)))})
TARGETS = Targets(road_speed=60.0, detour=1.5)
HERE = np.array([[0.0, 0.0]])
#: A kilometre is a degree of longitude.
FLAT = Distances(lambda sources, targets: np.abs(sources[:, None, 0] - targets[None, :, 0]) * 1000)


def team(id: str = "t1", kilometres: float = 10, place: str = "a1", **more: object) -> Team:
    return replace(Team(id, id, place, "town", 30, geometry=Point(kilometres, 0)), **more)   # type: ignore[arg-type]


def sent(*teams: Team, county: str = "a", distances: Distances = FLAT) -> list[str]:
    return [each.team.id for each in arrivals(teams, HERE, county, SITE, distances, TARGETS)]


def test_the_time_of_arrival_is_mustering_and_driving_the_detour_included() -> None:
    found = arrivals([team(muster=timedelta(minutes=20))], HERE, "a", SITE, FLAT, TARGETS)[0]
    assert (found.metres, found.by_road) == (10_000, False)
    assert found.after == timedelta(minutes=20 + 15)
    by_road = arrivals([team(muster=timedelta(minutes=20))], HERE, "a", SITE, replace(FLAT, by_road=True), TARGETS)[0]
    assert by_road.after == timedelta(minutes=20 + 10), "a road needs no stretching"


def test_a_near_team_that_musters_slowly_comes_after_a_far_quick_one() -> None:
    assert sent(team("near", 1, muster=timedelta(hours=2)), team("far", 30, muster=timedelta(minutes=5))) == [
        "far", "near"]


def test_a_team_that_stands_by_goes_before_every_other() -> None:
    teams = [team(state, 1, state=state) for state in Readiness if state is not Readiness.STANDBY]
    assert sent(*teams, team("ready", 90))[0] == "ready"
    assert sent(*teams) == ["resting", "called_out", "under_way", "on_scene"]


@pytest.mark.parametrize(("place", "crosses", "county", "goes"), [
    ("a1", False, "a", True), ("a1v", False, "a", True), ("b1", False, "a", False), ("b1", True, "a", True),
    ("c", False, "a", False), ("b1", False, "", True), ("nowhere", False, "a", False),
])
def test_only_teams_that_cross_borders_are_sent_over_one(place, crosses, county, goes) -> None:
    assert sent(team(place=place, crosses=crosses), county=county) == (["t1"] if goes else [])


def test_a_team_without_a_position_or_without_a_road_is_not_sent() -> None:
    assert sent(team(geometry=None)) == []
    assert sent(team(), distances=Distances(lambda a, b: np.full((len(a), len(b)), math.inf), by_road=True)) == []


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 60), st.sampled_from(Readiness)), max_size=8))
def test_nobody_ahead_is_less_ready_or_later(rows) -> None:
    teams = [team(f"t{rank}", far, muster=timedelta(minutes=slow), state=state)
             for rank, (far, slow, state) in enumerate(rows)]
    order = {"standby": 0, "resting": 1, "called_out": 2, "under_way": 3, "on_scene": 4}
    keys = [(order[each.team.state], each.team.muster.total_seconds() + each.metres * 1.5 / 1000 * 60, each.team.id)
            for each in arrivals(teams, HERE, "a", SITE, FLAT, TARGETS)]
    assert len(keys) == len(teams)
    assert [key[0] for key in keys] == sorted(key[0] for key in keys)
    assert all(a[:2] <= (b[0], b[1] + 1e-6) for a, b in pairwise(keys))


def test_a_town_needs_thirty_and_a_village_ten() -> None:
    assert {level: target_of(team(level=level), Targets()) for level in TEAM_LEVELS} == {
        "city": 0, "county": 0, "town": 30, "village": 10, "enterprise": 0}


def test_a_place_lies_in_the_counties_above_it() -> None:
    assert [counties(SITE, id) for id in ("c", "a", "a1v", "x")] == [frozenset(), {"a"}, {"a"}, frozenset()]


@pytest.mark.parametrize(("depots", "bare"), [
    ([], ["a1", "a2", "b1"]),
    ([Depot("d", "d", "a1")], ["a2", "b1"]),
    ([Depot("d", "d", "a1v")], ["a2", "b1"]),                       # a depot in one of its villages
    ([Depot("d", "d", "a1", serves=("b1",))], ["a2"]),
    ([Depot("d", "d", "a")], ["a1", "a2", "b1"]),                   # the county's own depot is no town's
    ([Depot("d", "d", "c")], ["a1", "a2", "b1"]),
])
def test_towns_no_depot_stands_in_or_serves(depots, bare) -> None:
    site = replace(SITE, registers=Registers(depots={each.id: each for each in depots}))
    assert [place.id for place in towns_without_depot(site)] == bare
