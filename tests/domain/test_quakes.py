"""Which reports are of one earthquake, and how far it is felt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise, permutations
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point as Dot

from dutydesk.domain.observed import Point, Quake
from dutydesk.domain.quakes import (
    QuakeRules,
    Shock,
    circle,
    distance,
    intensity,
    reach,
    rings,
    same,
    take,
)
from dutydesk.domain.values import Colour
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source
from tests.corpus import corpus

RULES = QuakeRules()
NOON = datetime(2031, 5, 12, 4, tzinfo=UTC)


def quake(id: str = "q1", magnitude: float | None = 6.2, seconds: float = 0, *, lon: float = 122.9, lat: float = 37.2,
          minutes: float = 1, status: str = "automatic", depth: float | None = 10.0) -> Quake:
    """A report of a quake off the coast; `minutes` is when it was written."""
    return Quake(id, NOON + timedelta(seconds=seconds), NOON + timedelta(minutes=minutes), Point(lon, lat), magnitude,
                 depth, "黄海海域", status)


# Median intensities an independent program computed for the same relation (the OpenQuake engine's test table).
@pytest.mark.parametrize(("magnitude", "hypocentral", "expected"), [
    (5.0, 1, 8.1928149), (5.0, 10, 5.9736099), (5.0, 50, 3.7394023), (5.0, 300, 1.3680280),
    (6.0, 1, 8.2797327), (6.0, 20, 6.4046804), (6.0, 50, 5.1603881), (6.0, 100, 4.2486195),
    (7.0, 5, 8.2206291), (7.0, 20, 7.5721877), (7.0, 100, 5.6632662), (7.0, 300, 4.2223319),
])
def test_the_relation_is_the_published_one(magnitude: float, hypocentral: float, expected: float) -> None:
    assert intensity(magnitude, hypocentral, 0) == pytest.approx(expected, abs=1e-6)
    assert intensity(magnitude, hypocentral * 0.6, hypocentral * 0.8) == pytest.approx(expected, abs=1e-6)


magnitudes = st.floats(4, 8.5)
depths = st.floats(1, 60)


@given(magnitudes, depths, st.floats(2, 10))
def test_a_ring_ends_where_its_intensity_does(magnitude: float, depth: float, least: float) -> None:
    radius = reach(magnitude, depth, least)
    assert 0 <= radius <= 300
    if 0 < radius < 300:
        assert intensity(magnitude, radius - 0.1, depth) >= least
        assert intensity(magnitude, radius + 0.1, depth) < least
    if radius == 0:
        assert intensity(magnitude, 0, depth) < least


@given(magnitudes, depths, st.floats(0.1, 1), st.floats(3, 9))
def test_stronger_and_shallower_reach_further(magnitude: float, depth: float, more: float, least: float) -> None:
    assert reach(magnitude + more, depth, least) >= reach(magnitude, depth, least) - 0.1
    assert reach(magnitude, depth + 10 * more, least) <= reach(magnitude, depth, least) + 0.1


@given(st.floats(100, 140), st.floats(15, 55), st.floats(1, 300), st.floats(0, 6.28))
def test_a_circle_falls_short_nowhere(lon: float, lat: float, radius: float, towards: float) -> None:
    from math import cos, sin

    ground = circle(Point(lon, lat), radius)
    north = radius * 0.995 * sin(towards) / 111.2
    east = radius * 0.995 * cos(towards) / (111.32 * cos((lat + north) * 3.14159265 / 180))
    assert ground.covers(Dot(lon + east, lat + north))
    assert ground.area < 4 * (hypot(radius, 1) / 70) ** 2 * 3.2


def test_rings_are_nested_and_each_has_its_colour() -> None:
    found = list(rings(quake(magnitude=6.8), RULES))
    assert [colour for colour, _, _ in found] == [Colour.RED, Colour.ORANGE, Colour.YELLOW]
    assert [radius for _, radius, _ in found] == sorted(radius for _, radius, _ in found)
    assert all(outer.covers(inner) for (_, _, inner), (_, _, outer) in pairwise(found))
    assert [colour for colour, _, _ in rings(quake(magnitude=5.0), RULES)] == [Colour.YELLOW]
    assert list(rings(quake(magnitude=3.0), RULES)) == []
    assert list(rings(quake(magnitude=None), RULES)) == []
    assert [row[:2] for row in rings(quake(depth=None), RULES)] == [row[:2] for row in rings(quake(depth=10), RULES)]


def test_one_quake_of_two_services_is_one_and_its_neighbours_are_not() -> None:
    assert same(quake(), quake("other", 6.6, 4, lon=123.2), RULES)
    assert not same(quake(), quake(seconds=45), RULES)
    assert not same(quake(), quake(lon=124.5), RULES)
    assert not same(quake(magnitude=4.0), quake(magnitude=6.2), RULES)
    assert not same(quake(magnitude=None), quake(), RULES)


# Times (UTC), places and magnitudes as both services published them: CENC first, USGS second.
@pytest.mark.parametrize(("center", "survey"), [
    (("2008-05-12T06:28:04", 103.4, 31.0, 8.0), ("2008-05-12T06:28:01", 103.322, 31.002, 7.9)),
    (("2022-09-05T04:52:18", 102.08, 29.59, 6.8), ("2022-09-05T04:52:19", 102.279, 29.726, 6.6)),
    (("2023-12-18T15:59:30", 102.79, 35.70, 6.2), ("2023-12-18T15:59:30", 102.815, 35.739, 5.9)),
])
def test_known_earthquakes_of_both_services_are_one(center: tuple[str, float, float, float],
                                                    survey: tuple[str, float, float, float]) -> None:
    reports = [Quake(service, datetime.fromisoformat(f"{at}+00:00"), NOON, Point(lon, lat), magnitude)
               for service, (at, lon, lat, magnitude) in (("cenc", center), ("usgs", survey))]
    assert same(*reports, RULES)


def real(kind: str, name: str) -> list[Quake]:
    body = corpus("quake", name).read_bytes()
    return [each for each in feed(kind).parse(body, Source("x", kind), NOON) if isinstance(each, Quake)]


def test_a_real_early_warning_and_its_catalogue_row_are_one_and_its_aftershocks_others() -> None:
    [early] = real("cenc", "wolfx_cenc_eew_20260918.json")
    listed = real("cenc", "wolfx_cenc_eqlist_8rows_202609.json")
    assert [each.id for each in listed if same(early, each, RULES)] == ["CD.20260918205536.056"]
    assert not any(same(a, b, RULES) for a, b in combinations(listed, 2))


@pytest.mark.parametrize("name", ["usgs_all_week_simpelaki.geojson", "usgs_all_week_wbravoanoni.geojson"])
def test_different_real_quakes_of_one_catalogue_are_different(name: str) -> None:
    strong = [each for each in real("usgs", name) if (each.magnitude or 0) >= 2.5]
    assert len(strong) > 10
    assert not [(a.id, b.id) for a, b in combinations(strong, 2) if same(a, b, RULES)]


def test_revisions_of_one_report_are_one_quake_and_the_newest_counts() -> None:
    first = take([], "usgs", quake(), RULES)
    assert first is not None
    again = take([first], "usgs", quake(magnitude=5.8, minutes=9), RULES)
    assert again is not None
    assert (again.id, len(again.reports)) == (first.id, 1)
    assert again.standing is not None
    assert again.standing.magnitude == 5.8
    assert take([again], "usgs", quake(), RULES) is None                          # an older state comes late
    assert take([again], "usgs", quake(magnitude=5.8, minutes=9), RULES) is None  # the same again


def test_the_strongest_service_counts_until_it_takes_its_report_back() -> None:
    first = take([], "usgs", quake(), RULES)
    assert first is not None
    both = take([first], "cenc", quake("c", 6.5, 3), RULES)
    assert both is not None
    assert both.id == first.id
    assert both.standing is not None
    assert both.standing.magnitude == 6.5
    gone = Quake("c", NOON, NOON + timedelta(minutes=5), None, None, status="deleted")
    left = take([both], "cenc", gone, RULES)
    assert left is not None
    assert left.standing is not None
    assert left.standing.magnitude == 6.2
    none = take([left], "usgs", replace(quake(minutes=6), status="deleted"), RULES)
    assert none is not None
    assert none.standing is None


def test_a_partial_report_of_nothing_known_is_nothing() -> None:
    assert take([], "usgs", quake(magnitude=None), RULES) is None


def test_a_deletion_that_overtook_its_report_still_counts() -> None:
    gone = take([], "usgs", replace(quake(minutes=5), status="deleted"), RULES)
    assert gone is not None
    assert gone.standing is None
    assert take([gone], "usgs", quake(), RULES) is None


def test_reports_of_one_quake_in_any_order_give_the_same() -> None:
    reports = [("usgs", quake()), ("usgs", quake(magnitude=5.8, minutes=9)), ("cenc", quake("c", 6.0, 2)),
               ("usgs", quake(magnitude=5.9, minutes=20, status="reviewed"))]
    ends = set()
    for order in permutations(reports):
        shocks: dict[str, Shock] = {}
        for source, report in order:
            found = take(shocks.values(), source, report, RULES)
            if found is not None:
                shocks[found.id] = found
        assert len(shocks) == 1
        [shock] = shocks.values()
        ends.add((shock.standing, frozenset(shock.reports)))
    assert len(ends) == 1


def test_distance_is_that_of_the_globe() -> None:
    assert distance(Point(122.0, 37.0), Point(122.0, 38.0)) == pytest.approx(111.2, abs=0.2)
    assert distance(Point(122.0, 37.0), Point(123.0, 37.0)) == pytest.approx(88.8, abs=0.2)
    assert distance(Point(179.9, 0.0), Point(-179.9, 0.0)) == pytest.approx(22.2, abs=0.2)
