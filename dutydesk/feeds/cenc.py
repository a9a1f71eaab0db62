"""Reads the earthquakes of the China Earthquake Networks Center (中国地震台网中心): its own query, and its mirrors.

The site's query answers `{"shuju": [{"O_TIME", "EPI_LAT", ...}]}`, wrapped in brackets; a widely used mirror numbers
the rows (`No1` ...) and writes numbers as text; its early warning is one flat object. Times are naive Beijing time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dutydesk.domain.observed import Point, Quake
from dutydesk.errors import WrongFormat
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.json_text import Row, part, read_json, text_in
from dutydesk.feeds.lists import rows_of, told
from dutydesk.feeds.times import read_time
from dutydesk.feeds.usgs import AUTOMATIC, DELETED, REVIEWED, number_of
from dutydesk.ports.feed import Item, Source

_NUMBERED = 500       # rows of a numbered list that are looked for
_REVIEWED = frozenset({"m", "reviewed", "正式测定"})
_QUIET = frozenset({"time-naive", "time-form"})    # every time of this service is written so: nothing to tell


class Cenc:
    """The feed of kind `cenc`: one quake a row. Absence from a list ends nothing; a row marked deleted does."""

    kind = "cenc"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Item]:
        """Return the quake of every row; naive times are read in `source.zone`.

        Raises TooLarge, NotWellFormed, and WrongFormat for other JSON.
        """
        notes = Notes()
        document = read_json(_bare(body), source.max_bytes, notes)
        return told(_quakes(_rows(document, notes), ZoneInfo(source.zone), received_at, notes), notes)


def _bare(body: bytes) -> bytes:
    """Take off the bare brackets of a JSONP answer whose call-back has no name."""
    text = body.strip()
    return text[1:-1] if text[:1] == b"(" and text[-1:] == b")" else body


def _rows(document: Any, notes: Notes) -> Iterator[tuple[str, Row]]:
    if isinstance(document, list):
        return rows_of(document, notes, "rows")
    if isinstance(document, Mapping):
        if "shuju" in document:
            return rows_of(document["shuju"], notes, "shuju")
        if "No1" in document:
            return _numbered(document, notes)
        if "Magnitude" in document or "magnitude" in document or "EPI_LAT" in document:
            return iter([("", document)])
        data = part(document, "Data") or part(document, "data")
        if isinstance(data, Mapping):
            return iter([("data", data)])
    raise WrongFormat("文件不是地震台网的目录：没有 shuju、No1… 或单个地震")


def _numbered(document: Row, notes: Notes) -> Iterator[tuple[str, Row]]:
    for n in range(1, _NUMBERED + 1):
        row = document.get(f"No{n}")
        if isinstance(row, Mapping):
            yield f"No{n}", row
        elif row is not None:
            notes.add("row-unreadable", f"No{n}", str(row)[:60])


def _quakes(rows: Iterator[tuple[str, Row]], zone: ZoneInfo, received_at: datetime, notes: Notes) -> Iterator[Quake]:
    for where, row in rows:
        quake = _quake(row, zone, received_at, notes, where)
        if quake is None:
            notes.add("row-unreadable", where, text_in(row, "EventID", "CATA_ID", "id"))
        else:
            yield quake


def _quake(row: Row, zone: ZoneInfo, received_at: datetime, notes: Notes, where: str) -> Quake | None:
    """Read one row; None where it has neither time nor place nor magnitude."""
    at = _time(text_in(row, "O_TIME", "time", "OriginTime", "shockTime"), zone, notes, where)
    updated = _time(text_in(row, "SYNC_TIME", "SAVE_TIME", "ReportTime", "updateTime"), zone, notes, where)
    point = _point(row)
    magnitude = _number(row, "M", "magnitude", "Magnitude", "Magunitude")
    if at is None and point is None and magnitude is None:
        return None
    deleted = text_in(row, "IS_DEL").casefold() in ("1", "y", "true")
    if not deleted and (at is None or point is None or magnitude is None):
        notes.add("quake-partial", where, text_in(row, "EventID", "CATA_ID", "id"))
    at = at or received_at
    id = text_in(row, "EventID", "CATA_ID", "NEW_DID", "id", "ID") or f"{at:%Y%m%d%H%M%S}"
    return Quake(id, at, updated or at, point, magnitude, _number(row, "EPI_DEPTH", "depth", "Depth"),
                 text_in(row, "LOCATION_C", "placeName", "location", "HypoCenter"), _status(row, deleted=deleted))


def _status(row: Row, *, deleted: bool) -> str:
    if deleted:
        return DELETED
    said = text_in(row, "AUTO_FLAG", "type").casefold()
    return REVIEWED if said in _REVIEWED else AUTOMATIC


def _point(row: Row) -> Point | None:
    lat, lon = _number(row, "EPI_LAT", "latitude", "Latitude"), _number(row, "EPI_LON", "longitude", "Longitude")
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        return None
    return Point(lon, lat)


def _number(row: Row, *names: str) -> float | None:
    return number_of(text_in(row, *names))


def _time(written: str, zone: ZoneInfo, notes: Notes, where: str) -> datetime | None:
    """Read a time of this service; that it is naive is its way and no fault."""
    own = Notes()
    found = read_time(written, zone, own, where)
    notes.take(tuple(fault for fault in own.all() if fault.name not in _QUIET))
    return found
