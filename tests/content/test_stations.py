"""geo/stations.geojson and playbooks/thresholds.yaml: read whole, told by line, and never mistaken for places."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dutydesk.domain.observed import Point
from dutydesk.domain.thresholds import NOW, Fall
from dutydesk.domain.values import Colour
from tests.content.gauge_cases import GAUGE, LAKE, STATIONS, TABLE, THRESHOLDS, gauges
from tests.content.small_site import SmallSite

HOUR = timedelta(hours=1)


def found(site: SmallSite) -> dict[str, tuple[str, int]]:
    return {each.rule: (each.file, each.line) for each in reversed(site.load().findings)}


def test_a_sound_site_with_gauges_has_no_fault_and_no_gauge_is_a_place(site: SmallSite) -> None:
    before = site.load().site.places
    gauges()(site)
    loaded = site.load()
    assert loaded.findings == ()
    assert loaded.site.places == before
    assert not [each for each in site.check().findings if "station" in each.rule or "threshold" in each.rule]
    lake = loaded.stations["w1"]
    assert (lake.code, lake.point, lake.places, lake.downstream) == (
        "9", Point(122.1, 37.2), ("371002100-r01",), ("371002100",))
    assert loaded.stations["g1"].code == "g1"


def test_the_thresholds_come_as_they_are_written(site: SmallSite) -> None:
    gauges()(site)
    loaded = site.load()
    told = loaded.thresholds
    assert told.site == {"rain": {HOUR: {Colour.ORANGE: 60, Colour.RED: 80}}}
    assert told.falls("level") == Fall(0.1, share=False, hold=HOUR)
    assert told.falls("rain") == Fall()
    assert [(each.place, each.table) for each in told.groups(loaded.stations["w1"], "level")] == [
        ("", {NOW: {Colour.ORANGE: 3, Colour.RED: 4}}), ("371002100", {NOW: {Colour.RED: 3.5}})]
    assert loaded.setup is not None
    assert (loaded.setup.stations, loaded.setup.thresholds) == (loaded.stations, told)


def test_a_site_without_gauges_needs_neither_file(site: SmallSite) -> None:
    loaded = site.load()
    assert (loaded.stations, loaded.findings) == ({}, ())


@pytest.mark.parametrize(("change", "rule", "point"), [
    (gauges(at=(37.2, 122.1)), "lonlat-swapped", Point(122.1, 37.2)),
    (gauges(at=(125, 37)), "out-of-envelope", Point(125, 37)),
    (gauges(at=None), "geometry-absent", None), (gauges(at="x"), "geometry", None),
    (gauges(head='"crs":{"type":"name","properties":{"name":"GCJ-02"}},'), "datum", None)])
def test_a_position_that_cannot_be_is_told_and_the_gauge_stays(change, rule, point, site: SmallSite) -> None:
    change(site)
    assert found(site)[rule] == (STATIONS, 2)
    assert site.load().stations["g1"].point == point


def test_a_damaged_feature_harms_no_other(site: SmallSite) -> None:
    gauges({key: value for key, value in GAUGE.items() if key != "kind"}, LAKE | {"colour": "blue"})(site)
    loaded = site.load()
    assert set(loaded.stations) == {"w1"}
    assert found(site) == {"row": (STATIONS, 2), "column": (STATIONS, 3)}


@pytest.mark.parametrize(("old", "new", "line", "word"), [
    ("orange: 60, red: 80", "orange: 80, red: 60", 3, "higher colour"), ("1h:", "2h:", 3, "1h, 3h, 6h or 24h"),
    ("red: 4}", "rot: 4}", 6, "rot"), ("below: 0.1", "below: viel", 9, "margin"),
    ("for: 1h", "for: eine", 9, "duration"), ("event:", "evnet:", 10, "event")])
def test_a_slip_is_told_by_line_and_silences_no_other_threshold(site: SmallSite, old: str, new: str, line: int,
                                                                word: str) -> None:
    gauges(table=TABLE.replace(old, new, 1))(site)
    loaded = site.load()
    told = [each for each in loaded.findings if each.file == THRESHOLDS]
    assert [each.line for each in told] == [line]
    assert word in told[0].text
    kept = (loaded.thresholds.site.get("rain"), loaded.thresholds.stations.get("w1", {}).get("level"))
    assert any(kept), "what is right counts"
