"""Reads the polygons and circles of CAP into geometry in EPSG:4326, longitude first.

CAP writes latitude first ("lat,lon lat,lon", WGS 84). A circle becomes a polygon on the ellipsoid. Nothing is
swapped or guessed: a shape that cannot be on the globe is left out and noted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import methodcaller
from typing import NamedTuple

import numpy as np
from pyproj import Geod
from shapely import STRtree, linestrings, make_valid, unary_union
from shapely.affinity import translate
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from dutydesk.feeds.faults import Notes

VERTICES = 128
"""Corners of a circle's polygon. It lies around the circle, so no point of the circle is outside; at most
0.031 % of the radius too wide."""

HALF_ROUND_KM = 20_000.0
# Repairing a ring costs by how often it may cross itself, and a stranger chooses that. A document may spend so many
# pairs of edges whose boxes meet (about a second); a ring beyond it gives its hull, which is never smaller.
_TANGLES = 100_000
_UNITABLE = 5_000   # points
_MENDABLE = 50_000  # corners of a ring that crosses itself
# The largest real document has 1,352 shapes. Of more than these, the rest of an area gives the box around it.
_MOST = 5_000

_NUMBER = r"[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,3})?"
_ONE = re.compile(_NUMBER)
_COMMA = re.compile(r"\s*[,，]\s*")
_CIRCLE = re.compile(rf"\s*({_NUMBER})\s*[,，]\s*({_NUMBER})(?:\s+|\s*[,，]\s*)({_NUMBER})\s*(?:km)?\s*\Z",
                     re.IGNORECASE)

Pair = tuple[float, float]


class _Read(NamedTuple):
    shape: BaseGeometry | None
    faults: tuple[tuple[str, str], ...]     # name and detail


class Shapes:
    """Reads the shapes of one document, with a common budget for repairs.

    A document in several languages writes the same shapes in each: equal texts are read and united once, and their
    faults noted at every place.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._tangles = _TANGLES
        self._read: dict[tuple[str, str], _Read] = {}
        self._united: dict[tuple[tuple[str, ...], tuple[str, ...]], BaseGeometry | None] = {}

    def area(self, polygons: Sequence[tuple[str, str]], circles: Sequence[tuple[str, str]]) -> BaseGeometry | None:
        """Return the union of an area's shapes in EPSG:4326, longitude first, or None where there is none.

        `polygons` and `circles` are pairs of text and path in the document.
        """
        if not polygons and not circles:
            return None
        texts = tuple(text for text, _ in polygons), tuple(text for text, _ in circles)
        if self._too_many(texts):
            self._notes.add("shapes-boxed", (*polygons, *circles)[0][1])
            return _box_around(*texts)
        shapes = [self.polygon(text, where) for text, where in polygons]
        shapes += [self.circle(text, where) for text, where in circles]
        kept = list({id(shape): shape for shape in shapes if shape is not None and not shape.is_empty}.values())
        if len(kept) < 2:
            return kept[0] if kept else None
        if texts not in self._united:
            self._united[texts] = _union(kept)
        return self._united[texts]

    def _too_many(self, texts: tuple[tuple[str, ...], tuple[str, ...]]) -> bool:
        """Tell whether reading an area would leave the document with more shapes than are read one by one."""
        if len(self._read) + len(texts[0]) + len(texts[1]) <= _MOST:
            return False
        new = {(kind, text) for kind, every in zip(("polygon", "circle"), texts, strict=True) for text in every}
        return bool(new - self._read.keys()) and len(new | self._read.keys()) > _MOST

    def polygon(self, text: str, where: str) -> BaseGeometry | None:
        """Return a polygon "lat,lon lat,lon ..." in EPSG:4326, longitude first; None where empty or unusable."""
        return self._once("polygon", text, where, self._polygon)

    def circle(self, text: str, where: str) -> BaseGeometry | None:
        """Return a circle "lat,lon radius" (radius in km on the WGS 84 ellipsoid) as a polygon around it.

        Radius 0 gives the point. EPSG:4326, longitude first; None where it is empty or unusable.
        """
        return self._once("circle", text, where, _circle)

    def _once(self, kind: str, text: str, where: str,
              read: Callable[[str, list[tuple[str, str]]], BaseGeometry | None]) -> BaseGeometry | None:
        known = self._read.get((kind, text))
        if known is None:
            faults: list[tuple[str, str]] = []
            shape = read(text, faults) if text.strip(" \t\r\n,") else None
            known = self._read[kind, text] = _Read(shape, tuple(faults))
        for name, detail in known.faults:
            self._notes.add(name, where, detail)
        return known.shape

    def _polygon(self, text: str, faults: list[tuple[str, str]]) -> BaseGeometry | None:
        pairs = _pairs(text)
        if pairs is None:
            faults.append(("polygon-unreadable", text))
            return None
        if not _on_globe(pairs, faults):
            return None
        ring = [(lon, lat) for lat, lon in pairs]
        other = next((corner for corner in ring if corner != ring[0]), None)
        if other is None or all(corner in (ring[0], other) for corner in ring):
            faults.append(("polygon-degenerate", text))
            return LineString(ring) if other else Point(ring[0])
        if ring[0] != ring[-1]:
            faults.append(("polygon-open", ""))
            ring.append(ring[0])
        return _cut_at_180(self._valid(_unwrapped(ring), faults))

    def _valid(self, ring: list[Pair], faults: list[tuple[str, str]]) -> BaseGeometry:
        """Return a valid shape of the ring. One crossing itself keeps all it encloses; a tangle gives its hull."""
        shape = Polygon(np.asarray(ring))
        if shape.is_valid:
            return shape
        self._tangles -= _tangles(ring, self._tangles) if len(ring) <= _MENDABLE else self._tangles
        if self._tangles <= 0:
            faults.append(("polygon-hulled", ""))
            return LineString(ring).convex_hull
        faults.append(("polygon-repaired", ""))
        return _flat(make_valid(shape, method="structure", keep_collapsed=True))


def _circle(text: str, faults: list[tuple[str, str]]) -> BaseGeometry | None:
    match = _CIRCLE.match(text[:200])
    lat, lon, radius = (float(part) for part in match.groups()) if match else (0.0, 0.0, -1.0)
    if not 0 <= radius <= HALF_ROUND_KM:
        faults.append(("circle-unreadable", text))
        return None
    if not _on_globe([(lat, lon)], faults):
        return None
    if radius == 0:
        return Point(lon, lat)
    if 111.0 * (90 - abs(lat)) <= radius * 1.01:
        faults.append(("circle-over-pole", text))
        return _band(lat, lon, radius)
    return _cut_at_180(Polygon(_unwrapped(_around(lat, lon, radius))))


def _on_globe(pairs: Sequence[Pair], faults: list[tuple[str, str]]) -> bool:
    """Tell whether all pairs (latitude first) are on the globe; note it if not, and if they look swapped.

    Longitudes may run on over 180, as GDACS writes shapes that lie across the date line.
    """
    high, wide = (max(map(abs, column)) for column in zip(*pairs, strict=True))
    if high <= 90 and wide <= 360:
        return True
    faults.append(("coordinates-swapped" if wide <= 90 and high <= 180 else "coordinates-out-of-range", ""))
    return False


def _box_around(polygons: Sequence[str], circles: Sequence[str]) -> BaseGeometry | None:
    """Return the box around all these shapes that can be read: wider than they are, never narrower."""
    lats, lons = [], []
    for pair in (pair for text in polygons for pair in _pairs(text) or () if text.strip(" \t\r\n,")):
        lats.append(pair[0])
        lons.append(pair[1])
    for match in filter(None, (_CIRCLE.match(text[:200]) for text in circles)):
        lat, lon, radius = map(float, match.groups())
        high = radius / 110.0
        wide = high / math.cos(math.radians(abs(lat) + high)) if abs(lat) + high < 89 else 360.0
        lats += [lat - high, lat + high]
        lons += [lon - wide, lon + wide]
    lats = [lat for lat in lats if abs(lat) <= 180]
    if not lats:
        return None
    west, east = min(lons), max(lons)
    if west < -180 or east > 180:
        west, east = -180, 180
    return box(west, max(-90, min(lats)), east, min(90, max(lats)))


def _union(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    """Return the union, or, of too many points to unite in time, the shapes beside each other."""
    if sum(_points(shape) for shape in shapes) <= _UNITABLE:
        return unary_union(shapes)
    parts = [part for shape in shapes for part in _parts(shape)]
    flat = [part for part in parts if isinstance(part, Polygon)]
    return MultiPolygon(flat) if len(flat) == len(parts) else GeometryCollection(parts)


def _tangles(ring: Sequence[Pair], most: int) -> int:
    """Return how many pairs of edges have boxes that meet; counting ends at `most`."""
    if most <= 0:
        return 0
    corners = np.asarray(ring, dtype=float)
    edges = np.atleast_1d(np.asarray(linestrings(np.stack([corners[:-1], corners[1:]], axis=1))))
    tree = STRtree(edges)
    found = 0
    for start in range(0, len(edges), 256):
        found += tree.query(edges[start:start + 256]).shape[1]
        if found >= most:
            break
    return found


def _around(lat: float, lon: float, radius: float) -> list[Pair]:
    """Return the closed ring around a circle, longitude first."""
    outer = 1000 * radius / math.cos(math.pi / VERTICES)
    steps = [360 * corner / VERTICES for corner in range(VERTICES)]
    count = len(steps)
    lons, lats, _ = _globe().fwd([lon] * count, [lat] * count, steps, [outer] * count)
    ring = list(zip(lons, lats, strict=True))
    return [*ring, ring[0]]


def _band(lat: float, lon: float, radius: float) -> BaseGeometry:
    """Return everything from the circle's far edge to the pole it covers: wider than the circle, never narrower."""
    away = 180 if lat >= 0 else 0
    _, edge, _ = _globe().fwd(lon, lat, away, 1000 * radius)
    return box(-180, edge, 180, 90) if lat >= 0 else box(-180, -90, 180, edge)


@lru_cache(maxsize=1)
def _globe() -> Geod:
    return Geod(ellps="WGS84")


def _pairs(text: str) -> list[Pair] | None:
    """Return the pairs as written (latitude first), or None where the numbers do not pair up.

    Forgiven: blanks around commas, a comma behind a pair, heights as third numbers, blanks instead of commas.
    """
    plain = _plain_pairs(text)
    if plain:
        return plain
    tokens = [[part for part in token.split(",") if part] for token in _COMMA.sub(",", text).split()]
    tokens = [token for token in tokens if token]
    if not all(_ONE.fullmatch(part) for token in tokens for part in token):
        return None
    if all(len(token) == 3 for token in tokens):
        tokens = [token[:2] for token in tokens]
    if any(len(token) % 2 for token in tokens) and any(len(token) > 1 for token in tokens):
        return None
    numbers = [float(part) for token in tokens for part in token]
    if len(numbers) % 2:
        return None
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _plain_pairs(text: str) -> list[Pair]:
    """Return the pairs of a text that writes each as the standard says, quickly; empty for any other."""
    tokens = text.split()
    # float() also takes 1_0, nan, inf and the digits of every script.
    if not text.isascii() or "_" in text or "n" in text or "N" in text or "," in (tokens[0][:1], tokens[-1][-1:]):
        return []
    try:
        return [(float(lat), float(lon)) for lat, _, lon in map(_AT_COMMA, tokens)]
    except ValueError:
        return []


_AT_COMMA = methodcaller("partition", ",")


def _unwrapped(ring: Sequence[Pair]) -> list[Pair]:
    """Return the ring with longitudes running on over 180, where an edge jumps more than half round the globe."""
    lons = [lon for lon, _ in ring]
    if max(lons) - min(lons) <= 180:
        return list(ring)
    out, turn, before = [], 0.0, ring[0][0]
    for lon, lat in ring:
        if lon - before > 180:
            turn -= 360
        elif before - lon > 180:
            turn += 360
        before = lon
        out.append((lon + turn, lat))
    return out if abs(turn) < 1 else list(ring)   # a ring that never comes back goes round a pole: leave it


def _cut_at_180(shape: BaseGeometry) -> BaseGeometry:
    """Return the shape with what lies beyond 180 degrees brought back to the other side."""
    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180:
        return shape
    pieces = [translate(shape.intersection(box(turn - 180, -90, turn + 180, 90)), xoff=-turn)
              for turn in (-360, 0, 360)]
    return unary_union([piece for piece in pieces if piece.area > 0])


def _flat(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a repaired shape, or all of it where it has none (a ring without width)."""
    flat = [part for part in _parts(shape) if isinstance(part, Polygon)]
    if not flat:
        return shape
    return flat[0] if len(flat) == 1 else MultiPolygon(flat)


def _parts(shape: BaseGeometry) -> list[BaseGeometry]:
    parts = getattr(shape, "geoms", None)
    return [shape] if parts is None else [part for one in parts for part in _parts(one)]


def _points(shape: BaseGeometry) -> int:
    return sum(len(part.exterior.coords) if isinstance(part, Polygon) else 2 for part in _parts(shape))
