"""Lengths, lists and spellings of messages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.message import codes_line, length, parts, place_list, silent_list, spoken
from dutydesk.domain.site import Place, Site
from tests.domain.small_site import site

SITE = site()
EAST, WEST, SONG, WANG, WENCHANG = (f"37107311300{n}" for n in range(1, 6))


@pytest.mark.parametrize(("size", "count"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)])
def test_seventy_characters_are_one_part_and_then_each_holds_67(size: int, count: int) -> None:
    assert parts("汛" * size) == count


def test_a_character_outside_the_basic_plane_counts_twice() -> None:
    assert length("𡐓村") == 3
    assert parts("𡐓" * 35) == 1
    assert parts("𡐓" * 36) == 2


@pytest.mark.parametrize(("places", "text"), [
    ([], ""),
    ([EAST], "苘山镇东山村"),
    ([SONG], "苘山镇宋家疃村"),
    ([EAST, WEST, SONG, WANG], "苘山镇4个村"),
    ([EAST, WENCHANG], "苘山镇2个村居"),
    ([EAST, WEST, "371072105", "371073113-r01"], "苘山镇2个村、泊于镇、米山水库"),
    (["371072105", EAST, "371073113-r01", WEST], "泊于镇、苘山镇2个村、米山水库"),
    (["371073113", EAST, WEST], "苘山镇及2个村"),
    ([EAST, "371073113"], "苘山镇及1个村"),
    ([EAST, EAST, "unknown"], "苘山镇东山村"),
    (["371073112001", WANG], "汪疃镇王家村、苘山镇王家村"),
])
def test_places_are_told_by_town(places: list[str], text: str) -> None:
    assert place_list(places, SITE, 100) == text


@pytest.mark.parametrize(("limit", "text"), [
    (15, "苘山镇2个村、泊于镇、米山水库"),
    (14, "苘山镇2个村、泊于镇等4处"),
    (12, "苘山镇2个村等4处"),
    (8, "等4处"),
])
def test_a_list_cut_keeps_whole_items_and_counts_all_places(limit: int, text: str) -> None:
    assert place_list([EAST, WEST, "371072105", "371073113-r01"], SITE, limit) == text


def test_a_village_without_a_town_is_told_alone() -> None:
    assert place_list(["v"], Site(places={"v": Place("v", "孤山村", "village")}), 20) == "孤山村"


@given(st.lists(st.sampled_from(sorted(SITE.places))), st.integers(8, 60))
def test_a_place_list_is_never_longer_than_its_limit_and_counts_right(places: list[str], limit: int) -> None:
    text = place_list(places, SITE, limit)
    assert length(text) <= limit
    whole = place_list(places, SITE, 10_000)
    assert text == whole or text.endswith(f"等{len(set(places))}处")
    counted = sum(int(found[2]) + bool(found[1]) for found in re.finditer(r"(及)?(\d+)个", whole))
    listed = len([item for item in whole.split("、") if item and "个" not in item])
    assert counted + listed == len(set(places))


@given(st.dictionaries(st.integers(1, 400), st.text("东西南北山水家村镇", min_size=2, max_size=12)), st.integers(8, 80))
def test_a_silent_list_is_never_longer_than_its_limit(numbered: dict[int, str], limit: int) -> None:
    text = silent_list(sorted(numbered.items()), limit)
    assert length(text) <= limit
    kept = [int(found) for found in re.findall(r"(\d+)\.", text)]
    assert kept == sorted(numbered)[:len(kept)]
    assert len(kept) == len(numbered) or text.endswith(f"等{len(numbered)}处")


def test_a_silent_list_prints_the_numbers_to_reply_with() -> None:
    assert silent_list([(2, "苘山镇东山村"), (7, "米山水库")], 40) == "2.苘山镇东山村 7.米山水库"


def test_a_limit_without_room_for_a_list_is_refused() -> None:
    with pytest.raises(ValueError, match="room for 8"):
        silent_list([(1, "东山村")], 7)


@pytest.mark.parametrize(("letter", "acts", "line"), [
    ("", ("on_post", "moved"), "回复1收到 2到岗 3空格人数已转移(如3 32) 4需支援 0不能履职"),
    ("B", ("on_post", "moved"), "回复B1收到 B2到岗 B3空格人数已转移(如B3 32) B4需支援 B0不能履职"),
    ("", ("on_post",), "回复1收到 2到岗 4需支援 0不能履职"),
    ("XA", ("patrolled",), '回复XA1收到 巡查完成回复"XA已巡查" XA4需支援 XA0不能履职'),
    ("", ("on_post", "opened"), '回复1收到 2到岗 开放后回复"已开放" 4需支援 0不能履职'),
])
def test_the_line_of_codes_offers_what_the_post_may_report(letter: str, acts: tuple[str, ...], line: str) -> None:
    assert codes_line(letter, acts) == line


@pytest.mark.parametrize(("written", "read"), [
    ("10:20市气象台", "10点20分市气象台"),
    ("08:05起", "8点零5分起"),
    ("20:00至次日8：00", "20点整至次日8点整"),
    ("值班电话0631-5300000", "值班电话零六三幺、五三零零零零零"),
    ("拨打13012345678", "拨打幺三零幺二三四五六七八"),
    ("拨119，雨量119毫米", "拨幺幺九，雨量119毫米"),
    ("拨打12379", "拨打幺二三七九"),
    ("回复B1收到", "回复B 1收到"),
    ("回复XA2到岗", "回复X A 2到岗"),
    ("【威海应急】暴雨红色预警(10:20市气象台)。", "威海应急，暴雨红色预警，10点20分市气象台。"),
    ("[Ⅰ级/特别严重]降水100mm，气温-3.5℃，湿度90%", "一级/特别严重，降水100毫米，气温零下3.5摄氏度，湿度百分之90"),
    ("2026-07-05 20:30", "2026年7月5日 20点30分"),
    ("转移32人", "转移32人"),
])
def test_a_voice_reads(written: str, read: str) -> None:
    assert spoken(written) == read
