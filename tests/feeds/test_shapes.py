from __future__ import annotations

import math
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import Point, Polygon, box

from dutydesk.feeds.faults import Notes
from dutydesk.feeds.shapes import VERTICES, Shapes

GLOBE = Geod(ellps="WGS84")


def polygon(text: str) -> tuple[object, list[str]]:
    notes = Notes()
    return Shapes(notes).polygon(text, "p"), [fault.name for fault in notes.all()]


def circle(text: str) -> tuple[object, list[str]]:
    notes = Notes()
    return Shapes(notes).circle(text, "c"), [fault.name for fault in notes.all()]


SQUARE = box(122, 37, 123, 38)
POLYGONS = [
    ("37,122 37,123 38,123 38,122 37,122", SQUARE, []),
    ("37,122 37,123 38,123 38,122", SQUARE, ["polygon-open"]),
    ("\n 37,122\n\t37,123\r\n38,123  38,122\n37,122 \n", SQUARE, []),
    ("37, 122 37 ,123 38 , 123 38,122 37,122", SQUARE, []),
    ("37,122 37,123, 38,123, 38,122 37,122,", SQUARE, []),
    ("+37.0,+122 37.,123 38,1.23e2 38,122 37,122", SQUARE, []),
    ("37,122,0 37,123,5 38,123,0 38,122,0 37,122,0", SQUARE, []),
    ("37 122 37 123 38 123 38 122 37 122", SQUARE, []),
    ("", None, []), (" \n ", None, []), (" , ", None, []),
    ("37,122", Point(122, 37), ["polygon-degenerate"]),
    ("37,122 37,122 37,122", Point(122, 37), ["polygon-degenerate"]),
    ("north,east", None, ["polygon-unreadable"]),
    ("37,122 37", None, ["polygon-unreadable"]),
    ("37,122 37,nan 38,123", None, ["polygon-unreadable"]),
    ("37,122 37,1e999 38,123", None, ["coordinates-out-of-range"]),
    ("122,37 123,37 123,38 122,37", None, ["coordinates-swapped"]),
    ("137,722 137,723 138,723", None, ["coordinates-out-of-range"]),
]


@pytest.mark.parametrize(("text", "wanted", "faults"), POLYGONS)
def test_a_polygon_is_read_latitude_first_and_kept_longitude_first(
    text: str, wanted: Polygon | None, faults: list[str]
) -> None:
    found, names = polygon(text)
    assert names == faults
    assert (found is None) if wanted is None else wanted.equals(found)


def test_a_ring_that_crosses_itself_keeps_all_it_encloses() -> None:
    found, names = polygon("0,0 2,2 2,0 0,2 0,0")
    assert names == ["polygon-repaired"]
    assert found.is_valid  # type: ignore[attr-defined]
    assert found.area == pytest.approx(2)  # type: ignore[attr-defined]


def test_a_long_coast_with_one_loop_is_repaired_and_not_hulled() -> None:
    ring = [(37 + 0.5 * math.sin(a / 500), 122 + (0.5 + 0.05 * math.sin(a / 7)) * math.cos(a / 500))
            for a in range(3100)]
    ring[1000:1003] = [ring[1002], ring[1001], ring[1000]]
    found, names = polygon(" ".join(f"{lat:.5f},{lon:.5f}" for lat, lon in ring))
    assert names == ["polygon-open", "polygon-repaired"]
    assert found.area < 0.99 * found.convex_hull.area  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["-18,179 -18,-179 -16,-179 -16,179 -18,179",
                                  "-18,179 -18,181 -16,181 -16,179 -18,179"])
def test_a_shape_over_the_date_line_lies_on_both_sides_of_it(text: str) -> None:
    found, _ = polygon(text)
    assert found.area == pytest.approx(4)  # type: ignore[attr-defined]
    assert found.covers(Point(179.5, -17))  # type: ignore[attr-defined]
    assert found.covers(Point(-179.5, -17))  # type: ignore[attr-defined]
    assert not found.intersects(Point(0, -17))  # type: ignore[attr-defined]


def test_many_rings_that_cross_themselves_cost_no_minutes_and_lose_no_place() -> None:
    dice = random.Random(7)
    rings = []
    for size in [300] * 40 + [5000, 100_000]:
        corners = [(37 + dice.random(), 122 + dice.random()) for _ in range(size)]
        rings.append((" ".join(f"{lat},{lon}" for lat, lon in corners), str(size)))
    notes = Notes()
    started = time.perf_counter()
    found = Shapes(notes).area(rings, [])
    assert time.perf_counter() - started < 8
    assert found is not None
    assert found.intersects(Point(122.5, 37.5))
    assert {fault.name for fault in notes.all()} >= {"polygon-repaired", "polygon-hulled"}


@pytest.mark.parametrize(("corners", "fault"), [(30_000, "polygon-repaired"), (50_010, "polygon-hulled")])
def test_a_crossing_ring_of_more_corners_than_can_be_mended_in_time_gives_its_hull(corners: int, fault: str) -> None:
    # A coast in a circle with one loop at its end: the hull covers all of it and a little more, never less.
    ring = [(37 + math.sin(2 * math.pi * n / corners), 122 + math.cos(2 * math.pi * n / corners))
            for n in range(corners - 3)]
    ring += [(37.2, 122.9), (36.9, 122.8), (37.2, 122.8)]
    found, names = polygon(" ".join(f"{lat:.7f},{lon:.7f}" for lat, lon in [*ring, ring[0]]))
    assert names == [fault]
    assert found.intersects(Point(122, 37))  # type: ignore[attr-defined]
    for lat, lon in ring[:-3:997]:
        assert found.distance(Point(lon, lat)) < 1e-6  # type: ignore[attr-defined]


CIRCLES = [
    ("37,122 0", Point(122, 37), []),
    ("37,122 0.0", Point(122, 37), []),
    ("32.9525,-115.5527 0", Point(-115.5527, 32.9525), []),
    ("", None, []),
    (", ", None, []),
    ("37,122", None, ["circle-unreadable"]),
    ("37,122 -5", None, ["circle-unreadable"]),
    ("37,122 30000", None, ["circle-unreadable"]),
    ("a,b c", None, ["circle-unreadable"]),
    ("122,37 5", None, ["coordinates-swapped"]),
]


@pytest.mark.parametrize(("text", "wanted", "faults"), CIRCLES)
def test_a_circle_of_nothing_is_a_point_and_nonsense_is_told(
    text: str, wanted: Point | None, faults: list[str]
) -> None:
    found, names = circle(text)
    assert (found, names) == (wanted, faults)


@pytest.mark.parametrize("text", ["37.5,122.1 10", "37.5, 122.1 10", "37.5,122.1,10", " 37.5,122.1\n10.0 km ",
                                  "37.5,122.1 10KM"])
def test_a_circle_is_read_however_it_is_written(text: str) -> None:
    found, names = circle(text)
    area, _ = GLOBE.geometry_area_perimeter(found)
    assert (names, abs(area)) == ([], pytest.approx(math.pi * 10_000**2, rel=2e-3))


@settings(max_examples=150, deadline=None)
@given(lat=st.floats(-60, 60), lon=st.floats(-180, 180), radius=st.floats(0.05, 300), angle=st.floats(0, 360),
       share=st.floats(0, 1))
def test_every_point_within_the_radius_is_inside_and_none_far_outside(
    lat: float, lon: float, radius: float, angle: float, share: float
) -> None:
    found, names = circle(f"{lat:.6f},{lon:.6f} {radius:.6f}")
    lat, lon, metres = round(lat, 6), round(lon, 6), 1000 * round(radius, 6)
    assert names == []
    inner = GLOBE.fwd(lon, lat, angle, metres * share * 0.9999)
    outer = GLOBE.fwd(lon, lat, angle, metres * 1.001 + 1)
    assert found.buffer(1e-9).covers(Point(inner[:2]))  # type: ignore[attr-defined]
    assert not found.covers(Point(outer[:2]))  # type: ignore[attr-defined]


def test_the_boundary_of_a_circle_counts_between_its_corners_too() -> None:
    found, _ = circle("37.5,122.1 20")
    for corner in range(VERTICES):
        edge = GLOBE.fwd(122.1, 37.5, 360 * (corner + 0.5) / VERTICES, 19_999.5)
        assert found.covers(Point(edge[:2]))  # type: ignore[attr-defined]


def test_a_circle_over_a_pole_is_wider_never_narrower() -> None:
    found, names = circle("89,10 300")
    assert names == ["circle-over-pole"]
    for angle in range(0, 360, 7):
        assert found.covers(Point(GLOBE.fwd(10, 89, angle, 299_000)[:2]))  # type: ignore[attr-defined]


def test_the_shapes_of_an_area_are_united() -> None:
    polygons = ["37,122 37,123 38,123 38,122 37,122", "37,122.5 37,124 38,124 38,122.5 37,122.5", ""]
    found = Shapes(Notes()).area([(text, "p") for text in polygons], [("37,130 0", "c")])
    assert found is not None
    assert found.area == pytest.approx(2)
    assert found.intersects(Point(130, 37))
    assert Shapes(Notes()).area([], []) is None


def test_of_too_many_shapes_the_rest_is_boxed_and_none_is_lost() -> None:
    notes = Notes()
    circles = [(f"{n % 80}.{n},{n % 170}.{n} 10", "area[1]/circle") for n in range(20_000)]
    shape = Shapes(notes).area([], circles)
    assert [fault.name for fault in notes.all()] == ["shapes-boxed"]
    assert shape is not None
    assert all(shape.covers(Point(float(text.split(",")[1].split()[0]), float(text.split(",")[0])))
               for text, _ in circles[::50])
