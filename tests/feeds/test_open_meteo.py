"""Hourly forecasts of Open-Meteo: whose hour, which unit, which point."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from reading import NOW

from dutydesk.domain.observed import Forecast, Point
from dutydesk.errors import DocumentError
from dutydesk.feeds.open_meteo import OpenMeteo
from dutydesk.ports.feed import Source
from tests.corpus import corpus

HOURS = ["2031-07-20T08:00", "2031-07-20T09:00", "2031-07-20T10:00"]
ANSWER = {"latitude": 37.2, "longitude": 122.0, "utc_offset_seconds": 28800,
          "hourly_units": {"precipitation": "mm", "wind_speed_10m": "m/s"},
          "hourly": {"time": HOURS, "precipitation": [0.4, None, 12], "wind_speed_10m": [5, 6, 7],
                     "temperature_2m": [25, 26, 27], "relativehumidity_2m": [80, 81, 82], "cloud_cover": [1, 2, 3]}}


def read(document: object, **settings: object) -> list[Forecast]:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return OpenMeteo().parse(body, Source("meteo", "open-meteo", settings=settings), NOW)


def refused(document: object) -> str:
    with pytest.raises(DocumentError) as caught:
        read(document)
    return caught.value.name


def test_rain_is_that_of_the_hour_before_its_time_in_the_answer_s_own_zone() -> None:
    rain = next(each for each in read(ANSWER) if each.what == "rain")
    assert rain.start == datetime(2031, 7, 19, 23, tzinfo=UTC)     # 07:00 in Beijing: the hour until 08:00 is the first
    assert rain.values == (0.4, None, 12.0)
    assert (rain.point, rain.issued_at) == (Point(122.0, 37.2), NOW)


def test_what_is_not_asked_for_is_left_out_and_units_are_those_counted_with() -> None:
    assert {each.what for each in read(ANSWER)} == {"rain", "wind", "temperature", "humidity"}
    assert next(each for each in read(ANSWER) if each.what == "wind").values == (5, 6, 7)
    bare = {key: value for key, value in ANSWER.items() if key != "hourly_units"}
    assert next(each for each in read(bare) if each.what == "wind").values == pytest.approx((5 / 3.6, 6 / 3.6, 7 / 3.6))


def test_times_are_utc_where_the_answer_tells_no_zone() -> None:
    bare = {key: value for key, value in ANSWER.items() if key != "utc_offset_seconds"}
    assert read(bare)[0].start == datetime(2031, 7, 20, 7, tzinfo=UTC)


def test_several_points_are_a_list_and_have_the_names_the_source_gives_them() -> None:
    found = read([ANSWER, ANSWER | {"latitude": 37.4}], places=["371003", "371002"])
    assert [(each.place, each.point.lat) for each in found if each.what == "rain"] == [
        ("371003", 37.2), ("371002", 37.4)]


def test_a_point_the_answer_does_not_tell_is_the_source_s_and_never_a_guess() -> None:
    bare = {key: value for key, value in ANSWER.items() if key not in ("latitude", "longitude")}
    assert read(bare, lon=121.5, lat=36.9)[0].point == Point(121.5, 36.9)
    assert refused(bare) == "wrong-format"


def test_a_series_of_another_length_is_left_out_and_said() -> None:
    hourly = ANSWER["hourly"] | {"precipitation": [1, 2]}      # type: ignore[operator]
    found = read(ANSWER | {"hourly": hourly})
    assert {each.what for each in found} == {"wind", "temperature", "humidity"}
    assert [fault.name for fault in found[0].faults] == ["series-length"]


@pytest.mark.parametrize(("document", "name"), [
    ({"error": True, "reason": "Daily API request limit exceeded"}, "declined"), ({"hourly": {}}, "wrong-format"),
    ({}, "wrong-format"), ([1], "wrong-format"),
    (ANSWER | {"hourly": {"time": ["heute", "morgen", "x"], "precipitation": [1, 2, 3]}}, "wrong-format"),
    (ANSWER | {"hourly": {"time": [HOURS[0], HOURS[2]], "precipitation": [1, 2]}}, "wrong-format")])
def test_what_is_no_forecast_is_refused_by_name(document: object, name: str) -> None:
    assert refused(document) == name


def test_a_real_answer_gives_the_wind_it_holds() -> None:
    body = corpus("forecast", "openmeteo_hourly_2024-03-19.json").read_bytes()
    (wind,) = read(body, lon=13.4, lat=52.5)
    told = json.loads(body)["hourly"]
    assert wind.values == pytest.approx([each / 3.6 for each in told["windspeed_10m"]])
    assert wind.start + timedelta(hours=1) == datetime(2024, 3, 19, tzinfo=UTC)
