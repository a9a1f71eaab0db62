"""The mapping of a table of measurements: which column is which, in which unit, and what says that a value lacks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from dutydesk.domain.columns import NOTHING, Column, column
from dutydesk.domain.ready_maps import READY
from dutydesk.domain.sums import COUNTER, RAIN
from dutydesk.domain.units import known, quantity

_PERIOD = re.compile(r"(?P<number>\d+(?:\.\d+)?)[\s_]*(?P<unit>s|sec|m|min|h|hour|d|day)s?", re.IGNORECASE)
_UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600, "d": 86_400, "day": 86_400}
_BLANK = frozenset({"", "-", "--", "---", "—", "/", "\\", "*", "***", "na", "n/a", "nan", "null", "none", "nil", "缺测",
                    "无", "无数据"})
_NINES = re.compile(r"-?9{3,}(?:\.9*0*)?")
_KEYS = frozenset({"based_on", "rows", "columns", "delimiter", "comment", "station", "name", "lon", "lat", "time",
                   "quality", "good", "bad", "missing", "no_data", "most", "values", "what", "value", "kinds", "unit",
                   "period", "period_unit"})
_VALUE_KEYS = frozenset({"field", "what", "unit", "period", "period_unit", "counter"})


@dataclass(frozen=True, slots=True)
class Value:
    """One measured column. `period`: how long a sum ran (a column or a fixed text), `period_unit`: how a bare number
    there is read.
    """

    column: Column
    what: str
    unit: Column
    period: Column
    period_unit: str = "s"

    def length(self, text: str) -> timedelta | None:
        """Read how long a sum ran: `15m`, `15_min`, `1h`, a bare number in `period_unit`; None if it cannot be read.

        `hh.nn` is SL 323's INTV: hours before the point, minutes behind it.
        """
        found = _PERIOD.fullmatch(text)
        if found:
            return _whole(float(found["number"]) * _UNITS[found["unit"].casefold()])
        try:
            number = float(text)
        except ValueError:
            return None
        if self.period_unit == "hh.nn":
            hours = int(number)
            return _whole(hours * 3600 + round((number - hours) * 100) * 60)
        return _whole(number * _UNITS[self.period_unit])


def _whole(seconds: float) -> timedelta | None:
    return timedelta(seconds=seconds) if 60 <= seconds <= 400 * 86_400 else None


@dataclass(frozen=True, slots=True)
class TableMap:
    """A mapping, read and found good. `rows`: the lists inside one another that hold the rows (a name ending in `?`
    is gone into only where it is there). A table has `values`, several to a row, or `what`: a column that tells by its
    text, through `kinds`, what the row measures.
    """

    station: Column
    time: Column
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    delimiter: str = ""
    comment: str = "#"
    name: Column = NOTHING
    lon: Column = NOTHING
    lat: Column = NOTHING
    quality: Column = NOTHING
    good: frozenset[str] = frozenset()
    bad: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    no_data: Column = NOTHING
    most: Mapping[str, float] = field(default_factory=dict)
    values: tuple[Value, ...] = ()
    what: Column = NOTHING
    kinds: Mapping[str, Value] = field(default_factory=dict)

    def is_missing(self, text: str, what: str) -> bool:
        """Whether a text says that there is no value: blank words, the mapping's own markers, and all-nines that
        cannot be meant: negative ones; from 999 on for rain; from 9999 on for all but a flow, there from 99999 on.
        """
        word = text.strip().casefold()
        if word in _BLANK or word in self.missing:
            return True
        if not _NINES.fullmatch(word):
            return False
        digits = len(word.partition(".")[0].lstrip("-"))
        return word.startswith("-") or digits >= {"rain": 3, "flow": 5}.get(quantity(what), 4)


def table_map(written: object) -> TableMap:
    """Read the `mapping` of a source: the name of a ready one, or a table, which may be `based_on` a ready one.

    Raises ValueError saying what is wrong and what to do.
    """
    settings = _settings(written)
    if unknown := set(settings) - _KEYS:
        raise ValueError(f"mapping: {', '.join(sorted(unknown))} is not known here; "
                         f"known are {', '.join(sorted(_KEYS))}")
    for name in ("station", "time"):
        if name not in settings:
            raise ValueError(f"mapping has no {name}; name the column")
    one = {name: column(settings[name], f"mapping.{name}") for name in
           ("station", "time", "name", "lon", "lat", "quality", "no_data", "what") if name in settings}
    values = tuple(_value(each, f"mapping.values[{number}]") for number, each in
                   enumerate(_list(settings.get("values", ()), "values"), 1))
    kinds = {str(word): _value({"field": settings.get("value", "value"), **_mapping(each, f"kinds.{word}")},
                               f"mapping.kinds.{word}")
             for word, each in _mapping(settings.get("kinds", {}), "kinds").items()}
    if bool(values) == bool(kinds) or bool(kinds) != ("what" in one):
        raise ValueError("mapping needs either values (a column each), or what and kinds (a row each)")
    most = _mapping(settings.get("most", {}), "most")
    return TableMap(**one, values=values, kinds=kinds, rows=_words(settings, "rows"),
                    columns=_words(settings, "columns"), delimiter=str(settings.get("delimiter", "")),
                    comment=str(settings.get("comment", "#")), good=_folded(settings, "good"),
                    bad=_folded(settings, "bad"), missing=_folded(settings, "missing"),
                    most={str(what): float(value) for what, value in most.items()})


def _settings(written: object) -> dict[str, Any]:
    if isinstance(written, str):
        written = {"based_on": written}
    settings = dict(_mapping(written, "mapping"))
    base = settings.pop("based_on", None)
    if base is None:
        return settings
    if base not in READY:
        raise ValueError(f"there is no ready mapping {base!r}; there are: {', '.join(sorted(READY))}")
    return {**READY[base], **settings}


def _value(written: object, where: str) -> Value:
    row = _mapping(written, where)
    if unknown := set(row) - _VALUE_KEYS:
        raise ValueError(f"{where}: {', '.join(sorted(unknown))} is not known here; "
                         f"known are {', '.join(sorted(_VALUE_KEYS))}")
    if "field" not in row or not str(row.get("what", "")):
        raise ValueError(f"{where} needs field (the column) and what (rain, level, flow, ...)")
    what = COUNTER if row.get("counter") else str(row["what"])
    unit = row.get("unit", "")
    if isinstance(unit, str) and not known(unit, what):
        raise ValueError(f"{where}: {unit!r} is no unit of {what}")
    spelt = str(row.get("period_unit", "s"))
    if spelt != "hh.nn" and spelt not in _UNITS:
        raise ValueError(f"{where}: period_unit is {spelt!r}; write s, m, h, d or hh.nn")
    period = row.get("period")
    fixed = isinstance(period, str) and _PERIOD.fullmatch(period)
    found = Value(column(row["field"], where), what, column(f"={unit}" if isinstance(unit, str) else unit, where),
                  column(f"={period}" if fixed else period, where) if period else NOTHING, spelt)
    if what == RAIN and not found.period:
        raise ValueError(f'{where}: rain needs the period it fell in (period = "1h", or a column), or counter = true')
    return found


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where} is {value!r}; write a table")
    return value


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"mapping.{where} is {value!r}; write a list")
    return list(value)


def _words(settings: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = settings.get(name, ())
    return (value,) if isinstance(value, str) else tuple(str(each) for each in _list(value, name))


def _folded(settings: Mapping[str, Any], name: str) -> frozenset[str]:
    return frozenset(each.strip().casefold() for each in _words(settings, name))
