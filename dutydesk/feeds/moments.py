"""Reads the times of data: what a document writes, and besides seconds or milliseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from dutydesk.feeds.faults import Notes
from dutydesk.feeds.times import read_time

_LENGTHS = (9, 10, 12, 13)
_FIRST, _LAST = 100_000_000, 4_102_444_800   # seconds of the years 1973 and 2100


def read_moment(written: str, zone: tzinfo, notes: Notes, where: str) -> datetime | None:
    """Return the time with its zone, or None where it is empty or cannot be read (noted); see `read_time`."""
    if written.isascii() and written.isdigit() and len(written) in _LENGTHS:
        seconds = int(written) / (1000 if len(written) > 10 else 1)
        if _FIRST <= seconds <= _LAST:
            return datetime.fromtimestamp(seconds, UTC)
    return read_time(written, zone, notes, where)
