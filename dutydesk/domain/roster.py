"""Who is on duty when, worked out from weekly patterns; pure, and the clock is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dutydesk.domain.site import Shift
from dutydesk.domain.values import Role, aware

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A stretch of time, `start` included, `end` not; both aware, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One working of a shift: the pattern laid on one calendar day. Times aware, in UTC."""

    start: datetime
    end: datetime
    shift: Shift


@dataclass(frozen=True, slots=True)
class Overlap:
    """A stretch that more than one row claims; `shifts` are those rows. Times aware, in UTC."""

    start: datetime
    end: datetime
    shifts: tuple[Shift, ...]


def turn(shift: Shift, day: date, zone: ZoneInfo) -> Turn | None:
    """Lay a shift on the local day it would start; None when it does not work that day.

    `since` and `until` are both included and count the day of the start.
    """
    if day.isoweekday() not in shift.days:
        return None
    if (shift.since and day < shift.since) or (shift.until and day > shift.until):
        return None
    last = day if shift.end > shift.start else day + _DAY
    return Turn(datetime.combine(day, shift.start, zone).astimezone(UTC),
                datetime.combine(last, shift.end, zone).astimezone(UTC), shift)


def turns(shifts: Iterable[Shift], start: datetime, end: datetime, tz: str) -> Iterator[Turn]:
    """Yield every turn that touches `start` to `end` (aware), row by row in the order given."""
    zone = ZoneInfo(tz)
    first = aware(start, "start").astimezone(zone).date() - _DAY
    last = aware(end, "end").astimezone(zone).date()
    for shift in shifts:
        day = first
        while day <= last:
            found = turn(shift, day, zone)
            if found and found.start < end and found.end > start:
                yield found
            day += _DAY


def _of(shifts: Iterable[Shift], desk: str, role: Role) -> list[Shift]:
    return [shift for shift in shifts if shift.desk == desk and shift.role is role]


def on_duty(shifts: Iterable[Shift], desk: str, role: Role, at: datetime, tz: str) -> tuple[str, ...]:
    """Return the persons of a desk on duty in a role at a moment (aware), in file order, each once.

    `tz` is the zone the roster's times are written in. Empty is a hole: ring the leader, then `last_resort`.
    """
    moment = aware(at, "at")
    found = turns(_of(shifts, desk, role), moment, moment + timedelta(microseconds=1), tz)
    return tuple(dict.fromkeys(each.shift.person for each in found))


def holes(shifts: Iterable[Shift], desk: str, role: Role, start: datetime, end: datetime,
          tz: str) -> tuple[Interval, ...]:
    """Return the stretches between `start` and `end` (aware) in which nobody has that role at that desk."""
    found: list[Interval] = []
    covered = aware(start, "start").astimezone(UTC)
    stop = aware(end, "end").astimezone(UTC)
    for each in sorted(turns(_of(shifts, desk, role), start, end, tz), key=lambda each: each.start):
        if each.start > covered:
            found.append(Interval(covered, each.start))
        covered = max(covered, each.end)
    if covered < stop:
        found.append(Interval(covered, stop))
    return tuple(found)


def overlaps(shifts: Iterable[Shift], desk: str, role: Role, start: datetime, end: datetime,
             tz: str) -> tuple[Overlap, ...]:
    """Return the stretches from `start` to `end` (aware) that several rows of that desk and role claim."""
    return clashes(turns(_of(shifts, desk, role), start, end, tz), start, end)


def clashes(working: Iterable[Turn], start: datetime, end: datetime) -> tuple[Overlap, ...]:
    """Return the stretches between `start` and `end` (aware) in which more than one turn is running."""
    running = list(working)
    first, stop = aware(start, "start").astimezone(UTC), aware(end, "end").astimezone(UTC)
    marks: list[tuple[datetime, bool, int]] = []
    for number, each in enumerate(running):
        marks.append((max(each.start, first), True, number))
        marks.append((min(each.end, stop), False, number))
    marks.sort(key=lambda mark: (mark[0], mark[1]))      # who ends at a moment leaves before who begins
    found: list[Overlap] = []
    active: dict[int, None] = {}
    since = first
    for moment, begins, number in marks:
        if len(active) > 1 and moment > since:
            found.append(Overlap(since, moment, tuple(running[each].shift for each in active)))
        since = moment
        if begins:
            active[number] = None
        else:
            active.pop(number, None)
    return tuple(found)
