"""Earthquakes of the US Geological Survey and of the China Earthquake Networks Center."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dutydesk.domain.observed import Point, Quake
from tests.corpus import corpus
from tests.feeds.reading import NOW, faults, parse, refused

BEIJING = ZoneInfo("Asia/Shanghai")
AT = datetime(2031, 5, 12, 6, 28, 4, tzinfo=UTC)


def quakes(kind: str, document: object) -> list[Quake]:
    found = parse(kind, document)
    assert all(isinstance(each, Quake) for each in found)
    return [each for each in found if isinstance(each, Quake)]


def feature(**changes: object) -> dict[str, Any]:
    said = {"mag": 6.2, "place": "60 km E of Nowhere", "time": int(AT.timestamp() * 1000),
            "updated": int(AT.timestamp() * 1000) + 90_000, "status": "automatic", "type": "earthquake"} | changes
    return {"type": "Feature", "id": "xx1", "properties": said,
            "geometry": {"type": "Point", "coordinates": [122.9, 37.2, 10.0]}}


def collection(*features: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def test_a_feature_is_a_quake() -> None:
    [quake] = quakes("usgs", collection(feature()))
    assert quake == Quake("xx1", AT, AT + timedelta(seconds=90), Point(122.9, 37.2), 6.2, 10.0, "60 km E of Nowhere",
                          "automatic")
    assert quakes("usgs", feature()) == [quake]
    assert quakes("usgs", feature(status="reviewed"))[0].status == "reviewed"
    assert quakes("usgs", feature(type="explosion"))[0].sort == "explosion"


def test_a_deleted_quake_is_one_though_nothing_else_is_left_of_it() -> None:
    gone = {"type": "Feature", "id": "xx1", "properties": {"status": "deleted", "mag": None, "time": None},
            "geometry": None}
    [quake] = quakes("usgs", collection(gone))
    assert (quake.id, quake.status, quake.point, quake.magnitude, quake.at) == ("xx1", "deleted", None, None, NOW)
    assert quake.faults == ()


@pytest.mark.parametrize("changes", [{"mag": None}, {"time": None}, {"mag": "strong"}])
def test_a_quake_that_lacks_what_counts_is_told(changes: dict[str, object]) -> None:
    assert faults(quakes("usgs", collection(feature(**changes)))[0]) == {"quake-partial"}   # type: ignore[arg-type]


def test_other_json_is_no_list_of_quakes() -> None:
    for document in ({}, [], {"type": "FeatureCollection"}, {"type": "Topology"}):
        assert refused("usgs", document) == "wrong-format"
    assert quakes("usgs", collection()) == []
    assert refused("usgs", collection({"type": "Feature", "properties": {}})) == "wrong-format"


@pytest.mark.parametrize("name", ["usgs_all_week_simpelaki.geojson", "usgs_all_week_wbravoanoni.geojson"])
def test_every_real_feature_says_what_its_properties_say(name: str) -> None:
    body = corpus("quake", name).read_bytes()
    for quake, each in zip(quakes("usgs", body), json.loads(body)["features"], strict=True):
        said, (lon, lat, depth) = each["properties"], each["geometry"]["coordinates"]
        assert (quake.id, quake.magnitude, quake.where, quake.status, quake.sort) == (
            each["id"], said["mag"], (said["place"] or "").strip(), said["status"], said["type"])
        assert quake.point == Point(lon, lat)
        assert quake.depth == depth
        assert abs(quake.at.timestamp() * 1000 - said["time"]) < 1
        assert quake.faults == ()


ROW = {"CATA_ID": "CC20310512142804", "O_TIME": "2031-05-12 14:28:04", "SAVE_TIME": "2031-05-12 14:35:00",
       "EPI_LAT": "37.20", "EPI_LON": "122.90", "EPI_DEPTH": 10, "AUTO_FLAG": "M", "M": "6.2", "LOCATION_C": "黄海海域"}


@pytest.mark.parametrize("wrapped", ["{}", "({})", "jQuery1({});", "cb({})"])
def test_the_center_s_own_query_is_read(wrapped: str) -> None:
    [quake] = quakes("cenc", wrapped.format(json.dumps({"shuju": [ROW], "jieguo": "1"})))
    assert quake == Quake("CC20310512142804", AT, AT + timedelta(seconds=416), Point(122.9, 37.2), 6.2, 10.0,
                          "黄海海域", "reviewed")
    assert quake.at.tzinfo == BEIJING


def test_a_row_taken_back_is_a_deleted_quake() -> None:
    assert [each.status for each in quakes("cenc", {"shuju": [ROW | {"IS_DEL": "1"}, ROW | {"IS_DEL": ""},
                                                              ROW | {"AUTO_FLAG": "A"}]})] == [
        "deleted", "reviewed", "automatic"]


def test_one_bad_row_harms_no_other() -> None:
    [quake] = quakes("cenc", {"shuju": ["x", {}, ROW]})
    assert faults(quake) == {"row-unreadable"}
    assert faults(quakes("cenc", {"shuju": [ROW | {"M": ""}]})[0]) == {"quake-partial"}
    assert refused("cenc", {"shuju": "x"}) == "wrong-format"
    assert refused("cenc", {"a": 1}) == "wrong-format"


def test_the_mirror_s_real_list_says_what_its_rows_say() -> None:
    body = corpus("quake", "wolfx_cenc_eqlist_8rows_202609.json").read_bytes()
    rows = [row for name, row in json.loads(body).items() if name.startswith("No")]
    for quake, row in zip(quakes("cenc", body), rows, strict=True):
        assert quake.id == row["EventID"]
        assert quake.at == datetime.fromisoformat(row["time"]).replace(tzinfo=BEIJING)
        assert quake.updated == datetime.fromisoformat(row["ReportTime"]).replace(tzinfo=BEIJING)
        assert (quake.magnitude, quake.depth, quake.where, quake.status) == (
            float(row["magnitude"]), float(row["depth"]), row["placeName"], "reviewed")
        assert quake.point == Point(float(row["longitude"]), float(row["latitude"]))
        assert quake.faults == ()


def test_the_mirror_s_early_warning_is_one_quake() -> None:
    [quake] = quakes("cenc", corpus("quake", "wolfx_cenc_eew_20260918.json").read_bytes())
    assert (quake.id, quake.magnitude, quake.status, quake.where) == (
        "202609182050.0001", 4.2, "automatic", "四川甘孜州新龙县")
