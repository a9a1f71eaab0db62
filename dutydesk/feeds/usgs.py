"""Reads the earthquakes of the US Geological Survey as GeoJSON: summaries, the event service, one event's detail."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dutydesk.domain.observed import Point, Quake
from dutydesk.errors import WrongFormat
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.json_text import Row, part, read_json, text_in
from dutydesk.feeds.lists import rows_of, told
from dutydesk.ports.feed import Item, Source

DELETED, REVIEWED, AUTOMATIC = "deleted", "reviewed", "automatic"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 7_258_118_400_000     # milliseconds: the year 2200


class Usgs:
    """The feed of kind `usgs`: one quake a feature.

    A quake that is missing from the next list may merely be too old or too weak for it: only the status `deleted` ends
    one (the event service tells it with `includedeleted=true`).
    """

    kind = "usgs"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Item]:
        """Return the quake of every feature.

        Raises TooLarge, NotWellFormed, and WrongFormat for other JSON.
        """
        notes = Notes()
        document = read_json(body, source.max_bytes, notes)
        kind = part(document, "type")
        if kind == "Feature":
            rows: Iterator[tuple[str, Row]] = iter([("", document)])
        elif kind == "FeatureCollection":
            rows = rows_of(part(document, "features"), notes, "features")
        else:
            raise WrongFormat("文件不是 GeoJSON 的 FeatureCollection 或 Feature")
        return told(_quakes(rows, received_at, notes), notes)


def _quakes(rows: Iterator[tuple[str, Row]], received_at: datetime, notes: Notes) -> Iterator[Quake]:
    for where, feature in rows:
        said, id = feature.get("properties"), text_in(feature, "id")
        if not id or not isinstance(said, Mapping):
            notes.add("row-unreadable", where, id)
            continue
        status = text_in(said, "status").casefold()
        quake = Quake(
            id, _time(said, "time") or received_at, _time(said, "updated") or received_at,
            point_in(part(feature, "geometry", "coordinates")), number_of(said.get("mag")),
            number_of(_third(part(feature, "geometry", "coordinates"))), text_in(said, "place"),
            status if status in (DELETED, REVIEWED) else AUTOMATIC, text_in(said, "type") or "earthquake")
        if status != DELETED and (quake.point is None or quake.magnitude is None or _time(said, "time") is None):
            notes.add("quake-partial", where, id)
        yield quake


def point_in(coordinates: Any) -> Point | None:
    """Return the position of GeoJSON coordinates (longitude first, EPSG:4326); None for anything off the globe."""
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        return None
    lon, lat = number_of(coordinates[0]), number_of(coordinates[1])
    if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:
        return None
    return Point(lon, lat)


def number_of(value: object) -> float | None:
    """Return a finite number that is written as one or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _third(coordinates: Any) -> object:
    return coordinates[2] if isinstance(coordinates, list) and len(coordinates) > 2 else None


def _time(said: Row, name: str) -> datetime | None:
    """Read milliseconds since 1970 UTC."""
    ticks = number_of(said.get(name))
    return _EPOCH + timedelta(milliseconds=ticks) if ticks is not None and 0 <= ticks < _LAST else None
