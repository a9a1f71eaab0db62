"""Caiyun's warnings."""

from __future__ import annotations

from typing import Any

import pytest

from dutydesk.domain.values import Colour
from tests.corpus import corpus
from tests.feeds.reading import NOW, alerts, faults, one, parse, refused

ROW = {"province": "天涯省", "status": "预警中", "code": "0203", "description": "海角市气象台发布暴雨橙色预警。",
       "county": "无", "pubtimestamp": 1942285500, "latlon": [37.5, 122.1], "city": "海角市",
       "alertId": "99100041600000_20310720114500", "title": "海角市气象台发布暴雨橙色预警[II/严重]",
       "adcode": "991002", "source": "国家预警信息发布中心", "location": "天涯省海角市", "request_status": "ok"}


def answer(*rows: object, **more: object) -> dict[str, Any]:
    return {"status": "ok", "content": list(rows), **more}


def test_a_row_is_an_alert_under_the_national_number() -> None:
    alert = one("caiyun", answer(ROW))
    assert (alert.identifier, alert.event.name, alert.colour, alert.msg_type) == (
        ROW["alertId"], "暴雨", Colour.ORANGE, "Alert")
    assert alert.sent.timestamp() == 1942285500
    area = alert.infos[0].areas[0]
    assert (area.name, [code.value for code in area.geocodes], area.geometry) == ("天涯省海角市", ["991002"], None)
    assert alert.faults == ()


def test_the_alert_part_of_a_forecast_is_the_same_list() -> None:
    whole = {"status": "ok", "api_version": "v2.6", "result": {"alert": answer(ROW), "realtime": {"status": "ok"}}}
    assert one("caiyun", whole) == one("caiyun", answer(ROW))
    assert parse("caiyun", {"status": "ok", "result": {"alert": answer()}}) == []


def test_a_code_alone_gives_danger_and_colour() -> None:
    alert = one("caiyun", answer(ROW | {"title": "", "description": "请注意防范。"}))
    assert (alert.event.name, alert.colour) == ("暴雨", Colour.ORANGE)


def test_a_status_of_lifted_is_a_lift() -> None:
    assert one("caiyun", answer(ROW | {"status": "已解除"})).msg_type == "Cancel"


@pytest.mark.parametrize(("written", "second"), [(1942285500, 1942285500), ("1942285500", 1942285500),
                                                 (1942285500000, 1942285500), (1942285500.9, 1942285500)])
def test_seconds_are_read_however_they_are_written(written: object, second: int) -> None:
    assert int(one("caiyun", answer(ROW | {"pubtimestamp": written})).sent.timestamp()) == second


@pytest.mark.parametrize("written", [None, "", "soon", {}, 1e300, -1e300, "nan", [1], True, 0, 59])
def test_a_time_nobody_can_read_takes_the_time_of_receipt_and_is_told(written: object) -> None:
    alert = one("caiyun", answer(ROW | {"pubtimestamp": written}))
    assert alert.sent == NOW
    assert faults(alert) & {"time-unreadable", "missing-sent"}


def test_a_refusal_is_no_empty_list() -> None:
    assert parse("caiyun", answer()) == []
    assert refused("caiyun", {"status": "failed", "error": "token is invalid"}) == "declined"
    assert refused("caiyun", {"status": "ok", "result": {"alert": {"status": "error"}}}) == "declined"
    assert refused("caiyun", {"status": "ok"}) == "wrong-format"
    assert refused("caiyun", []) == "wrong-format"
    assert faults(one("caiyun", answer(ROW, 5))) == {"row-unreadable"}


def test_the_real_rows_have_no_fault_and_the_minute_of_their_text() -> None:
    found = alerts("caiyun", corpus("china", "caiyun_alert_content_2rows.json").read_bytes())
    assert [alert.identifier for alert in found] == ["11010141600000_20250727102615", "11010841600000_20211229072633"]
    assert [(alert.sent.timestamp(), alert.colour.word, alert.event.name) for alert in found] == [
        (1753583100, "blue", "暴雨"), (1640733900, "blue", "大风")]
    assert all(alert.faults == () for alert in found)
