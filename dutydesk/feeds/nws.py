"""Reads the alerts of the US National Weather Service as GeoJSON (api.weather.gov /alerts)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from dutydesk.domain.alert import Alert, Request
from dutydesk.errors import Declined, WrongFormat
from dutydesk.feeds.as_cap import alert_of
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.json_text import Row, part, read_json, text_in
from dutydesk.feeds.lists import rows_of, told
from dutydesk.ports.feed import Source

_SAME_NAME = ("status", "scope", "sent")
_SAME_INFO = ("event", "urgency", "severity", "certainty", "effective", "onset", "expires", "senderName", "headline",
              "description", "instruction")
_DEEPEST = 4


class Nws:
    """The feed of kind `nws`: a collection of alerts, a page of one, or a single alert.

    `expires` is the message's, as in its CAP; `ends`, when the event is thought to be over, ends nothing.
    """

    kind = "nws"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Alert | Request]:
        """Return the alert of every feature, and a request for the next page where there is one.

        Raises TooLarge, NotWellFormed, WrongFormat for other JSON, Declined for a problem report of the service.
        """
        notes = Notes()
        document = read_json(body, source.max_bytes, notes)
        if "/problems/" in (text_in(document, "type") if isinstance(document, Mapping) else ""):
            raise Declined(f"来源返回错误：{text_in(document, 'detail', 'title')[:200]}")
        found: list[Alert | Request] = list(_alerts(document, source, received_at, notes))
        following = part(document, "pagination", "next")
        if isinstance(following, str) and following.startswith("https://"):
            found.append(Request(following, "下一页"))
        return told(found, notes)


def _alerts(document: Any, source: Source, received_at: datetime, notes: Notes) -> Iterator[Alert]:
    kind = part(document, "type")
    if kind == "Feature":
        rows = iter([("", document)])
    elif kind == "FeatureCollection":
        rows = rows_of(part(document, "features"), notes, "features")
    else:
        raise WrongFormat("文件不是 GeoJSON 的 FeatureCollection 或 Feature")
    for where, feature in rows:
        said = feature.get("properties")
        if isinstance(said, Mapping) and text_in(said, "event", "headline", "description"):
            yield alert_of(_fields(said, feature.get("geometry")), source, received_at)
        else:
            notes.add("row-unreadable", where, text_in(feature, "id"))


def _fields(said: Row, geometry: object) -> dict[str, Any]:
    """Return the CAP fields of one alert's properties."""
    codes = _pairs(said.get("geocode"))
    shapes = list(_shapes(geometry, 0))
    return {
        **{name: text_in(said, name) for name in _SAME_NAME},
        "identifier": text_in(said, "id", "identifier"), "sender": text_in(said, "sender"),
        "msgType": text_in(said, "messageType"), "scope": text_in(said, "scope") or "Public",
        "references": " ".join(_reference(each) for each in said.get("references") or () if isinstance(each, Mapping))
        if isinstance(said.get("references"), list) else "",
        "info": {
            **{name: text_in(said, name) for name in _SAME_INFO},
            "language": text_in(said, "language") or "en-US",
            "eventCode": _pairs(said.get("eventCode")), "parameter": _pairs(said.get("parameters")),
            "area": {"areaDesc": text_in(said, "areaDesc"), "geocode": codes,
                     "polygon": [text for name, text in shapes if name == "polygon"],
                     "circle": [text for name, text in shapes if name == "circle"]},
        },
    }


def _reference(row: Row) -> str:
    return ",".join(text_in(row, name).replace(" ", "_") for name in ("sender", "identifier", "sent"))


def _pairs(value: object) -> list[dict[str, str]]:
    """Return CAP's name and value pairs of a mapping of lists."""
    if not isinstance(value, Mapping):
        return []
    return [{"valueName": str(name), "value": str(each)}
            for name, values in value.items() for each in (values if isinstance(values, list) else [values])
            if isinstance(each, (str, int, float))]


def _shapes(geometry: object, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the outer rings and points of a GeoJSON geometry (EPSG:4326, longitude first) as CAP writes them.

    Holes are filled: who lives in one is called rather than forgotten.
    """
    kind, corners = part(geometry, "type"), part(geometry, "coordinates")
    if kind == "Point":
        yield "circle", f"{_corner(corners)} 0"
    elif kind in ("Polygon", "MultiPolygon"):
        for polygon in [corners] if kind == "Polygon" else corners if isinstance(corners, list) else []:
            ring = polygon[0] if isinstance(polygon, list) and polygon else None
            yield "polygon", " ".join(_corner(each) for each in ring) if isinstance(ring, list) else str(polygon)
    elif kind == "GeometryCollection" and depth < _DEEPEST:
        parts = part(geometry, "geometries")
        for each in parts if isinstance(parts, list) else ():
            yield from _shapes(each, depth + 1)
    elif geometry is not None:
        yield "polygon", str(geometry)[:200]


def _corner(pair: object) -> str:
    """Return `lat,lon` of a GeoJSON position; what is none is left as it stands, to be noted by the reader."""
    return f"{pair[1]},{pair[0]}" if isinstance(pair, list) and len(pair) >= 2 else str(pair)[:60]
