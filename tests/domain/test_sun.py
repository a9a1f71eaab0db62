"""Sunsets against published ones (almanac of the place, to the second where it gives seconds)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dutydesk.domain.sun import next_sunset, sunset

CHINA = ZoneInfo("Asia/Shanghai")
LONDON = ZoneInfo("Europe/London")
WEIHAI = (122.12, 37.51)


@pytest.mark.parametrize(("lon", "lat", "local"), [
    (*WEIHAI, datetime(2026, 12, 22, 16, 36, 51, tzinfo=CHINA)),
    (116.41, 39.90, datetime(2024, 6, 21, 19, 46, 0, tzinfo=CHINA)),
    (-0.13, 51.51, datetime(2025, 6, 21, 21, 21, 30, tzinfo=LONDON)),
    (-0.13, 51.51, datetime(2025, 12, 21, 15, 53, 30, tzinfo=LONDON)),
])
def test_the_sun_sets_when_the_almanac_says(lon: float, lat: float, local: datetime) -> None:
    found = sunset(local.replace(hour=12, minute=0, second=0), lon=lon, lat=lat)
    assert abs(found - local) <= timedelta(seconds=90)


@settings(max_examples=50)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
       st.floats(73, 135), st.floats(18, 54))
def test_the_next_sunset_lies_ahead_within_a_day_and_a_bit(after: datetime, lon: float, lat: float) -> None:
    found = next_sunset(after, lon=lon, lat=lat)
    assert after <= found <= after + timedelta(hours=24, minutes=10)


@settings(max_examples=50)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(CHINA)))  # noqa: DTZ001
def test_at_weihai_the_sun_sets_between_half_past_four_and_half_past_seven(day: datetime) -> None:
    local = sunset(day.replace(hour=12), lon=WEIHAI[0], lat=WEIHAI[1]).astimezone(CHINA)
    assert local.date() == day.date()
    assert 16.4 <= local.hour + local.minute / 60 <= 19.5


def test_where_it_does_not_set_it_says_so() -> None:
    with pytest.raises(ValueError, match="does not set"):
        sunset(datetime(2026, 6, 21, 12, tzinfo=UTC), lon=15, lat=78)
