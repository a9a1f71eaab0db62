"""Reads one `info` block of a CAP message: what, how bad, when, where, in one language."""

from __future__ import annotations

from datetime import datetime, tzinfo

from lxml import etree

from dutydesk.domain.alert import Area, Geocode, Info
from dutydesk.domain.colours import colour_of
from dutydesk.domain.events import event_faults, event_of
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.fields import Fields
from dutydesk.feeds.shapes import Shapes
from dutydesk.feeds.times import read_time

# 12379 writes a colour where CAP writes a severity.
_SEVERITY = ("Extreme", "Severe", "Moderate", "Minor", "Unknown", "Red", "Orange", "Yellow", "Blue")
_URGENCY = ("Immediate", "Expected", "Future", "Past", "Unknown")
_CERTAINTY = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")


def read_info(element: etree._Element, path: str, zone: tzinfo, shapes: Shapes, notes: Notes) -> Info:
    """Return the block; `zone` is that of naive times. Its colour is None where neither word nor severity tell."""
    fields = Fields(element, path, notes)
    headline, description = fields.text("headline"), fields.text("description")
    event = fields.required("event", "missing-event", also=("eventType",))
    codes = " ".join([fields.text("eventType"), *(value for _, value in fields.pairs("eventCode"))])
    severity = fields.word("severity", _SEVERITY, "missing-severity")
    reading = colour_of(headline=headline, description=description, severity=severity, hints=fields.pairs("parameter"))
    if reading.colour and reading.conflict:
        notes.add("colour-conflict", path, f"{reading.colour.zh}、{reading.conflict.zh}")
    notes.take(event_faults(headline=headline, event=event, code=codes, where=path))
    effective, onset, expires = (read_time(fields.text(name), zone, notes, fields.where(name))
                                 for name in ("effective", "onset", "expires"))
    _note_order(effective, onset, expires, path, notes)
    return Info(
        language=fields.text("language") or _language_of(element),
        event=event_of(headline=headline, event=event, code=codes),
        severity=severity,
        urgency=fields.word("urgency", _URGENCY, "missing-urgency"),
        certainty=fields.word("certainty", _CERTAINTY, "missing-certainty"),
        colour=reading.colour,
        effective=effective, onset=onset, expires=expires,
        sender_name=fields.text("senderName"),
        headline=headline, description=description, instruction=fields.text("instruction"),
        areas=_areas(fields, shapes, notes),
    )


def _language_of(element: etree._Element) -> str:
    return str(element.get("{http://www.w3.org/XML/1998/namespace}lang") or "")


def _note_order(effective: datetime | None, onset: datetime | None, expires: datetime | None, path: str,
                notes: Notes) -> None:
    starts = [moment for moment in (effective, onset) if moment]
    if expires and starts and expires <= max(starts):
        notes.add("expires-before-start", path)


def _areas(fields: Fields, shapes: Shapes, notes: Notes) -> tuple[Area, ...]:
    elements = fields.children("area")
    if not elements:
        notes.add("missing-area", fields.path)
    return tuple(_area(element, fields.where(f"area[{n}]"), shapes, notes) for n, element in enumerate(elements, 1))


def _area(element: etree._Element, path: str, shapes: Shapes, notes: Notes) -> Area:
    """Return one area: its codes as written, its shapes united in EPSG:4326, longitude first."""
    fields = Fields(element, path, notes)
    codes = tuple(Geocode(name, value) for name, value in fields.pairs("geocode"))
    polygons, circles = fields.leaves("polygon"), fields.leaves("circle")
    geometry = shapes.area(polygons, circles)
    if not codes and geometry is None:
        notes.add("area-empty", path)
    return Area(fields.required("areaDesc", "missing-area-name"), codes, geometry)
