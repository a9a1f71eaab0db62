"""geo/: every layer of places, as features with lines, to `Place` values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from dutydesk.content import geometry as shapes
from dutydesk.content.faults import Faults
from dutydesk.content.geojson import Feature, Layer, name_of, read_layer
from dutydesk.content.models.places import PlaceProperties
from dutydesk.content.source import read
from dutydesk.content.stations import STATIONS
from dutydesk.content.validate import validate
from dutydesk.domain.site import Place

_KNOWN = frozenset(PlaceProperties.model_fields)
#: Properties a layer may carry for its readers; nobody here reads them.
_BY_THE_WAY = frozenset({"note", "source", "crs", "datum"})
_TABLES = (".gpkg", ".shp")


def read_places(folder: Path, envelope: shapes.Envelope | None, faults: Faults) -> dict[str, Place]:
    """Read every layer in geo/ but that of stations: `*.geojson` by ourselves, `*.gpkg` and `*.shp` with geopandas."""
    found: dict[str, Place] = {}
    geo = folder / "geo"
    layers = [path for path in sorted(geo.glob("*")) if path.suffix.lower() in (".geojson", *_TABLES)
              and path != folder / STATIONS]
    if not layers:
        faults.add("file-missing", "geo/places.geojson", 1, "there is no layer of places in geo/; add one")
    for path in layers:
        layer = _open(folder, path, faults)
        if layer is None:
            continue
        reader = _Places(layer, envelope, faults)
        for feature in layer.features:
            place = reader.place(feature)
            if place and faults.place("place", place.id, layer.file, feature.line):
                found[place.id] = place
        if not layer.features:
            faults.add("empty-file", layer.file, 1, "has no places")
    return found


def _open(folder: Path, path: Path, faults: Faults) -> Layer | None:
    if path.suffix.lower() in _TABLES:
        return _open_table(folder, path, faults)
    source = read(folder, path, faults)
    return read_layer(source, faults) if source else None


def _open_table(folder: Path, path: Path, faults: Faults) -> Layer | None:
    """Read a layer geopandas knows; the number of the record stands for the line."""
    import geopandas  # takes most of a second to import, and few sites need it

    file = path.relative_to(folder).as_posix()
    try:
        frame = geopandas.read_file(path)
    except (OSError, ValueError, RuntimeError) as error:
        faults.add("file-unreadable", file, 1, f"cannot be read as a layer ({error}); export it anew")
        return None
    crs = frame.crs.to_string() if frame.crs is not None else ""
    if not crs:
        faults.add("crs", file, 1, "does not say its coordinate system; set it in the layer's own program")
        return None
    features = json.loads(frame.to_json(drop_id=True))["features"]
    return Layer(file, crs, [Feature(number, each["properties"], each["geometry"])
                             for number, each in enumerate(features, 1)])


class _Places:
    """Turns the features of one layer into places."""

    def __init__(self, layer: Layer, envelope: shapes.Envelope | None, faults: Faults) -> None:
        self.layer = layer
        self.envelope = envelope
        self.faults = faults
        self.unread: set[str] = set()
        self.refused = self._refuse(layer.crs, 1)

    def _refuse(self, crs: str, line: int) -> bool:
        """Report a system that cannot be used; tell whether it was so."""
        if datum := shapes.shifted(crs):
            self.faults.add("datum", self.layer.file, line,
                            f"is in {datum}, some hundred metres off; bring it to EPSG:4326 first: it is not "
                            f"converted, and these places are kept without geometry")
            return True
        try:
            shapes.projector(crs)
        except ValueError as error:
            self.faults.add("crs", self.layer.file, line, f"{error}; these places are kept without geometry")
            return True
        return False

    def place(self, feature: Feature) -> Place | None:
        """Build one place; None, and errors, when its properties cannot be used."""
        given: Mapping[str, Any] = feature.properties
        for name in given.keys() - _KNOWN - _BY_THE_WAY - self.unread:
            self.unread.add(name)
            self.faults.add("column", self.layer.file, feature.line,
                            f"the property {name} is not read; remove it or correct its name")
        data = {name: value for name, value in given.items() if name in _KNOWN and value != ""}
        row, wrong = validate(PlaceProperties, data, salvage=True)
        about = str(given.get("id", ""))
        for _, sentence in wrong:
            self.faults.add("row", self.layer.file, feature.line, sentence, about)
        if row is None:
            if about:
                self.faults.broken.add(("place", about))
            return None
        crs = name_of(given.get("crs")) or name_of(given.get("datum"))
        found = self._geometry(feature, row.id, crs)
        return Place(row.id, row.name, row.kind, row.parents, row.covered_by, row.desk, row.risk, row.population,
                     row.approximate, found)

    def _geometry(self, feature: Feature, id: str, own_crs: str) -> BaseGeometry | None:
        """Read, project, repair, turn round; everything done is told."""
        refused = self._refuse(own_crs, feature.line) if own_crs else self.refused
        if refused:
            return None
        if feature.geometry is None:
            self._tell("geometry-absent", feature, id, f"{id} has no geometry; add at least a point")
            return None
        try:
            built = shapes.read(feature.geometry)
            project = shapes.projector(own_crs or self.layer.crs)
            repaired = shapes.repair(project(built) if project else built)
        except ValueError as error:
            self._tell("geometry", feature, id, f"the geometry of {id} {error}; draw it anew")
            return None
        if repaired.what:
            self._tell("geometry-repaired", feature, id,
                       f"the geometry of {id} was invalid and was repaired: {repaired.what}; look at it on the map")
        return self._placed(repaired.geometry, feature, id)

    def _placed(self, found: BaseGeometry, feature: Feature, id: str) -> BaseGeometry:
        if self.envelope is None or shapes.inside(found, self.envelope):
            return found
        turned = shapes.turned(found)
        if shapes.apart(found, self.envelope) and shapes.inside(turned, self.envelope):
            self._tell("lonlat-swapped", feature, id,
                       f"the coordinates of {id} are latitude first; write longitude first (read turned round)")
            return turned
        west, south, east, north = found.bounds
        at = f"{west:.4f} {south:.4f}" if (west, south) == (east, north) else \
            f"{west:.4f} {south:.4f} to {east:.4f} {north:.4f}"
        if shapes.apart(found, self.envelope):
            self._tell("out-of-envelope", feature, id,
                       f"{id} lies at {at}, outside the envelope of dutydesk.toml; correct the one or the other")
        else:
            self._tell("crosses-envelope", feature, id,
                       f"{id} reaches from {at}, beyond the envelope of dutydesk.toml; correct the one or the other")
        return found

    def _tell(self, rule: str, feature: Feature, id: str, text: str) -> None:
        self.faults.add(rule, self.layer.file, feature.line, text, id)
