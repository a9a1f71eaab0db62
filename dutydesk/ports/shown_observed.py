"""What the console shows of gauges, forecasts and sightings, as frozen values. Times are aware and UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dutydesk.domain.observed import Point, Sighting
from dutydesk.domain.outlook import Ahead
from dutydesk.domain.values import Colour


@dataclass(frozen=True, slots=True)
class SumView:
    """Rain in mm over a window until the newest reading; `whole`: no reading lacks in it."""

    window: timedelta
    mm: float
    whole: bool


@dataclass(frozen=True, slots=True)
class StationView:
    """One gauge: its newest values (m, m³/s), rain sums by window, the colour its readings give now, and the last day
    as a series (rain per hour in mm, else the level or flow). `at` None: nothing was ever heard; `stale`: not lately.
    """

    id: str
    name: str
    kind: str
    places: tuple[str, ...]
    colour: Colour | None
    at: datetime | None
    stale: bool
    level: float | None
    flow: float | None
    sums: tuple[SumView, ...]
    trend: tuple[tuple[datetime, float], ...]
    issued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutlookView:
    """Rain ahead at one point of a forecast."""

    source: str
    place: str
    point: Point
    received_at: datetime
    ahead: tuple[Ahead, ...]
    colour: Colour | None


@dataclass(frozen=True, slots=True)
class StationsPage:
    """Every station, those with a colour first; the forecasts; source -> stations it tells of that the site lacks."""

    stations: tuple[StationView, ...]
    outlook: tuple[OutlookView, ...]
    strangers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SightingView:
    """One sighting as it was taken in. `place_name` is empty where only a position is known; `held`: it waits."""

    source: str
    sighting: Sighting
    place_name: str
    received_at: datetime
    sure: bool
    said: bool
