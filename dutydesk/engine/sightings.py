"""Watches alarms that are no warnings: a camera, a slope, a caller. Each device's danger is one warning."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shapely.geometry import Polygon

from dutydesk.domain.alert import Alert, Area, Geocode, Info, Reference
from dutydesk.domain.cap_text import PLACE_CODE, SEVERITY
from dutydesk.domain.events import event_of
from dutydesk.domain.geofence import metres_per_degree
from dutydesk.domain.ids import derive
from dutydesk.domain.match import match
from dutydesk.domain.observed import Observed, Point, Sighting
from dutydesk.domain.sighting_rules import LONGEST, Step, decide
from dutydesk.domain.values import Colour, colour
from dutydesk.domain.watched import Seen
from dutydesk.engine.books import Books
from dutydesk.engine.context import PHONE, Context
from dutydesk.engine.house import house_incident
from dutydesk.ports.feed import Source

SURE = 80.0
"""Confidence from which a sighting goes without the officer's word, where its source sets no `confidence`."""

RADIUS = 500.0
"""Metres around a position within which places are concerned, where a source sets no `radius`."""

_CORNERS = 24


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An alert that is put before the officer first, and why."""

    alert: Alert
    why: str


def watch_sightings(books: Books, source: Source, observed: Sequence[Observed]) -> Iterator[Alert | Doubtful]:
    """Keep sightings, and yield what follows from them, in the order of their times."""
    told = [each for each in observed if isinstance(each, Sighting)]
    for sighting in sorted(told, key=lambda each: (each.at, each.id)):
        placed = _placed(source, sighting)
        id = derive("o", source.id, sighting.id, sighting.at.isoformat(), sighting.over, sighting.confidence)
        if books.tx.sighting(id) is None:
            yield from _take(books, source, placed, id)


def _placed(source: Source, sighting: Sighting) -> Sighting:
    """A device whose place is known tells where it looks: `devices` of the source's settings."""
    devices = source.settings.get("devices")
    if sighting.place or sighting.point or not isinstance(devices, dict):
        return sighting
    return Sighting(sighting.id, sighting.at, sighting.event, None, str(devices.get(sighting.device, "")),
                    sighting.device, sighting.text, sighting.picture, sighting.confidence, sighting.over,
                    sighting.colour)


def _take(books: Books, source: Source, sighting: Sighting, id: str) -> Iterator[Alert | Doubtful]:
    bar = _setting(source, "confidence", SURE)
    sure = sighting.confidence is None or sighting.confidence >= bar
    rules = books.ctx.rules
    before = books.tx.sightings_of(source.id, sighting.device, sighting.event, sighting.at - LONGEST) \
        if sighting.device else []
    step = decide(sighting, before, sure=sure, window=rules.sighting_window, renewal=rules.sighting_renewal)
    identifier = f"dutydesk-{source.id}-{id}" if step.msg_type else ""
    first = step.first or (identifier if step.msg_type == "Alert" else "")
    books.tx.add_sighting(Seen(id, source.id, sighting, books.now, first, identifier, sure))
    if not step.msg_type:
        return
    ctx = books.ctx
    alert = sighting_alert(ctx, source, sighting, step, identifier, books.now)
    if step.msg_type != "Cancel" and not match(alert, ctx.site, ctx.fences, ctx.gazetteer).touches:
        house = house_incident(books)
        books.alarm(house.id, "unplaced", place=house.desk, text=identifier)
    if sure or step.msg_type == "Cancel":
        yield alert
    else:
        yield Doubtful(alert, f"置信度 {sighting.confidence:.0f} 低于 {bar:.0f}，请值班员核实")


def _setting(source: Source, name: str, usual: float) -> float:
    value = source.settings.get(name, usual)
    return float(value) if isinstance(value, int | float) else usual


def shade(source: Source, sighting: Sighting) -> Colour:
    """The colour of a sighting: its own, else its source's `colour`, else orange."""
    told = source.settings.get("colour")
    try:
        return sighting.colour or (colour(told) if isinstance(told, str) else Colour.ORANGE)
    except ValueError:
        return Colour.ORANGE


def sighting_alert(ctx: Context, source: Source, sighting: Sighting, step: Step, identifier: str,
                   now: datetime) -> Alert:
    """Return the alert a sighting gives. Its title names danger and colour and nothing else: the names of places and
    devices hold words that are dangers of their own (大风口).
    """
    given = shade(source, sighting)
    event = event_of(headline="", event=sighting.event, code="")
    sender = f"sighting:{source.id}:{sighting.device or identifier}".replace(" ", "_").replace(",", "_")
    who = "应急值班室接报" if source.id == PHONE.id else ""
    headline = f"{who}{event.name}{given.zh}告警" if step.msg_type != "Cancel" else f"{event.name}{given.zh}告警解除"
    references = (Reference(step.first, sender, now.isoformat(timespec="seconds")),) if step.first else ()
    info = Info("zh-CN", event, SEVERITY[given], "Immediate", "Observed", given, now, sighting.at, None,
                source.name, headline, _description(ctx, sighting), "", _areas(ctx, source, sighting))
    return Alert(identifier, sender, now, "Actual", step.msg_type, "Restricted", references, source.id, (info,),
                 event, given, sender)


def _areas(ctx: Context, source: Source, sighting: Sighting) -> tuple[Area, ...]:
    areas = []
    if sighting.place:
        known = ctx.site.places.get(sighting.place)
        areas.append(Area(known.name if known else sighting.place, (Geocode(PLACE_CODE, sighting.place),)))
    elif sighting.point:
        areas.append(Area("告警位置", (), around(sighting.point, _setting(source, "radius", RADIUS))))
    return tuple(areas)


def around(point: Point, metres: float) -> Polygon:
    """Return the ground within so many metres of a point, as a polygon in EPSG:4326."""
    across, along = metres_per_degree(point.lat)
    turns = [2 * math.pi * corner / _CORNERS for corner in range(_CORNERS)]
    return Polygon([(point.lon + metres / across * math.cos(turn), point.lat + metres / along * math.sin(turn))
                    for turn in turns])


def _description(ctx: Context, sighting: Sighting) -> str:
    at = sighting.at.astimezone(ctx.zone)
    lines = [f"险情：{sighting.event}。时间：{at:%Y-%m-%d %H:%M:%S}。"]
    if sighting.point:
        lines.append(f"位置：{sighting.point.lon:.5f}, {sighting.point.lat:.5f}（WGS-84）。")
    if sighting.device:
        lines.append(f"设备：{sighting.device}。")
    if sighting.confidence is not None:
        lines.append(f"置信度：{sighting.confidence:.0f}。")
    if sighting.picture:
        lines.append(f"图片：{sighting.picture}")
    return "\n".join([*lines, *([sighting.text] if sighting.text else [])])
