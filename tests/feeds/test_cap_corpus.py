"""Every real document against a second, independent reading of its fields by XPath."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from shapely import unary_union
from shapely.geometry import Point, Polygon, shape
from shapely.geometry.base import BaseGeometry

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
        shapes_agree(area.geometry, its)


def shapes_agree(ours: BaseGeometry | None, node: etree._Element) -> None:
    """Every polygon and circle that is written with numbers lies in our shape, and our shape is no larger than they."""
    numbers = "[contains(., '.') or contains(., '1')]"
    rings = [ring for each in node.xpath(f"./*[local-name()='polygon']{numbers}") if (ring := corners(each.text))]
    circles = [corners(each.text)[0] + (float(each.text.split()[1]),)
               for each in node.xpath(f"./*[local-name()='circle']{numbers}")]
    assert (ours is not None) == bool(rings or circles)
    if ours is None:
        return
    for lon, lat in (corner for ring in rings for corner in ring):
        assert ours.distance(Point(lon, lat)) < 1e-6
    for lon, lat, radius in circles:
        assert ours.distance(Point(lon, lat)) < 1e-6
        north = (lat + radius / 111.8) if lat + radius / 110.5 < 90 else lat
        assert ours.distance(Point(lon, north)) < 1e-6
    # Corners inside prove that nothing is missing; the box proves that nothing was added.
    west, south, east, north = ours.bounds
    lons = [lon for ring in rings for lon, _ in ring] + [lon for lon, _, _ in circles]
    lats = [lat for ring in rings for _, lat in ring] + [lat for _, lat, _ in circles]
    reach = max((radius for _, _, radius in circles), default=0) / 110.5 + 1e-6
    assert min(lats) - reach <= south
    assert north <= max(lats) + reach
    if max(lons) - min(lons) < 180:
        wide = reach / max(0.05, math.cos(math.radians(min(89, max(map(abs, lats)) + reach)))) + 1e-6
        assert min(lons) - wide <= west
        assert east <= max(lons) + wide
    simple = [Polygon(ring) for ring in rings if len(ring) > 2]
    if not circles and all(each.is_valid for each in simple) and max(lons) - min(lons) < 180:
        assert ours.symmetric_difference(unary_union(simple)).area < 1e-9


def corners(text: str) -> list[tuple[float, float]]:
    """The corners of a polygon, or the centre of a circle, longitude first; none where the numbers do not pair up."""
    found = re.findall(r"([-+]?[0-9.]+),([-+]?[0-9.]+)", text)
    pairs = [] if re.search(r"[^-+0-9., \t\r\n]|,,", text) else [(float(lon), float(lat)) for lat, lon in found]
    return [((lon + 180) % 360 - 180, lat) for lon, lat in pairs]


LEVELS = {"1": "green", "2": "yellow", "3": "orange", "4": "red"}
SEVERITIES = {"Extreme": "red", "Severe": "orange", "Moderate": "yellow", "Minor": "blue"}


@pytest.mark.parametrize("name", READABLE)
def test_the_colour_is_the_one_a_block_names_else_that_of_its_severity(name: str) -> None:
    for info, node in zip(parse(name).infos, tree(name).xpath("./*[local-name()='info']"), strict=True):
        named = re.findall(r"(红|橙|黄|蓝)色预警", value(node, "headline"))
        level, shade = (node.xpath(f"string(./*[local-name()='parameter'][*[contains(., '{each}')]]/*[2])").strip()
                        for each in ("awareness_level", "alert_color"))
        wanted = SEVERITIES.get(value(node, "severity"))
        if named:
            wanted = {"红": "red", "橙": "orange", "黄": "yellow", "蓝": "blue"}[named[-1]]
        elif level[:1] in LEVELS:
            wanted = LEVELS[level[:1]]
        elif shade:
            wanted = {"紅色": "red"}[shade]
        assert (info.colour.word if info.colour else None) == wanted


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
