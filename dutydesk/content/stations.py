"""geo/stations.geojson: gauges, as features with lines, to `Station` values."""

from __future__ import annotations

from pathlib import Path

from dutydesk.content import geometry as shapes
from dutydesk.content.faults import Faults
from dutydesk.content.geojson import Feature, Layer, name_of, read_layer
from dutydesk.content.models.stations import StationProperties
from dutydesk.content.source import read
from dutydesk.content.validate import validate
from dutydesk.domain.observed import Point
from dutydesk.domain.stations import Station

STATIONS = "geo/stations.geojson"
_KNOWN = frozenset(StationProperties.model_fields)
_BY_THE_WAY = frozenset({"note", "crs", "datum"})


def read_stations(folder: Path, envelope: shapes.Envelope | None, faults: Faults) -> dict[str, Station]:
    """Read the site's stations; a site without the file has none."""
    path = folder / STATIONS
    source = read(folder, path, faults) if path.is_file() else None
    layer = read_layer(source, faults) if source else None
    found: dict[str, Station] = {}
    for feature in layer.features if layer else ():
        station = _station(feature, layer, envelope, faults) if layer else None
        if station and faults.place("station", station.id, STATIONS, feature.line):
            found[station.id] = station
    return found


def _station(feature: Feature, layer: Layer, envelope: shapes.Envelope | None, faults: Faults) -> Station | None:
    """Build one station; None, and errors, when its properties cannot be used."""
    given = feature.properties
    about = str(given.get("id", ""))
    for name in sorted(given.keys() - _KNOWN - _BY_THE_WAY):
        faults.add("column", STATIONS, feature.line, f"the property {name} is not read; remove it or correct its name",
                   about)
    data = {name: value for name, value in given.items() if name in _KNOWN and value != ""}
    row, wrong = validate(StationProperties, data, salvage=True)
    for _, sentence in wrong:
        faults.add("row", STATIONS, feature.line, sentence, about)
    if row is None:
        return None
    point = _point(feature, layer, row.id, envelope, faults)
    return Station(row.id, row.name, row.kind, row.source, row.code or row.id, point, row.places, row.downstream,
                   row.upstream)


def _point(feature: Feature, layer: Layer, id: str, envelope: shapes.Envelope | None, faults: Faults) -> Point | None:
    """Read where it stands, in EPSG:4326; whatever is wrong is told, and the station is kept without a position."""
    crs = name_of(feature.properties.get("crs")) or name_of(feature.properties.get("datum")) or layer.crs
    if datum := shapes.shifted(crs):
        faults.add("datum", STATIONS, feature.line, f"{id} is in {datum}, some hundred metres off; bring it to "
                                                    f"EPSG:4326 first", id)
        return None
    if feature.geometry is None:
        faults.add("geometry-absent", STATIONS, feature.line, f"{id} has no geometry; add a point", id)
        return None
    try:
        built = shapes.read(feature.geometry)
        project = shapes.projector(crs)
        found = (project(built) if project else built).representative_point()
    except ValueError as error:
        faults.add("geometry", STATIONS, feature.line, f"the geometry of {id} {error}; draw it anew", id)
        return None
    if envelope and not shapes.inside(found, envelope):
        turned = shapes.inside(shapes.turned(found), envelope)
        rule, said = ("lonlat-swapped", "are latitude first; write longitude first") if turned else \
            ("out-of-envelope", "lie outside the envelope of dutydesk.toml; correct the one or the other")
        faults.add(rule, STATIONS, feature.line, f"the coordinates of {id} {said}", id)
        return Point(found.y, found.x) if turned else Point(found.x, found.y)
    return Point(found.x, found.y)
