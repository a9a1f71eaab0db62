"""Alarms that are no warnings, by the mapping of whoever pushes them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import NOW

from dutydesk.domain.observed import Point, Sighting
from dutydesk.domain.sighting_map import COLUMNS, sighting_map
from dutydesk.domain.values import Colour
from dutydesk.errors import DocumentError
from dutydesk.feeds.faults import MEANINGS
from dutydesk.feeds.sighting import Sightings
from dutydesk.ports.feed import Source

AT = datetime(2031, 7, 20, tzinfo=UTC)
TOWER = {"rows": "alarms", "device": "cameraId", "time": "alarmTime", "event": "alarmType", "lon": "geo.0",
         "lat": "geo.1", "picture": "pic", "confidence": "score", "confidence_of": 1, "over": "status",
         "over_when": "cleared",
         "events": {"1": "森林火灾"}, "colour": "level", "colours": {"A": "red"}}


def read(document: object, mapping: object = None) -> list[Sighting]:
    told = {} if mapping is None else {"mapping": mapping}
    source = Source("cams", "sighting", settings=told)
    return Sightings().parse(json.dumps(document, ensure_ascii=False).encode(), source, NOW)


def faults(found: list[Sighting]) -> set[str]:
    return {fault.name for each in found for fault in each.faults}


def test_a_push_is_read_by_its_mapping() -> None:
    alarm = {"id": 77, "cameraId": "T-3", "alarmTime": "2031-07-20 08:00:00", "alarmType": 1, "geo": [122.1, 37.4],
             "pic": "https://cams.example/77.jpg", "score": "0.825", "status": "new", "level": "A"}
    (found,) = read({"alarms": [alarm]}, TOWER)
    assert (found.id, found.at, found.event, found.point, found.device) == (
        "77", AT, "森林火灾", Point(122.1, 37.4), "T-3")
    assert (found.picture, found.confidence, found.over, found.colour) == (
        "https://cams.example/77.jpg", 82.5, False, Colour.RED)
    (over,) = read({"alarms": [alarm | {"status": "Cleared"}]}, TOWER)
    assert over.over


def test_plain_names_need_no_mapping_and_one_object_is_a_list_of_one() -> None:
    (found,) = read({"event": "山体滑坡", "place": "371003111", "confidence": "90%", "text": "路基下沉"})
    assert (found.event, found.place, found.confidence, found.at) == ("山体滑坡", "371003111", 90, NOW)
    assert found.id == read({"event": "山体滑坡", "place": "371003111", "text": "路基下沉"})[0].id, "the same words"


@pytest.mark.parametrize(("more", "fault"), [
    ({"lon": 200, "lat": 37}, "coordinates-out-of-range"), ({"picture": "javascript:alert(1)"}, "link-refused"),
    ({"picture": "file:///etc/passwd"}, "link-refused"), ({"confidence": "sehr"}, "confidence-unreadable"),
    ({"confidence": 900}, "confidence-unreadable"), ({"time": "heute"}, "time-unreadable")])
def test_what_is_odd_is_said_and_the_alarm_stays(more: dict[str, object], fault: str) -> None:
    found = read({"event": "森林火灾", "device": "T-3", **more})
    assert len(found) == 1
    assert fault in faults(found)
    assert found[0].picture == ""
    assert found[0].confidence is None


def test_an_alarm_of_nothing_or_of_nowhere_is_left_out_and_said() -> None:
    found = read([{"event": "森林火灾"}, {"device": "T-3"}, {"event": "停电", "place": "1"}])
    assert [each.event for each in found] == ["停电"]
    assert faults(found) == {"sighting-empty"}
    with pytest.raises(DocumentError):
        read([{"event": "森林火灾"}])


@pytest.mark.parametrize(("mapping", "word"), [
    ("x", "write a table"), ({"evnet": "a"}, "evnet"), ({"events": []}, "events"), ({"confidence_of": 0}, "certain"),
    ({"colours": {"A": "pink"}}, "pink"), ({"event": 5}, "mapping.event")])
def test_a_wrong_mapping_says_what_is_wrong(mapping: object, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        sighting_map(mapping)
    with pytest.raises(DocumentError, match="mapping"):
        read({"event": "x"}, mapping)


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(
    ["https://[", "http://a.example", "2031-07-20 08:00", "红色", "122.1"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), values), max_size=5))
def test_only_named_errors_come_out_of_any_push(rows: list[dict[str, object]]) -> None:
    try:
        found = read(rows)
    except DocumentError as error:
        assert error.name in MEANINGS  # noqa: PT017 - either outcome is fine, any other error is not
        return
    assert faults(found) <= set(MEANINGS)
    for each in found:
        assert each.confidence is None or 0 <= each.confidence <= 100
        assert each.picture == "" or each.picture.startswith("http")
