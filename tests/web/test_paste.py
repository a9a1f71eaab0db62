"""Pasting in the console: read first, then the word; nothing goes without an officer."""

from __future__ import annotations

import pytest
from conftest import Console

TEXT = "市气象台发布暴雨红色预警"


def test_what_was_read_is_shown_with_whom_it_would_call(console: Console) -> None:
    page = console.client.post("/paste/read", data={"text": TEXT}).text
    for said in ("暴雨", "苘山镇", "12", "某地", "时间没有写全", "按默认处理", "确认无误"):
        assert said in page
    assert console.hand.done == []


def test_an_exercise_says_so_and_calls_nobody(console: Console) -> None:
    page = console.client.post("/paste/read", data={"text": TEXT, "exercise": "1"}).text
    assert "不会叫人" in page


def test_what_cannot_be_read_offers_no_button(console: Console) -> None:
    page = console.client.post("/paste/read", data={"text": "<b>开饭了</b>"}).text
    assert "读不出预警" in page
    assert "确认无误" not in page


@pytest.mark.parametrize("exercise", [False, True])
def test_the_officer_s_word_lets_it_go(console: Console, exercise: bool) -> None:
    console.sit()
    form = {"text": TEXT} | ({"exercise": "1"} if exercise else {})
    answer = console.client.post("/paste", data=form, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/documents/d1")
    assert console.hand.done[-1] == ("paste", TEXT, exercise, "o1")


def test_nobody_s_word_is_no_word(console: Console) -> None:
    assert console.client.post("/paste", data={"text": TEXT}).status_code == 409
    assert console.hand.done == []


def test_a_refusal_is_said(console: Console) -> None:
    console.sit()
    assert console.client.post("/paste", data={"text": "开饭了"}).status_code == 409
