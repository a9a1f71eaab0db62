"""Places an area touches: against brute force with shapely and against the ellipsoid with pyproj."""

from __future__ import annotations

import random

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import GeometryCollection, LineString, Point, Polygon, box

from dutydesk.domain.geofence import MEETS, NEAR, Fences, metres_per_degree
from dutydesk.domain.site import Place

GEOD = Geod(ellps="WGS84")
AREA = box(122.0, 37.0, 122.2, 37.2)


def place(geometry: object, approximate: float | None = None, id: str = "p") -> Place:
    return Place(id, "村", "village", approximate=approximate, geometry=geometry)  # type: ignore[arg-type]


@pytest.mark.parametrize(("geometry", "approximate", "how"), [
    (Point(122.1, 37.1), None, MEETS),
    (Point(122.0, 37.1), None, MEETS),                       # on the edge
    (Point(122.2, 37.2), None, MEETS),                       # on the corner
    (Point(121.999, 37.1), None, None),
    (Point(121.999, 37.1), 50, None),                        # 89 m away
    (Point(121.999, 37.1), 100, NEAR),
    (Point(122.1, 37.1), 1500, MEETS),
    (Point(122.1, 37.2125), 1500, NEAR),                     # 1,387 m north
    (Point(122.1, 37.2145), 1500, None),                     # 1,609 m north
    (box(122.2, 37.2, 122.3, 37.3), None, MEETS),            # the corner alone
    (box(121.0, 36.0, 123.0, 38.0), None, MEETS),            # the area lies inside it
    (box(122.21, 37.0, 122.3, 37.2), 800, None),             # 888 m east
    (box(122.21, 37.0, 122.3, 37.2), 900, NEAR),
    (LineString([(121.9, 37.1), (122.3, 37.1)]), None, MEETS),
    (Polygon(), None, None),
    (None, None, None),
])
def test_the_boundary_counts_and_approximate_places_are_widened(
    geometry: object, approximate: float | None, how: str | None,
) -> None:
    assert Fences.build([place(geometry, approximate)]).touched(AREA) == ([("p", how)] if how else [])


@pytest.mark.parametrize("area", [
    None,
    Polygon(),
])
def test_an_area_without_shape_touches_nothing(area: object) -> None:
    assert Fences.build([place(Point(122.1, 37.1))]).touched(area) == []  # type: ignore[arg-type]


def test_no_places_is_no_error() -> None:
    assert Fences.build([]).touched(AREA) == []


@pytest.mark.parametrize("area", [
    GeometryCollection([Point(120, 30), AREA]),
    Polygon([(122.0, 37.0), (122.2, 37.2), (122.2, 37.0), (122.0, 37.2)]),       # a bow tie
    Polygon([(122.0, 37.0), (122.2, 37.0), (122.2, 37.2), (122.0, 37.2), (122.0, 37.0), (122.0, 37.0)]),
])
def test_odd_areas_are_repaired_and_not_refused(area: object) -> None:
    fences = Fences.build([place(Point(122.01, 37.015), id="in"), place(Point(123, 37.015), id="out"),
                           place(Point(122.21, 37.19), 5000, id="near"),
                           place(box(122.0, 37.0, 122.02, 37.2), id="shape")])
    assert {id for id, _ in fences.touched(area)} == {"in", "near", "shape"}  # type: ignore[arg-type]


def random_shape(rnd: random.Random) -> shapely.Geometry:
    x, y = rnd.uniform(121, 123), rnd.uniform(36.5, 37.7)
    kind = rnd.randrange(3)
    if kind == 0:
        return Point(round(x, 1), round(y, 1)) if rnd.random() < 0.5 else Point(x, y)
    if kind == 1:
        return box(x, y, x + rnd.choice([0, 0.01, 0.3, 2]), y + 0.05).envelope
    corners = [(x + rnd.gauss(0, 0.1), y + rnd.gauss(0, 0.1)) for _ in range(5)]
    return Polygon(corners).convex_hull


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_the_columns_find_what_a_full_scan_finds(seed: int) -> None:
    rnd = random.Random(seed)
    places = [place(random_shape(rnd), id=f"p{i}") for i in range(rnd.randrange(80))]
    area = random_shape(rnd)
    brute = [each.id for each in places if each.geometry is not None and each.geometry.intersects(area)]
    assert Fences.build(places).touched(area) == [(id, MEETS) for id in brute]


def geodesic_distance(point: Point, area: Polygon) -> float:
    """Metres on the ellipsoid, by stepping along the edges in shrinking steps."""
    if area.intersects(point):
        return 0.0
    ring = area.exterior
    low, high = 0.0, 1.0
    best, at = float("inf"), 0.0
    for _ in range(6):
        for step in range(401):
            where = low + (high - low) * step / 400
            on = ring.interpolate(where % 1.0, normalized=True)
            metres = GEOD.inv(point.x, point.y, on.x, on.y)[2]
            if metres < best:
                best, at = metres, where
        span = (high - low) / 100
        low, high = at - span, at + span
    return best


@settings(max_examples=80, deadline=None)
@given(st.floats(-55, 55), st.integers(0, 2**32))
def test_the_widening_is_that_of_the_ellipsoid_and_errs_towards_touching(latitude: float, seed: int) -> None:
    rnd = random.Random(seed)
    area = Polygon([(120 + rnd.gauss(0, 0.1), latitude + rnd.gauss(0, 0.1)) for _ in range(5)]).convex_hull
    for _ in range(4):
        point = Point(120 + rnd.gauss(0, 0.2), latitude + rnd.gauss(0, 0.2))
        distance = geodesic_distance(point, area)
        if 1 < distance < 20_000:
            just, short = distance * (1 + 1e-7), distance / 1.01
            fences = Fences.build([place(point, just, id="just"), place(point, short, id="short")])
            assert fences.touched(area) == [("just", NEAR)]


@given(st.floats(-80, 80))
def test_a_degree_is_as_long_as_the_ellipsoid_says(latitude: float) -> None:
    across, along = metres_per_degree(latitude)
    assert across == pytest.approx(GEOD.inv(0, latitude, 0.001, latitude)[2] * 1000, rel=1e-6)
    assert along == pytest.approx(GEOD.inv(0, latitude - 0.0005, 0, latitude + 0.0005)[2] * 1000, rel=1e-6)
