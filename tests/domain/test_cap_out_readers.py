"""Strangers read what we tell our neighbours: the standard's own schema and two readers from PyPI, field for field."""

from __future__ import annotations

from collections.abc import Iterator

import capparser
import pytest
from cap_out_kit import FENCES, NOON, SITE, chapter, colourings
from cap_tools.models import Alert as Tools
from corpus import corpus
from hypothesis import given, settings
from lxml import etree
from xsdata.formats.dataclass.parsers import XmlParser

from dutydesk.domain.alert import Alert, Area
from dutydesk.domain.cap_out import Chapter, tell
from dutydesk.domain.cap_text import cap_text
from dutydesk.domain.values import Colour

RED, ORANGE, SPOT = {"371083": Colour.RED, "islet": Colour.RED}, {"371083400": Colour.ORANGE}, {"islet": Colour.BLUE}
CHAPTERS = {
    "first": chapter(RED), "risen": chapter(RED, before=ORANGE), "more": chapter(RED, before={"islet": Colour.RED}),
    "shape": chapter(SPOT), "over": chapter({}, before=RED, closed=NOON),
}


def alerts_of(one: Chapter) -> list[Alert]:
    return tell(one, SITE, FENCES, NOON)


EVERY = [pytest.param(alert, id=f"{name}-{alert.msg_type}")
         for name, one in CHAPTERS.items() for alert in alerts_of(one)]


def test_the_samples_show_all_three_kinds_of_message_and_a_shape() -> None:
    samples = [alert for one in CHAPTERS.values() for alert in alerts_of(one)]
    assert {each.msg_type for each in samples} == {"Alert", "Update", "Cancel"}
    assert any(area.geometry is not None for each in samples for area in each.infos[0].areas)


@settings(max_examples=40, deadline=None)
@given(colourings(), colourings())
def test_every_message_is_valid_by_the_schema_of_the_standard(before: dict[str, Colour],
                                                              after: dict[str, Colour]) -> None:
    schema = etree.XMLSchema(etree.parse(corpus("schema", "cap12.xsd")))
    for alert in (*alerts_of(chapter(after, before=before)), *alerts_of(chapter({}, before=after, closed=NOON))):
        assert schema.validate(etree.fromstring(cap_text(alert))), schema.error_log


def fields(alert: Alert) -> dict[str, object]:
    """Our own view of a message, in the words of the standard."""
    (info,) = alert.infos
    return {
        "identifier": alert.identifier, "sender": alert.sender, "sent": alert.sent.isoformat(), "status": alert.status,
        "msgType": alert.msg_type, "scope": alert.scope,
        "references": " ".join(f"{each.sender},{each.identifier},{each.sent}" for each in alert.references) or None,
        "language": info.language, "event": info.event.name, "urgency": info.urgency, "severity": info.severity,
        "certainty": info.certainty, "eventCode": [("12379", info.event.code)],
        "expires": info.expires.isoformat() if info.expires else None, "senderName": info.sender_name,
        "headline": info.headline, "description": info.description,
        "parameter": [("alert_color", info.colour.word if info.colour else "")],
        "area": [(area.name, [(code.name, code.value) for code in area.geocodes], list(rings(area)))
                 for area in info.areas],
    }


def rings(area: Area) -> Iterator[str]:
    for part in getattr(area.geometry, "geoms", [area.geometry] if area.geometry else []):
        yield " ".join(f"{lat:.6f},{lon:.6f}" for lon, lat in part.exterior.coords)


@pytest.mark.parametrize("alert", EVERY)
def test_cap_tools_reads_every_field(alert: Alert) -> None:
    read = XmlParser().from_string(cap_text(alert).decode(), Tools)
    (info,) = read.infos
    assert {
        "identifier": read.identifier, "sender": read.sender, "sent": str(read.sent), "status": read.status.value,
        "msgType": read.msg_type.value, "scope": read.scope.value, "references": read.references,
        "language": info.language, "event": info.event, "urgency": info.urgency.value,
        "severity": info.severity.value, "certainty": info.certainty.value,
        "eventCode": [(each.value_name.value, each.value.value) for each in info.event_codes],
        "expires": str(info.expires) if info.expires else None, "senderName": info.sender_name,
        "headline": info.headline, "description": info.description,
        "parameter": [(each.value_name.value, each.value.value) for each in info.parameters],
        "area": [(area.area_desc, [(each.value_name.value, each.value.value) for each in area.geocodes],
                  list(area.polygons)) for area in info.areas],
    } == fields(alert)


@pytest.mark.parametrize("alert", EVERY)
def test_capparser_reads_every_field(alert: Alert) -> None:
    read = capparser.parse(stringXML=cap_text(alert).decode())
    (info,) = read.info[0]
    found = {name: getattr(read, name)[0] for name in ("identifier", "sender", "sent", "status", "msgType", "scope",
                                                       "references")}
    found |= {name: getattr(info, name)[0] for name in (
        "language", "event", "urgency", "severity", "certainty", "expires", "senderName", "headline", "description")}
    for name in ("eventCode", "parameter"):
        found[name] = [(each.valueName[0], each.value[0]) for each in getattr(info, name)[0]]
    found["area"] = [(area.areaDesc[0], [(each.valueName[0], each.value[0]) for each in area.geocode[0]],
                      polygons(area.polygon[0])) for area in info.area[0]]
    assert found == fields(alert)


def polygons(told: str | list[str] | None) -> list[str]:
    """Its way of giving one, several or none."""
    return [told] if isinstance(told, str) else list(told or [])
