"""Reads hourly forecasts of Open-Meteo: rain, temperature, humidity and wind at one or several points.

What its description fixes: times without a zone are those of `utc_offset_seconds` (UTC where that is not given), rain
is the sum of the hour before its time, all else holds at that time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

from dutydesk.domain.alert import Fault
from dutydesk.domain.observed import Forecast, Point
from dutydesk.domain.units import converted
from dutydesk.errors import Declined, WrongFormat
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.json_text import Row, read_json, text_in
from dutydesk.feeds.lists import capped
from dutydesk.feeds.moments import read_moment
from dutydesk.ports.feed import Source

HOUR = timedelta(hours=1)
MOST = 400    # hours of one series: the service gives 16 days

#: Name of a series, old spellings too -> what it is, and the unit where the answer does not tell (its defaults).
SERIES: Mapping[str, tuple[str, str]] = {
    "precipitation": ("rain", "mm"),
    "temperature_2m": ("temperature", "°C"),
    "relative_humidity_2m": ("humidity", "%"), "relativehumidity_2m": ("humidity", "%"),
    "wind_speed_10m": ("wind", "km/h"), "windspeed_10m": ("wind", "km/h"),
}


class OpenMeteo:
    """The feed of kind `open-meteo`. A document that does not tell its point has that of the source's settings
    (`lon`, `lat`, degrees in EPSG:4326); `places` of the settings name the points in the order they are asked for.
    """

    kind = "open-meteo"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Forecast]:
        """Return a series for each quantity and point; other quantities are left out.

        Raises TooLarge, NotWellFormed, WrongFormat, and Declined for an answer that is an error.
        """
        notes = Notes()
        document = read_json(body, source.max_bytes, notes)
        points = capped(document if isinstance(document, list) else [document], notes, "")
        names = source.settings.get("places", ())
        places = [str(each) for each in names] if isinstance(names, list | tuple) else []
        found: list[Forecast] = []
        for number, point in enumerate(points):
            if not isinstance(point, Mapping):
                raise WrongFormat("文件不是 Open-Meteo 的逐小时预报")
            if point.get("error") is True:
                raise Declined(f"Open-Meteo 返回错误：{text_in(point, 'reason')[:200]}")
            place = places[number] if number < len(places) else ""
            found += _forecasts(point, place, source, received_at, notes)
        return _told(found, notes.all())


def _told(found: list[Forecast], faults: tuple[Fault, ...]) -> list[Forecast]:
    if faults and not found:
        raise WrongFormat("预报中没有可用的序列：" + "；".join(fault.text for fault in faults[:5]))
    return [replace(found[0], faults=faults), *found[1:]] if faults else found


def _forecasts(answer: Row, place: str, source: Source, received_at: datetime, notes: Notes) -> list[Forecast]:
    hourly = answer.get("hourly")
    if not isinstance(hourly, Mapping) or not isinstance(hourly.get("time"), list):
        raise WrongFormat("文件中没有 hourly.time，不是 Open-Meteo 的逐小时预报")
    ahead = _number(answer.get("utc_offset_seconds"))
    zone = timezone(timedelta(seconds=ahead) if ahead is not None and abs(ahead) < 86_400 else timedelta(0))
    first = _begin(hourly["time"][:MOST], zone, notes)
    if first is None:
        return []
    units = answer.get("hourly_units")
    point = _point(answer, source)
    found = []
    for name, (what, usual) in SERIES.items():
        values = hourly.get(name)
        if values is None:
            continue
        if not isinstance(values, list) or len(values) != len(hourly["time"]):
            notes.add("series-length", f"hourly.{name}")
            continue
        unit = text_in(units, name) if isinstance(units, Mapping) else ""
        series = tuple(_value(each, unit or usual, what) for each in values[:MOST])
        found.append(Forecast(what, point, received_at, first - HOUR, series, place))
    return found


def _point(answer: Row, source: Source) -> Point:
    """The point the answer names, else the source's own; raises WrongFormat where neither does."""
    for told, names in ((answer, ("longitude", "latitude")), (source.settings, ("lon", "lat"))):
        lon, lat = (_number(told.get(name)) for name in names)
        if lon is not None and lat is not None and -180 <= lon <= 180 and -90 <= lat <= 90:
            return Point(lon, lat)
    raise WrongFormat("预报没有说明位置（longitude、latitude），来源设置里也没有 lon、lat")


def _begin(times: Sequence[object], zone: timezone, notes: Notes) -> datetime | None:
    """The first time of a series of hours; None, noted, where it is none."""
    moments = [read_moment(each if isinstance(each, str) else str(each), zone, Notes(), "") for each in times]
    whole = [each for each in moments if each is not None]
    if not whole or len(whole) != len(moments):
        notes.add("time-unreadable", "hourly.time")
        return None
    if any(later - earlier != HOUR for earlier, later in pairwise(whole)):
        notes.add("series-step", "hourly.time")
        return None
    return whole[0]


def _value(value: Any, unit: str, what: str) -> float | None:
    number = _number(value)
    return converted(number, unit, what) if number is not None else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
