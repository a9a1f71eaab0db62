"""What a text says about the places it names."""

from __future__ import annotations

import pytest

from dutydesk.domain.gazetteer import Gazetteer
from dutydesk.domain.values import Colour
from dutydesk.domain.wording import Said, colour_of, said
from tests.domain.small_site import site

SITE = site()
BOOK = Gazetteer.build(SITE)
RED, ORANGE, YELLOW, BLUE = Colour.RED, Colour.ORANGE, Colour.YELLOW, Colour.BLUE
QIONGSHAN, BOYU, WANGTUAN = "371073113", "371072105", "371073112"


def read(text: str, colour: Colour = RED) -> Said:
    return said(text, BOOK.places_in(text, SITE.places.keys()), colour, ["威海市"])


@pytest.mark.parametrize(("words", "colour"), [
    ("暴雨黄色预警信号更新为暴雨橙色预警信号", ORANGE),
    ("更新暴雨红色预警信号为暴雨黄色预警信号", YELLOW),
    ("由橙色升级为红色", RED),
    ("由橙色预警升级", None),
    ("橙色预警降至黄色", YELLOW),
    ("降水蓝色", BLUE),
    ("黄色、橙色", ORANGE),
    ("将出现大暴雨", None),
])
def test_the_colour_is_the_one_the_words_end_in(words: str, colour: Colour | None) -> None:
    assert colour_of(words) == colour


@pytest.mark.parametrize(("text", "colours"), [
    ("红色预警（苘山镇）、橙色预警（泊于镇）", {QIONGSHAN: RED, BOYU: ORANGE}),
    ("苘山镇由橙色预警区继续升级", {QIONGSHAN: RED}),
    ("预计我市有苘山镇、泊于镇将出现暴雨", {QIONGSHAN: RED, BOYU: RED}),
    ("预计苘山镇、泊于镇大部分地区将出现暴雨", {QIONGSHAN: RED, BOYU: RED}),
    ("对苘山镇发布红色预警，对汪疃镇、泊于镇发布橙色预警", {QIONGSHAN: RED, WANGTUAN: ORANGE, BOYU: ORANGE}),
    ("苘山镇橙色预警，苘山镇东山村红色预警", {QIONGSHAN: ORANGE, "371073113001": RED}),
    ("苘山镇橙色预警。苘山镇红色预警。", {QIONGSHAN: RED}),                  # told twice: the worse
    ("苘山镇红色预警。苘山镇橙色预警。", {QIONGSHAN: RED}),
    ("苘山镇将出现暴雨，橙色预警区域：泊于镇", {QIONGSHAN: RED, BOYU: ORANGE}),
    ("监测到苘山镇有雷电，预计这些区域将有短时强降水", {QIONGSHAN: RED}),
    ("监测到苘山镇有雷电", {}),
    ("预计威海市大部将出现暴雨，苘山镇较重", {}),
    ("预计各镇街将出现暴雨，苘山镇较重", {}),
    ("预计将出现暴雨", {}),
])
def test_places_are_set_apart_in_their_own_colour(text: str, colours: dict[str, Colour]) -> None:
    assert read(text).colours == colours


@pytest.mark.parametrize(("text", "holds", "rest"), [
    ("苘山镇升级为红色，其余镇街橙色预警仍生效", True, ORANGE),
    ("苘山镇升级为红色，其他地区维持不变", True, None),
    ("苘山镇升级为红色，其余各镇街为黄色", True, YELLOW),
    ("其余镇街橙色预警继续有效，苘山镇升级为红色", True, ORANGE),
    ("苘山镇将出现暴雨，其余镇街也将有雨", False, None),
    ("其余镇街橙色预警仍生效", False, None),                                   # nobody is named: nobody is the rest
    ("监测到苘山镇有雷电。其他地区仍有降水", False, None),
])
def test_the_rest_holds_what_the_text_says(text: str, holds: bool, rest: Colour | None) -> None:
    found = read(text)
    assert (found.rest_holds, found.rest) == (holds, rest)


@pytest.mark.parametrize(("text", "excepted", "rest"), [
    ("预计除苘山镇外各镇街将出现暴雨", {QIONGSHAN}, None),
    ("除苘山镇、泊于镇以外，其余镇街暴雨橙色预警降为黄色", {QIONGSHAN, BOYU}, YELLOW),
    ("我市（苘山镇除外）将出现暴雨", {QIONGSHAN}, None),
    ("苘山镇将出现暴雨，注意户外安全", set(), None),
    ("预计苘山镇外围将出现暴雨", set(), None),
])
def test_places_left_out_are_not_those_meant(text: str, excepted: set[str], rest: Colour | None) -> None:
    found = read(text)
    assert (found.excepted, found.rest) == (excepted, rest)
    assert not found.colours.keys() & excepted
