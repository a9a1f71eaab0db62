"""Which places an area on the map touches; it must not know alerts, codes or people.

The fence of a place is held as four bounds columns and, unless it is a point, a WKB blob: a village polygon
as a shapely object takes 1.2 kB, which is more than a nation's desk can hold. Only candidates are decoded.
Everything is EPSG:4326 (WGS-84), longitude first, degrees. Nothing may cross the 180th meridian.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

MEETS = "meets"      # the geometry and the area have a point in common; the boundary counts
NEAR = "near"        # only the geometry widened by its `approximate` metres does

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_A = 6378137.0                     # WGS-84 semi-major axis, metres
_E2 = 0.00669437999014             # WGS-84 first eccentricity squared
_BAND = 0.1                        # degrees of latitude that share one scale: < 0.13 % error below 55 degrees
_SLACK = 1.004                     # that, and 0.22 % for a width of 20 km over which the scale changes


def metres_per_degree(latitude: float) -> tuple[float, float]:
    """Return how many metres one degree of longitude and one of latitude are at that latitude (WGS-84).

    From the ellipsoid's radii of curvature: N = a / sqrt(1 - e2 sin2) across, M = a (1 - e2) / (...)^1.5 along.
    """
    phi = math.radians(latitude)
    w = 1 - _E2 * math.sin(phi) ** 2
    degree = math.pi / 180
    across = _A / math.sqrt(w) * max(math.cos(phi), 0.01) * degree
    return across, _A * (1 - _E2) / w ** 1.5 * degree


class Fenced(Protocol):
    """Anything with a fence: a place, a shelter. `approximate`: metres its geometry may be off; None means exact."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def geometry(self) -> BaseGeometry | None:
        """Its shape in EPSG:4326; None where it has none."""
        ...

    @property
    def approximate(self) -> float | None:
        """Metres it may be off."""
        ...


@dataclass(frozen=True, slots=True)
class _Class:
    """Places whose widened boxes have about one width, sorted by west edge: a window of x is one slice."""

    west: Floats
    south: Floats
    east: Floats
    north: Floats
    rows: Ints
    widest: float

    def candidates(self, bounds: tuple[float, float, float, float]) -> Ints:
        """Return the rows whose boxes meet the bounds (west, south, east, north)."""
        low = int(np.searchsorted(self.west, bounds[0] - self.widest, side="left"))
        high = int(np.searchsorted(self.west, bounds[2], side="right"))
        window = slice(low, high)
        inside = self.south[window] <= bounds[3]
        inside &= self.north[window] >= bounds[1]
        inside &= self.east[window] >= bounds[0]
        found: Ints = self.rows[window][inside]
        return found


@dataclass(frozen=True, slots=True)
class Fences:
    """The fences of all places that have a geometry. Never changed: build it anew when a place changes."""

    ids: tuple[str, ...]
    x: Floats                        # of points; not a number for other shapes
    y: Floats
    metres: Floats                   # `approximate`, 0 where exact
    blobs: tuple[bytes | None, ...]  # WKB of what is no point
    classes: tuple[_Class, ...]

    @classmethod
    def build(cls, places: Iterable[Fenced]) -> Fences:
        """Read the fences of the places; those without a geometry, or with an empty one, have none."""
        rows = [place for place in places if place.geometry is not None and not place.geometry.is_empty]
        shapes: NDArray[Any] = np.empty(len(rows), dtype=object)
        shapes[:] = [place.geometry for place in rows]
        metres = np.array([max(place.approximate or 0.0, 0.0) for place in rows], dtype=np.float64)
        points = shapely.get_type_id(shapes) == 0
        blobs = tuple(None if point else bytes(shapely.to_wkb(shape))
                      for point, shape in zip(points, shapes, strict=True))
        return cls(tuple(place.id for place in rows), shapely.get_x(shapes), shapely.get_y(shapes), metres,
                   blobs, _classes(shapely.bounds(shapes).reshape(-1, 4), metres))

    def touched(self, geometry: BaseGeometry | None) -> list[tuple[str, str]]:
        """Return (place id, how) of every place the area touches, in the order of the places.

        1. Bounds: the boxes, widened by `approximate` metres and never too little, that meet the area's box.
        2. What meets the area itself, its boundary included: `meets`.
        3. Of the rest, a place marked `approximate` whose distance to the area is not above that: `near`. The
           distance is taken in a flat frame scaled at the latitude of the place; it errs to the side of
           touching, by at most 1 % of the width (up to 20 km and 55 degrees of latitude).
        """
        if geometry is None or geometry.is_empty or not self.ids:
            return []
        west, south, east, north = geometry.bounds
        found = np.concatenate([each.candidates((west, south, east, north)) for each in self.classes])
        area = _sound(geometry) if np.isnan(self.x[found]).any() else geometry
        shapely.prepare(area)
        meets = self._meeting(area, found)
        rest = found[~meets & (self.metres[found] > 0)]
        near = rest[self._near(area, rest)]
        hows = {row: NEAR for row in near.tolist()}
        return [(self.ids[row], hows.get(row, MEETS)) for row in np.sort(np.append(found[meets], near)).tolist()]

    def _shapes(self, rows: Ints) -> NDArray[Any]:
        """Decode the shapes of rows that are no points."""
        decoded: NDArray[Any] = shapely.from_wkb(np.array([self.blobs[row] for row in rows], dtype=object))
        return decoded

    def _meeting(self, area: BaseGeometry, rows: Ints) -> NDArray[np.bool_]:
        """Say of each row whether its exact geometry meets the area."""
        x = self.x[rows]
        point = ~np.isnan(x)
        meets = np.zeros(len(rows), dtype=bool)
        meets[point] = shapely.intersects_xy(area, x[point], self.y[rows][point])
        if not point.all():
            meets[~point] = shapely.intersects(area, self._shapes(rows[~point]))
        return meets

    def _near(self, area: BaseGeometry, rows: Ints) -> NDArray[np.bool_]:
        """Say of each row whether the area is within its `approximate` metres."""
        near = np.zeros(len(rows), dtype=bool)
        if not len(rows):
            return near
        point = ~np.isnan(self.x[rows])
        shapes: NDArray[Any] = np.empty(len(rows), dtype=object)
        shapes[point] = shapely.points(self.x[rows][point], self.y[rows][point])
        if not point.all():
            shapes[~point] = self._shapes(rows[~point])
        edges = shapely.bounds(shapes)
        bands = np.rint((edges[:, 1] + edges[:, 3]) / 2 / _BAND).astype(np.int64)
        for band in np.unique(bands):
            here = np.flatnonzero(bands == band)
            scale = np.array(metres_per_degree(float(band) * _BAND))
            flat = _scaled(area, scale)
            shapely.prepare(flat)
            reach: Any = self.metres[rows[here]] * _SLACK     # a ufunc: one distance for each shape
            near[here] = shapely.dwithin(flat, _scaled(shapes[here], scale), reach)
        return near


def _sound(area: BaseGeometry) -> BaseGeometry:
    """Return a valid area. Only shapes need it: whether a point lies inside a ring that crosses itself, or how
    far it is off, is well defined, and the check costs as much as all points of a county.
    """
    repaired: BaseGeometry = area if area.is_valid else shapely.make_valid(area)
    return repaired


def _scaled(shapes: Any, scale: Floats) -> Any:
    """Return the shapes with every coordinate multiplied: degrees become metres of a flat frame."""
    return shapely.transform(shapes, lambda coordinates: coordinates * scale)


def _classes(bounds: Floats, metres: Floats) -> tuple[_Class, ...]:
    """Sort the widened boxes into classes of width, a factor of eight apart, so that one county's outline
    does not widen the window in which every village is looked for.
    """
    wide = bounds.copy()
    for row in np.flatnonzero(metres):
        furthest = max(abs(wide[row, 1]), abs(wide[row, 3])) + metres[row] * _SLACK / 110_000
        across, along = metres_per_degree(min(furthest, 90.0))
        wide[row] += np.array([-1 / across, -1 / along, 1 / across, 1 / along]) * metres[row] * _SLACK * 1.01
    width = wide[:, 2] - wide[:, 0]
    sizes = np.where(width > 0, np.ceil(np.log2(np.maximum(width, 1e-6)) / 3), -100).astype(np.int64)
    classes = []
    for size in np.unique(sizes):
        rows = np.flatnonzero(sizes == size)
        rows = rows[np.argsort(wide[rows, 0], kind="stable")]
        west, south, east, north = (np.ascontiguousarray(wide[rows, column]) for column in range(4))
        classes.append(_Class(west, south, east, north, rows.astype(np.int64), float(width[rows].max())))
    return tuple(classes)
