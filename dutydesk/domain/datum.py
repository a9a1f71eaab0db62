"""The shifted Chinese datums: GCJ-02 (高德, 腾讯) and BD-09 (百度), to and from WGS-84. WGS-84 alone is kept.

The shift of GCJ-02 is 100 to 700 metres, more than a village is wide. Its formula is a state secret that became
public; it works on the Krasovsky ellipsoid of 1940 and only inside a rectangle around China. Going to GCJ-02 is a
formula; going back has none, so the way out is iterated until it returns to its start within a tenth of a millimetre.
Services keep only five or six decimals and shift a little otherwise now and then: what was converted is
`APPROXIMATE`. Points are arrays n x 2 of longitude and latitude in degrees.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Metres a converted position may be off.
APPROXIMATE: Final = 10.0

_A = 6378245.0                      # Krasovsky 1940: semi-major axis, metres
_E2 = 0.00669342162296594323        # and first eccentricity squared
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_CLOSE = 1e-9                       # degrees: 0.1 mm
_TURNS = 30                         # 3 to 5 are enough away from 105 E, where the formula has a corner
_WAVE = np.pi * 3000 / 180          # of BD-09


def in_china(points: Points) -> Flags:
    """Say which points lie in the rectangle in which the datums are shifted (WGS-84; it holds neighbours too)."""
    lon, lat = points[:, 0], points[:, 1]
    inside: Flags = (lon > _WEST) & (lon < _EAST) & (lat > _SOUTH) & (lat < _NORTH)
    return inside


def wgs_to_gcj(points: Points) -> Points:
    """Return WGS-84 points in GCJ-02; those outside China as they are."""
    return np.where(in_china(points)[:, None], _gcj(points), points)


def gcj_to_wgs(points: Points) -> Points:
    """Return GCJ-02 points in WGS-84; those outside China as they are."""
    return _back(points, _gcj)


def wgs_to_bd(points: Points) -> Points:
    """Return WGS-84 points in BD-09; those outside China as they are."""
    return np.where(in_china(points)[:, None], _bd(_gcj(points)), points)


def bd_to_wgs(points: Points) -> Points:
    """Return BD-09 points in WGS-84; those outside China as they are."""
    return _back(points, lambda found: _bd(_gcj(found)))


def _back(points: Points, forth: Callable[[Points], Points]) -> Points:
    """Find the points that `forth` brings to the given ones: each miss is taken off, until none is left."""
    found = points.copy()
    for _ in range(_TURNS):
        miss = forth(found) - points
        found -= miss
        if not len(miss) or np.abs(miss).max() < _CLOSE:
            break
    return np.where(in_china(found)[:, None], found, points)


def _gcj(points: Points) -> Points:
    """Shift by the public formula: waves in metres, turned into degrees on the ellipsoid."""
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    both = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + 2 / 3 * (
        both + _waves(y, 20, 40, 160, 320))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + 2 / 3 * (
        both + _waves(x, 20, 40, 150, 300))
    phi = np.radians(points[:, 1])
    w = 1 - _E2 * np.sin(phi) ** 2
    along = np.radians(_A * (1 - _E2) / w ** 1.5)                  # metres in a degree of latitude
    across = np.radians(_A / np.sqrt(w) * np.cos(phi))             # and of longitude
    shift: Points = np.column_stack([east / across, north / along])
    return points + shift


def _waves(at: NDArray[np.float64], *heights: float) -> NDArray[np.float64]:
    """Sum four waves of 2, 6, 24 and 60 degrees' length with these heights in metres."""
    total = sum(height * np.sin(np.pi * at / width) for height, width in zip(heights, (1, 3, 12, 30), strict=True))
    return np.asarray(total, dtype=np.float64)


def _bd(points: Points) -> Points:
    """Shift GCJ-02 to BD-09: a small wave in length and angle around 0 E 0 N, then a step."""
    x, y = points[:, 0], points[:, 1]
    length = np.hypot(x, y) + 2e-5 * np.sin(_WAVE * y)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(_WAVE * x)
    return np.column_stack([length * np.cos(angle) + 0.0065, length * np.sin(angle) + 0.006])


#: Datum by the name layers give it -> to WGS-84.
TO_WGS: dict[str, Callable[[Points], Points]] = {"GCJ-02": gcj_to_wgs, "BD-09": bd_to_wgs}
