"""What the buttons promise: every act names the officer, a refusal is told as a sentence, nothing foreign acts."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import Console
from fake import INCIDENT
from lxml import html

from dutydesk.domain.values import Colour, Kind

BEIJING = ZoneInfo("Asia/Shanghai")


def said(answer: Any) -> str:
    text: str = json.loads(answer.headers["HX-Trigger"])["desk:say"]["text"]
    return text


ACTS: tuple[tuple[str, dict[str, Any], tuple[Any, ...]], ...] = (
    ("/alarms/i1/take", {}, ("take_alarm", INCIDENT, "o1")),
    ("/hand/answer", {"callout": ["c1", "c2", "c1"], "person": "p0900", "act": "answer", "n": "9"},
     ("answer_by_phone", ("c1", "c2"), "p0900", "answer", None, "o1")),
    ("/hand/answer", {"callout": "c1", "person": "p0900", "act": "moved", "n": " 32 "},
     ("answer_by_phone", ("c1",), "p0900", "moved", 32, "o1")),
    ("/hand/answer", {"callout": "c1", "person": "p0900", "act": "moved", "n": "0"},
     ("answer_by_phone", ("c1",), "p0900", "moved", 0, "o1")),
    ("/hand/again", {"callout": "c1"}, ("call_again", "c1", "o1")),
    ("/hand/skip", {"callout": "c1"}, ("skip", "c1", "o1")),
    ("/hand/add", {"callout": "c1", "person": "p0003"}, ("add_person", "c1", "p0003", "o1")),
    ("/hand/write-off", {"callout": "c1", "why": "无人居住"}, ("write_off", "c1", "o1", "无人居住")),
    ("/incidents/i1/stand-down", {"second": "o2", "why": "误报"}, ("stand_down", "i1", ("o1", "o2"), "误报")),
    ("/incidents/i1/lift", {"second": "o2"}, ("lift", "i1", ("o1", "o2"))),
    ("/incidents/i1/confirm/fall", {}, ("confirm_fall", "i1", "o1")),
    ("/incidents/i1/confirm/rest", {}, ("confirm_rest", "i1", "o1")),
    ("/fires/w1/verify", {"result": "none", "second": "o2"}, ("verify_fire", "w1", "none", ("o1", "o2"))),
    ("/fires/w1/verify", {"result": "fire"}, ("verify_fire", "w1", "fire", ("o1",))),
    ("/incidents/i1/fire", {"state": "extinguished", "at": "2021-07-20T03:10", "text": " 北坡 "},
     ("record_fire", "i1", "extinguished", datetime(2021, 7, 20, 3, 10, tzinfo=BEIJING), "o1", "北坡")),
    ("/incidents/i1/fire", {"state": "arrived", "at": ""}, ("record_fire", "i1", "arrived", None, "o1", "")),
    ("/documents/d3/release", {}, ("release", "d3", "o1")),
    ("/documents/d3/hold", {}, ("hold", "d3", "o1")),
    ("/incidents/i1/correct", {"why": "误发", "second": "o2"}, ("correct", "i1", ("o1", "o2"), "误发")),
)


@pytest.mark.parametrize(("path", "form", "done"), ACTS)
def test_an_act_reaches_the_hand_with_the_name_of_the_officer(console: Console, path: str, form: dict[str, Any],
                                                              done: tuple[Any, ...]) -> None:
    console.sit()
    answer = console.client.post(path, data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert console.hand.done == [done]


@pytest.mark.parametrize(("path", "form", "done"), ACTS)
def test_nobody_acts_without_saying_who_he_is(console: Console, path: str, form: dict[str, Any],
                                              done: tuple[Any, ...]) -> None:
    answer = console.client.post(path, data=form)
    assert answer.status_code == 409
    assert "值班员" in said(answer)
    assert console.hand.done == []


@pytest.mark.parametrize(("path", "form", "told"), [
    ("/hand/answer", {"person": "p1", "act": "answer"}, "没有选中"),
    ("/hand/answer", {"callout": "c1", "act": "answer"}, "谁接的电话"),
    ("/hand/answer", {"callout": "c1", "person": "p1", "act": "dance"}, "不认识"),
    ("/hand/answer", {"callout": "c1", "person": "p1", "act": "moved", "n": ""}, "总人数"),
    ("/hand/answer", {"callout": "c1", "person": "p1", "act": "moved", "n": "-3"}, "总人数"),
    ("/hand/answer", {"callout": "c1", "person": "p1", "act": "moved", "n": "1234567"}, "总人数"),
    ("/hand/write-off", {"callout": "c1", "why": "  "}, "原因"),
    ("/hand/add", {"callout": "c1", "person": ""}, "人员编号"),
    ("/incidents/i1/stand-down", {"second": "o1", "why": "误报"}, "两名"),
    ("/incidents/i1/stand-down", {"second": "o2", "why": ""}, "原因"),
    ("/documents/d3/burn", {}, "没有这个操作"),
    ("/open", {"kind": "real", "family": "fire", "colour": "4", "text": "火"}, "地方"),
    ("/open", {"kind": "real", "family": "fire", "colour": "4", "place": "x", "text": ""}, "险情"),
    ("/open", {"kind": "real", "family": "ufo", "colour": "4", "place": "x", "text": "火"}, "灾种"),
    ("/open", {"kind": "real", "family": "fire", "colour": "9", "place": "x", "text": "火"}, "颜色"),
    ("/open", {"kind": "play", "family": "fire", "colour": "4", "place": "x", "text": "火"}, "演练"),
])
def test_what_cannot_be_done_is_told_as_a_sentence_and_not_done(console: Console, path: str, form: dict[str, Any],
                                                               told: str) -> None:
    console.sit()
    answer = console.client.post(path, data=form)
    assert answer.status_code == 409
    assert told in said(answer)
    assert console.hand.done == []


OPENING = {"kind": "drill", "family": "fire", "colour": "3", "place": ["371002100", "371002101"], "text": "里口山明火",
           "area": "[[122.1,37.4],[122.2,37.4],[122.2,37.5]]"}


def _seen(console: Console, form: dict[str, Any]) -> str:
    """What the button of a preview carries."""
    page = html.fragment_fromstring(console.client.post("/open/preview", data=form).text.strip())
    return str(page.xpath("string(//button[@name='seen']/@value)"))


def test_what_was_seen_is_opened_and_nothing_else(console: Console) -> None:
    console.sit()
    seen = _seen(console, OPENING)
    changed = console.client.post("/open", data=OPENING | {"colour": "4", "seen": seen})
    assert (changed.status_code, said(changed)) == (409, "表单改过，请再看一遍会叫谁、念什么")
    assert console.client.post("/open", data=OPENING).status_code == 409
    assert console.hand.done == []
    answer = console.client.post("/open", data=OPENING | {"seen": seen}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/incidents/i1")
    assert console.hand.done == [
        ("open_incident", Kind.DRILL, "fire", Colour.ORANGE, ("371002100", "371002101"), "o1", "里口山明火",
         ((122.1, 37.4), (122.2, 37.4), (122.2, 37.5)))]


def test_nobody_opens_anything_without_saying_who_he_is(console: Console) -> None:
    assert console.client.post("/open", data=OPENING | {"seen": _seen(console, OPENING)}).status_code == 409
    assert console.hand.done == []


@pytest.mark.parametrize("area", ["[1]", "{", "[[1,2],[3]]", "null", "[[\"a\",1]]", "7"])
def test_an_area_that_cannot_be_read_is_told_so(console: Console, area: str) -> None:
    answer = console.client.post("/open/preview", data=OPENING | {"area": area})
    assert answer.status_code == 200
    assert "请重画" in answer.text


def test_a_preview_that_calls_nobody_says_so(console: Console) -> None:
    assert "不会叫任何人" in console.client.post("/open/preview", data=OPENING | {"text": "没有人"}).text


def test_the_form_to_widen_an_incident_is_filled_in_with_it(console: Console) -> None:
    page = html.fromstring(console.client.get("/open?incident=i1").text)
    chosen = {each.get("name"): each.get("value") for each in page.xpath("//input[@checked]")}
    assert chosen == {"kind": "real", "family": "flood", "colour": "4"}


def test_the_card_of_nobody_and_a_number_that_is_none_are_refused(console: Console) -> None:
    console.sit()
    assert said(console.client.post("/cards", data={"person": ""})) == "请先选中要打给谁"
    answer = console.client.post("/cards/p0001/number", data={"number": "abc"})
    assert (answer.status_code, said(answer)) == (409, "号码只能是数字")


def test_a_card_is_opened_by_nobody_who_has_not_said_who_he_is(console: Console) -> None:
    assert console.client.post("/cards", data={"person": "p0001"}).status_code == 409
    assert console.hand.done == []


def test_a_refused_row_does_not_keep_the_others_back(console: Console) -> None:
    console.sit()
    answer = console.client.post("/hand/again", data={"callout": ["c1", "gone", "c3"]})
    assert answer.status_code == 409
    assert "1 处未成" in said(answer)
    assert [done[1] for done in console.hand.done] == ["c1", "c3"]


def test_seven_villages_take_one_answer(console: Console) -> None:
    console.sit()
    chosen = [f"c{number}" for number in range(1, 8)]
    strip = console.client.post("/hand", data={"callout": chosen}).text
    assert ">7<" in strip
    assert strip.index("王某庚") < strip.index("丛某甲")   # who covers all seven comes first, and is chosen
    answer = console.client.post("/hand/answer", data={"callout": chosen, "person": "p0900", "act": "on_post"})
    assert "7 处" in said(answer)
    assert json.loads(answer.headers["HX-Trigger"])["desk:done"] == {}
    assert len(console.hand.done) == 1


def test_only_somebody_of_the_roster_can_sit_down(console: Console) -> None:
    answer = console.client.post("/officer", data={"person": "p0666"})
    assert answer.status_code == 409
    assert "officer" not in console.client.cookies


def test_the_name_of_who_sits_here_stays_with_this_browser_alone(console: Console) -> None:
    answer = console.client.post("/officer", data={"person": "o2"})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize("headers", [{"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"},
                                     {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}])
def test_another_sites_page_cannot_act_here(console: Console, headers: dict[str, str]) -> None:
    console.sit()
    answer = console.client.post("/alarms/i1/take", headers=headers)
    assert answer.status_code == 403
    assert console.hand.done == []


def test_our_own_page_can_act_here(console: Console) -> None:
    console.sit()
    headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert console.client.post("/alarms/i1/take", headers=headers).status_code == 204


def test_looking_never_acts(console: Console) -> None:
    console.sit()
    for path, _, _ in ACTS:
        if path != "/open":
            assert console.client.get(path).status_code in (404, 405)
    assert console.hand.done == []


def test_a_phone_is_picked_up_pressed_and_answered(console: Console) -> None:
    number = "+999100200301"
    assert "接听" in console.client.get(f"/phones/{number}").text
    console.client.post(f"/phones/{number}/pick-up")
    talking = console.client.get(f"/phones/{number}").text
    assert "data-spoken=" in talking
    assert "请按1" in talking
    console.client.post(f"/phones/{number}/press", data={"told": "1"})
    console.client.post(f"/phones/{number}/hang-up")
    console.client.post(f"/phones/{number}/reply", data={"told": " 3 32 "})
    console.client.post(f"/phones/{number}/reply", data={"told": "   "})
    assert console.phones.heard == [(number, "key", "1"), (number, "sms", "3 32")]


def test_an_unknown_phone_takes_nothing(console: Console) -> None:
    assert console.client.post("/phones/+1/pick-up").status_code == 409


@pytest.mark.parametrize(("query", "numbers"), [
    ("", ["301", "302", "399"]), ("?show=ringing", ["301"]), ("?show=texts", ["301", "302"]),
    ("?q=于某乙", ["301"]), ("?q=苘山", ["301", "302"]), ("?q=nobody", [])])
def test_phones_are_found_by_ringing_texts_and_owner(console: Console, query: str, numbers: list[str]) -> None:
    text = console.client.get(f"/phones{query}").text
    assert [number for number in ("301", "302", "399") if f"ph-+999100200{number}" in text] == numbers
