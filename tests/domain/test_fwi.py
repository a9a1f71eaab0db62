"""The fire weather index: both reference tables to the printed digit, and what must hold of any weather."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.fwi import Codes, Index, Moisture, Noon, bui, day, days, dc, dmc, ffmc, fwi, isi, overwintered
from tests.corpus import corpus

PRINTED, EXACT = Moisture.PRINTED, Moisture.EXACT


def table(name: str) -> list[dict[str, str]]:
    with corpus("fwi", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_printed(value: float, printed: str) -> bool:
    """Whether a value is the printed one: rounded to its decimals, or to the digits of a power of ten."""
    if printed in ("NA", "NaN"):
        return math.isnan(value)
    if printed == "Inf":
        return value == math.inf
    digits = len(printed.partition("e")[0].partition(".")[2])
    unit = 10.0 ** (int(printed.partition("e")[2] or 0) - digits)
    return abs(value - float(printed)) <= unit / 2 * (1 + 1e-6)


def values(index: Index) -> dict[str, float]:
    return {"ffmc": index.codes.ffmc, "dmc": index.codes.dmc, "dc": index.codes.dc, "isi": index.isi,
            "bui": index.bui, "fwi": index.fwi}


def noon(row: Mapping[str, str]) -> Noon:
    low = {name.casefold(): value for name, value in row.items()}
    return Noon(int(low["mon"]), *(float(low[name]) for name in ("temp", "rh", "ws", "prec")))


def differing(rows: list[dict[str, str]], found: list[Index]) -> list[tuple[int, str, float, str]]:
    """Every value that is not the printed one: day, name, found, printed."""
    low = [{name.casefold(): value for name, value in row.items()} for row in rows]
    return [(n, name, value, row[name]) for n, (row, index) in enumerate(zip(low, found, strict=True))
            for name, value in values(index).items() if not as_printed(value, row[name])]


def test_the_table_of_1985_to_its_one_decimal() -> None:
    rows = table("vanwagner_table7_expected.csv")
    assert len(rows) == 49
    assert differing(rows, list(days(map(noon, rows), moisture=PRINTED))) == []


@pytest.mark.parametrize("name", ["cffdrs_fwi_01.csv", "cffdrs_fwi_08.csv"])
def test_the_table_of_the_present_program_to_its_digits(name: str) -> None:
    rows = table(name)
    assert len(rows) == 48
    assert differing(rows, list(days(map(noon, rows), latitude=40, moisture=EXACT))) == []


def test_the_present_program_from_other_starts() -> None:
    rows = table("cffdrs_fwi_05.csv")
    assert differing(rows, list(days(map(noon, rows), Codes(0, 0, 0), latitude=40))) == []
    for name in ("cffdrs_fwi_09.csv", "cffdrs_fwi_10.csv"):
        rows = table(name)
        assert differing(rows, list(days(map(noon, rows), latitude=40))) == []
    rows = table("cffdrs_fwi_11.csv")      # every day from the usual start
    assert differing(rows, [day(noon(row), Codes(), latitude=40) for row in rows]) == []


def test_each_table_refuses_the_number_of_the_other() -> None:
    old, new = table("vanwagner_table7_expected.csv"), table("cffdrs_fwi_01.csv")
    assert differing(old, list(days(map(noon, old), moisture=EXACT)))
    assert differing(new, list(days(map(noon, new), latitude=40, moisture=PRINTED)))


def _ffmc(row: Mapping[str, float]) -> float:
    return day(Noon(7, row["temp"], row["rh"], row["ws"], row["prec"]), Codes(row["ffmc_yda"])).codes.ffmc


def _dmc(row: Mapping[str, float]) -> float:
    return dmc(Noon(int(row["mon"]), row["temp"], row["rh"], 0, row["prec"]), row["dmc_yda"], row["lat"])


def _dc(row: Mapping[str, float]) -> float:
    return dc(Noon(int(row["mon"]), row["temp"], row["rh"], 0, row["prec"]), row["dc_yda"], row["lat"])


UNITS: dict[str, tuple[str, Callable[[Mapping[str, float]], float]]] = {
    "FineFuelMoistureCode": ("", _ffmc), "DuffMoistureCode": ("TRUE", _dmc), "DroughtCode": ("TRUE", _dc),
    "InitialSpreadIndex": ("FALSE", lambda row: isi(row["ffmc"], row["ws"])),
    "BuildupIndex": ("", lambda row: bui(row["dmc"], row["dc"])),
    "FireWeatherIndex": ("", lambda row: fwi(row["isi"], row["bui"])),
    "OverwinterDroughtCode": ("", lambda row: overwintered(row["DCf"], row["rw"], carried=row["a"], wetting=row["b"])),
}


@pytest.mark.parametrize("name", UNITS)
def test_each_equation_by_itself(name: str) -> None:
    """Rows of weather there is: the others ask what a program does with a humidity of -10 %."""
    switch, equation = UNITS[name]
    compared = 0
    for row in table(f"cffdrs_unit_{name}.csv"):
        given = {key: float(value) for key, value in row.items() if key != name and value not in ("TRUE", "FALSE")}
        switches = [value for value in row.values() if value in ("TRUE", "FALSE")]
        weather = all(0 <= given.get(key, 0) <= most for key, most in (("rh", 100), ("prec", 1e9), ("ws", 1e9)))
        if weather and row[name] not in ("NA", "NaN") and switches in ([], [switch]):
            compared += 1
            assert as_printed(equation(given), row[name]), row
    assert compared > 500


noons = st.builds(Noon, st.integers(1, 12), st.floats(-40, 45), st.floats(0, 100), st.floats(0, 100), st.floats(0, 200))
codes = st.builds(Codes, st.floats(0, 101), st.floats(0, 500), st.floats(0, 1500))
both = st.sampled_from(list(Moisture))


@given(noons, codes, st.floats(-60, 75), both)
def test_codes_stay_within_their_bounds(weather: Noon, before: Codes, latitude: float, moisture: Moisture) -> None:
    index = day(weather, before, latitude=latitude, moisture=moisture)
    assert 0 <= index.codes.ffmc <= 101
    assert min(values(index).values()) >= 0
    assert all(math.isfinite(value) for value in values(index).values())


@given(noons, codes, st.floats(0, 30), both)
def test_more_wind_never_lowers_the_danger(weather: Noon, before: Codes, more: float, moisture: Moisture) -> None:
    """At one moisture of the litter: wind also dries or wets it, towards the air's own."""
    litter = ffmc(weather, before.ffmc, moisture)
    build_up = bui(before.dmc, before.dc)
    calm, windy = isi(litter, weather.wind, moisture), isi(litter, weather.wind + more, moisture)
    assert windy >= calm
    assert fwi(windy, build_up) >= fwi(calm, build_up) - 1e-9


@given(noons, codes, st.floats(0, 100), both)
def test_rain_never_raises_a_code(weather: Noon, before: Codes, rain: float, moisture: Moisture) -> None:
    dry, wet = (day(replace(weather, rain=amount), before, moisture=moisture).codes for amount in (0.0, rain))
    assert wet.ffmc <= dry.ffmc + 1e-9
    assert wet.dmc <= dry.dmc + 0.01      # the equation's own two constants, 280 and 5.6348, meet to four digits
    assert wet.dc <= dry.dc + 1e-9


@given(noons, codes, st.floats(0, 40))
def test_damper_air_never_dries_the_litter(weather: Noon, before: Codes, more: float) -> None:
    damper = replace(weather, humidity=min(weather.humidity + more, 100.0))
    assert ffmc(damper, before.ffmc) <= ffmc(weather, before.ffmc) + 0.05
    assert dmc(damper, before.dmc) <= dmc(weather, before.dmc) + 1e-9


@given(st.floats(0, 200), st.floats(0, 500), st.floats(0, 1500), st.floats(0, 50))
def test_indices_rise_with_what_they_are_made_of(spread: float, duff: float, drought: float, more: float) -> None:
    assert fwi(spread + more, bui(duff, drought)) >= fwi(spread, bui(duff, drought)) - 1e-9
    assert bui(duff, drought + more) >= bui(duff, drought) - 1e-6


@given(st.floats(0, 1000), st.floats(1, 500), st.floats(1, 100))
def test_a_wetter_winter_starts_a_damper_spring(last: float, rain: float, more: float) -> None:
    assert overwintered(last, rain + more) <= overwintered(last, rain)
    assert overwintered(last, rain) >= 15


def test_weather_no_sensor_should_say_is_read_as_its_bound() -> None:
    assert day(Noon(7, 20, 103, -1, -2), Codes()) == day(Noon(7, 20, 100, 0, 0), Codes())
