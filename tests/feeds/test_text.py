"""Warnings as people pass them on: every wording here is invented, after forms that are used."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.alert import Alert
from dutydesk.domain.values import Colour
from dutydesk.errors import DocumentError
from dutydesk.feeds.text import Text
from dutydesk.ports.feed import Source

BEIJING = ZoneInfo("Asia/Shanghai")
SOURCE = Source("paste", "text")
CAME = datetime(2026, 7, 20, 10, 30, tzinfo=BEIJING)


def read(text: str, came: datetime = CAME) -> list[Alert]:
    return Text().parse(text.encode(), SOURCE, came)


@pytest.mark.parametrize(("text", "office", "event", "colour", "sort", "sent"), [
    ("海角市气象台2026年7月20日10时20分发布暴雨红色预警信号：预计未来3小时云溪镇降雨量将达100毫米以上，请注意防范。",
     "海角市气象台", "暴雨", Colour.RED, "Alert", "2026-07-20T10:20"),
    ("【暴雨橙色预警】海角市气象台20日9时发布暴雨橙色预警：预计6小时内全市大部降雨量将达50毫米。",
     "海角市气象台", "暴雨", Colour.ORANGE, "Alert", "2026-07-20T09:00"),
    ("海角市气象台7月20日10:05将暴雨橙色预警信号升级为红色：预计……", "海角市气象台", "暴雨", Colour.RED, "Update",
     "2026-07-20T10:05"),
    ("海角市气象局 2026-07-20 08:10 解除大风蓝色预警信号。", "海角市气象局", "大风", Colour.BLUE, "Cancel",
     "2026-07-20T08:10"),
    ("转发：\n\n海角市自然资源和规划局与海角市气象局19日下午5点30分联合发布地质灾害气象风险橙色预警。",
     None, "地质灾害气象风险", Colour.ORANGE, "Alert", "2026-07-19T17:30"),
    ("海角市气象台22时10分发布雷雨大风黄色预警信号", "海角市气象台", "雷雨大风", Colour.YELLOW, "Alert",
     "2026-07-19T22:10"),
    ("海角市气象台12月31日23时50分发布大雾红色预警信号", "海角市气象台", "大雾", Colour.RED, "Alert",
     "2025-12-31T23:50"),
    ("海角市森防指发布森林火险红色预警", "海角市森防指", "森林火险", Colour.RED, "Alert", "2026-07-20T10:30"),
])
def test_the_words_tell_office_danger_colour_and_time(text: str, office: str | None, event: str, colour: Colour,
                                                      sort: str, sent: str) -> None:
    alert, = read(text)
    assert (alert.event.name, alert.colour, alert.msg_type) == (event, colour, sort)
    assert alert.sent.astimezone(BEIJING).isoformat()[:16] == sent
    assert alert.status == "Actual"
    if office:
        assert alert.sender == office


def test_the_whole_wording_stays_for_the_names_in_it() -> None:
    text = "海角市气象台10时20分发布暴雨红色预警信号：\n云溪镇、石门镇已达100毫米。\n请立即转移。"
    alert, = read(text)
    assert alert.main is not None
    assert alert.main.description == text


@pytest.mark.parametrize("text", ["【演练】海角市气象台10时20分发布暴雨红色预警信号",
                                  "（演习）海角市气象台发布暴雨红色预警信号"])
def test_an_exercise_is_none_in_earnest(text: str) -> None:
    assert read(text)[0].status == "Exercise"


def test_several_warnings_in_one_message_are_several() -> None:
    found = read("海角市气象台10时发布暴雨红色预警信号\n\n请各镇注意。\n\n海角市气象台10时5分发布大风黄色预警信号")
    assert [each.event.name for each in found] == ["暴雨", "大风"]
    assert "请各镇注意" in (found[0].main.description if found[0].main else "")


def test_the_same_words_are_the_same_warning_whenever_they_are_pasted() -> None:
    text = "海角市气象台7月20日10时20分发布暴雨红色预警信号"
    later = CAME.replace(hour=15)
    assert read(text)[0].identifier == read(text, later)[0].identifier


def test_a_time_that_is_not_whole_is_told() -> None:
    assert [each.name for each in read("海角市气象台10时20分发布暴雨红色预警信号")[0].faults].count("time-guessed") == 1
    whole = read("海角市气象台2026年7月20日10时20分发布暴雨红色预警信号")[0]
    assert "time-guessed" not in [each.name for each in whole.faults]
    assert "missing-sent" in [each.name for each in read("海角市气象台发布暴雨红色预警信号")[0].faults]


def test_text_of_an_office_s_old_computer_is_read() -> None:
    body = "海角市气象台10时20分发布暴雨红色预警信号，请注意防范".encode("gb18030")
    assert Text().parse(body, SOURCE, CAME)[0].colour is Colour.RED


@pytest.mark.parametrize("text", ["", "  \n", "今天食堂几点开饭？", "<alert/>", "请大家注意防范暴雨，转移群众"])
def test_what_is_no_warning_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(DocumentError):
        read(text)


WORDS = "发布预警红橙色暴雨年月日时分 0123456789：:，。\n【】解除市气象台"


@given(st.binary(max_size=400) | st.text(alphabet=WORDS, max_size=200).map(lambda text: text.encode()))
def test_whatever_is_pasted_is_read_or_refused(body: bytes) -> None:
    try:
        found = Text().parse(body, SOURCE, CAME)
    except DocumentError:
        return
    assert found
    assert all(each.sent.tzinfo for each in found)
