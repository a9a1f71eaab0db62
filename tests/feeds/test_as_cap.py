"""Lines of Chinese lists become alerts; what a list does not say is derived the same way for every list."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from dutydesk.domain.alert import Geocode
from dutydesk.domain.values import Colour
from dutydesk.feeds.as_cap import Line, alert_of, alert_of_line, msg_type_of, office_in, unit_of
from dutydesk.ports.feed import Source
from tests.feeds.reading import NOW

SOURCE = Source("list", "nmc")
ID = "99100041600000_20310720114500"
LINE = Line(identifier=ID, headline="海角市气象台发布暴雨橙色预警信号", sent="2031/07/20 11:45")


def read(**changes: Any) -> Any:
    return alert_of_line(replace(LINE, **changes), SOURCE, NOW)


def test_a_line_without_anything_odd_has_no_fault() -> None:
    alert = read()
    assert alert.faults == ()
    assert (alert.identifier, alert.office, alert.event.name, alert.colour) == (
        ID, "99100041600000", "暴雨", Colour.ORANGE)
    assert alert.sent == datetime(2031, 7, 20, 11, 45, tzinfo=timezone(timedelta(hours=8)))
    assert alert.infos[0].areas[0].name == "海角市"
    assert alert.infos[0].areas[0].geocodes == (Geocode("adcode", "991000"),)


def test_naive_times_are_in_the_zone_of_the_source() -> None:
    alert = alert_of_line(LINE, replace(SOURCE, zone="UTC"), NOW)
    assert alert.sent.utcoffset() == timedelta(0)


def test_the_area_the_source_gives_comes_before_the_offices() -> None:
    area = read(adcode="991002", area="天涯区").infos[0].areas[0]
    assert (area.name, area.geocodes) == ("天涯区", (Geocode("adcode", "991002"),))


def test_an_area_without_a_code_is_told() -> None:
    alert = read(identifier="9")
    assert {fault.name for fault in alert.faults} == {"area-empty"}


def test_a_warning_without_a_number_has_the_same_key_from_every_list_that_says_the_same() -> None:
    first = read(identifier="")
    other = alert_of_line(replace(LINE, identifier="", sent="2031-07-20T11:45:00+08:00"), Source("else", "x"), NOW)
    assert first.identifier == other.identifier
    assert first.identifier.startswith("key-")
    assert "missing-identifier" not in {fault.name for fault in first.faults}
    for change in ({"headline": "海角市气象台发布暴雨红色预警信号"}, {"sent": "2031/07/20 11:46"}, {"area": "天涯区"}):
        assert read(identifier="", **change).identifier != first.identifier


def test_the_title_wins_over_a_code_and_the_difference_is_told() -> None:
    alert = read(colour=Colour.RED, event="大风")
    assert (alert.colour, alert.event.name) == (Colour.ORANGE, "暴雨")
    assert {fault.name for fault in alert.faults} == {"colour-conflict", "event-conflict"}


def test_a_code_alone_gives_colour_and_danger() -> None:
    alert = read(headline="海角市气象台发布预警", colour=Colour.RED, event="大风")
    assert (alert.colour, alert.event.name, alert.asks_officer) == (Colour.RED, "大风", False)


def test_neither_colour_nor_code_asks_the_officer() -> None:
    alert = read(headline="海角市气象台发布暴雨预警")
    assert (alert.colour, alert.asks_officer) == (SOURCE.unknown_colour, True)


def test_a_time_nobody_can_read_is_told_and_receipt_stands_in() -> None:
    alert = read(sent="昨天")
    assert alert.sent == NOW
    assert {fault.name for fault in alert.faults} == {"time-unreadable"}


@pytest.mark.parametrize(("title", "kind"), [
    ("海角市气象台发布暴雨橙色预警信号", "Alert"), ("海角市气象台解除暴雨橙色预警信号", "Cancel"),
    ("海角市气象台更新大风蓝色预警信号", "Update"), ("海角市气象台继续发布大风蓝色预警", "Update"),
    ("海角市气象台将暴雨橙色预警升级为暴雨红色预警", "Update"), ("海角市解除大风蓝色预警，发布大风黄色预警", "Alert"),
    ("", "Alert"),
])
def test_the_title_says_what_kind_of_message_it_is(title: str, kind: str) -> None:
    assert msg_type_of(title) == kind


@pytest.mark.parametrize(("title", "office", "unit"), [
    ("海角市气象台发布暴雨橙色预警", "海角市气象台", "海角市"),
    ("海角市中心气象台继续发布大风预警", "海角市中心气象台", "海角市"),
    ("天涯省水利厅、天涯省气象台发布山洪灾害蓝色预警", "天涯省水利厅、天涯省气象台", "天涯省"),
    ("天涯省自然资源厅和天涯省气象台发布地质灾害黄色预警", "天涯省自然资源厅和天涯省气象台", "天涯省"),
    ("海角区发布雷电黄色预警", "海角区", "海角区"), ("气象台发布大风预警", "气象台", "气象台"), ("暴雨橙色", "", ""),
])
def test_office_and_unit_are_read_from_the_title(title: str, office: str, unit: str) -> None:
    assert office_in(title) == office
    assert unit_of(office) == unit


def test_references_keep_their_numbers_without_a_fault() -> None:
    alert = read(references=("99100041600000_20310719114500", "x"), sender="A, B Office")
    assert [each.identifier for each in alert.references] == ["99100041600000_20310719114500", "x"]
    assert alert.faults == ()


def test_characters_no_document_may_hold_are_taken_out() -> None:
    alert = read(headline="海角市气象台\x00发布暴雨\ud800橙色预警\x1b")
    assert alert.infos[0].headline == "海角市气象台发布暴雨橙色预警"
    assert {fault.name for fault in alert.faults} == {"control-characters"}


def test_fields_without_end_are_cut_and_odd_names_left_out() -> None:
    deep: dict[str, Any] = {}
    for _ in range(3000):
        deep = {"info": deep}
    alert = alert_of({"identifier": "1", "sender": "s", "a b": "x", "<": 1, "": 2, **deep}, SOURCE, NOW)
    assert alert.identifier == "1"
