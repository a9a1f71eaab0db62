"""What a forecast says of the hours ahead: the greatest rain of any 1, 3, 6 and 24 hours, and its colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dutydesk.domain.observed import Forecast
from dutydesk.domain.sums import WINDOWS
from dutydesk.domain.thresholds import Table
from dutydesk.domain.values import Colour

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Rain of one window: the sum of the next hours (`next`), and the greatest of any such window within a day, which
    ends at `at`; None where the forecast has a hole there.
    """

    window: timedelta
    next: float | None
    most: float | None
    at: datetime | None


def rain_ahead(forecast: Forecast, now: datetime, within: timedelta = timedelta(hours=24)) -> tuple[Ahead, ...]:
    """Return what falls from `now` on, for each window; the hour that runs counts whole."""
    first = max(0, int((now - forecast.start) // HOUR))
    values = forecast.values[first:]
    found = []
    for window in WINDOWS:
        hours = window // HOUR
        latest = max(within // HOUR, hours)
        sums = [(_sum(values[n:n + hours], hours), forecast.start + (first + n + hours) * HOUR)
                for n in range(latest - hours + 1)]
        known = [(mm, -number, at) for number, (mm, at) in enumerate(sums) if mm is not None]
        best = max(known, default=None)
        found.append(Ahead(window, sums[0][0], best[0] if best else None, best[2] if best else None))
    return tuple(found)


def _sum(values: tuple[float | None, ...], hours: int) -> float | None:
    known = [each for each in values if each is not None]
    return round(sum(known), 2) if len(known) == hours else None


def colour_ahead(ahead: tuple[Ahead, ...], table: Table) -> Colour | None:
    """Return the highest colour any window would have, None under every threshold."""
    return max((colour for each in ahead for colour, over in table.get(each.window, {}).items()
                if each.most is not None and each.most >= over), default=None)
