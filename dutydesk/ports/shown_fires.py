"""What the console shows of fires, as frozen values: hotspots with their clocks, and the fire weather.

Times are aware and UTC, coordinates EPSG:4326 in degrees, days those of the site's zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dutydesk.domain.values import Colour
from dutydesk.ports.shown import TaskView


@dataclass(frozen=True, slots=True)
class FireView:
    """One fire of an incident: its pixels, what was found on the ground (`result`, empty while nobody has looked), and
    who has to look until when. Degrees, EPSG:4326. `into` is the fire it turned out to be part of.
    """

    id: str
    first_at: datetime
    last_at: datetime
    lon: float
    lat: float
    pixels: int
    at_once: int
    result: str
    into: str
    place_name: str = ""
    owner: str = ""
    due_at: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class FireDayView:
    """The fire weather of one place on one day: grade 1 to 5, index, and the noon weather it is made of (°C, %, km/h,
    mm in the 24 h before).
    """

    day: date
    grade: int
    fwi: float
    temperature: float
    humidity: float
    wind: float
    rain: float


@dataclass(frozen=True, slots=True)
class FireWarningView:
    """An issued fire warning: the other series, which no grade changes."""

    office: str
    event: str
    colour: Colour
    sent: datetime
    msg_type: str
    headline: str
    source: str


@dataclass(frozen=True, slots=True)
class FireWeatherPage:
    """Fire weather by place and day, and the warnings offices issued in the same days, newest first.

    `rows`: place id, its name, day -> view. `tasks` are those a high grade opened that are still to be done.
    """

    days: tuple[date, ...] = ()
    rows: tuple[tuple[str, str, Mapping[date, FireDayView]], ...] = ()
    warnings: tuple[FireWarningView, ...] = ()
    tasks: tuple[TaskView, ...] = ()
