"""Hot pixels become fires: the same ones in whatever order they come."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point as Dot
from shapely.geometry import box

from dutydesk.domain.hotspots import (
    FireRules,
    Gathered,
    HeatSource,
    apart,
    at_once,
    counts,
    fire_of,
    footprint,
    gather,
    linked,
    masked_by,
)
from dutydesk.domain.observed import Hotspot, Point
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source
from tests.corpus import corpus

RULES = FireRules()
NOON = datetime(2031, 4, 5, 4, tzinfo=UTC)
KM = 1 / 111.0     # degrees of latitude in a km, roughly


def spot(east: float = 0, north: float = 0, hours: float = 0, satellite: str = "N20", *, id: str = "",
         confidence: float | None = 55.0, size: float = 0.4) -> Hotspot:
    """A pixel so many km east and north of a hill, so many hours after noon."""
    at = NOON + timedelta(hours=hours)
    return Hotspot(id or f"{satellite} {at} {east} {north}", at, Point(122.04 + east * KM / 0.794, 37.45 + north * KM),
                   satellite, confidence, across=size, along=size)


def partition(fires: Sequence[Sequence[Hotspot]]) -> set[frozenset[str]]:
    return {frozenset(each.id for each in fire) for fire in fires}


def oracle(spots: Sequence[Hotspot]) -> set[frozenset[str]]:
    """The closure of `linked` by sheer patience: join any two groups with a linked pair until nothing changes."""
    groups = [{each} for each in {each.id: each for each in spots}.values()]
    while True:
        pair = next(((a, b) for a, b in combinations(groups, 2)
                     if any(linked(x, y, RULES) for x in a for y in b)), None)
        if pair is None:
            return {frozenset(each.id for each in group) for group in groups}
        groups.remove(pair[1])
        pair[0].update(pair[1])


class Desk:
    """Keeps fires as the desk does, batch by batch."""

    def __init__(self) -> None:
        self.fires: dict[str, tuple[Hotspot, ...]] = {}
        self.into: dict[str, str] = {}

    def sees(self, *spots: Hotspot) -> list[Gathered]:
        found = gather(self.fires, spots, RULES)
        for each in found:
            for gone in each.swallowed:
                del self.fires[gone]
                self.into[gone] = each.id
            self.fires[each.id] = each.spots
        return found


def test_pixels_side_by_side_are_one_fire_and_far_ones_are_not() -> None:
    desk = Desk()
    [fire, other] = desk.sees(spot(0), spot(0.4), spot(0.8), spot(9))
    assert (len(fire.spots), len(other.spots)) == (3, 1)


def test_a_fire_grows_over_passes_and_satellites_and_keeps_its_name() -> None:
    desk = Desk()
    [first] = desk.sees(spot(0))
    [grown] = desk.sees(spot(0.5, hours=3, satellite="N"), spot(0, 0.6, hours=12, satellite="N21"))
    assert grown.id == first.id
    assert len(grown.spots) == 3
    assert len(grown.fresh) == 2
    [again] = desk.sees(spot(0.1, 0.6, hours=30))
    assert again.id == first.id


def test_the_same_pixels_again_say_nothing() -> None:
    desk = Desk()
    desk.sees(spot(0), spot(0.4))
    assert desk.sees(spot(0.4), spot(0)) == []


def test_what_burns_there_again_days_later_is_another_fire() -> None:
    desk = Desk()
    [first] = desk.sees(spot(0))
    [second] = desk.sees(spot(0, hours=25))
    assert second.id != first.id


def test_two_fires_that_meet_are_one_under_the_older_name() -> None:
    desk = Desk()
    [old] = desk.sees(spot(0))
    [young] = desk.sees(spot(3, hours=1))
    [both] = desk.sees(spot(1.5, hours=2))
    assert (both.id, both.swallowed) == (old.id, (young.id,))
    assert list(desk.fires) == [old.id]


def test_a_pixel_that_comes_late_does_not_rename_a_fire() -> None:
    desk = Desk()
    [first] = desk.sees(spot(0, hours=3))
    [grown] = desk.sees(spot(0.2, hours=0))
    assert grown.id == first.id


def test_large_pixels_reach_further() -> None:
    assert not linked(spot(0), spot(2.5), RULES)
    assert linked(spot(0, size=2.0), spot(2.5), RULES)


places = st.tuples(st.integers(0, 24).map(lambda n: n / 4), st.integers(0, 12).map(lambda n: n / 4),
                   st.integers(0, 60), st.sampled_from(["N20", "N21", "T"]), st.sampled_from([0.4, 0.8, 2.0]))


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(places, min_size=1, max_size=14, unique=True), seed=st.integers(0, 10_000))
def test_any_order_in_any_batches_gives_the_fires_of_the_oracle(rows: list[tuple[float, float, int, str, float]],
                                                               seed: int) -> None:
    spots = [spot(east, north, hours, satellite, size=size, id=str(n))
             for n, (east, north, hours, satellite, size) in enumerate(rows)]
    draw, desk = random.Random(seed), Desk()
    draw.shuffle(spots)
    waiting = list(spots)
    while waiting:
        batch, waiting = waiting[:draw.randint(1, 5)], waiting[draw.randint(1, 5):]
        before = dict(desk.fires)
        desk.sees(*batch)
        for id in before:      # nobody's fire is ever lost: it keeps its name or is part of an older one
            end = id
            while end in desk.into:
                end = desk.into[end]
            assert {each.id for each in before[id]} <= {each.id for each in desk.fires[end]}
    seen = [each for fire in desk.fires.values() for each in fire]
    assert partition(list(desk.fires.values())) == oracle(seen)


def test_real_pixels_of_two_satellites_are_the_fires_of_the_oracle() -> None:
    spots: list[Hotspot] = []
    for name in ("viirs_firms_n20_later.csv", "viirs_firms_n21.csv"):
        body = corpus("firms", name).read_bytes()
        spots += [each for each in feed("firms").parse(body, Source("x", "firms"), NOON) if isinstance(each, Hotspot)]
    whole = gather({}, spots, RULES)
    assert partition([each.spots for each in whole]) == oracle(spots)
    largest = max(whole, key=lambda each: len(each.spots))
    assert {each.satellite for each in largest.spots} == {"N20", "N21"}
    one_by_one = Desk()
    for each in sorted(spots, key=lambda each: each.id):
        one_by_one.sees(each)
    assert partition(list(one_by_one.fires.values())) == oracle(spots)


def test_pixels_at_once_are_those_of_one_satellite_in_one_pass() -> None:
    assert at_once([spot(0), spot(0.4), spot(0.8)]) == 3
    assert at_once([spot(0), spot(0.4, satellite="N"), spot(0.8, hours=12)]) == 1
    assert at_once([spot(0), spot(0.4, hours=0.1), spot(0.8, hours=0.2), spot(1, hours=0.5)]) == 3
    assert at_once([]) == 0


def test_a_lone_faint_pixel_rings_nobody() -> None:
    assert not counts([spot(confidence=15)], RULES)
    assert counts([spot(confidence=None)], RULES)
    assert counts([spot(confidence=15), spot(1, confidence=55)], RULES)
    assert counts([spot(n / 2, confidence=15) for n in range(3)], RULES)


def test_the_ground_of_a_pixel_has_its_size() -> None:
    ground = footprint([spot(0, size=1.0)])
    west, south, east, north = ground.bounds
    assert (north - south) * 110.97 == pytest.approx(1.0, rel=0.01)
    assert (east - west) * 88.4 == pytest.approx(1.0, rel=0.01)
    assert apart(spot(0), spot(0, 3)) == pytest.approx(3.0, rel=0.01)


def test_a_known_source_of_heat_masks_until_its_day() -> None:
    plant = HeatSource("steel", "轧钢厂", box(122.038, 37.448, 122.042, 37.452), "高炉", date(2031, 4, 5))
    assert masked_by(spot(0), [plant], date(2031, 4, 5)) == plant
    assert masked_by(spot(0.3), [plant], date(2031, 4, 5)) == plant      # its edge touches the works
    assert masked_by(spot(2), [plant], date(2031, 4, 5)) is None
    assert masked_by(spot(0), [plant], date(2031, 4, 6)) is None


def test_a_fire_keeps_what_the_desk_knows_of_it() -> None:
    [first] = gather({}, [spot(0)], RULES)
    fire = fire_of(first, "firms", None)
    assert (fire.pixels, fire.at_once, fire.first_at) == (1, 1, NOON)
    assert Dot(fire.lon, fire.lat).distance(Dot(122.04, 37.45)) < 1e-6
    [more] = gather({first.id: first.spots}, [spot(0.4), spot(0.4, hours=2)], RULES)
    grown = fire_of(more, "other", fire)
    assert (grown.id, grown.source, grown.pixels, grown.at_once) == (fire.id, "firms", 3, 2)
    assert grown.last_at == NOON + timedelta(hours=2)
