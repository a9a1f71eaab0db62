"""What lies nearest to a fire, against the distances of the globe."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from dutydesk.domain import quakes
from dutydesk.domain.nearest import kilometres, nearest, straight_metres
from dutydesk.domain.observed import Point as Position
from dutydesk.domain.site import Place

HERE = Point(122.05, 37.45)


def hill(id: str, lon: float, lat: float, approximate: float | None = None) -> Place:
    return Place(id, id, "hill", approximate=approximate, geometry=Point(lon, lat))


@given(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4), st.floats(20, 50))
def test_distances_are_those_of_the_globe(east: float, north: float, lat: float) -> None:
    far = kilometres(Point(122, lat), Point(122 + east, lat + north))
    assert far == pytest.approx(quakes.distance(Position(122, lat), Position(122 + east, lat + north)), rel=0.012,
                                abs=0.01)
    rows = straight_metres(np.array([(122, lat)]), np.array([(122 + east, lat + north), (122, lat)]))
    assert rows[0] == pytest.approx([far * 1000, 0.0], rel=1e-6, abs=1e-6)


def test_the_nearest_comes_first_and_what_is_too_far_not_at_all() -> None:
    places = [hill("far", 122.3, 37.45), hill("b", 122.08, 37.45), hill("a", 122.06, 37.45), Place("none", "", "hill")]
    assert [place.id for _, place in nearest(HERE, places, 5)] == ["a", "b"]
    assert nearest(box(122, 37.4, 122.1, 37.5), places, 5)[0][0] == 0.0


def test_a_place_whose_position_is_rough_may_be_nearer_than_it_says() -> None:
    rough = hill("rough", 122.12, 37.45, approximate=3000)      # 6.2 km away, give or take 3
    assert nearest(HERE, [rough], 5) != []
    assert nearest(HERE, [hill("exact", 122.12, 37.45)], 5) == []
