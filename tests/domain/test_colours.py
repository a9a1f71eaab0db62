from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.colours import (
    colour_in_text,
    colour_of,
    colour_of_compact,
    colour_of_level,
    colour_of_picture,
    colour_of_severity,
    colour_of_word,
)
from dutydesk.domain.values import Colour
from tests.corpus import nationwide

R, O, Y, B = Colour.RED, Colour.ORANGE, Colour.YELLOW, Colour.BLUE  # noqa: E741 - a table reads best in letters

TITLES = [
    ("蓬莱区气象台变更发布高温红色预警信号[Ⅰ级/特别严重]", R),
    ("某市气象台发布暴雨橙色预警[Ⅱ级/严重]", O),
    ("某市气象台继续发布大雾黄色预警信号", Y),
    ("将高温橙色预警信号升级为高温红色预警信号", R),
    ("暴雨黄色预警信号更新为暴雨橙色预警信号", O),
    ("更新暴雨橙色预警信号为暴雨蓝色预警信号", B),
    ("更新暴雨蓝色为暴雨黄色预警[Ⅲ级/较重]", Y),
    ("由蓝色升级为橙色", O),
    ("暴雨预警由蓝色升级为橙色", O),
    ("威海市气象台暴雨蓝色升级为橙色", O),
    ("密云区气象台升级发布暴雨红色", R),
    ("暴雨橙色预警信号降级为黄色", Y),
    ("将暴雨红色预警降为蓝色", B),
    ("暴雨预警信号由黄色变更为橙色", O),
    ("由黄色提升至红色", R),
    ("由黄色升级为橙色，现升级为红色", R),
    ("由黄色升级为红色，现降级为橙色", O),
    ("暴雨黄色预警升级橙色预警", O),
    ("将平山街道、宝口镇的暴雨橙色预警信号降级为黄色，其余镇街暴雨橙色仍生效", Y),
    ("将甲镇暴雨黄色预警升级为红色，将乙镇暴雨黄色预警降级为蓝色", R),
    ("解除暴雨橙色预警信号", O),
    ("解除暴雨红色预警信号，发布暴雨黄色预警信号", Y),
    ("发布大风蓝色、雷电黄色预警", Y),
    ("某市发布寒潮预警[Ⅳ级/一般]", B),
    ("某市发布寒潮预警[IV/一般]", B),
    ("某市发布寒潮预警【Ⅱ级／严重】", O),
    ("某市發布颱風紅色警報", R),
    ("某市發布大雨黃色預警", Y),
    ("红色旅游区发布暴雨蓝色预警", R),      # two colours, no change named: the higher is the safe one
    ("某市启动防汛Ⅳ级应急响应", None),
    ("关于防汛的通知", None),
    ("深圳发布暴雨白色预警", None),
    ("Penglai District Meteorological Observatory issues a red warning signal for high temperatures", R),
    ("Observatory updates blue warning for flash flood disasters [Level IV/General]", B),
    ("upgraded the high temperature orange warning signal to a high temperature red warning signal", R),
    ("The rainstorm red warning was downgraded to a yellow warning signal", Y),
    ("Orange rainstorm warning signal", O),
    ("Status Orange - Wind", O),
    ("Yellow wind-warning", None),
    ("Flood Warning for Orange County", None),
    ("Red River Flood Warning", None),
    ("Yellowstone Flood Watch", None),
]


@pytest.mark.parametrize(("title", "wanted"), TITLES)
def test_the_colour_after_the_change_is_the_final_one(title: str, wanted: Colour | None) -> None:
    assert colour_of(headline=title).colour == wanted
    assert colour_in_text(title) == wanted


FIELDS = [
    # headline, description, severity, hints, colour, basis, conflict
    ("发布暴雨橙色预警", "", "Extreme", [], O, "title", None),
    ("发布暴雨橙色预警", "", "Red", [], O, "title", R),
    ("发布暴雨橙色预警", "将暴雨黄色升级为红色", "", [], O, "title", R),
    ("发布暴雨橙色预警[Ⅰ级/特别严重]", "", "", [], O, "title", R),
    ("暴雨预警", "某台将暴雨蓝色预警信号升级为暴雨橙色预警信号：预计最大降温后为黄色", "", [], O, "text-change", None),
    ("暴雨预警", "某台10时发布暴雨黄色预警信号，后期可能升级为橙色。", "", [], Y, "text", None),
    ("暴雨预警", "某台10时发布暴雨黄色预警信号。", "Minor", [], Y, "text", None),
    ("水库泄洪", "", "Moderate", [("alert_color", "紅色")], R, "hint", None),
    ("Wind", "", "Moderate", [("awareness_level", "3; orange; Severe")], O, "hint", None),
    ("Wind", "", "Moderate", [("ColorRisk", "#FFFE00")], Y, "severity", None),
    ("Wind", "请及时转移至红色区域以外", "Minor", [], B, "severity", None),
    ("Wind", "", "Unknown", [], None, "none", None),
    ("Wind", "", "", [], None, "none", None),
    ("", "", "EXTREME", [], R, "severity", None),
    ("", "", "Blue", [], B, "severity", None),
    ("", "", "橙色", [], O, "severity", None),
]


@pytest.mark.parametrize(("headline", "description", "severity", "hints", "colour", "basis", "conflict"), FIELDS)
def test_title_then_text_then_parameter_then_severity(
    headline: str, description: str, severity: str, hints: list[tuple[str, str]], colour: Colour | None, basis: str,
    conflict: Colour | None,
) -> None:
    reading = colour_of(headline=headline, description=description, severity=severity, hints=hints)
    assert (reading.colour, reading.basis, reading.conflict) == (colour, basis, conflict)


# level, roman, Chinese, 12379 word, compact digits, last digit of CMA's picture code: two schemes run opposite ways
SCHEMES = [
    (R, "一级", "Ⅰ", "红色", "Red", "04", "1"),
    (O, "二级", "Ⅱ", "橙色", "Orange", "03", "2"),
    (Y, "三级", "Ⅲ", "黄色", "Yellow", "02", "3"),
    (B, "四级", "Ⅳ", "蓝色", "Blue", "01", "4"),
]


@pytest.mark.parametrize(("colour", "level", "roman", "chinese", "word", "compact", "picture"), SCHEMES)
def test_every_number_scheme_has_its_own_reader(
    colour: Colour, level: str, roman: str, chinese: str, word: str, compact: str, picture: str
) -> None:
    assert colour_of_level(level) == colour_of_level(roman) == colour
    assert colour_of_word(chinese) == colour_of_word(word) == colour_of_severity(word.lower()) == colour
    assert colour_of_compact(compact) == colour
    assert colour_of_picture(f"p000200{picture}") == colour
    assert colour_of_picture(f"https://example.invalid/alarm/p000200{picture}.png") == colour
    assert colour_of_picture(f"p000000{picture}") == colour    # the short form: a colour and no type


@pytest.mark.parametrize("digits", ["00", "05", "1", "", "4", "红"])
def test_an_unknown_compact_number_gives_no_colour(digits: str) -> None:
    assert colour_of_compact(digits) is None


@given(st.sampled_from("红橙黄蓝"), st.sampled_from("红橙黄蓝"), st.sampled_from(["升级为", "降级为", "变更为"]),
       st.sampled_from(["暴雨", "大风", "高温", ""]))
def test_whatever_was_before_the_new_colour_stands(old: str, new: str, verb: str, name: str) -> None:
    title = f"某市气象台将{name}{old}色预警信号{verb}{name}{new}色预警信号"
    assert colour_of(headline=title).colour == colour_of_word(new + "色")


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_wording_breaks_the_reading(headline: str, description: str) -> None:
    reading = colour_of(headline=headline, description=description)
    assert (reading.colour is None) == (reading.basis == "none")


def test_every_colour_of_a_summer_of_warnings_is_read() -> None:
    for row in nationwide():
        if row["color"]:
            title = f"某县气象台发布{row['type']}{row['color']}预警信号"
            assert colour_of(headline=title).colour == colour_of_word(row["color"]), row
