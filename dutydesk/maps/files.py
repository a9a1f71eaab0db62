"""Maps as files for other programs, written by geopandas: GeoJSON, KML, GeoPackage, shapefile. All in EPSG:4326."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dutydesk.errors import Refused
from dutydesk.maps.picture import Layer, Picture

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

CRS = "EPSG:4326"
#: Format -> suffix and the name GDAL knows it by. The others keep each layer apart; these two hold one.
FORMATS = {"geojson": (".geojson", "GeoJSON"), "kml": (".kml", "KML"), "gpkg": (".gpkg", "GPKG"),
           "shp": (".shp", "ESRI Shapefile")}
_SHORT = 10           # letters of a column of a shapefile; `approximate` is longer
_KINDS = {"Point": "points", "MultiPoint": "points", "LineString": "lines", "MultiLineString": "lines",
          "Polygon": "areas", "MultiPolygon": "areas"}


def write(picture: Picture, format: str, path: Path) -> list[Path]:
    """Write a map; return the files it is in. Raises Refused where it cannot be written, or is empty.

    GeoJSON and GeoPackage name each feature's layer; KML holds one layer; a shapefile holds one layer and one kind of
    geometry, so there `path` is a folder with a file for each.
    """
    layers = [layer for layer in picture.layers if layer.features]
    if not layers:
        raise Refused("there is nothing to draw: no layer has a feature")
    try:
        return _WRITERS[format](layers, path)
    except (OSError, RuntimeError, ValueError) as error:
        raise Refused(f"{path} cannot be written ({error}); check the folder, or choose another --out") from error


def frame(layer: Layer) -> GeoDataFrame:
    """Return a layer as a table with its geometry, its layer's name first."""
    from geopandas import GeoDataFrame  # takes most of a second to import

    rows = [{"layer": layer.key, **each.values} for each in layer.features]
    return GeoDataFrame(rows, geometry=[each.geometry for each in layer.features], crs=CRS)


def _together(layers: list[Layer], path: Path, driver: str) -> list[Path]:
    import pandas

    tables = [frame(layer).dropna(axis=1, how="all") for layer in layers]
    whole = pandas.concat(tables, ignore_index=True)
    whole.to_file(path, driver=driver)
    return [path]


def _geojson(layers: list[Layer], path: Path) -> list[Path]:
    return _together(layers, path, "GeoJSON")


def _kml(layers: list[Layer], path: Path) -> list[Path]:
    import pandas

    table = pandas.concat([frame(layer) for layer in layers], ignore_index=True)[["name", "geometry"]]
    table["Description"] = ["\n".join(each.lines[1:]) for layer in layers for each in layer.features]
    table.rename(columns={"name": "Name"}).to_file(path, driver="KML")
    return [path]


def _gpkg(layers: list[Layer], path: Path) -> list[Path]:
    path.unlink(missing_ok=True)     # GDAL would add to what is there
    for layer in layers:
        frame(layer).to_file(path, driver="GPKG", layer=layer.key)
    return [path]


def _shp(layers: list[Layer], path: Path) -> list[Path]:
    path.mkdir(parents=True, exist_ok=True)
    written = []
    for layer in layers:
        table = frame(layer)
        table = table.rename(columns={name: name[:_SHORT] for name in table.columns if name != "geometry"})
        kinds = table.geometry.geom_type.map(_KINDS)
        for kind in sorted(kinds.dropna().unique()):
            file = path / f"{layer.key}_{kind}.shp"
            table[kinds == kind].to_file(file, driver="ESRI Shapefile", encoding="UTF-8")
            written.append(file)
    return written


_WRITERS = {"geojson": _geojson, "kml": _kml, "gpkg": _gpkg, "shp": _shp}
