"""What can be drawn on the map, and what is refused."""

from __future__ import annotations

import math

import pytest

from dutydesk.domain.drawing import MOST_POINTS, Sort, geometry_of
from dutydesk.errors import Refused

HERE = (121.0, 36.0, 123.0, 38.0)
A, B, C, D = (122.0, 37.0), (122.1, 37.0), (122.1, 37.1), (122.0, 37.1)


@pytest.mark.parametrize(("sort", "points", "kind"), [
    (Sort.FIRE_LINE, [A, B, C], "LineString"), (Sort.BREAK, [A, B], "LineString"), (Sort.WAY_OUT, [A, B], "LineString"),
    (Sort.SAFE_ZONE, [A, B, C], "Polygon"), (Sort.NOTE, [A], "Point"),
])
def test_each_sort_has_its_shape(sort: Sort, points: list[tuple[float, float]], kind: str) -> None:
    found = geometry_of(sort, points, HERE)
    assert found.geom_type == kind == sort.shape
    assert found.is_valid


@pytest.mark.parametrize(("sort", "points"), [
    (Sort.FIRE_LINE, [A]), (Sort.FIRE_LINE, [A, A]), (Sort.SAFE_ZONE, [A, B]), (Sort.SAFE_ZONE, [A, C, B, D]),
    (Sort.SAFE_ZONE, [A, B, (122.2, 37.0)]), (Sort.NOTE, [A, B]), (Sort.NOTE, []), (Sort.NOTE, [(120.0, 37.0)]),
    (Sort.NOTE, [(math.nan, 37.0)]), (Sort.NOTE, [(122.0, math.inf)]),
    (Sort.FIRE_LINE, [(122.0 + n * 1e-5, 37.0) for n in range(MOST_POINTS + 1)]),
])
def test_what_is_no_such_thing_is_refused(sort: Sort, points: list[tuple[float, float]]) -> None:
    with pytest.raises(Refused):
        geometry_of(sort, points, HERE)
