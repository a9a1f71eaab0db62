"""The lists of the National Meteorological Centre and of weather.cma.cn."""

from __future__ import annotations

from typing import Any

import pytest

from dutydesk.domain.colours import colour_of_picture
from dutydesk.domain.events import event_of, type_key
from dutydesk.domain.values import Colour
from dutydesk.feeds.nmc import PICTURES
from tests.corpus import corpus, nationwide
from tests.feeds.reading import alerts, faults, one, parse, refused

ROW = {"alertid": "99100041600000_20310720114500", "issuetime": "2031/07/20 11:42",
       "title": "海角市气象台发布暴雨橙色预警信号", "url": "/publish/alarm/99100041600000_20310720114500.html",
       "pic": "https://image.example/alarm/p0002002.png"}


def page(*rows: object, **more: object) -> dict[str, Any]:
    return {"msg": "success", "code": 0, "data": {"page": {"list": list(rows), **more}}}


def test_a_row_is_an_alert_under_the_number_it_has_everywhere() -> None:
    alert = one("nmc", page(ROW))
    assert (alert.identifier, alert.msg_type, alert.colour, alert.event.name) == (
        "99100041600000_20310720114500", "Alert", Colour.ORANGE, "暴雨")
    assert alert.infos[0].areas[0].geocodes[0].value == "991000"
    assert alert.faults == ()


def test_the_number_is_found_in_the_address_where_the_row_forgets_it() -> None:
    assert one("nmc", page(ROW | {"alertid": None})).identifier == "99100041600000_20310720114500"


@pytest.mark.parametrize(("level", "colour"), [("001", "red"), ("002", "orange"), ("003", "yellow"), ("004", "blue")])
def test_a_picture_alone_gives_colour_and_danger(level: str, colour: str) -> None:
    alert = one("nmc", page(ROW | {"title": "海角市气象台发布预警信号", "pic": f"p0012{level}.png"}))
    assert (alert.colour.word, alert.event.name) == (colour, "雷电")


def test_a_picture_that_says_otherwise_than_the_title_is_told() -> None:
    alert = one("nmc", page(ROW | {"pic": "p0007004.png"}))
    assert (alert.colour.word, alert.event.name) == ("orange", "暴雨")
    assert faults(alert) == {"colour-conflict", "event-conflict"}


def test_a_list_shorter_than_it_says_is_told() -> None:
    assert faults(one("nmc", page(ROW, count=2))) == {"list-partial"}
    assert faults(one("nmc", page(ROW, count=1))) == set()
    assert refused("nmc", page(count=3)) == "wrong-format"
    assert parse("nmc", page(count=0)) == []


def test_an_empty_list_ends_nothing_and_a_refusal_is_no_empty_list() -> None:
    assert parse("nmc", page()) == []
    assert refused("nmc", {"code": 500, "msg": "busy"}) == "declined"
    assert refused("nmc", {"code": 0, "msg": "success"}) == "wrong-format"
    assert refused("nmc", "<html>403</html>") == "not-well-formed"


def test_a_row_that_is_none_is_told_and_the_others_are_read() -> None:
    assert faults(one("nmc", page(ROW, "x"))) == {"row-unreadable"}


def test_the_other_site_of_the_administration_says_more() -> None:
    alert = one("nmc", {"code": 0, "data": [{
        "id": "99100041600000_20310720114500", "headline": "海角市气象台发布预警", "effective": "2031/07/20 11:42",
        "description": "海角市气象台发布暴雨黄色预警。", "type": "11B03_YELLOW", "title": "海角市发布预警"}]})
    assert (alert.event.code, alert.event.name, alert.colour) == ("11B03", "暴雨", Colour.YELLOW)
    assert alert.infos[0].description == "海角市气象台发布暴雨黄色预警。"


@pytest.mark.parametrize("name", PICTURES.values())
def test_every_danger_of_a_picture_is_one_the_house_knows(name: str) -> None:
    event = event_of(headline="", event=name, code="")
    assert event.family != "other" or type_key(event) in {"沙尘暴", "沙尘", "重污染"}


@pytest.mark.parametrize(("name", "count"), [
    ("nmc_findAlarm_20260807_joint_issuers.json", 2), ("nmc_findAlarm_20260919_24rows.json", 24),
    ("nmc_findAlarm_20261006_shape.json", 1), ("cma_weathernow_alarm_shape.json", 2)])
def test_every_real_row_agrees_with_its_picture_and_has_only_the_faults_of_its_list(name: str, count: int) -> None:
    found = alerts("nmc", corpus("china", name).read_bytes())
    assert len(found) == count
    text = corpus("china", name).read_text(encoding="utf-8")
    for n, alert in enumerate(found):
        assert faults(alert) <= ({"list-partial"} if n == 0 else set())
        assert alert.infos[0].areas[0].geocodes[0].value == alert.identifier[:6]
        row = text[text.index(f'"{alert.identifier}"'):]
        assert alert.colour == colour_of_picture(row[row.index("p00"):])


def test_a_summer_of_titles_gives_the_types_and_colours_a_second_source_gives() -> None:
    for row in nationwide():
        name = row["type"]
        alert = one("nmc", page(ROW | {"title": f"海角市气象台发布{name}{row['color']}预警信号", "pic": ""}))
        assert (alert.colour.zh == row["color"]) or (alert.asks_officer and not row["color"])
        assert type_key(alert.event) == type_key(event_of(headline="", event=name, code=""))
