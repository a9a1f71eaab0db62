"""Hot pixels gathered into fires: pure, and the same fires whatever the order in which the pixels came.

Positions are in EPSG:4326. Distances are kilometres on a flat frame at the latitude between two points: below the
size of a pixel over the width of a county.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import hypot

import numpy as np
import shapely
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from dutydesk.domain.geofence import metres_per_degree
from dutydesk.domain.ids import derive
from dutydesk.domain.observed import Hotspot
from dutydesk.domain.values import Colour

_CERTAIN = 30.0        # below it the MODIS guide and VIIRS say "low": sun glint and hot ground are among these
_ONE_PASS = timedelta(minutes=15)   # a satellite needs less to cross a province, and over an hour to come again


@dataclass(frozen=True, slots=True)
class FireRules:
    """Settings of hotspots and fires; the comment behind each is shown beside it to the officer."""

    gap_km: float = 1.0                         # pixels whose edges are nearer than this are one fire
    window: timedelta = timedelta(hours=24)     # a pixel joins a fire seen within this time before or after
    at_once: int = 3                            # pixels in one pass that are reported at once (Sichuan 2011: 3)
    verify: timedelta = timedelta(hours=2)      # a hotspot is looked at on the ground within this
    border_km: float = 5.0                      # a fire this near to a border is told on both sides
    hill_km: float = 10.0                       # no hill further away than this is called for a fire
    colour: Colour = Colour.ORANGE              # what a fire seen from space counts as until somebody has looked
    colour_at_once: Colour = Colour.ORANGE      # the same for one of `at_once` pixels or more
    faintest: float = _CERTAIN                  # a lone pixel of less confidence (percent) rings nobody
    too_old: timedelta = timedelta(hours=12)    # pixels first heard of so long after the pass ring nobody


@dataclass(frozen=True, slots=True)
class HeatSource:
    """A known source of heat that is no fire (a steelworks, a flare): its hot pixels ring nobody until a day.

    `geometry` in EPSG:4326; `until` is the last day it counts, in the site's zone.
    """

    id: str
    name: str
    geometry: BaseGeometry
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Fire:
    """One fire as its pixels show it, and what the desk knows of it. `lon`, `lat`: the middle of its pixels.

    `pixels` counts all, `at_once` the most in one pass; `issued` counts the alerts issued of it, `latest` is the
    identifier of the newest. `result`: fire, none, unverified, or empty while nobody has looked. `into` is the fire
    it turned out to be part of.
    """

    id: str
    source: str
    first_at: datetime
    last_at: datetime
    lon: float
    lat: float
    pixels: int
    at_once: int
    incident: str = ""
    issued: int = 0
    latest: str = ""
    result: str = ""
    into: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Gathered:
    """One fire that fresh pixels made or let grow: its id, all its pixels by time, and the fires it swallowed."""

    id: str
    spots: tuple[Hotspot, ...]
    fresh: tuple[Hotspot, ...]
    swallowed: tuple[str, ...] = ()


def apart(a: Hotspot, b: Hotspot) -> float:
    """Return the distance of the centres of two pixels in km."""
    across, along = metres_per_degree((a.point.lat + b.point.lat) / 2)
    return hypot((a.point.lon - b.point.lon) * across, (a.point.lat - b.point.lat) * along) / 1000


def linked(a: Hotspot, b: Hotspot, rules: FireRules) -> bool:
    """Whether two pixels alone show one fire: near in time, and their edges (half diagonals) near in space."""
    return abs(a.at - b.at) <= rules.window and apart(a, b) <= _half(a) + _half(b) + rules.gap_km


def _half(spot: Hotspot) -> float:
    return hypot(spot.across, spot.along) / 2


def gather(known: Mapping[str, Sequence[Hotspot]], fresh: Iterable[Hotspot], rules: FireRules) -> list[Gathered]:
    """Join fresh pixels to the known fires (id -> pixels) and to each other.

    1. A pixel that is known already says nothing.
    2. Pixels that are `linked`, directly or over others, are one fire; a fire once known stays one.
    3. A fire of no known one gets its name from its earliest pixel. Of several known ones the oldest keeps its name
       and swallows the others.
    """
    old = {spot.id for spots in known.values() for spot in spots}
    new = list({spot.id: spot for spot in fresh if spot.id not in old}.values())
    if not new:
        return []
    spots = [spot for each in known.values() for spot in each] + new
    owner = [id for id, each in known.items() for _ in each] + [""] * len(new)
    roots = _unite(spots, owner, rules)
    members: dict[int, list[int]] = {}
    for row in range(len(spots)):
        members.setdefault(roots[row], []).append(row)
    grown = [rows for rows in members.values() if any(not owner[row] for row in rows)]
    found = [_gathered([spots[row] for row in rows], [owner[row] for row in rows], known) for rows in grown]
    return sorted(found, key=lambda each: _age(each.spots[0]))


def _gathered(spots: list[Hotspot], owners: list[str], known: Mapping[str, Sequence[Hotspot]]) -> Gathered:
    fires = sorted({id for id in owners if id}, key=lambda id: (min(map(_age, known[id])), id))
    fresh = tuple(sorted((spot for spot, id in zip(spots, owners, strict=True) if not id), key=_age))
    ordered = tuple(sorted(spots, key=_age))
    return Gathered(fires[0] if fires else derive("w", ordered[0].id), ordered, fresh, tuple(fires[1:]))


def _age(spot: Hotspot) -> tuple[datetime, str]:
    return spot.at, spot.id


def _unite(spots: Sequence[Hotspot], owner: Sequence[str], rules: FireRules) -> list[int]:
    """Return for each pixel the row of one pixel that stands for its fire."""
    parent = list(range(len(spots)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    first: dict[str, int] = {}
    for row, id in enumerate(owner):
        if id:
            parent[root(row)] = root(first.setdefault(id, row))
    for a, b in _candidates(spots, rules):
        if root(a) != root(b) and linked(spots[a], spots[b], rules):
            parent[root(a)] = root(b)
    return [root(row) for row in range(len(spots))]


def _candidates(spots: Sequence[Hotspot], rules: FireRules) -> Iterable[tuple[int, int]]:
    """Return pairs of rows whose boxes meet: never fewer than are linked."""
    points = shapely.points([spot.point.lon for spot in spots], [spot.point.lat for spot in spots])
    reach = np.array([_half(spot) for spot in spots])
    reach = (reach + reach.max() + rules.gap_km) * 1.05
    across, along = np.array([metres_per_degree(min(abs(spot.point.lat) + 1, 90.0)) for spot in spots]).T / 1000
    along = np.minimum(along, 110.5)     # a degree of latitude is never shorter
    x, y = shapely.get_x(points), shapely.get_y(points)
    boxes = shapely.box(x - reach / across, y - reach / along, x + reach / across, y + reach / along)
    rows, others = shapely.STRtree(points).query(boxes)
    return [(int(a), int(b)) for a, b in zip(rows, others, strict=True) if a < b]


def at_once(spots: Iterable[Hotspot]) -> int:
    """Return the most pixels that one satellite saw in one pass."""
    most = 0
    by_satellite: dict[str, list[datetime]] = {}
    for spot in spots:
        by_satellite.setdefault(spot.satellite, []).append(spot.at)
    for times in by_satellite.values():
        times.sort()
        start = 0
        for end, at in enumerate(times):
            while at - times[start] > _ONE_PASS:
                start += 1
            most = max(most, end - start + 1)
    return most


def counts(spots: Sequence[Hotspot], rules: FireRules) -> bool:
    """Whether a fire rings anybody: some pixel is not faint, or there are many at once."""
    return at_once(spots) >= rules.at_once or any(
        spot.confidence is None or spot.confidence >= rules.faintest for spot in spots)


def footprint(spots: Iterable[Hotspot]) -> BaseGeometry:
    """Return the ground the pixels cover (EPSG:4326): boxes of their size, for the way they lie is not told."""
    boxes = []
    for spot in spots:
        across, along = metres_per_degree(spot.point.lat)
        wide, high = spot.across * 500 / across, spot.along * 500 / along
        boxes.append(box(spot.point.lon - wide, spot.point.lat - high, spot.point.lon + wide, spot.point.lat + high))
    return shapely.union_all(boxes)


def masked_by(spot: Hotspot, sources: Iterable[HeatSource], day: date) -> HeatSource | None:
    """Return the known source of heat whose ground the pixel touches on a day; None where there is none.

    The centre of a pixel may be half a pixel off the heat that made it hot.
    """
    ground = footprint([spot])
    return next((each for each in sources if day <= each.until and ground.intersects(each.geometry)), None)


def fire_of(gathered: Gathered, source: str, was: Fire | None) -> Fire:
    """Return the fire as its pixels show it now."""
    middle = footprint(gathered.spots).centroid
    shown = Fire(gathered.id, source, gathered.spots[0].at, gathered.spots[-1].at, middle.x, middle.y,
                 len(gathered.spots), at_once(gathered.spots))
    if was is None:
        return shown
    return replace(was, first_at=shown.first_at, last_at=shown.last_at, lon=shown.lon, lat=shown.lat,
                   pixels=shown.pixels, at_once=shown.at_once)
