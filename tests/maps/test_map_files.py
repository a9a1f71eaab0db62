"""Layers for other programs: read back with geopandas, every feature and its CRS."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas
import pyogrio
import pytest

from dutydesk.errors import Refused
from dutydesk.maps.files import write
from dutydesk.maps.picture import Picture


def test_geojson_names_each_features_layer_and_its_crs(picture: Picture, tmp_path: Path) -> None:
    assert write(picture, "geojson", tmp_path / "a.geojson") == [tmp_path / "a.geojson"]
    table = geopandas.read_file(tmp_path / "a.geojson")
    assert table.crs.to_epsg() == 4326
    assert list(table["layer"]) == ["counties", "towns", "towns", "callouts", "shelters", "shelters", "village_teams"]
    hall = table[table["name"] == "一号馆"].iloc[0]
    assert (hall["free"], hall.geometry.x, hall.geometry.y) == (187, 122.3, 37.1)


def test_a_geopackage_keeps_the_layers_apart_and_is_written_anew(picture: Picture, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    write(picture, "gpkg", path)
    write(replace(picture, layers=picture.layers[3:]), "gpkg", path)
    assert [name for name, _ in pyogrio.list_layers(path)] == ["shelters", "village_teams"]
    table = geopandas.read_file(path, layer="shelters")
    assert table.crs.to_epsg() == 4326
    assert list(table["capacity"]) == [1000, 300]


def test_kml_tells_name_and_lines(picture: Picture, tmp_path: Path) -> None:
    write(picture, "kml", tmp_path / "a.kml")
    table = geopandas.read_file(tmp_path / "a.kml")
    assert len(table) == 7
    assert table.crs.to_epsg() == 4326
    assert "空位 187 / 容量 1000" in list(table["description"])


def test_a_shapefile_is_a_folder_with_chinese_intact(picture: Picture, tmp_path: Path) -> None:
    written = write(picture, "shp", tmp_path / "shp")
    assert {path.name for path in written} == {"counties_areas.shp", "towns_areas.shp", "callouts_points.shp",
                                               "shelters_points.shp", "village_teams_points.shp"}
    table = geopandas.read_file(tmp_path / "shp" / "shelters_points.shp")
    assert table.crs.to_epsg() == 4326
    assert list(table["name"]) == ["一号馆", "小学"]
    assert (tmp_path / "shp" / "shelters_points.cpg").read_text() == "UTF-8"


@pytest.mark.parametrize("format", ["geojson", "kml", "gpkg", "shp"])
def test_what_cannot_be_written_is_refused_with_a_sentence(picture: Picture, tmp_path: Path, format: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Refused, match="cannot be written"):
        write(picture, format, tmp_path / "file" / "a")
    with pytest.raises(Refused, match="nothing to draw"):
        write(replace(picture, layers=()), format, tmp_path / "b")
