"""What sources report besides warnings: measurements, hotspots, quakes, forecasts, sightings.

Positions are in EPSG:4326, times know their zone. None of them calls anybody by itself: a rule makes an alert of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dutydesk.domain.alert import Fault
from dutydesk.domain.values import Colour


@dataclass(frozen=True, slots=True)
class Point:
    """A position in EPSG:4326, in degrees."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Observation:
    """One measured value of a station. `what` is rain (mm fallen in `period`), level (m), flow (m³/s), wind (m/s),
    temperature (°C), humidity (%), or a word of the mapping; `at` is when it held, for a sum the end of its period.
    """

    station: str
    what: str
    value: float
    at: datetime
    period: timedelta | None = None
    name: str = ""
    point: Point | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Hotspot:
    """One hot pixel seen by a satellite. `along` and `across` are the pixel's size in km, `power` is in MW;
    `confidence` 0 to 100, None where the source does not say.
    """

    id: str
    at: datetime
    point: Point
    satellite: str
    confidence: float | None = None
    power: float | None = None
    across: float = 1.0
    along: float = 1.0
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Quake:
    """One earthquake as a service reports it now; `status` is automatic, reviewed or deleted, `depth` in km.

    `point` and `magnitude` are None where the service gives none: most often of a quake it has deleted. `sort` is the
    service's word for what shook: an explosion shakes too.
    """

    id: str
    at: datetime
    updated: datetime
    point: Point | None
    magnitude: float | None
    depth: float | None = None
    where: str = ""
    status: str = "automatic"
    sort: str = "earthquake"
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """A series of forecast values at a point: `values[n]` holds in the hour that ends at `start + (n + 1) hours`.

    `what` as in `Observation`; None where the service gives no value.
    """

    what: str
    point: Point
    issued_at: datetime
    start: datetime
    values: tuple[float | None, ...]
    place: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """An alarm that is no warning: a tower camera, a slope, a plant, a caller. `confidence` 0 to 100 or None;
    `picture` is an address; `event` names the danger; `place` is the id of a known place or empty; `colour` is None
    where the source does not say how bad it is.
    """

    id: str
    at: datetime
    event: str
    point: Point | None = None
    place: str = ""
    device: str = ""
    text: str = ""
    picture: str = ""
    confidence: float | None = None
    over: bool = False
    colour: Colour | None = None
    faults: tuple[Fault, ...] = ()


Observed = Observation | Hotspot | Quake | Forecast | Sighting
