"""geo/heat_sources: known sources of heat, whose hot pixels ring nobody until a day."""

from __future__ import annotations

from pathlib import Path

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from dutydesk.content.faults import Faults
from dutydesk.content.geometry import Envelope
from dutydesk.content.layers import Reader, files, open_layer
from dutydesk.content.models.heat_sources import HeatSourceProperties
from dutydesk.domain.geofence import metres_per_degree
from dutydesk.domain.hotspots import HeatSource

TABLE = "heat_source"
STEM = "heat_sources"


def read_heat_sources(folder: Path, envelope: Envelope | None, faults: Faults) -> tuple[HeatSource, ...]:
    """Read the known sources of heat; none is required. One without a geometry, which is told, masks nothing."""
    found: list[HeatSource] = []
    for path in files(folder):
        layer = open_layer(folder, path, faults) if path.stem == STEM else None
        if layer is None:
            continue
        for each in Reader(TABLE, HeatSourceProperties, layer, envelope, faults).rows():
            row = each.row
            if each.geometry is not None:
                found.append(HeatSource(row.id, row.name, _ground(each.geometry, row.radius), row.reason, row.until))
    return tuple(found)


def _ground(drawn: BaseGeometry, radius: float) -> BaseGeometry:
    """Return the ground of a source of heat: a circle of so many metres where it was drawn as a point."""
    if not isinstance(drawn, Point):
        return drawn
    scale = metres_per_degree(drawn.y)
    flat: BaseGeometry = shapely.transform(drawn, lambda points: points * scale)
    round_it: BaseGeometry = shapely.transform(flat.buffer(radius), lambda points: points / scale)
    return round_it
