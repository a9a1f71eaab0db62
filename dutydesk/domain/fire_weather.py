"""森林火险气象等级: the fire weather grade 1 to 5 of a day and place, reckoned from forecast or measured noon weather.

It is a series of its own: an office's fire warning (森林火险预警) is another, and neither changes the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dutydesk.domain.fwi import Codes, Index, Noon, day
from dutydesk.domain.observed import Forecast

#: Names of the grades, as QX/T 77-2007 has them.
GRADES: Mapping[int, str] = {1: "低", 2: "较低", 3: "较高", 4: "高", 5: "极高"}
_HOUR = timedelta(hours=1)
_KMH = 3.6         # km/h in one m/s


@dataclass(frozen=True, slots=True)
class GradeRules:
    """Settings of the fire weather grade; the comment behind each is shown beside it to the officer.

    The grade is the class of the fire weather index. The bounds are those of the European forest fire information
    system (EFFIS) for low to very high; QX/T 77-2007 reckons an index of its own from inputs a forecast does not give.
    """

    two_from: float = 5.2       # fire weather index from which a day is grade 2 (EFFIS: low)
    three_from: float = 11.2    # ... grade 3 (EFFIS: moderate)
    four_from: float = 21.3     # ... grade 4 (EFFIS: high)
    five_from: float = 38.0     # ... grade 5 (EFFIS: very high)
    patrol_from: int = 4        # from this grade on patrols and gates are on: the `grade` tasks of the playbook
    noon: int = 12              # hour of the day, site's time, whose weather counts

    def grade(self, fwi: float) -> int:
        """Return the grade of a fire weather index."""
        return 1 + sum(fwi >= bound for bound in (self.two_from, self.three_from, self.four_from, self.five_from))


@dataclass(frozen=True, slots=True)
class FireDay:
    """The fire weather of one place on one day. `source` gave the weather, `issued_at` is when it was forecast."""

    place: str
    day: date
    noon: Noon
    index: Index
    grade: int
    source: str
    issued_at: datetime


def noons(series: Iterable[Forecast], zone: ZoneInfo, hour: int) -> dict[date, Noon]:
    """Return the noon weather of every day that all four series cover; `zone` is the site's.

    Temperature, humidity and wind are those of the hour that ends at noon, rain is the sum of the 24 hours before. A
    day with a gap in any of them is left out: a guessed drought would be carried on for weeks.
    """
    values: dict[str, dict[datetime, float]] = {}
    for each in series:
        values.setdefault(each.what, {}).update(
            (each.start + (n + 1) * _HOUR, value) for n, value in enumerate(each.values) if value is not None)
    if not {"temperature", "humidity", "wind", "rain"} <= values.keys():
        return {}
    days = sorted({moment.astimezone(zone).date() for moment in values["temperature"]})
    found = {each: _noon(values, datetime.combine(each, time(hour), zone), each) for each in days}
    return {each: noon for each, noon in found.items() if noon is not None}


def _noon(values: Mapping[str, Mapping[datetime, float]], moment: datetime, day: date) -> Noon | None:
    now = [values[what].get(moment) for what in ("temperature", "humidity", "wind")]
    rain = [values["rain"].get(moment - n * _HOUR) for n in range(24)]
    if any(value is None for value in (*now, *rain)):
        return None
    temperature, humidity, wind = (value for value in now if value is not None)
    return Noon(day.month, temperature, humidity, wind * _KMH, sum(value for value in rain if value is not None))


def reckon(weather: Mapping[date, Noon], before: Mapping[date, Codes], place: str, latitude: float, rules: GradeRules,
           source: str, issued_at: datetime) -> list[FireDay]:
    """Return the fire weather of each day, the codes carried on from the day before.

    `before` holds the codes of earlier days of the same place. Over a gap of days the newest codes are carried, for at
    most ten days; then, as at the very first day, the season starts anew.
    """
    known = dict(before)
    found = []
    for each in sorted(weather):
        last = max((day for day in known if timedelta(0) < each - day <= timedelta(days=10)), default=None)
        index = day(weather[each], known[last] if last else Codes(), latitude=latitude)
        known[each] = index.codes
        found.append(FireDay(place, each, weather[each], index, rules.grade(index.fwi), source, issued_at))
    return found
