"""What the readings of one station say against one table of thresholds: the colour, and the values it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dutydesk.domain.observed import Observation
from dutydesk.domain.sums import COUNTER, LONGEST, RAIN, Amount, fallen, sums, to_the_minute
from dutydesk.domain.thresholds import NOW, Fall, Standing, Table, follow
from dutydesk.domain.values import Colour
from dutydesk.domain.watched import Gauge

LATE = timedelta(hours=24)
"""How far behind the newest reading one may come and still be asked."""

COUNTED = {RAIN: (RAIN, COUNTER), "level": ("level",), "flow": ("flow",)}
"""What a threshold can be set for -> the kinds of readings it is worked out from."""


@dataclass(frozen=True, slots=True)
class Stand:
    """One window of a verdict: its newest value and where it stands. `over`: the threshold of its colour, else None."""

    window: timedelta
    amount: Amount
    standing: Standing
    over: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What readings say: `colour` is the highest of `stands`; `at` the time of the newest reading, None without any."""

    colour: Colour | None
    at: datetime | None
    stands: tuple[Stand, ...]
    mark_at: datetime | None
    marks: Mapping[timedelta, Standing]


def needed_since(gauge: Gauge) -> datetime | None:
    """Return since when readings are needed to judge; None: all there are."""
    return gauge.mark_at - LONGEST if gauge.mark_at else None


def amounts(readings: Sequence[Observation], what: str, window: timedelta, since: datetime | None) -> list[Amount]:
    """Return the values that count for a threshold, by time: sums over a window, or the readings as they are."""
    if what == RAIN:
        return sums(fallen(each for each in readings if each.what in COUNTED[RAIN]), window, since)
    rows = {to_the_minute(each.at): each.value for each in readings if each.what == what}
    return [Amount(at, rows[at]) for at in sorted(rows) if since is None or at > since]


def judge(gauge: Gauge, table: Table, fall: Fall, readings: Sequence[Observation]) -> Verdict:
    """Judge a station's readings.

    1. Each window of the table has its own series of values and its own standing; the highest colour counts.
    2. All values after the mark count anew, in the order of their times: what came late takes its place.
    3. The mark follows the newest reading at a distance of `LATE`, so that a colour is remembered for as long as
       nothing lowers it.
    """
    newest = max((to_the_minute(each.at) for each in readings if each.what in COUNTED[gauge.what]), default=None)
    if newest is None:
        return Verdict(gauge.colour, None, (), gauge.mark_at, gauge.marks)
    mark_at = max(filter(None, (gauge.mark_at, newest - LATE)))
    stands, marks = [], {}
    for window, levels in sorted(table.items()):
        series = amounts(readings, gauge.what, window, gauge.mark_at)
        before = [each for each in series if each.at <= mark_at]
        marks[window] = follow(gauge.marks.get(window, Standing()), before, levels, fall)
        standing = follow(marks[window], series[len(before):], levels, fall)
        if series:
            stands.append(Stand(window, series[-1], standing, levels.get(standing.colour) if standing.colour else None))
    return Verdict(highest(each.standing.colour for each in stands), newest, tuple(stands), mark_at, marks)


def highest(colours: Iterable[Colour | None]) -> Colour | None:
    """Return the highest colour, None where there is none."""
    return max((each for each in colours if each is not None), default=None)


def says(stand: Stand, what: str) -> str:
    """Write one value as officers say it: `1小时雨量82.5毫米`, `水位31.2米`."""
    number = f"{stand.amount.value:.2f}".rstrip("0").rstrip(".")
    if what == RAIN:
        return f"{hours(stand.window)}雨量{number}毫米"
    return f"水位{number}米" if what == "level" else f"流量{number}立方米每秒"


def hours(window: timedelta) -> str:
    """`3小时`; empty for no window."""
    return "" if window == NOW else f"{window // timedelta(hours=1)}小时"
