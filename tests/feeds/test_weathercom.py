"""weather.com.cn: rows without names, numbers as strings, pages as scripts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dutydesk.domain.values import Colour
from dutydesk.feeds.compact import danger_and_colour
from tests.corpus import corpus
from tests.feeds.reading import alerts, faults, one, parse, refused

ID = "99100241600000_20310720212927"
ROW = ["天涯省海角市天涯区", "109131007-20310720212927-0902.html", "121.13", "37.16", ID, ID,
       "天涯省海角市天涯区发布雷电黄色预警信号", {"coordinates": [[[121.3, 37.3], [121.2, 37.3]]]}]
PAGE = {"head": "天涯省海角市天涯区发布雷电黄色预警信号", "ALERTID": "203107202129514372雷电黄色", "PROVINCE": "天涯省",
        "CITY": "海角市", "STATIONNAME": "天涯区", "SIGNALTYPE": "雷电", "SIGNALLEVEL": "黄色", "TYPECODE": "09",
        "LEVELCODE": "02", "ISSUETIME": "2031-07-20 21:29:27", "ISSUECONTENT": "天涯区气象台发布雷电黄色预警信号。",
        "RELIEVETIME": "2031-07-21 09:29:27", "msgType": "Alert", "identifier": ID, "references": ID}


def rows(*each: object) -> dict[str, Any]:
    return {"status": "success", "errMsg": "", "result": {"count": str(len(each)), "data": list(each)}}


def test_a_row_of_the_map_and_the_page_behind_it_are_one_warning() -> None:
    row = one("weathercom", rows(ROW))
    page = one("weathercom", f"var alarminfo={json.dumps(PAGE, ensure_ascii=False)};")
    for alert in (row, page):
        assert (alert.identifier, alert.event.name, alert.colour) == (ID, "雷电", Colour.YELLOW)
        assert alert.sent.isoformat() == "2031-07-20T21:29:27+08:00"
        assert [code.value for code in alert.infos[0].areas[0].geocodes] == ["991002"]
        assert alert.infos[0].areas[0].name == "天涯省海角市天涯区"
        assert alert.infos[0].areas[0].geometry is None
    assert row.faults == ()
    assert str(page.infos[0].expires) == "2031-07-21 09:29:27+08:00"


def test_a_short_row_says_its_warning_in_its_file_name() -> None:
    alert = one("weathercom", {"count": "1", "data": [["海角市", "10913-20310720212927-0203.html"]]})
    assert (alert.event.name, alert.colour) == ("暴雨", Colour.ORANGE)
    assert alert.infos[0].headline == "海角市发布暴雨橙色预警"
    assert alert.identifier.startswith("key-")


@pytest.mark.parametrize(("code", "danger", "colour"), [
    ("0104", "台风", Colour.RED), ("0203", "暴雨", Colour.ORANGE), ("0902", "雷电", Colour.YELLOW),
    ("1201", "大雾", Colour.BLUE), ("9802", "", Colour.YELLOW), ("0205", "暴雨", None), ("0200", "暴雨", None),
    ("02", "", None), ("", "", None), ("p0002001", "", None)])
def test_two_digit_levels_run_the_other_way_than_pictures(code: str, danger: str, colour: Colour | None) -> None:
    assert danger_and_colour(code) == (danger, colour)


def test_a_later_message_points_to_the_first_and_a_first_not_to_itself() -> None:
    first = "99100241600000_20310720180000"
    page = one("weathercom", PAGE | {"msgType": "Update", "references": first})
    assert (page.msg_type, [each.identifier for each in page.references]) == ("Update", [first])
    row = one("weathercom", rows([*ROW[:5], first, *ROW[6:]]))
    assert [each.identifier for each in row.references] == [first]
    assert one("weathercom", PAGE).references == ()


def test_a_lift_is_a_lift() -> None:
    assert one("weathercom", PAGE | {"msgType": "Cancel"}).msg_type == "Cancel"
    title = "天涯省海角市天涯区解除雷电黄色预警信号"
    assert one("weathercom", PAGE | {"msgType": "", "head": title}).msg_type == "Cancel"


def test_rows_that_are_none_are_told_and_the_others_are_read() -> None:
    for bad in ([], ["海角市"], "x", {"foo": 1}, [1, 2], ["海角市", "20310720.html"]):
        assert faults(one("weathercom", rows(ROW, bad))) == {"row-unreadable"}
        assert refused("weathercom", rows(bad)) == "wrong-format"


def test_a_refusal_is_no_empty_list() -> None:
    assert parse("weathercom", rows()) == []
    assert refused("weathercom", {"status": "error", "errMsg": "x", "result": {"data": []}}) == "declined"
    assert refused("weathercom", {"foo": 1}) == "wrong-format"
    assert refused("weathercom", "<html></html>") == "not-well-formed"


def test_the_real_row_and_the_real_page_are_one_warning() -> None:
    row = one("weathercom", corpus("china", "weathercn_alarmMap_row_20261006.json").read_bytes())
    page = one("weathercom", corpus("china", "weathercn_webdata_detail_20261006.jsonp").read_bytes())
    assert row.identifier == page.identifier == "65402641600000_20261006212927"
    assert (row.sent, row.colour, row.event, row.office) == (page.sent, page.colour, page.event, page.office)
    assert row.faults == page.faults == ()
    assert page.infos[0].expires is not None


def test_every_real_page_of_a_district_gives_title_text_colour_and_time() -> None:
    body = corpus("china", "weathercom_pudong_warnings.json").read_bytes()
    found, written = alerts("weathercom", body), json.loads(body)
    assert len(found) == len(written) == len({alert.identifier for alert in found})
    for alert, row in zip(found, written, strict=True):
        assert alert.infos[0].headline == row["headline"]
        assert alert.infos[0].description == row["description"]
        assert alert.colour.zh == row["level"]
        assert alert.sent.isoformat() == f"{row['published_at']}:00+08:00"
        assert faults(alert) <= {"area-empty", "event-unknown", "event-conflict"}
