"""Reads alarms that are no warnings, by the mapping of their source: tower cameras, slopes, plants, callers."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dutydesk.domain.columns import Layers
from dutydesk.domain.ids import derive
from dutydesk.domain.observed import Point, Sighting
from dutydesk.domain.sighting_map import SightingMap, sighting_map
from dutydesk.errors import WrongFormat
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.moments import read_moment
from dutydesk.feeds.rows import rows_in
from dutydesk.ports.feed import Source

_LONGEST = 1000   # characters of a text or an address that are kept


class Sightings:
    """The feed of kind `sighting`."""

    kind = "sighting"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Sighting]:
        """Return every alarm of a document, one object or a list.

        A row without a danger, or with neither position, place nor device, is noted and left out. Raises TooLarge,
        NotWellFormed, WrongFormat: for a mapping that is wrong, and for rows of which none is an alarm.
        """
        try:
            mapping = sighting_map(source.settings.get("mapping", {}))
        except ValueError as error:
            raise WrongFormat(f"来源 {source.id} 的 mapping 写错了：{error}") from None
        notes = Notes()
        found, rows = [], 0
        for where, row in rows_in(body, source.max_bytes, mapping.rows, notes):
            rows += 1
            sighting = _sighting(mapping, row, where, source, received_at, notes)
            if sighting is not None:
                found.append(sighting)
        faults = notes.all()
        if rows and not found:
            raise WrongFormat("没有一条告警可读：" + "；".join(fault.text for fault in faults[:5]))
        if found and faults:
            found[0] = replace(found[0], faults=faults)
        return found


def _sighting(mapping: SightingMap, row: Layers, where: str, source: Source, received_at: datetime,
              notes: Notes) -> Sighting | None:
    told = {name: mapping.column(name).find(row)[:_LONGEST] for name in mapping.columns}
    event = mapping.events.get(told["event"], told["event"])
    point = _point(told["lon"], told["lat"], where, notes)
    if not event or (point is None and not told["place"] and not told["device"]):
        notes.add("sighting-empty", where, told["event"] or told["id"])
        return None
    at = read_moment(told["time"], ZoneInfo(source.zone), notes, "time") or received_at
    id = told["id"] or derive("s", told["device"], event, at.isoformat(), told["lon"], told["lat"], told["text"])
    return Sighting(id, at, event, point, told["place"], told["device"], told["text"],
                    _address(told["picture"], where, notes), _confidence(told["confidence"], mapping, where, notes),
                    told["over"].casefold() in mapping.over_when, mapping.colours.get(told["colour"]))


def _point(lon: str, lat: str, where: str, notes: Notes) -> Point | None:
    if not lon and not lat:
        return None
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        x = y = math.nan
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        notes.add("coordinates-out-of-range", where, f"{lon} {lat}")
        return None
    return Point(x, y)


def _address(text: str, where: str, notes: Notes) -> str:
    """An address of the web, or nothing: it becomes a link on a page."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme in ("http", "https") and parts.netloc:
        return text
    notes.add("link-refused", where, text)
    return ""


def _confidence(text: str, mapping: SightingMap, where: str, notes: Notes) -> float | None:
    """0 to 100, None where the source does not say, or says nothing that can be read."""
    if not text:
        return None
    try:
        share = float(text.rstrip("%")) * (1 if text.endswith("%") else 100 / mapping.confidence_of)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 100:
        notes.add("confidence-unreadable", where, text)
        return None
    return share
