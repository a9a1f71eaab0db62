from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.feeds.faults import Notes
from dutydesk.feeds.times import read_time

CHINA = ZoneInfo("Asia/Shanghai")


def read(text: str) -> tuple[datetime | None, list[str]]:
    notes = Notes()
    return read_time(text, CHINA, notes, "sent"), [fault.name for fault in notes.all()]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


TIMES = [
    ("2031-07-20T11:45:00+08:00", utc(2031, 7, 20, 3, 45), []),
    ("2031-07-20T03:45:00Z", utc(2031, 7, 20, 3, 45), []),
    ("2031-07-20T03:45:00-00:00", utc(2031, 7, 20, 3, 45), []),
    ("2031-07-20T03:45:00-06:50", utc(2031, 7, 20, 10, 35), []),
    ("2031-07-20T11:45:00.770", utc(2031, 7, 20, 3, 45, 0, 770000), ["time-naive"]),
    ("2031-07-20T11:45:00", utc(2031, 7, 20, 3, 45), ["time-naive"]),
    ("2031-07-20 11:45:00", utc(2031, 7, 20, 3, 45), ["time-naive", "time-form"]),
    ("2031-07-20T11:45+08:00", utc(2031, 7, 20, 3, 45), ["time-form"]),
    ("2031-07-20T11:45:00+0800", utc(2031, 7, 20, 3, 45), ["time-form"]),
    ("2031-07-20T11:45:00 +08", utc(2031, 7, 20, 3, 45), ["time-form"]),
    ("2031/7/20 9:05", utc(2031, 7, 20, 1, 5), ["time-naive", "time-form"]),
    ("2031年07月20日11时45分", utc(2031, 7, 20, 3, 45), ["time-naive", "time-form"]),
    ("2031年7月20日 11时45分30秒", utc(2031, 7, 20, 3, 45, 30), ["time-naive", "time-form"]),
    ("2031年7月20日11时", utc(2031, 7, 20, 3), ["time-naive", "time-form"]),
    ("2031年7月20日下午3时45分", utc(2031, 7, 20, 7, 45), ["time-naive", "time-form"]),
    ("2031-07-20 下午 03:45:00", utc(2031, 7, 20, 7, 45), ["time-naive", "time-form"]),
    ("2031-07-20 03:45:00 PM", utc(2031, 7, 20, 7, 45), ["time-naive", "time-form"]),
    ("2031-07-20 12:05:00 AM", utc(2031, 7, 19, 16, 5), ["time-naive", "time-form"]),
    ("2031-07-20 上午 09:00", utc(2031, 7, 20, 1), ["time-naive", "time-form"]),
    ("2031-07-20T24:00:00+08:00", utc(2031, 7, 20, 16), []),
    ("2574-07-20T11:45:00+07:00", utc(2031, 7, 20, 4, 45), ["time-buddhist"]),
    ("20310720114500", utc(2031, 7, 20, 3, 45), ["time-naive", "time-form"]),
    ("Sun, 20 Jul 2031 03:45:00 GMT", utc(2031, 7, 20, 3, 45), ["time-form"]),
    ("Sun, 20 Jul 2031 03:45:00 -0000", utc(2031, 7, 20, 3, 45), ["time-form"]),
    ("", None, []),
    ("   ", None, []),
    ("2031-07-20", None, ["time-unreadable"]),
    ("2031-02-30T11:45:00+08:00", None, ["time-unreadable"]),
    ("2031-07-20T25:45:00+08:00", None, ["time-unreadable"]),
    ("2031-07-20T11:45:00+99:00", None, ["time-unreadable"]),
    ("0001-01-01T00:00:00+14:00", None, ["time-unreadable"]),
    ("9999-12-31T23:59:59-14:00", None, ["time-buddhist", "time-unreadable"]),
    ("soon", None, ["time-unreadable"]),
]


@pytest.mark.parametrize(("text", "wanted", "faults"), TIMES)
def test_a_time_is_read_however_it_is_written(text: str, wanted: datetime | None, faults: list[str]) -> None:
    found, names = read(text)
    assert (found, names) == (wanted, faults)
    assert found is None or found.tzinfo is not None


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 30)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_every_standard_time_is_the_same_instant(naive: datetime, minutes: int) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read(moment.isoformat())[0] == moment


@given(st.text(max_size=40) | st.from_regex(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([+-]\d\d:\d\d)?", fullmatch=True))
def test_no_text_breaks_the_reading_and_every_time_can_be_turned_into_utc(text: str) -> None:
    found, _ = read(text)
    assert found is None or found.astimezone(UTC).tzinfo is UTC
