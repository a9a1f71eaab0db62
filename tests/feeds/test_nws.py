"""The US National Weather Service's GeoJSON."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import pytest
from shapely.geometry import Point, shape

from dutydesk.domain.alert import Alert, Geocode, Reference, Request
from tests.corpus import corpus
from tests.feeds.reading import alerts, faults, one, parse, refused

SAID = {"id": "urn:oid:2.49.0.1.840.0.1", "areaDesc": "Nowhere", "geocode": {"SAME": ["041007"], "UGC": ["ORZ001"]},
        "references": [{"identifier": "urn:oid:0", "sender": "w-nws.webmaster@noaa.gov",
                        "sent": "2031-07-19T12:52:00-08:00"}],
        "sent": "2031-07-20T13:34:00-08:00", "effective": "2031-07-20T13:34:00-08:00",
        "onset": "2031-07-20T14:00:00-08:00", "expires": "2031-07-21T05:30:00-08:00",
        "ends": "2031-07-22T10:00:00-08:00", "status": "Actual", "messageType": "Update", "severity": "Severe",
        "certainty": "Possible", "urgency": "Future", "event": "Flood Watch", "sender": "w-nws.webmaster@noaa.gov",
        "senderName": "NWS Nowhere", "headline": "Flood Watch issued", "description": "d", "instruction": "i",
        "parameters": {"PIL": ["PQRFFAPQR"]}}
SQUARE = [[[-122, 45], [-121, 45], [-121, 46], [-122, 46], [-122, 45]]]


def feature(geometry: object = None, **changes: object) -> dict[str, Any]:
    return {"type": "Feature", "id": "x", "geometry": geometry, "properties": SAID | changes}


def collection(*features: object, **more: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **more}


def test_a_feature_says_what_its_cap_would_say() -> None:
    alert = one("nws", collection(feature()))
    assert (alert.identifier, alert.msg_type, alert.status, alert.scope) == (SAID["id"], "Update", "Actual", "Public")
    assert alert.references == (Reference("urn:oid:0", "w-nws.webmaster@noaa.gov", "2031-07-19T12:52:00-08:00"),)
    info = alert.infos[0]
    assert (info.event.family, info.severity, info.language) == ("flood", "Severe", "en-US")
    assert info.areas[0].geocodes == (Geocode("SAME", "041007"), Geocode("UGC", "ORZ001"))
    assert info.expires is not None
    assert info.expires.isoformat() == SAID["expires"]
    assert alert.faults == ()
    assert one("nws", feature()) == alert


@pytest.mark.parametrize(("geometry", "inside", "outside"), [
    ({"type": "Polygon", "coordinates": SQUARE}, (-121.5, 45.5), (-120, 45.5)),
    ({"type": "MultiPolygon", "coordinates": [SQUARE, [[[-110, 45], [-109, 45], [-109, 46], [-110, 45]]]]},
     (-109.2, 45.3), (-115, 45.5)),
    ({"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": SQUARE}]}, (-121.5, 45.5),
     (0, 0)),
    ({"type": "Point", "coordinates": [-122, 45, 10]}, (-122, 45), (-122, 46)),
])
def test_shapes_are_read_longitude_first(geometry: object, inside: Any, outside: Any) -> None:
    read = one("nws", feature(geometry)).infos[0].areas[0].geometry
    assert read is not None
    assert read.covers(Point(inside))
    assert not read.covers(Point(outside))


def test_who_lives_in_a_hole_is_called() -> None:
    hole = [[-121.6, 45.4], [-121.4, 45.4], [-121.4, 45.6], [-121.6, 45.4]]
    read = one("nws", feature({"type": "Polygon", "coordinates": [*SQUARE, hole]})).infos[0].areas[0].geometry
    assert read is not None
    assert read.covers(Point(-121.45, 45.45))


@pytest.mark.parametrize("geometry", [{"type": "Polygon", "coordinates": "x"}, {"type": "Polygon"}, {"type": "Line"},
                                      {"type": "MultiPolygon", "coordinates": 5}, {"type": "Point"}, [], "x",
                                      {"type": "Polygon", "coordinates": [[["a", "b"]]]},
                                      {"type": "Polygon", "coordinates": [[[45, -122], [45, -121], [46, -121]]]}])
def test_a_shape_nobody_can_read_stops_nothing(geometry: object) -> None:
    alert = one("nws", feature(geometry))
    assert alert.infos[0].areas[0].geometry is None
    assert alert.identifier == SAID["id"]


def test_a_further_page_is_asked_for() -> None:
    found = parse("nws", collection(feature(), pagination={"next": "https://api.weather.gov/alerts?cursor=2"}))
    assert [type(each) for each in found] == [Alert, Request]
    assert isinstance(found[1], Request)
    assert found[1].url == "https://api.weather.gov/alerts?cursor=2"
    assert len(parse("nws", collection(feature(), pagination={"next": None}))) == 1


def test_a_refusal_is_no_empty_list() -> None:
    assert parse("nws", collection()) == []
    problem = {"type": "https://api.weather.gov/problems/NotFound", "title": "Not Found", "status": 404}
    assert refused("nws", problem) == "declined"
    for document in ({}, [], {"type": "FeatureCollection"}, {"type": "Topology"}):
        assert refused("nws", document) == "wrong-format"
    assert faults(one("nws", collection(feature(), {"type": "Feature", "properties": None}))) == {"row-unreadable"}


def test_an_exercise_stays_one() -> None:
    assert one("nws", feature(status="Exercise")).status == "Exercise"


@pytest.mark.parametrize("name", ["pynws_alerts_active_zone.json", "pynws_alerts_active_zone_second.json"])
def test_every_real_feature_says_what_its_properties_say(name: str) -> None:
    body = corpus("nws", name).read_bytes()
    features = json.loads(body)["features"]
    for alert, each in zip(alerts("nws", body), features, strict=True):
        said, info = each["properties"], alert.infos[0]
        assert (alert.identifier, alert.sent.isoformat()) == (said["id"], said["sent"])
        assert (alert.msg_type, info.severity, info.urgency, info.certainty) == (
            said["messageType"], said["severity"], said["urgency"], said["certainty"])
        assert (info.headline, info.description, info.instruction) == (
            said["headline"].strip(), said["description"].strip(), (said["instruction"] or "").strip())
        assert sorted(code.value for code in info.areas[0].geocodes) == sorted(chain(*said["geocode"].values()))
        assert [each.identifier for each in alert.references] == [each["identifier"] for each in said["references"]]
        assert each["geometry"] is None or shape(each["geometry"]).equals(info.areas[0].geometry)
        assert alert.faults == ()
