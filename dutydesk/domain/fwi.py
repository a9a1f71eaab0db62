"""The Canadian Forest Fire Weather Index System: from noon weather to six codes of fire danger.

Equations and their order: C. E. Van Wagner, "Development and structure of the Canadian Forest Fire Weather Index
System", Forestry Technical Report 35, 1987, and C. E. Van Wagner and T. L. Pickett, "Equations and FORTRAN program for
the Canadian Forest Fire Weather Index System", Forestry Technical Report 33, 1985. Two programs of the same equations
differ in one number, which turns moisture into the fine fuel code and back: see `Moisture`.

Weather is that of noon standard time: temperature in °C, relative humidity in %, wind at 10 m in km/h, rain of the 24 h
before in mm. Codes have no unit; a higher one is drier, more dangerous.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from math import exp, log, sqrt

_LONG_DAYS = {     # effective day length of the duff moisture code by month, by band of latitude
    30: (6.5, 7.5, 9.0, 12.8, 13.9, 13.9, 12.4, 10.9, 9.4, 8.0, 7.0, 6.0),
    10: (7.9, 8.4, 8.9, 9.5, 9.9, 10.2, 10.1, 9.7, 9.1, 8.6, 8.1, 7.8),
    -10: (9.0,) * 12,
    -30: (10.1, 9.6, 9.1, 8.5, 8.1, 7.8, 7.9, 8.3, 8.9, 9.4, 9.9, 10.2),
    -90: (11.5, 10.5, 9.2, 7.9, 6.8, 6.2, 6.5, 7.4, 8.7, 10.0, 11.2, 11.8),
}
_DAYS = {          # day length factor of the drought code by month, by band of latitude
    20: (-1.6, -1.6, -1.6, 0.9, 3.8, 5.8, 6.4, 5.0, 2.4, 0.4, -1.6, -1.6),
    -20: (1.4,) * 12,
    -90: (6.4, 5.0, 2.4, 0.4, -1.6, -1.6, -1.6, -1.6, -1.6, 0.9, 3.8, 5.8),
}


class Moisture(Enum):
    """The number that ties the fine fuel moisture code to moisture in percent.

    PRINTED is that of the reports of 1985 and 1987. EXACT makes the scale meet at both ends (moisture 250 is code 0,
    0 is 101): the present Canadian programs use it. They are up to 0.25 apart in the FWI.
    """

    PRINTED = 147.2
    EXACT = 250 * 59.5 / 101


@dataclass(frozen=True, slots=True)
class Noon:
    """The weather of one day at noon; `month` 1 to 12."""

    month: int
    temperature: float
    humidity: float
    wind: float
    rain: float


@dataclass(frozen=True, slots=True)
class Codes:
    """What is carried from one day to the next. The defaults are the usual start after snow melt."""

    ffmc: float = 85.0
    dmc: float = 6.0
    dc: float = 15.0


@dataclass(frozen=True, slots=True)
class Index:
    """One day's codes and the indices made of them."""

    codes: Codes
    isi: float
    bui: float
    fwi: float


def days(weather: Iterable[Noon], start: Codes | None = None, *, latitude: float = 45.0,
         moisture: Moisture = Moisture.EXACT) -> Iterator[Index]:
    """Yield the index of each day, carrying the codes on. `latitude` in degrees, south negative."""
    codes = start or Codes()
    for noon in weather:
        index = day(noon, codes, latitude=latitude, moisture=moisture)
        codes = index.codes
        yield index


def day(noon: Noon, before: Codes, *, latitude: float = 45.0, moisture: Moisture = Moisture.EXACT) -> Index:
    """Return one day's index from its weather and the codes of the day before.

    Humidity is read within 0 to 100, wind and rain as at least 0: sensors say 101 % in fog.
    """
    noon = Noon(noon.month, noon.temperature, min(max(noon.humidity, 0.0), 100.0), max(noon.wind, 0.0),
                max(noon.rain, 0.0))
    codes = Codes(ffmc(noon, before.ffmc, moisture), dmc(noon, before.dmc, latitude), dc(noon, before.dc, latitude))
    spread, build_up = isi(codes.ffmc, noon.wind, moisture), bui(codes.dmc, codes.dc)
    return Index(codes, spread, build_up, fwi(spread, build_up))


def ffmc(noon: Noon, before: float, moisture: Moisture = Moisture.EXACT) -> float:
    """Return the fine fuel moisture code (litter), 0 to 101.

    1. Yesterday's code to moisture; rain above 0.5 mm wets it.
    2. It dries towards, or takes up moisture towards, the equilibrium of the day's air; between both it stays.
    3. Back to a code.
    """
    now = min(_wetted(moisture.value * (101 - before) / (59.5 + before), noon.rain), 250.0)
    air, damp = noon.humidity / 100, 1 - noon.humidity / 100
    common = 0.18 * (21.1 - noon.temperature) * (1 - exp(-0.115 * noon.humidity))
    drying = 0.942 * noon.humidity ** 0.679 + 11 * exp((noon.humidity - 100) / 10) + common
    wetting = 0.618 * noon.humidity ** 0.753 + 10 * exp((noon.humidity - 100) / 10) + common
    if now > drying:
        now = drying + (now - drying) * 10 ** -_rate(air, noon)
    elif now < wetting:
        now = wetting - (wetting - now) * 10 ** -_rate(damp, noon)
    return min(max(59.5 * (250 - now) / (moisture.value + now), 0.0), 101.0)


def _wetted(now: float, rain: float) -> float:
    if rain <= 0.5:
        return now
    effective = rain - 0.5
    wet = now + 42.5 * effective * exp(-100 / (251 - now)) * (1 - exp(-6.93 / effective))
    if now > 150:
        wet += 0.0015 * (now - 150) ** 2 * sqrt(effective)
    return wet


def _rate(share: float, noon: Noon) -> float:
    """The logarithmic rate of drying, or of taking up moisture, a day."""
    still = 0.424 * (1 - share ** 1.7) + 0.0694 * sqrt(noon.wind) * (1 - share ** 8)
    return float(still * 0.581 * exp(0.0365 * noon.temperature))


def dmc(noon: Noon, before: float, latitude: float = 45.0) -> float:
    """Return the duff moisture code (loose layers below the litter), 0 and up. Rain above 1.5 mm wets it."""
    code = before
    if noon.rain > 1.5:
        effective = 0.92 * noon.rain - 1.27
        now = 20 + 280 / exp(0.023 * code)
        if code <= 33:
            slope = 100 / (0.5 + 0.3 * code)
        elif code <= 65:
            slope = 14 - 1.3 * log(code)
        else:
            slope = 6.2 * log(code) - 17.2
        wet = now + 1000 * effective / (48.77 + slope * effective)
        code = max(43.43 * (5.6348 - log(wet - 20)), 0.0)
    warm = max(noon.temperature, -1.1) + 1.1
    return code + 1.894 * warm * (100 - noon.humidity) * _of(_LONG_DAYS, latitude, noon.month) * 1e-4


def dc(noon: Noon, before: float, latitude: float = 45.0) -> float:
    """Return the drought code (deep, compact layers), 0 and up. Rain above 2.8 mm wets it."""
    code = before
    if noon.rain > 2.8:
        effective = 0.83 * noon.rain - 1.27
        code = max(code - 400 * log(1 + 3.937 * effective / (800 * exp(-code / 400))), 0.0)
    warm = max(noon.temperature, -2.8) + 2.8
    return code + max(0.36 * warm + _of(_DAYS, latitude, noon.month), 0.0) / 2


def isi(ffmc: float, wind: float, moisture: Moisture = Moisture.EXACT) -> float:
    """Return the initial spread index from the fine fuel moisture code and the wind in km/h."""
    now = moisture.value * (101 - ffmc) / (59.5 + ffmc)
    return float(0.208 * exp(0.05039 * wind) * 91.9 * exp(-0.1386 * now) * (1 + now ** 5.31 / 4.93e7))


def bui(dmc: float, dc: float) -> float:
    """Return the build-up index from the duff moisture and drought codes."""
    if dmc <= 0:
        return 0.0
    found = 0.8 * dmc * dc / (dmc + 0.4 * dc)
    if 0.4 * dc < dmc:   # that is `found < dmc`, asked of numbers that cannot vanish on the way
        found = max(dmc - (1 - 0.8 * dc / (dmc + 0.4 * dc)) * (0.92 + (0.0114 * dmc) ** 1.7), 0.0)
    return found


def fwi(isi: float, bui: float) -> float:
    """Return the fire weather index from the initial spread and build-up indices."""
    load = 0.626 * bui ** 0.809 + 2 if bui <= 80 else 1000 / (25 + 108.64 * exp(-0.023 * bui))
    rough = 0.1 * isi * load
    return float(exp(2.72 * (0.434 * log(rough)) ** 0.647) if rough > 1 else rough)


def overwintered(last: float, rain: float, *, carried: float = 0.75, wetting: float = 0.75) -> float:
    """Return the drought code to start a spring with, at least 15.

    `last` is that of the last day of autumn, `rain` the winter's precipitation in mm; `carried` and `wetting` are the
    shares of autumn's moisture that stays and of the winter's rain that soaks in (B. D. Lawson and O. B. Armitage,
    "Weather guide for the Canadian Forest Fire Danger Rating System", 2008).
    """
    soaked = carried * 800 * exp(-last / 400) + wetting * 3.94 * rain
    return max(400 * log(800 / soaked), 15.0) if soaked > 0 else float("inf")


def _of(bands: Mapping[int, tuple[float, ...]], latitude: float, month: int) -> float:
    """Return a month's factor of the band of latitude that begins below it."""
    return next(values for least, values in bands.items() if latitude > least or least == -90)[month - 1]
