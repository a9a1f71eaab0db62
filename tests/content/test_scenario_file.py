"""A scenario file is read whole or refused with every fault on its line."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dutydesk.content.models.words import duration
from dutydesk.content.scenario import load_scenario, names
from dutydesk.domain.scenario import Conduct
from dutydesk.domain.values import Colour
from dutydesk.errors import Faulty, UsageError

FILE = "scenarios/rain/scenario.yaml"


def test_everything_of_a_scenario_is_read(site):
    found = load_scenario("rain", site.folder)
    assert found.start == datetime.fromisoformat("2026-07-01T20:00+08:00")
    assert found.until == timedelta(hours=2)
    assert [(each.at, each.file) for each in found.alerts] == [
        (timedelta(hours=1, minutes=59), str(site.folder / "scenarios/rain/1.xml"))]
    assert [(each.family, each.colour, each.places) for each in found.open] == [("flood", Colour.RED, ("371002100",))]
    assert found.officers == {"officer": Conduct(), "leader": Conduct("1", timedelta(seconds=40))}
    assert found.officers["officer"].never
    assert (found.people.answer, found.people.night, found.people.p95) == (0.6, 0.3, timedelta(minutes=15))
    assert found.people.persons["p8"].never
    assert found.people.persons["p9"] == Conduct("1", timedelta(seconds=40))
    assert [(each.gateway, each.area_dark, each.start, each.until) for each in found.faults] == [
        ("sms", "", timedelta(hours=3), timedelta(hours=3, minutes=20)), ("", "371002100", timedelta(hours=4), None)]
    assert found.seed == 7
    assert found.site == str(site.folder.resolve())


@pytest.mark.parametrize("way", ["rain", "scenarios/rain", "scenarios/rain/scenario.yaml"])
def test_a_scenario_is_found_by_name_folder_or_file(site, way, monkeypatch):
    monkeypatch.chdir(site.folder)
    assert load_scenario(way, site.folder).name == "rain"


def test_an_unknown_name_says_which_there_are(site):
    assert names(site.folder) == ("rain",)
    with pytest.raises(UsageError, match="rain"):
        load_scenario("snow", site.folder)


@pytest.mark.parametrize(("old", "new", "fault"), [
    ("+08:00", "", "rain/scenario.yaml:4:"),
    ("until: 2h", "until: 2 hours", "rain/scenario.yaml:5:"),
    ("colour: red", "colour: rot", "rain/scenario.yaml:8:"),
    ("answer: 0.6", "answer: 60", "rain/scenario.yaml:11:"),
    ("p8: never", "p8: sometimes", "rain/scenario.yaml:14:"),
    ("median: 90s", "median: 90m", "rain/scenario.yaml:13:"),
    ("gateway: sms, ", "", "rain/scenario.yaml:16:"),
    ("leader:", "boss:", "rain/scenario.yaml:9:"),
    ("1.xml", "2.xml", "rain/scenario.yaml:6:"),
])
def test_a_fault_is_told_with_file_and_line(site, old, new, fault):
    site.edit(FILE, old, new)
    with pytest.raises(Faulty) as caught:
        load_scenario("rain", site.folder)
    assert any(each.startswith(fault) for each in caught.value.faults), caught.value.faults


@pytest.mark.parametrize(("text", "seconds"), [
    ("30s", 30), ("5m", 300), ("2h", 7200), ("+1h59m", 7140), ("+0m", 0), ("1d2h", 93600), (" 90s ", 90),
])
def test_durations_are_read_as_people_write_them(text, seconds):
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "-5m", "5min", "m5", "1m1h", 5, None, "٥m5"])
def test_what_is_no_duration_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="30s"):
        duration(text)
