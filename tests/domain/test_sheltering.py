"""Shelters: free places, why one is not used, and the nearest that can be; against a search by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from dutydesk.domain.registers import Zone
from dutydesk.domain.shelter import Shelter, ShelterState
from dutydesk.domain.sheltering import Danger, Distances, Judged, Why, judge, propose, with_state

ZONE = Zone("z1", "下游", "flood", geometry=box(122.3, 37.3, 122.4, 37.4))
FLOOD = Danger("flood", (box(122.0, 37.0, 122.1, 37.1),), (ZONE,))


def flat(sources: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Degrees as if they were metres: exact, so that ties are ties."""
    return np.abs(sources[:, None, :] - targets[None, :, :]).sum(axis=2)


FLAT = Distances(flat)


def shelter(id: str = "e1", lon: float = 122.5, lat: float = 37.5, **more: object) -> Shelter:
    return replace(Shelter(id, id, "t1", 100, geometry=Point(lon, lat)), **more)   # type: ignore[arg-type]


def test_of_two_sites_for_a_thousand_with_813_in_one_187_are_left_at_that_one() -> None:
    """威海 2014-05-30 05:00."""
    first, second = shelter("e1", capacity=1000, registered=813), shelter("e2", capacity=1000)
    assert (first.free, second.free) == (187, 1000)


def test_an_overfull_shelter_has_no_places_rather_than_less_than_none() -> None:
    assert shelter(capacity=10, registered=12).free == 0


@pytest.mark.parametrize(("change", "why"), [
    ({}, None),
    ({"state": ShelterState.OPEN}, None),
    ({"state": ShelterState.CLOSED}, Why.CLOSED),
    ({"unfit": ("flood",)}, Why.UNFIT),
    ({"unfit": ("wind",)}, None),
    ({"fit": ("quake",)}, Why.UNFIT),
    ({"fit": ("quake", "flood")}, None),
    ({"fit": ("flood",), "unfit": ("flood",)}, Why.UNFIT),
    ({"geometry": None}, Why.NOWHERE),
    ({"geometry": Point(122.05, 37.05)}, Why.AREA),
    ({"geometry": Point(122.1, 37.05)}, Why.AREA),                       # the boundary counts
    ({"geometry": box(122.09, 37.05, 122.2, 37.06)}, Why.AREA),          # one corner is enough
    ({"geometry": Point(122.35, 37.35)}, Why.ZONE),
    ({"registered": 100}, Why.FULL),
    ({"registered": 100, "unfit": ("flood",)}, Why.UNFIT),
])
def test_a_shelter_that_cannot_be_used_says_why(change, why) -> None:
    assert judge([shelter(**change)], FLOOD)[0].why is why


def test_a_zone_of_another_danger_does_not_count() -> None:
    at = shelter(geometry=Point(122.35, 37.35))
    assert judge([at], replace(FLOOD, family="fire"))[0].why is None


def test_a_full_shelter_is_not_unsafe_and_an_unfit_one_is() -> None:
    full, unfit = judge([shelter(registered=100), shelter("e2", unfit=("flood",))], FLOOD)
    assert not full.unsafe
    assert unfit.unsafe


def test_one_whose_rough_position_may_lie_in_the_area_comes_after_those_that_surely_do_not() -> None:
    rough = shelter("e1", 122.105, 37.05, approximate=1500.0)
    sure = shelter("e2", 122.3, 37.05)
    judged = judge([rough, sure], FLOOD)
    assert [each.doubtful for each in judged] == [True, False]
    found = propose(judged, np.array([[122.11, 37.05]]), FLAT)[0]
    assert [(each.shelter.id, each.doubtful) for each in found] == [("e2", False), ("e1", True)]


def test_one_with_room_for_all_goes_before_a_nearer_one_without() -> None:
    small, large = shelter("e1", 122.2, 37.2, capacity=10), shelter("e2", 122.6, 37.6, capacity=500)
    judged = judge([small, large], FLOOD)
    here = np.array([[122.2, 37.2]])
    assert [each.shelter.id for each in propose(judged, here, FLAT, people=40)[0]] == ["e2", "e1"]
    assert [each.shelter.id for each in propose(judged, here, FLAT, people=10)[0]] == ["e1", "e2"]


def test_what_no_road_reaches_is_not_proposed() -> None:
    island = Distances(lambda sources, targets: np.full((len(sources), len(targets)), math.inf), by_road=True)
    assert propose(judge([shelter()], FLOOD), np.array([[122.2, 37.2]]), island) == [()]


def test_nothing_to_propose_is_an_empty_answer_for_every_origin() -> None:
    assert propose([], np.array([[122.2, 37.2], [122.3, 37.3]]), FLAT) == [(), ()]
    assert propose(judge([shelter()], FLOOD), np.empty((0, 2)), FLAT) == []


def test_the_desks_own_word_wins_over_the_register() -> None:
    at = shelter(state=ShelterState.OPEN, registered=7)
    assert with_state(at, None, None) == at
    assert with_state(at, ShelterState.STANDBY, 0) == replace(at, state=ShelterState.STANDBY, registered=0)


degrees = st.integers(0, 20).map(lambda step: step / 20)
shelters = st.lists(st.builds(
    lambda x, y, capacity, registered, state, unfit: shelter(
        "", 122 + x, 37 + y, capacity=capacity, registered=registered, state=state, unfit=unfit),
    degrees, degrees, st.integers(1, 5), st.integers(0, 6), st.sampled_from(ShelterState),
    st.sampled_from([(), ("flood",), ("wind",)])), max_size=9).map(
        lambda found: [replace(each, id=f"e{rank}") for rank, each in enumerate(found)])
areas = st.lists(st.builds(lambda x, y, w, h: box(122 + x, 37 + y, 122 + x + w, 37 + y + h),
                           degrees, degrees, degrees, degrees).filter(lambda area: area.area > 0), max_size=3)


def by_hand(found: list[Shelter], danger: Danger, lon: float, lat: float, people: int) -> list[str]:
    """The same, one shelter after the other."""
    usable = []
    for each in found:
        grounds = [*danger.areas, *(zone.geometry for zone in danger.zones if zone.family == danger.family)]
        fit = each.state is not ShelterState.CLOSED and danger.family not in each.unfit
        dry = not any(ground.intersects(each.geometry) for ground in grounds)
        if fit and dry and each.capacity > each.registered:
            far = abs(each.geometry.x - lon) + abs(each.geometry.y - lat)
            usable.append((each.capacity - each.registered < people, far, each.id))
    return [id for _, _, id in sorted(usable)][:3]


@settings(max_examples=200)
@given(shelters, areas, degrees, degrees, st.integers(1, 6))
def test_what_is_proposed_is_what_a_search_by_hand_finds(found, drawn, x, y, people) -> None:
    danger = replace(FLOOD, areas=tuple(drawn))
    judged = judge(found, danger)
    proposed = propose(judged, np.array([[122 + x, 37 + y]]), FLAT, people=people)[0]
    assert [each.shelter.id for each in proposed] == by_hand(found, danger, 122 + x, 37 + y, people)


@given(shelters, areas)
def test_no_unsafe_closed_or_full_shelter_is_ever_proposed(found, drawn) -> None:
    judged = judge(found, replace(FLOOD, areas=tuple(drawn)))
    bad = {each.shelter.id for each in judged if each.why is not None}
    proposals = propose(judged, np.array([[122.5, 37.5]]), FLAT, most=99)[0]
    assert not {each.shelter.id for each in proposals} & bad
    assert len(proposals) + len(bad) == len(found)


def test_a_judged_shelter_is_unsafe_for_three_reasons_only() -> None:
    assert {why for why in Why if Judged(shelter(), why).unsafe} == {Why.UNFIT, Why.ZONE, Why.AREA}
