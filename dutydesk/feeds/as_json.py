"""Turns an alert into the JSON mapping that `dutydesk parse --json` prints. A sender's name is left out on purpose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from shapely.geometry import mapping

from dutydesk.domain.alert import Alert, Area, Event, Fault, Info, Request
from dutydesk.domain.observed import Observed, Point
from dutydesk.domain.values import Colour
from dutydesk.errors import DocumentError


def as_json(alert: Alert) -> dict[str, Any]:
    """Return the alert as JSON values: times ISO 8601 with their zone, geometry as GeoJSON (EPSG:4326) or null."""
    return {
        "identifier": alert.identifier,
        "sender": alert.sender,
        "sent": alert.sent.isoformat(),
        "status": alert.status,
        "msg_type": alert.msg_type,
        "scope": alert.scope,
        "references": [{"identifier": one.identifier, "sender": one.sender, "sent": one.sent}
                       for one in alert.references],
        "source": alert.source,
        "faults": _faults(alert.faults),
        "infos": [_info(info) for info in alert.infos],
        "event": _event(alert.event),
        "colour": alert.colour.word,
    }


def request_as_json(request: Request) -> dict[str, Any]:
    """Return the mapping for a document that a list asks to be fetched; it has no identifier."""
    return {"identifier": None, "request": request.url, "title": request.title, "updated": _time(request.updated),
            "faults": _faults(request.faults)}


def observed_as_json(report: Observed) -> dict[str, Any]:
    """Return the mapping for what is no warning: `report` is its kind (observation, hotspot, quake, ...), then its
    fields; times ISO 8601 with their zone, periods in seconds, a point as [lon, lat] in EPSG:4326.
    """
    values = {field.name: _plain(getattr(report, field.name)) for field in fields(report) if field.name != "faults"}
    return {"identifier": None, "report": type(report).__name__.lower(), **values, "faults": _faults(report.faults)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Colour):
        return value.word
    return [value.lon, value.lat] if isinstance(value, Point) else value


def unreadable_as_json(file: str, error: DocumentError) -> dict[str, Any]:
    """Return the mapping for a file no alert could be read from; `error.name` is the name of its one fault."""
    return {"identifier": None, "file": file, "faults": [{"name": error.name, "where": "", "text": str(error)}]}


def _info(info: Info) -> dict[str, Any]:
    return {
        "language": info.language,
        "event": _event(info.event),
        "severity": info.severity,
        "urgency": info.urgency,
        "certainty": info.certainty,
        "colour": info.colour.word if info.colour else None,
        "effective": _time(info.effective),
        "onset": _time(info.onset),
        "expires": _time(info.expires),
        "headline": info.headline,
        "description": info.description,
        "instruction": info.instruction,
        "areas": [_area(area) for area in info.areas],
    }


def _area(area: Area) -> dict[str, Any]:
    return {
        "name": area.name,
        "geocodes": [{"name": code.name, "value": code.value} for code in area.geocodes],
        "geometry": mapping(area.geometry) if area.geometry is not None else None,
    }


def _event(event: Event) -> dict[str, str]:
    return {"code": event.code, "name": event.name, "family": event.family}


def _faults(faults: Iterable[Fault]) -> list[dict[str, str]]:
    return [{"name": fault.name, "where": fault.where, "text": fault.text} for fault in faults]


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
