"""Units of measured values, turned into those the house counts with: mm, m, m³/s, m/s, °C, %."""

from __future__ import annotations

import math
from collections.abc import Mapping

_LENGTH = {"m": 1.0, "米": 1.0, "cm": 0.01, "厘米": 0.01, "mm": 0.001, "毫米": 0.001, "km": 1000.0, "ft": 0.3048,
           "英尺": 0.3048, "in": 0.0254,
           # metres above a station's own zero, above Ordnance Datum Newlyn, and by sounding (UK)
           "masd": 1.0, "maod": 1.0, "mbdat": 1.0}

#: Quantity -> unit (folded) -> factor to the unit counted with. Exact by definition: inch 25.4 mm, foot 0.3048 m,
#: mile 1609.344 m, knot 1852 m/h (SI brochure, tables of non-SI units).
FACTORS: Mapping[str, Mapping[str, float]] = {
    "rain": {"mm": 1.0, "毫米": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4, "inch": 25.4, "0.1mm": 0.1},
    "level": _LENGTH,
    "flow": {"m3/s": 1.0, "m³/s": 1.0, "m^3/s": 1.0, "立方米/秒": 1.0, "cumecs": 1.0, "l/s": 0.001,
             "ft3/s": 0.3048 ** 3, "ft³/s": 0.3048 ** 3, "cfs": 0.3048 ** 3, "ml/d": 1000 / 86_400},
    "wind": {"m/s": 1.0, "ms": 1.0, "米/秒": 1.0, "km/h": 1 / 3.6, "mph": 1609.344 / 3600, "mp/h": 1609.344 / 3600,
             "kn": 1852 / 3600, "kt": 1852 / 3600},
    "temperature": {"c": 1.0, "°c": 1.0, "℃": 1.0, "deg c": 1.0},
    "humidity": {"%": 1.0, "1": 100.0},
}
_OFFSETS = {"f": (5 / 9, -32.0), "°f": (5 / 9, -32.0), "℉": (5 / 9, -32.0), "deg f": (5 / 9, -32.0),
            "k": (1.0, -273.15)}


def quantity(what: str) -> str:
    """Return what a word of `Observation.what` measures: rain_total is rain, level-downstream a level."""
    return what.partition("-")[0].partition("_")[0]


def known(unit: str, what: str) -> bool:
    """Whether a value of that kind can be counted in that unit; no unit stands for the house's own."""
    return converted(0.0, unit, what) is not None


def converted(value: float, unit: str, what: str) -> float | None:
    """Return the value in the unit counted with, None for a unit that quantity does not have.

    A quantity that is not in `FACTORS` is left as it is.
    """
    kind, name = quantity(what), unit.strip().casefold().replace("_", "/")
    if not name or kind not in FACTORS:
        return value
    if kind == "temperature" and name in _OFFSETS:
        factor, offset = _OFFSETS[name]
        return (value + offset) * factor
    factor = FACTORS[kind].get(name, math.nan)
    return None if math.isnan(factor) else value * factor
