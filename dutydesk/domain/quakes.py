"""Earthquakes: which reports speak of the same one, how far it was felt how strongly, and whom that concerns.

Distances are kilometres on a sphere, depths kilometres, positions EPSG:4326.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import asin, cos, exp, hypot, log, radians, sin, sqrt

from shapely.geometry import Polygon

from dutydesk.domain.geofence import metres_per_degree
from dutydesk.domain.ids import derive
from dutydesk.domain.observed import Point, Quake
from dutydesk.domain.values import Colour

DELETED = "deleted"
_EARTH = 6371.0              # mean radius, km
_SHALLOW = 10.0              # km, where a service gives no depth: the usual depth of a first report
_FURTHEST = 300.0            # km: the relation is not supported beyond
_CORNERS = 72                # of a circle


@dataclass(frozen=True, slots=True)
class QuakeRules:
    """Settings of earthquakes; the comment behind each is shown beside it to the officer."""

    opens_at: float = 6.0                          # a magnitude from here on opens the playbook
    opens_at_intensity: float = 6.0                # so does this intensity at a place, whatever the magnitude
    red_from: float = 7.0                          # intensity from which a place is red
    orange_from: float = 6.0                       # intensity from which a place is orange
    yellow_from: float = 5.0                       # intensity from which a place is yellow: the end of its reach
    same_within: timedelta = timedelta(seconds=30)  # two services' times of one quake differ by no more
    same_km: float = 100.0                         # ... their places by no more
    same_magnitude: float = 1.2                    # ... and their magnitudes by no more
    too_old: timedelta = timedelta(hours=24)       # a quake reported first after this time calls nobody

    def rings(self) -> tuple[tuple[Colour, float], ...]:
        """Return colour and least intensity, the inmost first."""
        return (Colour.RED, self.red_from), (Colour.ORANGE, self.orange_from), (Colour.YELLOW, self.yellow_from)


@dataclass(frozen=True, slots=True)
class Shock:
    """One earthquake with what every source last said of it. `reports`: `source/id of the source` -> report.

    `issued` counts the alerts issued of it, `latest` is the identifier of the newest, `said` what it said;
    `open` whether it calls.
    """

    id: str
    source: str
    at: datetime
    reports: Mapping[str, Quake] = field(default_factory=dict)
    issued: int = 0
    latest: str = ""
    said: str = ""
    open: bool = False
    version: int = 0

    @property
    def standing(self) -> Quake | None:
        """The strongest report that was not deleted; None where none is left: nobody is missed for a low estimate."""
        left = [each for each in self.reports.values() if usable(each)]
        return max(left, key=lambda each: (each.magnitude or 0.0, each.updated, each.id)) if left else None


def usable(quake: Quake) -> bool:
    """Whether a report says enough to call somebody: when, where, how strong, and not deleted."""
    return quake.status != DELETED and quake.point is not None and quake.magnitude is not None


def same(a: Quake, b: Quake, rules: QuakeRules) -> bool:
    """Whether two services speak of one earthquake: alike in time, place and magnitude."""
    if a.point is None or b.point is None or a.magnitude is None or b.magnitude is None:
        return False
    return (abs(a.at - b.at) <= rules.same_within and distance(a.point, b.point) <= rules.same_km
            and abs(a.magnitude - b.magnitude) <= rules.same_magnitude)


def distance(a: Point, b: Point) -> float:
    """Return the distance of two points on the earth's surface in km (haversine, a sphere: 0.5 % at most)."""
    north, south = radians(a.lat), radians(b.lat)
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(half)))


def take(shocks: Iterable[Shock], source: str, report: Quake, rules: QuakeRules) -> Shock | None:
    """Return the earthquake a report speaks of, with that report in it; None where it changes nothing.

    1. The one the source already reported under this id; an older state of it changes nothing.
    2. The one nearest in time that another report speaks of (`same`).
    3. A new one; but not of a report that says too little. A deletion is kept even of what is unknown: the report it
       takes back may come later.
    """
    key, known = f"{source}/{report.id}", list(shocks)
    for shock in known:
        old = shock.reports.get(key)
        if old is not None:
            if old == report or old.updated > report.updated:
                return None
            return replace(shock, reports={**shock.reports, key: report})
    if report.status == DELETED:
        return Shock(derive("q", key), source, report.at, {key: report})
    if not usable(report):
        return None
    alike = [shock for shock in known if any(same(each, report, rules) for each in shock.reports.values())]
    if alike:
        shock = min(alike, key=lambda each: (abs(each.at - report.at), each.id))
        return replace(shock, reports={**shock.reports, key: report})
    return Shock(derive("q", key), source, report.at, {key: report})


def intensity(magnitude: float, epicentral: float, depth: float) -> float:
    """Return the Modified Mercalli intensity at a distance from the epicentre, both in km.

    The relation of T. I. Allen, D. J. Wald and C. B. Worden, "Intensity attenuation for active crustal regions",
    Journal of Seismology 16 (2012) 409-433, in its form for hypocentral distance, the one for the first minutes, when
    nothing of the rupture is known; no term for the ground. Its data: magnitude 5.0 to 7.9, up to 300 km. The
    coefficients are those the OpenQuake engine transcribes (allen_2012_ipe.py, AllenEtAl2012Rhypo). The Chinese
    intensity scale (GB/T 17742-2020) runs alongside degree by degree; the difference is below the relation's own
    uncertainty of about one degree.
    """
    hypocentral = hypot(epicentral, depth)
    near = -0.209 + 2.042 * exp(magnitude - 5.0)
    found = 2.085 + 1.428 * magnitude - 1.402 * log(hypot(hypocentral, near))
    return found + (0.078 * log(hypocentral / 50.0) if hypocentral > 50.0 else 0.0)


def reach(magnitude: float, depth: float, least: float) -> float:
    """Return how far from the epicentre an intensity is reached, in km; 0 where it is reached nowhere."""
    if intensity(magnitude, 0.0, depth) < least:
        return 0.0
    near, far = 0.0, _FURTHEST
    if intensity(magnitude, far, depth) >= least:
        return far
    while far - near > 0.05:
        middle = (near + far) / 2
        near, far = (middle, far) if intensity(magnitude, middle, depth) >= least else (near, middle)
    return far


def circle(centre: Point, radius: float) -> Polygon:
    """Return a circle on the ground (EPSG:4326) that nowhere falls short of the radius in km."""
    across, along = (metres / 1000 for metres in metres_per_degree(centre.lat))
    steps = [radians(360 / _CORNERS * n) for n in range(_CORNERS)]
    out = radius / cos(radians(180 / _CORNERS))
    high = out / along
    # a degree of longitude shrinks towards the pole: take the smallest within the circle
    across = min(across, metres_per_degree(min(abs(centre.lat) + high, 89.0))[0] / 1000)
    return Polygon([(centre.lon + out / across * cos(step), centre.lat + high * sin(step)) for step in steps])


def rings(quake: Quake, rules: QuakeRules) -> Iterator[tuple[Colour, float, Polygon]]:
    """Yield colour, radius in km and ground of every ring that exists, the inmost first.

    Empty for a report that is not `usable`.
    """
    if quake.point is None or quake.magnitude is None:
        return
    depth = depth_of(quake)
    for colour, least in rules.rings():
        radius = reach(quake.magnitude, depth, least)
        if radius > 0:
            yield colour, radius, circle(quake.point, radius)


def depth_of(quake: Quake) -> float:
    """Return the depth in km to reckon with: a shallow one where the service gives none."""
    return quake.depth if quake.depth is not None and quake.depth > 0 else _SHALLOW
