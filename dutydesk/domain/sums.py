"""How much rain fell in the last hours, out of readings of any length: 5 minutes, an hour, a day, or a counter.

Readings may overlap, lack, come late. What a sum gives is never more than what fell, and exactly that where readings
cover the window without a hole: only such a sum is `whole`, and only a whole sum may lower anything.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from dutydesk.domain.observed import Observation

RAIN, COUNTER = "rain", "rain_total"
"""`what` of an amount fallen in a period, and of a counter that grows until it is set back to nothing."""

WINDOWS = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=6), timedelta(hours=24))
LONGEST = WINDOWS[-1]

TIP = 0.5
"""mm by which a counter may fall without having been set back: a correction, about one tip of a bucket."""

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Fallen:
    """Rain in mm that fell after `start` and until `end`, both to the minute."""

    start: datetime
    end: datetime
    mm: float


@dataclass(frozen=True, slots=True)
class Amount:
    """A value that held at a time: a sum of mm, a level, a flow. `whole`: nothing is missing in it."""

    at: datetime
    value: float
    whole: bool = True


def to_the_minute(moment: datetime) -> datetime:
    """Return the nearest full minute: gauges report some seconds early or late."""
    return (moment + _MINUTE / 2).replace(second=0, microsecond=0)


def fallen(readings: Iterable[Observation]) -> list[Fallen]:
    """Return what fell and when, by the end: amounts with a period as they are, a counter by its growth.

    A counter that fell by more than `TIP` was set back; since then as much fell as it shows. What fell between its
    last reading before and that moment is not known; it is at most one interval's.
    """
    found: list[Fallen] = []
    counts: list[tuple[datetime, float]] = []
    for each in readings:
        at = to_the_minute(each.at)
        if each.what == COUNTER:
            counts.append((at, each.value))
        elif each.period is not None and each.period >= _MINUTE:
            found.append(Fallen(at - to_whole_minutes(each.period), at, each.value))
    counts.sort()
    for (before, old), (at, new) in pairwise(counts):
        if at > before:
            grown = new - old if new >= old else (new if old - new > TIP else 0.0)
            found.append(Fallen(before, at, grown))
    return sorted(found, key=lambda each: (each.end, each.start, each.mm))


def to_whole_minutes(length: timedelta) -> timedelta:
    """Return a length rounded to the minute, never none."""
    return max(_MINUTE, timedelta(minutes=round(length / _MINUTE)))


def sums(rain: Sequence[Fallen], window: timedelta, since: datetime | None = None) -> list[Amount]:
    """Return for every end of a reading after `since` how much fell in the `window` before it; `rain` is sorted by end.

    1. Where no two readings overlap, the sum is a difference of running totals.
    2. Else it is the greatest sum of readings within the window that do not overlap: no such choice gives more than
       fell, and one that fills the window gives all of it.
    """
    ends = [each.end for each in rain]
    wanted = [end for end in dict.fromkeys(ends) if since is None or end > since]
    if all(later.start >= earlier.end for earlier, later in pairwise(rain)):
        return _running(rain, ends, wanted, window)
    return [_chosen([each for each in rain[bisect_right(ends, end - window):bisect_right(ends, end)]
                     if each.start >= end - window], end, window) for end in wanted]


def _running(rain: Sequence[Fallen], ends: Sequence[datetime], wanted: Sequence[datetime],
             window: timedelta) -> list[Amount]:
    """Sums of readings that do not overlap."""
    starts = [each.start for each in rain]
    totals: list[float] = [0.0]
    unbroken: list[int] = []
    for number, each in enumerate(rain):
        totals.append(totals[-1] + each.mm)
        joined = number and rain[number - 1].end == each.start
        unbroken.append(unbroken[-1] if joined else number)   # the first reading of the row without a hole
    found = []
    for end in wanted:
        first, last = bisect_left(starts, end - window), bisect_right(ends, end) - 1
        fits = first <= last and starts[first] == end - window and unbroken[last] <= first
        found.append(Amount(end, max(0.0, round(totals[last + 1] - totals[min(first, last + 1)], 6)), fits))
    return found


def _chosen(rain: Sequence[Fallen], end: datetime, window: timedelta) -> Amount:
    """The greatest sum of readings that do not overlap, and whether some choice of them fills the window.

    `best[n]` is the greatest sum among the first n readings (by their end); `reached` are the moments up to which
    readings without a hole lead from the window's beginning.
    """
    ends = [each.end for each in rain]
    best, reached = [0.0], {end - window}
    for number, each in enumerate(rain):
        before = bisect_right(ends, each.start, 0, number)
        best.append(max(best[-1], best[before] + each.mm))
        if each.start in reached:
            reached.add(each.end)
    return Amount(end, round(best[-1], 6), end in reached)
