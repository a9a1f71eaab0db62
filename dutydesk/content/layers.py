"""A layer of geo/: its features as checked rows, each with its geometry in EPSG:4326, every fault told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from shapely.geometry.base import BaseGeometry

from dutydesk.content import geometry as shapes
from dutydesk.content.faults import Faults
from dutydesk.content.geojson import Feature, Layer, name_of, read_layer
from dutydesk.content.models.words import Strict
from dutydesk.content.source import read
from dutydesk.content.validate import validate
from dutydesk.domain.datum import APPROXIMATE

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
    """One feature as read: its checked properties, and its geometry where it has a usable one.

    `off` is by how many metres more the geometry may be off because it was converted; 0 where it was not.
    """

    row: M
    geometry: BaseGeometry | None
    off: float = 0.0

    def values(self) -> dict[str, Any]:
        """Return what the value of the domain is made of."""
        own: dict[str, Any] = dict(self.row)
        if self.off:
            own["approximate"] = max(own["approximate"] or 0.0, self.off)
        return own | {"geometry": self.geometry}


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
        self.usable = self._usable(layer.crs, 1)

    def rows(self) -> Iterator[Located[M]]:
        """Yield every feature whose properties can be used; an id that was met before counts once."""
        for feature in self.layer.features:
            row = self._row(feature)
            if row is None:
                continue
            id: str = row.id  # type: ignore[attr-defined]  # every model of a layer has one
            found = Located(row, *self._located(feature, id))
            if self.faults.place(self.table, id, self.layer.file, feature.line):
                yield found
        if not self.layer.features:
            self.faults.add("empty-file", self.layer.file, 1, "has no features")

    def shapes(self) -> Iterator[BaseGeometry]:
        """Yield every usable geometry; what the features are called does not matter."""
        for feature in self.layer.features:
            geometry, _ = self._located(feature, f"line {feature.line}")
            if geometry is not None:
                yield geometry

    def _located(self, feature: Feature, id: str) -> tuple[BaseGeometry | None, float]:
        """Return the geometry of a feature, and by how many metres it may be off because it was converted."""
        own = name_of(feature.properties.get("crs")) or name_of(feature.properties.get("datum"))
        usable = self._usable(own, feature.line) if own else self.usable
        crs = own or self.layer.crs
        return self._geometry(feature, id, crs) if usable else None, APPROXIMATE if shapes.shifted(crs) else 0.0

    def _usable(self, crs: str, line: int) -> bool:
        """Tell whether a system can be read; report one that cannot, and one that is shifted."""
        if datum := shapes.shifted(crs):
            self.faults.add("datum", self.layer.file, line,
                            f"is in {datum}, some hundred metres off; it is converted to WGS-84 and marked approximate "
                            f"({APPROXIMATE:g} m); better write EPSG:4326 coordinates")
        try:
            shapes.projector(crs)
        except ValueError as error:
            self.faults.add("crs", self.layer.file, line, f"{error}; its features are kept without geometry")
            return False
        return True

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

    def _geometry(self, feature: Feature, id: str, crs: str) -> BaseGeometry | None:
        """Read, project, repair, turn round; everything done is told."""
        if feature.geometry is None:
            self._tell("geometry-absent", feature, id, f"{id} has no geometry; add at least a point")
            return None
        try:
            brought, swapped = self._brought(shapes.read(feature.geometry), crs)
            repaired = shapes.repair(brought)
        except ValueError as error:
            self._tell("geometry", feature, id, f"the geometry of {id} {error}; draw it anew")
            return None
        if repaired.what:
            self._tell("geometry-repaired", feature, id,
                       f"the geometry of {id} was invalid and was repaired: {repaired.what}; look at it on the map")
        if swapped:
            self._tell("lonlat-swapped", feature, id,
                       f"the coordinates of {id} are latitude first; write longitude first (read turned round)")
        else:
            self._place(repaired.geometry, feature, id)
        return repaired.geometry

    def _brought(self, built: BaseGeometry, crs: str) -> tuple[BaseGeometry, bool]:
        """Bring a geometry to EPSG:4326, and say whether its coordinates had to be exchanged before."""
        project = shapes.projector(crs) or (lambda same: same)
        found = project(built)
        if self.envelope is not None and shapes.apart(found, self.envelope):
            turned = project(shapes.turned(built))
            if shapes.inside(turned, self.envelope):
                return turned, True
        return found, False

    def _place(self, found: BaseGeometry, feature: Feature, id: str) -> None:
        """Tell of a geometry that is not in the envelope."""
        if self.envelope is None or shapes.inside(found, self.envelope):
            return
        west, south, east, north = found.bounds
        at = f"{west:.4f} {south:.4f}" if (west, south) == (east, north) else \
            f"{west:.4f} {south:.4f} to {east:.4f} {north:.4f}"
        if shapes.apart(found, self.envelope):
            self._tell("out-of-envelope", feature, id,
                       f"{id} lies at {at}, outside the envelope of dutydesk.toml; correct the one or the other")
        else:
            self._tell("crosses-envelope", feature, id,
                       f"{id} reaches from {at}, beyond the envelope of dutydesk.toml; correct the one or the other")

    def _tell(self, rule: str, feature: Feature, id: str, text: str) -> None:
        self.faults.add(rule, self.layer.file, feature.line, text, id)
