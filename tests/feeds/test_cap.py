"""What was learned from real documents, each fact in a fixture of our own with invented offices and places."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from dutydesk.domain.alert import Alert, Geocode, Reference
from dutydesk.domain.values import Colour
from dutydesk.errors import DocumentError
from dutydesk.feeds.as_json import as_json, unreadable_as_json
from dutydesk.feeds.cap import Cap, office_of
from dutydesk.feeds.faults import MEANINGS
from dutydesk.ports.feed import Source

NOW = datetime(2031, 7, 20, 4, tzinfo=UTC)
SOURCE = Source("cma", "cap")
CST = timezone(timedelta(hours=8))
CAP12 = "urn:oasis:names:tc:emergency:cap:1.2"

HEAD: dict[str, str | None] = {
    "identifier": "99100041600000_20310720114500", "sender": "Haijiao_Observatory",
    "sent": "2031-07-20T11:45:00+08:00", "status": "Actual", "msgType": "Alert", "scope": "Public",
}
INFO: dict[str, str | None] = {
    "language": "zh-CN", "event": "暴雨", "urgency": "Unknown", "severity": "Severe", "certainty": "Unknown",
    "effective": "2031-07-20T11:45:00+08:00", "expires": "2031-07-21T11:45:00+08:00",
    "senderName": "海角市气象台", "headline": "海角市气象台发布暴雨橙色预警信号[Ⅱ级/严重]",
    "description": "预计未来3小时有大暴雨。", "instruction": "",
}
AREA = ("<area><areaDesc>海角</areaDesc><geocode><valueName>CPEAS Geographic Code</valueName>"
        "<value>991000000000</value></geocode></area>")


def elements(fields: dict[str, str | None]) -> str:
    return "".join(f"<{name}>{text}</{name}>" for name, text in fields.items() if text is not None)


def info(area: str = AREA, more: str = "", **changes: str | None) -> str:
    return f"<info>{elements(INFO | changes)}{more}{area}</info>"


def document(*infos: str, more: str = "", xmlns: str = f' xmlns="{CAP12}"', **changes: str | None) -> bytes:
    blocks = "".join(infos or (info(),))
    head = elements(HEAD | changes)
    return f"<?xml version='1.0' encoding='UTF-8'?><alert{xmlns}>{head}{more}{blocks}</alert>".encode()


def parse(body: bytes, source: Source = SOURCE) -> Alert:
    [alert] = Cap().parse(body, source, NOW)
    return alert


def faults(alert: Alert) -> list[str]:
    return [fault.name for fault in alert.faults]


def test_a_clean_warning_has_no_fault_and_says_all() -> None:
    alert = parse(document())
    assert alert.faults == ()
    assert (alert.identifier, alert.office) == ("99100041600000_20310720114500", "99100041600000")
    assert (alert.event.code, alert.event.name, alert.event.family) == ("11B03", "暴雨", "flood")
    assert (alert.colour, alert.asks_officer, alert.source) == (Colour.ORANGE, False, "cma")
    assert alert.sent == datetime(2031, 7, 20, 11, 45, tzinfo=CST)
    assert alert.infos[0].areas[0].geocodes == (Geocode("CPEAS Geographic Code", "991000000000"),)
    assert alert.infos[0].areas[0].geometry is None


CASES: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    # what is wrong, changes, what holds all the same, faults
    ("no status", {"status": None}, {"status": "Actual"}, ["missing-status"]),
    ("blank status", {"status": " "}, {"status": "Actual"}, ["missing-status"]),
    ("lower case", {"status": "exercise", "msgType": "UPDATE", "scope": "public"},
     {"status": "Exercise", "msg_type": "Update", "scope": "Public"}, []),
    ("unknown status", {"status": "Real"}, {"status": "Actual"}, ["value-unknown"]),
    ("a government client's spelling", {"msgType": "Cancle"}, {"msg_type": "Cancel"}, ["cancel-misspelt"]),
    ("no message type", {"msgType": None}, {"msg_type": "Alert"}, ["missing-msg-type"]),
    ("no scope", {"scope": None}, {"scope": "Public"}, ["missing-scope"]),
    ("no time of sending", {"sent": None}, {"sent": NOW}, ["missing-sent"]),
    ("a time nobody can read", {"sent": "gestern"}, {"sent": NOW}, ["time-unreadable"]),
    ("a naive time", {"sent": "2031-07-20T11:45:00"}, {"sent": datetime(2031, 7, 20, 3, 45, tzinfo=UTC)},
     ["time-naive"]),
    ("12379's names", {"sent": None, "sendTime": "2031-07-20 11:45:00", "sender": None, "senderCode": "99100041600000"},
     {"sent": datetime(2031, 7, 20, 3, 45, tzinfo=UTC), "sender": "99100041600000"}, ["time-naive", "time-form"]),
    ("no sender", {"sender": None, "identifier": "x-1"}, {"sender": "", "office": "source:cma"}, ["missing-sender"]),
    ("a short id", {"identifier": "991000416000_20310720114500"}, {"office": "haijiao_observatory"},
     ["identifier-form"]),
    ("a standard id", {"identifier": "99100041600000_20310720114500_3"}, {"office": "99100041600000"}, []),
    ("a foreign id", {"identifier": "urn:oid:2.49.0.0.1"}, {"office": "haijiao_observatory"}, []),
    ("an empty reference", {"references": ""}, {"references": ()}, []),
    ("Macau's habit", {"references": "a,99100041600000_20310720114500,2031-07-20T11:45:00+08:00"},
     {"references": (Reference("99100041600000_20310720114500", "a", "2031-07-20T11:45:00+08:00"),)},
     ["reference-self"]),
    ("CMA's habit: the new time",
     {"msgType": "Update", "references": "H_Obs,99100041600000_20310719090000,2031-07-20T11:45:00+08:00"},
     {"references": (Reference("99100041600000_20310719090000", "H_Obs", "2031-07-20T11:45:00+08:00"),)}, []),
]


@pytest.mark.parametrize(("what", "changes", "holds", "names"), CASES, ids=[case[0] for case in CASES])
def test_what_is_missing_or_odd_becomes_a_default_and_a_fault(
    what: str, changes: dict[str, Any], holds: dict[str, Any], names: list[str]
) -> None:
    alert = parse(document(**changes))
    assert {field: getattr(alert, field) for field in holds} == holds
    assert faults(alert) == names


INFO_CASES: list[tuple[str, dict[str, Any], str, Colour, bool, list[str]]] = [
    # what, changes of the block, event, colour, asks the officer, faults
    ("an upgrade", {"headline": "海角市气象台将暴雨黄色预警信号升级为暴雨红色预警信号"}, "暴雨", Colour.RED, False, []),
    ("12379's severity", {"headline": "暴雨预警", "severity": "Red"}, "暴雨", Colour.RED, False, []),
    ("CAP's severity", {"headline": "暴雨预警", "severity": "MODERATE"}, "暴雨", Colour.YELLOW, False, []),
    ("nothing tells", {"headline": "暴雨预警", "severity": None}, "暴雨", Colour.ORANGE, True,
     ["missing-severity", "colour-assumed"]),
    ("unknown severity", {"headline": "暴雨预警", "severity": "Unknown"}, "暴雨", Colour.ORANGE, True,
     ["colour-assumed"]),
    ("two colours", {"severity": "Red"}, "暴雨", Colour.ORANGE, False, ["colour-conflict"]),
    ("two types", {"event": "大风"}, "暴雨", Colour.ORANGE, False, ["event-conflict"]),
    ("no event", {"event": None}, "暴雨", Colour.ORANGE, False, ["missing-event"]),
    ("a code for a type", {"event": None, "eventType": "11B03"}, "暴雨", Colour.ORANGE, False, []),
    ("a lying code", {"eventType": "11B06"}, "暴雨", Colour.ORANGE, False, ["event-code-conflict"]),
    ("an unknown type", {"event": "陨石", "headline": "海角市发布陨石橙色预警"}, "陨石", Colour.ORANGE, False,
     ["event-unknown"]),
    ("ends before it starts", {"expires": "2031-07-20T11:45:00+08:00"}, "暴雨", Colour.ORANGE, False,
     ["expires-before-start"]),
]


@pytest.mark.parametrize(("what", "changes", "event", "colour", "asks", "names"), INFO_CASES,
                         ids=[case[0] for case in INFO_CASES])
def test_type_and_colour_are_read_and_doubts_are_told(
    what: str, changes: dict[str, Any], event: str, colour: Colour, asks: bool, names: list[str]
) -> None:
    alert = parse(document(info(**changes)))
    assert (alert.event.name, alert.colour, alert.asks_officer) == (event, colour, asks)
    assert faults(alert) == names


def test_the_sources_setting_decides_where_nothing_tells_the_colour() -> None:
    body = document(info(headline="暴雨预警", severity=None))
    assert parse(body, Source("x", "cap", unknown_colour=Colour.RED)).colour is Colour.RED
    cancel = document(info(headline="暴雨预警", severity=None), msgType="Cancel")
    assert parse(cancel).asks_officer is False      # an end needs no colour


def test_a_missing_identifier_is_derived_from_the_content() -> None:
    first, again = parse(document(identifier=None)), parse(document(identifier=None))
    other = parse(document(info(description="另一条。"), identifier=None))
    assert first.identifier == again.identifier != other.identifier
    assert faults(first) == ["missing-identifier"]


@pytest.mark.parametrize(("xmlns", "names"), [
    (' xmlns="urn:oasis:names:tc:emergency:cap:1.1"', []),
    (' xmlns="http://www.incident.com/cap/1.0"', []),
    (' xmlns="urn:oasis:names:tc:emergency:cap:9.9"', ["namespace-unknown"]),
    ("", ["namespace-missing"]),
])
def test_any_namespace_is_read(xmlns: str, names: list[str]) -> None:
    alert = parse(document(xmlns=xmlns))
    assert (faults(alert), alert.colour, alert.event.name) == (names, Colour.ORANGE, "暴雨")


@pytest.mark.parametrize("declared", [f'xmlns:cap="{CAP12}"', 'xmlns:cap="wrong"'])
def test_any_prefix_is_read(declared: str) -> None:
    body = document(xmlns="").decode()
    prefixed = body.replace("</", "<\0").replace("<", "<cap:").replace("<cap:\0", "</cap:").replace("<cap:?", "<?")
    alert = parse(prefixed.replace("<cap:alert>", f"<cap:alert {declared}>").encode())
    assert (alert.identifier, alert.event.name) == (HEAD["identifier"], "暴雨")


def test_the_order_and_the_case_of_fields_do_not_matter() -> None:
    swapped = f"<Alert xmlns='{CAP12}'>{info()}{elements(dict(reversed(list(HEAD.items()))))}</Alert>"
    swapped = swapped.replace("msgType", "msgtype").replace("areaDesc", "AreaDesc")
    assert parse(swapped.encode()) == parse(document())


def test_the_sites_language_speaks_and_english_only_where_it_is_alone() -> None:
    english = info(language="en-US", event="high temperature", severity="Minor",
                   headline="Haijiao Observatory issues a red warning signal for high temperatures")
    chinese = info(event="高温", headline="海角市气象台发布高温橙色预警信号")
    both = parse(document(english, chinese))
    assert (both.event.name, both.colour, both.main) == ("高温", Colour.ORANGE, both.infos[1])
    alone = parse(document(english))
    assert (alone.event.code, alone.event.name, alone.event.family) == ("11B09", "high temperature", "heat")
    assert alone.colour is Colour.RED
    untagged = info(language=None, event="高温", headline="海角市气象台发布高温黄色预警信号")
    assert parse(document(english, untagged)).colour is Colour.YELLOW
    assert parse(document(chinese, english), Source("x", "cap", language="en")).event.name == "high temperature"
    german = info(language="de", event="STARKREGEN", headline="Warnung")
    assert parse(document(german, english)).event.family == "heat"


def test_of_blocks_with_an_area_each_the_highest_colour_speaks() -> None:
    yellow = info(headline="海角市气象台发布暴雨黄色预警信号")
    red = info(headline="海角市气象台发布暴雨红色预警信号")
    alert = parse(document(yellow, red, info()))
    assert (alert.colour, alert.main) == (Colour.RED, alert.infos[1])


def test_a_message_without_blocks_is_still_a_message() -> None:
    body = document(" ", msgType="Cancel", references="a,b,2031-07-20T11:45:00+08:00")
    alert = parse(body)
    assert (alert.msg_type, alert.infos, alert.event.family, alert.main) == ("Cancel", (), "other", None)
    assert faults(alert) == ["no-info", "colour-assumed"]


def test_shapes_and_codes_of_an_area_are_kept_together() -> None:
    area = ("<area><areaDesc>a</areaDesc><polygon>37.0,122.0\n 37.0,122.2\n37.2,122.2 37.0,122.0</polygon>"
            "<polygon></polygon><circle>37.5,122.5 5</circle>"
            "<geocode><valueName>FIPS6</valueName><value>006109</value></geocode>"
            "<geocode>SAME=006009</geocode><geocode/></area>")
    [found] = parse(document(info(area=area))).infos[0].areas
    assert found.geocodes == (Geocode("FIPS6", "006109"), Geocode("SAME", "006009"))
    assert found.geometry is not None
    assert found.geometry.bounds[0] == 122.0
    assert found.geometry.bounds[3] == pytest.approx(37.545, abs=0.001)


@pytest.mark.parametrize(("area", "name"), [
    ("", "missing-area"),
    ("<area><areaDesc>a</areaDesc></area>", "area-empty"),
    ("<area><geocode><value>991000</value></geocode></area>", "missing-area-name"),
    ("<area><areaDesc>a</areaDesc><polygon>122,37 122.2,37 122.2,37.2 122,37</polygon></area>", "coordinates-swapped"),
    ("<area><areaDesc>a</areaDesc><polygon><polygon>1,2</polygon></polygon></area>", "polygon-unreadable"),
])
def test_an_area_that_is_no_area_is_told_and_kept(area: str, name: str) -> None:
    alert = parse(document(info(area=area)))
    assert name in faults(alert)
    assert alert.colour is Colour.ORANGE


def test_a_senders_name_is_kept_and_told_to_nobody() -> None:
    odd = info(senderName="某某某", severity="??", expires="??", event="陨石", headline="x")
    body = document(odd, identifier=None)
    alert = parse(body)
    assert alert.infos[0].sender_name == "某某某"
    assert "某某某" not in json.dumps(as_json(alert), ensure_ascii=False)


@pytest.mark.parametrize(("body", "name"), [
    (b"", "not-well-formed"),
    (b"hello", "not-well-formed"),
    (b"<alert><info>", "not-well-formed"),
    (b"<alert/>", "not-cap"),
    (b"<alert>hello<b/></alert>", "not-cap"),
    (b"<feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>", "not-cap"),
    (b"<!DOCTYPE alert SYSTEM 'http://example.invalid/x.dtd'><alert/>", "dangerous"),
    (b"<alert>" + b" " * 5_000_000 + b"</alert>", "too-large"),
])
def test_what_cannot_be_read_has_a_named_error(body: bytes, name: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(body)
    assert caught.value.name == name
    told = unreadable_as_json("a.xml", caught.value)
    assert (told["identifier"], told["file"], told["faults"][0]["name"]) == (None, "a.xml", name)
    assert name in MEANINGS


def test_several_elements_of_references_are_one_list() -> None:
    body = document(info(), references="s,i,2031-07-20T10:00:00+08:00").decode()
    more = "</references><references>s,j,2031-07-20T10:30:00+08:00</references>"
    assert [each.identifier for each in parse(body.replace("</references>", more).encode()).references] == ["i", "j"]


def test_of_more_blocks_than_any_real_message_has_the_first_are_read_and_the_cut_is_told() -> None:
    most = 5_000
    block = "<info><event>暴雨</event></info>"
    for blocks, cut in ((most, False), (most + 1, True)):
        alert = parse(document(block * blocks))
        assert len(alert.infos) == most
        assert ("list-cut" in {fault.name for fault in alert.faults}) is cut


def test_json_has_the_agreed_shape() -> None:
    area = "<area><areaDesc>a</areaDesc><polygon>37,122 37,123 38,123 37,122</polygon></area>"
    told = json.loads(json.dumps(as_json(parse(document(info(area=area), references="s,i,t")))))
    assert told["sent"] == "2031-07-20T11:45:00+08:00"
    assert told["references"] == [{"identifier": "i", "sender": "s", "sent": "t"}]
    assert told["event"] == {"code": "11B03", "name": "暴雨", "family": "flood"}
    assert told["colour"] == told["infos"][0]["colour"] == "orange"
    assert list(told["infos"][0]) == ["language", "event", "severity", "urgency", "certainty", "colour", "effective",
                                      "onset", "expires", "headline", "description", "instruction", "areas"]
    assert told["infos"][0]["onset"] is None
    assert told["infos"][0]["areas"][0]["geometry"] == {
        "type": "Polygon", "coordinates": [[[122.0, 37.0], [123.0, 37.0], [123.0, 38.0], [122.0, 37.0]]]}


def test_the_office_is_the_issuers_part_of_a_chinese_id_or_the_sender_in_one_spelling() -> None:
    assert office_of("37061441600000_20260801133303", "whoever", "s") == "37061441600000"
    assert office_of("x", " Haijiao  District_Observatory ", "s") == "haijiao_district_observatory"
    assert office_of("x", "", "s") == "source:s"
