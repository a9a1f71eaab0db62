"""GDACS' RSS."""

from __future__ import annotations

import pytest
from lxml import etree
from shapely.geometry import Point

from tests.corpus import ROOT, corpus
from tests.feeds.reading import alerts, faults, one, parse, refused

NAMES = ('xmlns:gdacs="http://www.gdacs.org" xmlns:georss="http://www.georss.org/georss" '
         'xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#"')
ITEM = ("<title>Orange flood alert in Nowhere</title><description>d</description>"
        "<pubDate>Sun, 20 Jul 2031 00:17:00 GMT</pubDate><gdacs:fromdate>Sat, 19 Jul 2031 00:00:00 GMT</gdacs:fromdate>"
        '<guid isPermaLink="false">FL1012728</guid><gdacs:bbox>118 126 33 41</gdacs:bbox>'
        "<georss:point>37.5 122.1</georss:point><gdacs:eventtype>FL</gdacs:eventtype>"
        "<gdacs:alertlevel>Orange</gdacs:alertlevel><gdacs:eventid>1012728</gdacs:eventid>"
        "<gdacs:episodeid>43</gdacs:episodeid><gdacs:country>Nowhere</gdacs:country>")


def rss(*items: str) -> str:
    return f'<rss version="2.0" {NAMES}><channel>{"".join(f"<item>{each}</item>" for each in items)}</channel></rss>'


def test_an_item_is_an_alert_under_the_name_its_cap_has() -> None:
    alert = one("gdacs", rss(ITEM))
    assert (alert.identifier, alert.event.family, alert.colour.word) == ("GDACS_FL_1012728_43", "flood", "orange")
    assert alert.sent.isoformat() == "2031-07-20T00:17:00+00:00"
    assert alert.infos[0].areas[0].geometry == Point(122.1, 37.5)
    assert alert.faults == ()


@pytest.mark.parametrize(("level", "colour", "asks"), [("Green", "blue", False), ("Orange", "orange", False),
                                                       ("Red", "red", False), ("Purple", "orange", True)])
def test_its_three_levels_are_three_of_our_colours(level: str, colour: str, asks: bool) -> None:
    item = ITEM.replace("Orange flood", "Flood").replace(">Orange<", f">{level}<")
    alert = one("gdacs", rss(item))
    assert (alert.colour.word, alert.asks_officer) == (colour, asks)


def test_the_box_round_an_item_is_no_area() -> None:
    alert = one("gdacs", rss(ITEM.replace("<georss:point>37.5 122.1</georss:point>", "")))
    assert alert.infos[0].areas[0].geometry is None
    assert faults(alert) == {"area-empty"}
    point = "<geo:Point><geo:lat>37.5</geo:lat><geo:long>122.1</geo:long></geo:Point>"
    assert one("gdacs", rss(ITEM.replace("<georss:point>37.5 122.1</georss:point>", point))
               ).infos[0].areas[0].geometry == Point(122.1, 37.5)


def test_without_episode_the_guid_is_the_name() -> None:
    assert one("gdacs", rss(ITEM.replace("gdacs:episodeid", "gdacs:x"))).identifier == "FL1012728"


def test_an_item_without_anything_is_told() -> None:
    assert faults(one("gdacs", rss(ITEM, ""))) == {"row-unreadable"}
    assert refused("gdacs", rss("")) == "wrong-format"
    assert refused("gdacs", "<feed/>") == "wrong-format"
    assert parse("gdacs", rss()) == []


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "gdacs").glob("*.xml")) or ["(missing)"])
def test_every_real_item_gives_level_danger_and_point(name: str) -> None:
    body = corpus("gdacs", name).read_bytes()
    items = etree.fromstring(body).xpath("//item")
    families = {"EQ": "quake", "TC": "wind", "DR": "drought", "VO": "geohazard", "FL": "flood", "": "other"}
    for alert, item in zip(alerts("gdacs", body), items, strict=True):
        kind, level, point = (str(item.xpath(f"string(./*[local-name()='{name}'])")).strip()
                              for name in ("eventtype", "alertlevel", "point"))
        assert alert.event.family == families[kind]
        assert {"Green": "blue", "Orange": "orange", "Red": "red", "": "orange"}[level] == alert.colour.word
        assert alert.asks_officer == (not level)
        geometry = alert.infos[0].areas[0].geometry
        if point:
            lat, lon = map(float, point.split())
            assert geometry == Point(lon, lat)
        else:
            assert geometry is None
