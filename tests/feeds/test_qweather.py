"""QWeather, both forms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dutydesk.domain.values import Colour
from tests.corpus import corpus
from tests.feeds.reading import faults, one, parse, refused

V7 = {"id": "109131007202307200001", "sender": "海角市气象台", "pubTime": "2031-07-20T10:30+08:00",
      "title": "海角市气象台发布大风蓝色预警[Ⅳ级/一般]", "startTime": "2031-07-20T10:30+08:00",
      "endTime": "2031-07-21T10:30+08:00", "status": "active", "level": "", "severity": "Minor",
      "severityColor": "Blue", "type": "1006", "typeName": "大风", "urgency": "", "certainty": "",
      "text": "海角市气象台发布大风蓝色预警。", "related": ""}
NEW = {"id": "203107201119105837988676", "senderName": "海角市气象台", "issuedTime": "2031-07-20T11:19+08:00",
       "messageType": {"code": "update", "supersedes": ["203107181140100706230391", "203107181140100706230392"]},
       "eventType": {"name": "大风", "code": "1006"}, "urgency": None, "severity": "minor", "certainty": None,
       "color": {"code": "blue", "red": 30}, "effectiveTime": "2031-07-20T11:19+08:00",
       "onsetTime": "2031-07-20T12:00+08:00", "expireTime": "2031-07-21T11:19+08:00",
       "headline": "海角市气象台更新大风蓝色预警信号", "description": "预计有6级大风。",
       "criteria": "24小时内可能受大风影响。", "instruction": "请关好门窗。"}


def v7(*rows: object, code: str = "200") -> dict[str, Any]:
    return {"code": code, "updateTime": "2031-07-20T14:20+08:00", "warning": list(rows)}


def new(*rows: object) -> dict[str, Any]:
    return {"metadata": {"tag": "x", "zeroResult": not rows}, "alerts": list(rows)}


def test_both_forms_say_colour_danger_times_and_text() -> None:
    for alert in (one("qweather", v7(V7)), one("qweather", new(NEW))):
        assert (alert.event.code, alert.event.name, alert.colour) == ("11B06", "大风", Colour.BLUE)
        assert alert.office == "海角市气象台"
        assert alert.infos[0].areas[0].name == "海角市"
        assert faults(alert) == {"area-empty"}
    info = one("qweather", new(NEW)).infos[0]
    assert str(info.onset) == "2031-07-20 12:00:00+08:00"
    assert str(info.expires) == "2031-07-21 11:19:00+08:00"
    assert info.description == "预计有6级大风。\n24小时内可能受大风影响。"
    assert (info.instruction, info.severity, info.urgency) == ("请关好门窗。", "Minor", "Unknown")


@pytest.mark.parametrize(("status", "kind"), [("active", "Alert"), ("update", "Update"), ("cancel", "Cancel"),
                                              ("", "Alert"), ("new word", "Alert")])
def test_the_kind_of_a_message_is_its_status(status: str, kind: str) -> None:
    assert one("qweather", v7(V7 | {"status": status})).msg_type == kind
    row = NEW | {"messageType": {"code": status, "supersedes": []}, "headline": "海角市气象台发布大风蓝色预警"}
    assert one("qweather", new(row)).msg_type == kind


def test_what_a_message_follows_is_kept() -> None:
    assert [each.identifier for each in one("qweather", new(NEW)).references] == NEW["messageType"]["supersedes"]  # type: ignore[index]
    assert [each.identifier for each in one("qweather", v7(V7 | {"related": "1, 2"})).references] == ["1", "2"]


def test_their_code_is_the_national_one_only_where_the_tables_agree() -> None:
    for theirs, ours in (("1006", "11B06"), ("1059", "11B59"), ("1060", ""), ("1201", ""), ("2551", ""), ("x", ""),
                         ("10061", ""), ("9" * 50, "")):
        alert = one("qweather", v7(V7 | {"type": theirs, "typeName": "怪事", "title": "怪事蓝色预警"}))
        assert alert.event.code == ours


def test_colour_comes_from_its_own_field_where_the_title_names_none() -> None:
    for colour, word in (("Red", "red"), ("Orange", "orange"), ("Yellow", "yellow"), ("Blue", "blue")):
        assert one("qweather", v7(V7 | {"title": "大风预警", "text": "", "severityColor": colour})).colour.word == word
    white = one("qweather", v7(V7 | {"title": "大风预警", "text": "", "severityColor": "White", "severity": "None"}))
    assert white.asks_officer


@pytest.mark.parametrize("document", [v7(), {"code": "204"}, new(), {"metadata": {"zeroResult": True}}])
def test_nothing_in_force_ends_nothing(document: object) -> None:
    assert parse("qweather", document) == []


@pytest.mark.parametrize("document", [{"code": "401"}, {"code": "402", "warning": []}, {"code": 500},
                                      {"error": {"status": 401, "title": "Unauthorized"}}])
def test_a_refusal_is_no_empty_answer(document: object) -> None:
    assert refused("qweather", document) == "declined"


def test_other_documents_are_refused_by_name() -> None:
    for document in ([], {"code": "200", "now": {}}, {"code": "200"}, 5):
        assert refused("qweather", document) == "wrong-format"


@pytest.mark.parametrize("odd", [{"messageType": None}, {"eventType": "x"}, {"color": []}, {"severity": {}},
                                 {"messageType": {"supersedes": 5}}, {"id": None}])
def test_odd_fields_stop_nothing(odd: dict[str, Any]) -> None:
    assert one("qweather", new(NEW | odd)).event.name == "大风"


@pytest.mark.parametrize("name", ["getWarningNow-zh", "getWarningNow-en", "getWeatherAlertCurrent-zh",
                                  "getWeatherAlertCurrent-en"])
def test_the_documented_answers_say_what_their_fields_say(name: str) -> None:
    body = corpus("china", f"qweather_{name}.json").read_bytes()
    document = json.loads(body)
    [row] = document.get("warning") or document["alerts"]
    alert = one("qweather", body)
    assert alert.identifier == row["id"]
    assert alert.infos[0].headline == row.get("title", row.get("headline"))
    assert alert.colour.word == str(row.get("severityColor") or row["color"]["code"]).lower()
    assert alert.msg_type == ("Update" if "messageType" in row else "Alert")
    assert (alert.event.family, faults(alert)) == ("wind", {"area-empty"})
    assert alert.infos[0].language == ("en" if name.endswith("en") else "zh-CN")
