"""Reads the times of a document, however they are written. A time without a zone is in the source's zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

from dutydesk.feeds.faults import Notes

_HALF = r"(?:上午|下午|凌晨|早上|中午|晚上|[AaPp]\.?[Mm]\.?)"
_DAY = r"(?P<year>\d{4})(?:[-/.]|年\s*)(?P<month>\d{1,2})(?:[-/.]|月\s*)(?P<day>\d{1,2})日?"
_CLOCK = (rf"(?:(?P<before>{_HALF})\s*)?(?P<hour>\d{{1,2}})(?:[:：]|[时時点]\s*)(?:(?P<minute>\d{{1,2}})分?"
          rf"(?:(?:(?<=分)|[:：])(?P<second>\d{{1,2}})秒?(?P<fraction>[.,]\d{{1,9}})?)?)?(?:\s*(?P<after>{_HALF}))?")
_ZONE = r"(?P<zone>[Zz]|UTC|GMT|(?P<sign>[+\-−])(?P<zh>\d{1,2}):?(?P<zm>\d{2})?)?"
_BETWEEN = rf"(?:[Tt\s]\s*|(?<=日)|(?={_HALF}))"
_WRITTEN = re.compile(rf"\s*{_DAY}{_BETWEEN}{_CLOCK}\s*{_ZONE}\s*\Z")
_COMPACT = re.compile(r"\s*(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?"
                      rf"{_ZONE}\s*\Z")
_STANDARD = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)?\Z")
_AFTERNOON = ("下午", "晚上", "中午", "p")
# Thailand and its neighbours count 543 years more; no warning of ours is of the year 2400.
_BUDDHIST_FROM, _BUDDHIST_MORE = 2400, 543
_FIRST, _LAST = 1970, 2200


def read_time(text: str, zone: tzinfo, notes: Notes, where: str) -> datetime | None:
    """Return the time written in `text` with its zone, or None where it is empty or cannot be read.

    `zone` is the source's, for a time that names none (noted as time-naive). -00:00 is UTC of an unknown place
    (RFC 3339, 4.3), read as UTC. Years from 2400 on are Buddhist.
    """
    written = text.strip()[:60]
    if not written:
        return None
    found = _moment(written, zone, notes, where)
    if found is None:
        notes.add("time-unreadable", where, written)
    elif not _STANDARD.match(written):
        notes.add("time-form", where, written)
    return found


def _moment(written: str, zone: tzinfo, notes: Notes, where: str) -> datetime | None:
    match = _WRITTEN.match(written) or _COMPACT.match(written)
    if match:
        return _from_parts(match.groupdict(), zone, notes, where)
    try:
        mail = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if written.endswith("-0000"):
        mail = mail.replace(tzinfo=UTC)
    return _placed(mail, zone, notes, where) if _FIRST <= mail.year <= _LAST else None


def _from_parts(part: dict[str, str | None], zone: tzinfo, notes: Notes, where: str) -> datetime | None:
    year = int(part["year"] or 0)
    if year >= _BUDDHIST_FROM:
        notes.add("time-buddhist", where, str(year))
        year -= _BUDDHIST_MORE
    if not _FIRST <= year <= _LAST:
        return None
    hour, more = _hour(int(part["hour"] or 0), (part.get("before") or part.get("after") or "").lower())
    try:
        own = _offset(part)
        moment = datetime(year, int(part["month"] or 0), int(part["day"] or 0), hour, int(part["minute"] or 0),
                          min(int(part["second"] or 0), 59), _micro(part.get("fraction")), tzinfo=own) + more
    except (ValueError, OverflowError):
        return None
    return _placed(moment, zone, notes, where)


def _hour(hour: int, half: str) -> tuple[int, timedelta]:
    """Return the hour of the day, and a day more for 24:00."""
    if half.startswith(_AFTERNOON) and hour < 12 and not (half == "中午" and hour == 11):
        return hour + 12, timedelta(0)
    if half.startswith(("上午", "凌晨", "早上", "a")) and hour == 12:
        return 0, timedelta(0)
    return (0, timedelta(days=1)) if hour == 24 else (hour, timedelta(0))


def _micro(fraction: str | None) -> int:
    return int((fraction or ".0")[1:7].ljust(6, "0"))


def _offset(part: dict[str, str | None]) -> timezone | None:
    """Return the zone a time names itself, None where it names none; raises ValueError beyond a day."""
    if not part["zone"]:
        return None
    if not part["sign"]:
        return UTC
    ahead = timedelta(hours=int(part["zh"] or 0), minutes=int(part["zm"] or 0))
    return timezone(ahead if part["sign"] == "+" else -ahead)


def _placed(moment: datetime, zone: tzinfo, notes: Notes, where: str) -> datetime:
    if moment.tzinfo is not None:
        return moment
    notes.add("time-naive", where, moment.isoformat(sep=" "))
    return moment.replace(tzinfo=zone)
