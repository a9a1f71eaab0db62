"""Distances: straight ones on the ellipsoid, and along roads against a search of our own."""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Point

from dutydesk.errors import Refused
from dutydesk.maps.distance import Roads, geodesic, straight

STEP = 0.01


def at(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, dtype=np.float64)


def test_the_straight_line_is_that_of_the_ellipsoid() -> None:
    """Weihai's city hall to Yantai's: the sphere is 0.2 % off here, a flat map far more."""
    metres = straight().metres(at((122.1204, 37.5131)), at((121.4479, 37.4638), (122.1204, 37.5131)))
    assert metres.shape == (1, 2)
    assert metres[0, 0] == pytest.approx(59_714, abs=30)
    assert metres[0, 1] == 0
    assert not straight().by_road


def test_one_degree_of_the_equator_and_of_the_meridian() -> None:
    assert geodesic(at((0, 0)), at((1, 0), (0, 1)))[0] == pytest.approx([111_319.491, 110_574.389], abs=0.001)


def test_a_way_round_a_bay_is_longer_than_across() -> None:
    """A road like a U: the ends are near each other, the way is not."""
    u = LineString([(122.0, 37.2), (122.0, 37.0), (122.1, 37.0), (122.1, 37.2)])
    ends = at((122.0, 37.2)), at((122.1, 37.2))
    along, across = Roads([u]).metres(*ends)[0, 0], geodesic(*ends)[0, 0]
    assert along == pytest.approx(22_195 * 2 + 8_903, rel=0.001)
    assert across < along / 5
    assert Roads([u]).distances().by_road


def test_the_ways_to_the_road_and_from_it_count() -> None:
    road = LineString([(122.0, 37.0), (122.1, 37.0)])
    off = at((122.0, 37.01)), at((122.1, 37.02))
    expected = (geodesic(at((122.0, 37.01)), at((122.0, 37.0))) + geodesic(at((122.0, 37.0)), at((122.1, 37.0)))
                + geodesic(at((122.1, 37.0)), at((122.1, 37.02))))
    assert Roads([road]).metres(*off)[0, 0] == pytest.approx(expected[0, 0])


def test_the_nearest_vertex_is_the_nearest_on_the_ground_and_not_in_degrees() -> None:
    """At 37 N a degree of longitude is shorter: 0.0115 E is nearer than 0.01 N."""
    east, north = LineString([(122.0115, 37.0), (122.5, 37.0)]), LineString([(122.0, 37.01), (122.0, 37.5)])
    assert np.isfinite(Roads([east, north]).metres(at((122.0, 37.0)), at((122.5, 37.0))))[0, 0]


def test_where_no_road_leads_the_distance_is_infinite() -> None:
    roads = Roads([LineString([(122.0, 37.0), (122.1, 37.0)]), LineString([(122.0, 37.3), (122.1, 37.3)])])
    assert roads.metres(at((122.0, 37.0)), at((122.1, 37.3)))[0, 0] == math.inf


def test_a_layer_without_lines_is_refused() -> None:
    with pytest.raises(Refused, match="no line"):
        Roads([Point(122, 37)])


def by_hand(edges: set[tuple[int, int, int, int]], start: tuple[int, int], end: tuple[int, int]) -> float:
    """Dijkstra in a dozen lines, on the grid."""
    def degrees(cell: tuple[int, int]) -> np.ndarray:
        return at((122 + cell[0] * STEP, 37 + cell[1] * STEP))

    queue, done = [(0.0, start)], set()
    while queue:
        far, cell = heapq.heappop(queue)
        if cell == end:
            return far
        if cell in done:
            continue
        done.add(cell)
        for ax, ay, bx, by in edges:
            for here, there in (((ax, ay), (bx, by)), ((bx, by), (ax, ay))):
                if here == cell:
                    heapq.heappush(queue, (far + float(geodesic(degrees(here), degrees(there))[0, 0]), there))
    return math.inf


cells = st.tuples(st.integers(0, 3), st.integers(0, 3))
edge = st.tuples(cells, cells).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: (*pair[0], *pair[1]))


@settings(max_examples=60, deadline=None)
@given(st.sets(edge, min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_along_roads_it_is_what_a_search_by_hand_finds(edges, chance) -> None:
    lines = [LineString([(122 + ax * STEP, 37 + ay * STEP), (122 + bx * STEP, 37 + by * STEP)])
             for ax, ay, bx, by in sorted(edges)]
    ends = sorted({(x, y) for ax, ay, bx, by in edges for x, y in ((ax, ay), (bx, by))})
    start, end = chance.choice(ends), chance.choice(ends)
    found = Roads([MultiLineString(lines)]).metres(
        at((122 + start[0] * STEP, 37 + start[1] * STEP)), at((122 + end[0] * STEP, 37 + end[1] * STEP)))[0, 0]
    assert found == pytest.approx(by_hand(edges, start, end), abs=0.01)
