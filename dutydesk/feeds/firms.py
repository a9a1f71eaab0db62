"""Reads NASA FIRMS hotspots as CSV: VIIRS, MODIS and Landsat, by area, by country, global files and archives.

Columns are found by name: https://www.earthdata.nasa.gov/data/tools/firms/active-fire-data-attributes-modis-viirs
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from dutydesk.domain.observed import Hotspot, Point
from dutydesk.errors import Declined, NotWellFormed, TooLarge, WrongFormat
from dutydesk.feeds.encoding import text_of
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.lists import told
from dutydesk.feeds.xml import HARD_LIMIT
from dutydesk.ports.feed import Item, Source

_NEEDED = frozenset({"latitude", "longitude", "acq_date", "acq_time"})
_LONGEST_REFUSAL = 300      # characters: the service refuses in one short line of plain text

#: VIIRS and Landsat say confidence in words. MODIS says it in percent and calls below 30 low and 80 and more high
#: (MODIS Collection 6 Active Fire user's guide, 4.5.1): a word stands for the middle of its class.
CONFIDENCE: Mapping[str, float] = {
    "l": 15.0, "low": 15.0, "n": 55.0, "nominal": 55.0, "m": 55.0, "medium": 55.0, "h": 90.0, "high": 90.0}
#: One satellite has two spellings.
_SATELLITES = {"Terra": "T", "Aqua": "A", "1": "N20", "2": "N21", "Suomi NPP": "N"}
#: Size of a pixel at nadir in km, where the columns scan and track are missing (Landsat has none).
_NADIR = {"MODIS": 1.0, "VIIRS": 0.375, "OLI": 0.03}


class Firms:
    """The feed of kind `firms`: one hotspot a row. A table without rows is a quiet day, a line of words a refusal."""

    kind = "firms"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Item]:
        """Return the hotspot of every row; times are UTC, whatever the source's zone.

        Raises TooLarge, NotWellFormed for an empty document, Declined for a refusal in words (a wrong key, too many
        questions), and WrongFormat for what is no table of hotspots.
        """
        limit = min(source.max_bytes, HARD_LIMIT)
        if len(body) > limit:
            raise TooLarge(f"文件有 {len(body):,} 字节，超过该来源允许的 {limit:,} 字节")
        notes = Notes()
        text = text_of(body, notes).strip()
        if not text:
            raise NotWellFormed("文件是空的")
        names = [name.strip().casefold() for name in text.partition("\n")[0].split(",")]
        if not set(names) >= _NEEDED:
            _refuse(text)
        return told(_hotspots(text, names, notes), notes)


def _refuse(text: str) -> None:
    """Raise what a document without the columns of a hotspot table is: words of refusal, or something else."""
    if len(text) <= _LONGEST_REFUSAL and text[0] not in "<[{\"" and "," not in text.partition("\n")[0]:
        raise Declined(f"来源返回错误：{text.splitlines()[0][:200]}")
    raise WrongFormat("文件不是 FIRMS 的热点表：缺少 latitude、longitude、acq_date、acq_time 列")


def _hotspots(text: str, names: list[str], notes: Notes) -> Iterator[Hotspot]:
    lines = text.splitlines()
    seen: set[str] = set()
    for line, fields in zip(range(2, len(lines) + 1), csv.reader(lines[1:]), strict=False):
        if not any(field.strip() for field in fields):
            continue
        spot = _hotspot({name: field.strip() for name, field in zip(names, fields, strict=False)}, notes, line)
        if spot is not None and spot.id not in seen:
            seen.add(spot.id)
            yield spot


def _hotspot(row: Mapping[str, str], notes: Notes, line: int) -> Hotspot | None:
    """Read one row; one without a place or a time is noted and left out."""
    where = f"line {line}"
    lat, lon = _number(row, "latitude"), _number(row, "longitude")
    at = _time(row.get("acq_date", ""), row.get("acq_time", ""))
    if lat is None or lon is None or at is None:
        notes.add("row-unreadable", where, ",".join(row.values()))
        return None
    if abs(lat) > 90 or abs(lon) > 180:
        notes.add("coordinates-out-of-range", where, f"{lat} {lon}")
        return None
    satellite = _SATELLITES.get(row.get("satellite", ""), row.get("satellite", ""))
    nadir = _NADIR.get(row.get("instrument", ""), 1.0)
    id = f"{satellite or '?'}-{at.isoformat()[:16]}-{row['latitude']}-{row['longitude']}"
    return Hotspot(
        id, at, Point(lon, lat), satellite,
        _confidence(row.get("confidence", ""), notes, where), _number(row, "frp"),
        across=_size(row, "scan", nadir), along=_size(row, "track", nadir))


def _number(row: Mapping[str, str], name: str) -> float | None:
    try:
        value = float(row.get(name, ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _size(row: Mapping[str, str], name: str, nadir: float) -> float:
    """Return a pixel's size in km: scan and track; between 10 m and 10 km, or the sensor's size at nadir."""
    value = _number(row, name)
    return value if value is not None and 0.01 <= value <= 10 else nadir


def _confidence(written: str, notes: Notes, where: str) -> float | None:
    """Return 0 to 100 from a number or a word; None, and a fault, for anything else that stands there."""
    word = CONFIDENCE.get(written.casefold())
    if word is not None or not written:
        return word
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    if 0 <= value <= 100:
        return value
    notes.add("value-unknown", where, written)
    return None


@lru_cache(maxsize=1000)     # one pass of a satellite is one minute for hundreds of rows
def _time(day: str, clock: str) -> datetime | None:
    """Read `2026-07-24` and `230`, `0230` or `02:30`, which are UTC."""
    digits = clock.replace(":", "")[:4].zfill(4)
    if not (digits.isascii() and digits.isdecimal()):
        return None
    try:
        found = datetime.strptime(day, "%Y-%m-%d").replace(hour=int(digits[:2]), minute=int(digits[2:]), tzinfo=UTC)
    except ValueError:
        return None
    return found if 1970 <= found.year <= 2200 else None
