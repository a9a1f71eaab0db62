"""Writes an alert as a CAP 1.2 document (OASIS, 1 July 2010), which our own reader reads back field for field.

What the desk concludes by itself (a gauge over its threshold, a fire seen from space) becomes such a document too,
so that it is matched, held, shown and explained like any other warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree as Xml

from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from dutydesk.domain.alert import Alert, Area, Info
from dutydesk.domain.values import Colour

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
PLACE_CODE = "dutydesk:place"
"""Name of a geocode whose value is the id of a place of the site, whatever its form; it brings what lies below."""
PLACE_ALONE = "dutydesk:place-alone"
"""The same for the place alone: a county is to know of a fire, its thousand villages are not to be asked."""

SEVERITY = {Colour.RED: "Extreme", Colour.ORANGE: "Severe", Colour.YELLOW: "Moderate", Colour.BLUE: "Minor"}
CATEGORY = {"fire": "Fire", "quake": "Geo", "geohazard": "Geo"}


def cap_text(alert: Alert) -> bytes:
    """Return the alert as UTF-8 XML. Geometry is EPSG:4326; an area's holes are left out: CAP has none."""
    root = Xml.Element("alert", xmlns=NAMESPACE)
    _leaves(root, identifier=alert.identifier, sender=alert.sender, sent=_time(alert.sent), status=alert.status,
            msgType=alert.msg_type, scope=alert.scope)
    if alert.references:
        _leaves(root, references=" ".join(f"{each.sender},{each.identifier},{each.sent}" for each in alert.references))
    for info in alert.infos:
        _info(Xml.SubElement(root, "info"), info)
    text: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _info(block: Xml.Element, info: Info) -> None:
    _leaves(block, language=info.language, category=CATEGORY.get(info.event.family, "Met"), event=info.event.name,
            urgency=info.urgency, severity=info.severity, certainty=info.certainty)
    if info.event.code:
        _leaves(Xml.SubElement(block, "eventCode"), valueName="12379", value=info.event.code)
    times = {"effective": info.effective, "onset": info.onset, "expires": info.expires}
    _leaves(block, **{name: _time(moment) for name, moment in times.items() if moment})
    words = {"senderName": info.sender_name, "headline": info.headline, "description": info.description,
             "instruction": info.instruction}
    _leaves(block, **{name: text for name, text in words.items() if text})
    if info.colour:
        _leaves(Xml.SubElement(block, "parameter"), valueName="alert_color", value=info.colour.word)
    for area in info.areas:
        _area(Xml.SubElement(block, "area"), area)


def _area(block: Xml.Element, area: Area) -> None:
    _leaves(block, areaDesc=area.name)
    for name, text in _shapes(area.geometry):
        Xml.SubElement(block, name).text = text
    for code in area.geocodes:
        _leaves(Xml.SubElement(block, "geocode"), valueName=code.name, value=code.value)


def _shapes(geometry: BaseGeometry | None) -> Iterator[tuple[str, str]]:
    """Yield element name and text: CAP writes latitude first, and a circle as `lat,lon radius-in-km`."""
    if isinstance(geometry, Polygon):
        yield "polygon", " ".join(f"{lat:.6f},{lon:.6f}" for lon, lat in geometry.exterior.coords)
    elif isinstance(geometry, MultiPolygon):
        for part in geometry.geoms:
            yield from _shapes(part)
    elif isinstance(geometry, Point):
        yield "circle", f"{geometry.y:.6f},{geometry.x:.6f} 0"


def _leaves(block: Xml.Element, **texts: str) -> None:
    for name, text in texts.items():
        Xml.SubElement(block, name).text = text


def _time(moment: datetime) -> str:
    """CAP writes UTC as -00:00 and never as Z."""
    written = moment.isoformat(timespec="seconds")
    return f"{written[:-6]}-00:00" if written.endswith("+00:00") else written
