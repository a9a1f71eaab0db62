"""The registers of geo/: shelters, teams, depots, water points and zones of danger, each in layers of its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from dutydesk.content.faults import Faults
from dutydesk.content.geometry import Envelope
from dutydesk.content.layers import Reader, files, open_layer
from dutydesk.content.models.registers import (
    DepotProperties,
    RoadProperties,
    ShelterProperties,
    TeamProperties,
    WaterPointProperties,
    ZoneProperties,
)
from dutydesk.content.models.words import Strict
from dutydesk.domain.depot import Depot, WaterPoint
from dutydesk.domain.registers import Registers, Zone
from dutydesk.domain.shelter import Shelter
from dutydesk.domain.team import Team

#: Stem of the file -> name in `faults.lines`, model of a feature, the value it becomes.
_KINDS: dict[str, tuple[str, type[Strict], type[Any]]] = {
    "shelters": ("shelter", ShelterProperties, Shelter),
    "teams": ("team", TeamProperties, Team),
    "depots": ("depot", DepotProperties, Depot),
    "water_points": ("water_point", WaterPointProperties, WaterPoint),
    "zones": ("zone", ZoneProperties, Zone),
}
ROADS = "roads"
#: Stems of layers that hold no places.
NAMES = frozenset({*_KINDS, ROADS})


def read_registers(folder: Path, envelope: Envelope | None, faults: Faults) -> Registers:
    """Read the registers; none of them is required. `shelters.geojson` and `shelters.gpkg` are one register."""
    found: dict[str, dict[str, Any]] = {stem: {} for stem in _KINDS}
    for path in files(folder):
        if path.stem not in _KINDS:
            continue
        table, model, value = _KINDS[path.stem]
        layer = open_layer(folder, path, faults)
        if layer is not None:
            for each in Reader(table, model, layer, envelope, faults).rows():
                made = value(**each.values())
                found[path.stem][made.id] = made
    return Registers(**found)


def read_roads(folder: Path, envelope: Envelope | None, faults: Faults) -> tuple[BaseGeometry, ...]:
    """Read the lines of `geo/roads.*`, whatever their properties are; none where there is no such layer."""
    found: list[BaseGeometry] = []
    for path in files(folder):
        layer = open_layer(folder, path, faults) if path.stem == ROADS else None
        if layer is not None:
            found.extend(Reader("road", RoadProperties, layer, envelope, faults).shapes())
    return tuple(found)
