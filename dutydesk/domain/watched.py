"""What the desk remembers of what sources report besides warnings, as rows. Times are aware and UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dutydesk.domain.observed import Forecast, Sighting
from dutydesk.domain.thresholds import Standing
from dutydesk.domain.values import Colour


@dataclass(frozen=True, slots=True)
class Gauge:
    """Where the readings of one station stand for one group of places (`place` names a place with its own thresholds).

    `colour` is what was issued last, `first` the identifier of the first alert of that warning, `serial` how many
    alerts there were ever. `marks` are the standings of each window after all readings until `mark_at`; readings that
    come later than those are not asked any more. `late`: the colour of readings too old to call, told to the officer.
    """

    station: str
    what: str
    place: str = ""
    colour: Colour | None = None
    first: str = ""
    serial: int = 0
    issued_at: datetime | None = None
    mark_at: datetime | None = None
    marks: Mapping[timedelta, Standing] = field(default_factory=dict)
    late: Colour | None = None

    @property
    def id(self) -> str:
        """`station|what|place`."""
        return f"{self.station}|{self.what}|{self.place}"


@dataclass(frozen=True, slots=True)
class Seen:
    """A sighting as it was taken in; it never changes after. `id` derives from its source and what it says.

    `first` is the identifier of the first alert of the warning it belongs to; `alert` that of the one it gave itself,
    empty where it only confirmed what had been said a moment before; `sure`: it was as certain as its source must be.
    """

    id: str
    source: str
    sighting: Sighting
    received_at: datetime
    first: str = ""
    alert: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A forecast as it was taken in, the newest of its source, point and quantity."""

    source: str
    forecast: Forecast
    received_at: datetime
