"""Reads tables of measurements, as CSV or JSON, by the mapping of their source: rain gauges, river levels, flows."""

from __future__ import annotations

import html
import math
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dutydesk.domain.alert import Fault
from dutydesk.domain.columns import Layers
from dutydesk.domain.observed import Observation, Point
from dutydesk.domain.ready_maps import SIGNS
from dutydesk.domain.sums import RAIN
from dutydesk.domain.table_map import TableMap, Value, table_map
from dutydesk.domain.units import converted, quantity
from dutydesk.errors import WrongFormat
from dutydesk.feeds.faults import MEANINGS, Notes
from dutydesk.feeds.moments import read_moment
from dutydesk.feeds.rows import refuse_large, rows_in
from dutydesk.ports.feed import Source

AHEAD = timedelta(hours=1)
"""A reading later than this after its receipt has a wrong clock."""


class Table:
    """The feed of kind `table`."""

    kind = "table"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Observation]:
        """Return every value of every row, in the units of `Observation`.

        What a row says wrongly is counted and rides as a fault, with its first place, on the first observation.
        Raises TooLarge, NotWellFormed, WrongFormat: for a mapping that is wrong, a list that is not there, and rows of
        which none has a value.
        """
        refuse_large(body, source.max_bytes)
        mapping = _mapping(body, source)
        notes = Notes()
        reader = _Reader(mapping, source, received_at, notes)
        rows = 0
        found: list[Observation] = []
        for where, row in rows_in(body, source.max_bytes, mapping.rows, notes, columns=mapping.columns,
                                  delimiter=mapping.delimiter, comment=mapping.comment):
            rows += 1
            found += reader.read(row, where)
        faults = (*notes.all(), *reader.faults())
        if rows and not found and reader.seen.keys() != {"value-missing"}:
            told = "；".join(fault.text for fault in faults[:5]) or "没有一行有站号、时间和数值"
            raise WrongFormat(f"表中没有一条读数：{told}")
        if found and faults:
            found[0] = replace(found[0], faults=faults)
        return found


def _mapping(body: bytes, source: Source) -> TableMap:
    """The source's own mapping, else the ready one whose sign the document carries."""
    written = source.settings.get("mapping")
    if written is None:
        head = body[:20_000].decode("utf-8", "replace").casefold()
        written = next((name for name, sign in SIGNS.items() if sign.casefold() in head), None)
    if written is None:
        raise WrongFormat("来源没有写 mapping，文件也不像任何一种现成的表；请在 dutydesk.toml 里写明哪一列是什么")
    try:
        return table_map(written)
    except ValueError as error:
        raise WrongFormat(f"来源 {source.id} 的 mapping 写错了：{error}") from None


class _Reader:
    """Reads rows into observations and counts what is wrong with them."""

    def __init__(self, mapping: TableMap, source: Source, received_at: datetime, notes: Notes) -> None:
        self.mapping = mapping
        self.zone = ZoneInfo(source.zone)
        self.latest = received_at + AHEAD
        self.notes = notes
        self.seen: Counter[str] = Counter()
        self._first: dict[str, tuple[str, str]] = {}

    def faults(self) -> tuple[Fault, ...]:
        """What was wrong: each name once, with how often and where first."""
        return tuple(Fault(name, where, f"{MEANINGS[name].zh}：{detail[:60]}（共 {self.seen[name]} 处）")
                     for name, (where, detail) in self._first.items())

    def _add(self, name: str, where: str, detail: str) -> None:
        self.seen[name] += 1
        self._first.setdefault(name, (where, detail))

    def read(self, row: Layers, where: str) -> list[Observation]:
        """Return the values of one row; none, and a fault, where station or time lack."""
        mapping = self.mapping
        wanted = mapping.values
        if mapping.kinds:
            kind = mapping.kinds.get(mapping.what.find(row))
            wanted = (kind,) if kind else ()
        told = [(value, text) for value in wanted if (text := value.column.find(row))]
        if not told:
            return []
        station = mapping.station.find(row)
        if not station:
            self._add("reading-no-station", where, told[0][1])
            return []
        at = self._time(row, where)
        if at is None:
            return []
        quality = mapping.quality.find(row).casefold()
        if quality and (quality in mapping.bad or (mapping.good and quality not in mapping.good)):
            self._add("reading-quality", where, f"{station} {quality}")
            return []
        point, name = self._point(row), html.unescape(mapping.name.find(row))
        found = (self._value(value, text, row, f"{where} {station}") for value, text in told)
        return [Observation(station, what, value, at, period, name, point)
                for what, value, period in filter(None, found)]

    def _time(self, row: Layers, where: str) -> datetime | None:
        written = self.mapping.time.find(row)
        at = read_moment(written, self.zone, self.notes, "time")
        if at is None:
            self._add("reading-no-time", where, written)
        elif at > self.latest:
            self._add("reading-ahead", where, at.isoformat())
            return None
        return at

    def _point(self, row: Layers) -> Point | None:
        lon, lat = _number(self.mapping.lon.find(row)), _number(self.mapping.lat.find(row))
        if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90) or (lon, lat) == (0, 0):
            return None
        return Point(lon, lat)

    def _value(self, value: Value, text: str, row: Layers,
               where: str) -> tuple[str, float, timedelta | None] | None:
        """Return what, how much and over how long; None, and a fault, for what is no value."""
        number, marker = _number(text), _number(self.mapping.no_data.find(row))
        if self.mapping.is_missing(text, value.what) or (number is not None and number == marker):
            self._add("value-missing", where, text)
            return None
        unit = value.unit.find(row)
        amount = converted(number, unit, value.what) if number is not None else None
        if number is None or amount is None:
            self._add("value-unreadable" if number is None else "value-unit", where, text if number is None else unit)
            return None
        if (quantity(value.what) == RAIN and amount < 0) or amount > self.mapping.most.get(value.what, math.inf):
            self._add("value-implausible", where, text)
            return None
        period = value.length(value.period.find(row)) if value.what == RAIN else None
        if value.what == RAIN and period is None:
            self._add("value-period", where, value.period.find(row))
            return None
        return value.what, amount, period


def _number(text: str) -> float | None:
    """Read a number as tables write it: `1,234.5` too, and USGS' `2.3 e`; None for anything else."""
    written = text.replace(",", "").partition(" ")[0]
    try:
        number = float(written)
    except ValueError:
        return None
    return number if math.isfinite(number) else None

