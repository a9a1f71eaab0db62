"""A layer of geo/: its features as checked rows, each with its geometry in EPSG:4326, every fault told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from shapely.geometry.base import BaseGeometry

from dutydesk.content import geometry as shapes
from dutydesk.content.faults import Faults
from dutydesk.content.geojson import Feature, Layer, name_of, read_layer
from dutydesk.content.models.words import Strict
from dutydesk.content.source import read
from dutydesk.content.validate import validate

M = TypeVar("M", bound=Strict)

#: Properties a layer may carry for its readers; nobody here reads them.
_BY_THE_WAY = frozenset({"note", "source", "crs", "datum"})
_TABLES = (".gpkg", ".shp")
SUFFIXES = (".geojson", *_TABLES)


def files(folder: Path) -> list[Path]:
    """Return every layer of geo/, by name."""
    return [path for path in sorted((folder / "geo").glob("*")) if path.suffix.lower() in SUFFIXES]


def open_layer(folder: Path, path: Path, faults: Faults) -> Layer | None:
    """Read one layer: `*.geojson` by ourselves, the others with geopandas; None, and an error, if it cannot be."""
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


@dataclass(frozen=True, slots=True)
class Located(Generic[M]):
    """One feature as read: its checked properties, and its geometry where it has a usable one."""

    row: M
    geometry: BaseGeometry | None


class Reader(Generic[M]):
    """Turns the features of one layer into rows of one model. `table` is what `faults.lines` calls them."""

    def __init__(self, table: str, model: type[M], layer: Layer, envelope: shapes.Envelope | None,
                 faults: Faults) -> None:
        self.table = table
        self.model = model
        self.layer = layer
        self.envelope = envelope
        self.faults = faults
        self.known = frozenset(model.model_fields)
        self.unread: set[str] = set()
        self.refused = self._refuse(layer.crs, 1)

    def rows(self) -> Iterator[Located[M]]:
        """Yield every feature whose properties can be used; an id that was met before counts once."""
        for feature in self.layer.features:
            row = self._row(feature)
            if row is None:
                continue
            id: str = row.id  # type: ignore[attr-defined]  # every model of a layer has one
            found = Located(row, self._geometry(feature, id))
            if self.faults.place(self.table, id, self.layer.file, feature.line):
                yield found
        if not self.layer.features:
            self.faults.add("empty-file", self.layer.file, 1, "has no features")

    def _refuse(self, crs: str, line: int) -> bool:
        """Report a system that cannot be used; tell whether it was so."""
        if datum := shapes.shifted(crs):
            self.faults.add("datum", self.layer.file, line,
                            f"is in {datum}, some hundred metres off; bring it to EPSG:4326 first: it is not "
                            f"converted, and its features are kept without geometry")
            return True
        try:
            shapes.projector(crs)
        except ValueError as error:
            self.faults.add("crs", self.layer.file, line, f"{error}; its features are kept without geometry")
            return True
        return False

    def _row(self, feature: Feature) -> M | None:
        """Check the properties of one feature; None, and errors, when they cannot be used."""
        given = feature.properties
        for name in given.keys() - self.known - _BY_THE_WAY - self.unread:
            self.unread.add(name)
            self.faults.add("column", self.layer.file, feature.line,
                            f"the property {name} is not read; remove it or correct its name")
        data = {name: value for name, value in given.items() if name in self.known and value not in ("", None)}
        row, wrong = validate(self.model, data, salvage=True)
        about = str(given.get("id", ""))
        for _, sentence in wrong:
            self.faults.add("row", self.layer.file, feature.line, sentence, about)
        if row is None and about:
            self.faults.broken.add((self.table, about))
        return row

    def _geometry(self, feature: Feature, id: str) -> BaseGeometry | None:
        """Read, project, repair, turn round; everything done is told."""
        own_crs = name_of(feature.properties.get("crs")) or name_of(feature.properties.get("datum"))
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
