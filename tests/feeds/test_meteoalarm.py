"""MeteoAlarm's JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from shapely.geometry import Point

from tests.corpus import corpus
from tests.feeds.reading import alerts, faults, one, parse, refused

INFO = {"language": "en", "category": ["Met"], "event": "gale", "severity": "Moderate", "urgency": "Immediate",
        "certainty": "Likely", "onset": "2031-07-20T09:00:00+02:00", "expires": "2031-07-20T18:00:00+02:00",
        "headline": "Official WARNING of GALES", "description": "d", "instruction": "i",
        "parameter": [{"valueName": "awareness_level", "value": "3; orange; Severe"}],
        "area": [{"areaDesc": "Nowhere", "polygon": "49.0,9.0 51.0,9.0 50.0,11.0 49.0,9.0",
                  "geocode": [{"valueName": "EMMA_ID", "value": "XX343"}]}]}
ALERT = {"identifier": "2.49.0.0.276.0.X", "sender": "x@met.example", "sent": "2031-07-20T08:55:00+02:00",
         "status": "Actual", "msgType": "Alert", "scope": "Public", "info": [INFO]}


def document(*rows: object) -> dict[str, Any]:
    return {"warnings": [{"alert": row, "uuid": "u"} for row in rows]}


def test_a_warning_is_the_cap_it_is_written_after() -> None:
    alert = one("meteoalarm", document(ALERT))
    assert (alert.identifier, alert.colour.word, alert.event.family) == ("2.49.0.0.276.0.X", "orange", "wind")
    area = alert.infos[0].areas[0]
    assert [(code.name, code.value) for code in area.geocodes] == [("EMMA_ID", "XX343")]
    assert area.geometry is not None
    assert area.geometry.covers(Point(10, 50))
    assert alert.faults == ()


def test_several_shapes_and_single_fields_are_read_alike() -> None:
    area = {"areaDesc": "n", "polygon": ["1,1 1,2 2,2 1,1", "5,5 5,6 6,6 5,5"], "circle": "30,30 10"}
    geometry = one("meteoalarm", document(ALERT | {"info": INFO | {"area": area}})).infos[0].areas[0].geometry
    assert geometry is not None
    assert all(geometry.covers(Point(lon, lat)) for lon, lat in ((1.7, 1.5), (5.7, 5.5), (30, 30)))


def test_a_test_stays_one_and_references_are_kept() -> None:
    alert = one("meteoalarm", document(ALERT | {"status": "Test", "msgType": "Update",
                                                "references": "s,id0,2031-07-20T08:00:00+02:00"}))
    assert (alert.status, alert.msg_type, alert.references[0].identifier) == ("Test", "Update", "id0")


def test_a_refusal_is_no_empty_list() -> None:
    assert parse("meteoalarm", document()) == []
    assert refused("meteoalarm", {"error": "no such country"}) == "declined"
    assert one("meteoalarm", document(ALERT) | {"message": "1 warning"}).identifier == ALERT["identifier"]
    for other in ([], {"regions": []}, {"warnings": {}}):
        assert refused("meteoalarm", other) == "wrong-format"
    assert faults(one("meteoalarm", document(ALERT, None))) == {"row-unreadable"}


@pytest.mark.parametrize("odd", [{"info": None}, {"info": "x"}, {"info": [[INFO]]}, {"sent": 5}, {"identifier": {}},
                                 {"info": {"area": {"polygon": {"x": 1}}}}, {"": 1, "x y": 2}])
def test_odd_fields_are_faults_and_stop_nothing(odd: dict[str, Any]) -> None:
    assert one("meteoalarm", document(ALERT | odd)).sender == "x@met.example"


@pytest.mark.parametrize("name", ["seevee_meteoalarm_de.json", "seevee_meteoalarm_with_polygons.json"])
def test_every_real_warning_says_what_its_fields_say(name: str) -> None:
    body = corpus("meteoalarm", name).read_bytes()
    rows = json.loads(body)["warnings"]
    for alert, row in zip(alerts("meteoalarm", body), rows, strict=True):
        said = row["alert"]
        assert (alert.identifier, alert.sender, alert.status, alert.msg_type) == (
            said["identifier"], said["sender"], said["status"], said["msgType"])
        assert faults(alert) <= {"event-unknown"}
        for info, its in zip(alert.infos, said["info"], strict=True):
            assert (info.headline, info.severity, info.language) == (its["headline"], its["severity"], its["language"])
            assert [area.name for area in info.areas] == [area["areaDesc"] for area in its["area"]]
            assert [area.geometry is not None for area in info.areas] == ["polygon" in area for area in its["area"]]
            level = [each["value"] for each in its.get("parameter", []) if each["valueName"] == "awareness_level"]
            assert not level or info.colour is not None
            assert not level or str(info.colour.word) in level[0]  # type: ignore[union-attr]


def test_a_list_of_regions_is_no_list_of_warnings() -> None:
    body = corpus("meteoalarm", "seevee_meteoalarm_regions_de.json").read_bytes()
    assert refused("meteoalarm", body) == "wrong-format"
