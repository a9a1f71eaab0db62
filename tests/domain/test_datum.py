"""GCJ-02 and BD-09 to WGS-84 and back, against two libraries of other people and against themselves."""

from __future__ import annotations

import numpy as np
import prcoords
import pytest
from coord_convert import transform
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod

from dutydesk.domain.datum import bd_to_wgs, gcj_to_wgs, in_china, wgs_to_bd, wgs_to_gcj

#: Every two degrees of the mainland's span, and half a degree around Weihai.
WIDE = np.array([(lon, lat) for lon in range(74, 136, 2) for lat in range(18, 54, 2)], dtype=np.float64)
NEAR = np.array([(lon, lat) for lon in np.arange(121, 123, 0.1) for lat in np.arange(36.5, 38, 0.1)])
GRID = np.vstack([WIDE + 0.137, NEAR])
CITY_HALL = np.array([[122.1204, 37.5131]])

inside = st.tuples(st.floats(72.1, 137.7), st.floats(0.95, 55.7)).map(lambda at: np.array([at]))
outside = st.one_of(st.tuples(st.floats(-180, 72), st.floats(-89, 89)),
                    st.tuples(st.floats(137.9, 180), st.floats(-89, 89)),
                    st.tuples(st.floats(-180, 180), st.floats(-89, 0.82)),
                    st.tuples(st.floats(-180, 180), st.floats(55.9, 89))).map(lambda at: np.array([at]))


def metres(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(Geod(ellps="WGS84").inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2])


@pytest.mark.parametrize(("ours", "theirs"), [
    (wgs_to_gcj, transform.wgs2gcj), (wgs_to_bd, transform.wgs2bd),
])
def test_the_way_there_is_that_of_coord_convert(ours, theirs) -> None:
    expected = np.array([theirs(lon, lat) for lon, lat in GRID.tolist()])
    assert metres(ours(GRID), expected).max() < 0.001


@pytest.mark.parametrize(("ours", "theirs"), [(wgs_to_gcj, prcoords.wgs_gcj), (wgs_to_bd, prcoords.wgs_bd)])
def test_the_way_there_is_that_of_prcoords(ours, theirs) -> None:
    expected = np.array([theirs((lat, lon))[::-1] for lon, lat in GRID.tolist()])
    assert metres(ours(GRID), expected).max() < 0.001


@pytest.mark.parametrize(("back", "there"), [(gcj_to_wgs, prcoords.wgs_gcj), (bd_to_wgs, prcoords.wgs_bd)])
def test_the_way_back_leads_there_again_by_prcoords(back, there) -> None:
    again = np.array([there((lat, lon))[::-1] for lon, lat in back(GRID).tolist()])
    assert metres(again, GRID).max() < 0.001


@pytest.mark.parametrize(("back", "theirs"), [(gcj_to_wgs, transform.gcj2wgs), (bd_to_wgs, transform.bd2wgs)])
def test_the_way_back_is_near_the_rough_one_of_coord_convert(back, theirs) -> None:
    """It goes one step only, which is good to some metres."""
    expected = np.array([theirs(lon, lat) for lon, lat in GRID.tolist()])
    assert metres(back(GRID), expected).max() < 10


@given(inside)
def test_there_and_back_is_less_than_a_centimetre(at) -> None:
    assert metres(gcj_to_wgs(wgs_to_gcj(at)), at)[0] < 0.01
    assert metres(bd_to_wgs(wgs_to_bd(at)), at)[0] < 0.01


@given(st.floats(-1e-4, 1e-4), st.floats(18, 53))
def test_the_corner_of_the_formula_at_105_degrees_east_does_no_harm(off, lat) -> None:
    at = np.array([[105 + off, lat]])
    assert metres(gcj_to_wgs(wgs_to_gcj(at)), at)[0] < 0.01


@given(outside)
def test_outside_china_nothing_moves(at) -> None:
    assert not in_china(at)[0]
    for convert in (wgs_to_gcj, wgs_to_bd):
        assert (convert(at) == at).all()


def test_far_outside_china_the_way_back_moves_nothing_either() -> None:
    far = np.array([(-0.1276, 51.5072), (151.2, -33.9), (-74.0, 40.7), (0.0, 0.0)])
    assert (gcj_to_wgs(far) == far).all()
    assert (bd_to_wgs(far) == far).all()


def test_in_china_the_shift_is_larger_than_a_house_and_up_to_seven_hundred_metres() -> None:
    away = metres(wgs_to_gcj(GRID), GRID)
    assert away.min() > 50
    assert 600 < away.max() < 750
    assert 400 < metres(wgs_to_gcj(CITY_HALL), CITY_HALL)[0] < 500


def test_no_points_are_no_trouble() -> None:
    none = np.empty((0, 2))
    for convert in (wgs_to_gcj, gcj_to_wgs, wgs_to_bd, bd_to_wgs):
        assert convert(none).shape == (0, 2)
