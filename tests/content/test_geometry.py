"""Geometry arrives in EPSG:4326, longitude first, valid and inside the envelope, and all that was done is told."""

from __future__ import annotations

import json

import geopandas
import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from dutydesk.content.geojson import name_of
from dutydesk.content.geometry import projector, repair
from dutydesk.domain.datum import APPROXIMATE, wgs_to_bd, wgs_to_gcj
from dutydesk.domain.finding import Level
from dutydesk.domain.geofence import Fences
from tests.content.small_site import PLACES, SmallSite

GEO = "geo/places.geojson"
VILLAGE = (122.2, 37.3)
POINT = '"type":"Point","coordinates":[122.2,37.3]'


def findings(site: SmallSite) -> list[tuple[str, int, str]]:
    return [(each.rule, each.line, each.about) for each in site.load().findings]


@pytest.mark.parametrize(("geometry", "rule"), [
    ('"type":"Point","coordinates":[37.3,122.2]', "lonlat-swapped"),
    ('"type":"Point","coordinates":[12.2,37.3]', "out-of-envelope"),
    ('"type":"Point","coordinates":[0,0]', "out-of-envelope"),
    ('"type":"LineString","coordinates":[[122.2,37.3],[123.2,37.3]]', "crosses-envelope"),
    ('"type":"LineString","coordinates":[[122.2,37.3],[122.2,38.2]]', "crosses-envelope"),
    ('"type":"LineString","coordinates":[[122.2,37.3],[120.2,37.3]]', "crosses-envelope"),
    ('"type":"LineString","coordinates":[[122.2,37.3],[122.2,36.2]]', "crosses-envelope"),
    ('"type":"Polygon","coordinates":[[[122,37],[122.2,37.2],[122.2,37],[122,37.2],[122,37]]]', "geometry-repaired"),
    ('"type":"Polygon","coordinates":[[[122,37],[122.25,37],[122.5,37],[122,37]]]', "geometry"),
    ('"type":"Polygon","coordinates":[[[122,37],[122.1,37.1]]]', "geometry"),
    ('"type":"Point","coordinates":[]', "geometry"),
    ('"type":"Point","coordinates":["122.2","x"]', "geometry"),
    ('"type":"Point","coordinates":[NaN,37.3]', "geometry"),
    ('"type":"Circle","coordinates":[122.2,37.3]', "geometry"),
    ('"kind":"Point"', "geometry"),
])
def test_a_doubtful_geometry_is_told_on_its_line_and_the_place_is_kept(site, geometry, rule):
    site.edit(GEO, POINT, geometry)
    loaded = site.load()
    assert findings(site) == [(rule, 7, "371002100201")], [str(each) for each in loaded.findings]
    assert "371002100201" in loaded.site.places


def test_swapped_coordinates_are_read_turned_round(site):
    found = site.edit(GEO, POINT, '"type":"Point","coordinates":[37.3,122.2]').load().site.places["371002100201"]
    assert found.geometry.equals(shapely.Point(*VILLAGE))


def test_a_place_without_geometry_stays_and_is_told(site):
    site.edit(GEO, '{"type":"Point","coordinates":[122.2,37.3]}', "null")
    assert findings(site) == [("geometry-absent", 7, "371002100201")]


SHIFTED = {"GCJ-02": wgs_to_gcj, "BD-09": wgs_to_bd}


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(Geod(ellps="WGS84").inv(*a, *b)[2])


def shifted_point(datum: str, at: tuple[float, float]) -> tuple[float, float]:
    found = SHIFTED[datum](np.array([at]))[0]
    return round(float(found[0]), 7), round(float(found[1]), 7)


@pytest.mark.parametrize("crs", ["GCJ-02", "gcj02", "BD-09", "bd09ll", "GCJ02", "urn:x-gcj-02"])
@pytest.mark.parametrize("member", ["crs", "datum"])
def test_a_layer_in_a_shifted_datum_is_converted_marked_and_told(site, crs, member):
    datum = "GCJ-02" if "cj" in crs.lower() else "BD-09"
    site.edit(GEO, '{"type":"FeatureCollection",', f'{{"type":"FeatureCollection","{member}":"{crs}",')
    site.edit(GEO, "[122.2,37.3]", str(list(shifted_point(datum, VILLAGE))))
    loaded = site.load()
    assert [(each.rule, each.line, each.level) for each in loaded.findings] == [("datum", 1, Level.INFO)]
    assert datum in loaded.findings[0].text
    found = loaded.site.places["371002100201"]
    assert metres((found.geometry.x, found.geometry.y), VILLAGE) < 0.02
    assert found.approximate == APPROXIMATE
    assert loaded.site.places["371002100"].approximate == 3000, "what was rough before stays as rough"
    assert all(place.approximate for place in loaded.site.places.values())


def test_one_feature_in_a_shifted_datum_is_converted_alone(site):
    site.edit(GEO, '"population":420', '"population":420,"datum":"GCJ-02"')
    loaded = site.load()
    assert findings(site) == [("datum", 7, "")]
    moved = [id for id, place in loaded.site.places.items()
             if place.geometry is not None and place.approximate == APPROXIMATE]
    assert moved == ["371002100201"]
    found = loaded.site.places["371002100201"].geometry
    assert 100 < metres((found.x, found.y), VILLAGE) < 700


def test_registers_are_converted_too(site):
    site.edit("geo/shelters.geojson", '{"type":"FeatureCollection",', '{"type":"FeatureCollection","crs":"BD-09",')
    found = site.load().site.registers.shelters["371002100-e01"]
    assert 500 < metres((found.geometry.x, found.geometry.y), (122.21, 37.31)) < 2000
    assert found.approximate == APPROXIMATE


def test_a_shifted_datum_is_found_even_in_a_broken_head(site):
    site.edit(GEO, '{"type":"FeatureCollection",', '{"type":FeatureCollection,"crs":"GCJ-02",')
    assert [each[0] for each in findings(site)] == ["datum"]


def test_swapped_coordinates_of_a_shifted_datum_are_turned_before_they_are_converted(site):
    lon, lat = shifted_point("GCJ-02", VILLAGE)
    site.edit(GEO, POINT, f'"type":"Point","coordinates":[{lat},{lon}]')
    site.edit(GEO, '"population":420', '"population":420,"datum":"GCJ-02"')
    assert [each[0] for each in findings(site)] == ["datum", "lonlat-swapped"]
    found = site.load().site.places["371002100201"].geometry
    assert metres((found.x, found.y), VILLAGE) < 0.02


def test_baidus_metres_are_refused_by_their_name(site):
    site.edit(GEO, '{"type":"FeatureCollection",', '{"type":"FeatureCollection","crs":"bd09mc",')
    loaded = site.load()
    assert [(each.rule, each.line) for each in loaded.findings] == [("datum", 1), ("crs", 1)]
    assert all(place.geometry is None for place in loaded.site.places.values())


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_read_as_it_stands_a_shifted_layer_would_move_a_village_out_of_its_fence(site, datum):
    """Rule 12: the shift is larger than the village; a warning for its ground would then pass it by."""
    ground = shapely.Point(*VILLAGE).buffer(0.001)      # about 100 m around
    drawn = shapely.Point(*shifted_point(datum, VILLAGE)).buffer(0.0005)
    site.edit(GEO, "{" + POINT + "}", json.dumps(shapely.geometry.mapping(drawn)))
    mistaken = Fences.build([site.load().site.places["371002100201"]])
    assert mistaken.touched(ground) == []
    site.edit(GEO, '"population":420', f'"population":420,"datum":"{datum}"')
    converted = Fences.build([site.load().site.places["371002100201"]])
    assert converted.touched(ground) == [("371002100201", "meets")]


@pytest.mark.parametrize("name", ["", "EPSG:4326", "EPSG:4490", "urn:ogc:def:crs:OGC:1.3:CRS84",
                                  "urn:ogc:def:crs:EPSG::4326", "WGS84", "CGCS2000"])
def test_plain_systems_need_no_conversion(name):
    assert projector(name) is None


def test_a_layer_in_another_system_is_brought_to_longitude_and_latitude(site):
    """EPSG:4549 is CGCS2000, three-degree zone of 120 E: metres, as surveyors deliver."""
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:4549", always_xy=True)
    layer = json.loads(PLACES)
    layer["crs"] = {"type": "name", "properties": {"name": "EPSG:4549"}}
    for feature in layer["features"]:
        found = shapely.transform(shapely.from_geojson(json.dumps(feature["geometry"])),
                                  lambda xy: [to_metres.transform(*each) for each in xy])
        feature["geometry"] = json.loads(shapely.to_geojson(found))
    loaded = site.write(GEO, json.dumps(layer, ensure_ascii=False)).load()
    assert loaded.findings == ()
    assert loaded.site.places["371002100201"].geometry.distance(shapely.Point(*VILLAGE)) < 1e-7


@pytest.mark.parametrize("name", ["EPSG:99999", "nonsense"])
def test_an_unknown_system_is_an_error_and_costs_no_place(site, name):
    site.edit(GEO, '{"type":"FeatureCollection",', f'{{"type":"FeatureCollection","crs":"{name}",')
    assert [each[0] for each in findings(site)] == ["crs"]
    assert len(site.load().site.places) == 8


def test_layers_of_other_formats_are_read_too(site):
    frame = geopandas.GeoDataFrame(
        {"id": ["371002-u01"], "name": ["东下穿"], "kind": ["reservoir"], "parents": ["371002;371002100"],
         "desk": ["371000"], "OBJECTID": [1]},
        geometry=[shapely.Point(122.2, 37.31)], crs="EPSG:4326").to_crs("EPSG:4549")
    frame.to_file(site.folder / "geo" / "underpasses.gpkg", driver="GPKG")
    loaded = site.load()
    place = loaded.site.places["371002-u01"]
    assert place.parents == ("371002", "371002100")
    assert place.geometry.distance(shapely.Point(122.2, 37.31)) < 1e-6
    assert [(each.file, each.rule) for each in loaded.findings] == [("geo/underpasses.gpkg", "column")]


def test_a_layer_that_is_none_is_told(site):
    site.write("geo/broken.gpkg", b"no database")
    assert [(each.file, each.rule) for each in site.load().findings] == [("geo/broken.gpkg", "file-unreadable")]


def test_a_repair_says_what_was_wrong_and_how_much_it_changed():
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    repaired = repair(bow)
    assert repaired.geometry.is_valid
    assert "Self-intersection" in repaired.what
    assert "MultiPolygon" in repaired.what
    assert repair(shapely.Point(1, 1)).what == ""


@pytest.mark.parametrize(("crs", "name"), [
    ("EPSG:4490", "EPSG:4490"), ({"type": "name", "properties": {"name": " EPSG:1 "}}, "EPSG:1"), (None, ""), (7, ""),
    ({"properties": None}, ""),
])
def test_the_name_of_a_system_is_found_in_either_form(crs, name):
    assert name_of(crs) == name
