"""Which places an alert touches, in which colour, why, and who would be called."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from dutydesk.domain.alert import Alert, Area, Geocode
from dutydesk.domain.areas import area_code
from dutydesk.domain.cap_text import PLACE_ALONE, PLACE_CODE
from dutydesk.domain.gazetteer import Gazetteer
from dutydesk.domain.geofence import Fences
from dutydesk.domain.match import CODE, GEOMETRY, NAME, Match, lift_to_ancestors, match, who
from dutydesk.domain.playbook import Playbook, Step, Whom
from dutydesk.domain.site import Post, Site
from dutydesk.domain.values import Colour, Via
from tests.domain.small_site import alert, site

SITE = site()
FENCES = Fences.build(SITE.places.values())
BOOK = Gazetteer.build(SITE)
RED, ORANGE, YELLOW = Colour.RED, Colour.ORANGE, Colour.YELLOW
ALL = set(SITE.places)
WENDENG = set(SITE.under(["371003", "371073"]))          # the zone is covered by 文登
QIONGSHAN = set(SITE.under(["371073113"]))


def find(received: Alert) -> Match:
    return match(received, SITE, FENCES, BOOK)


@pytest.mark.parametrize(("value", "tells"), [
    ("371000000000", "3710"), ("371000", "3710"), ("370000", "37"), ("370000000000", "37"),
    ("371003000000", "371003"), ("371003000", "371003"), ("371002100000", "371002100"), ("371002100", "371002100"),
    ("371002100005", "371002100005"), (" 371003 ", "371003"), ("371100", "3711"), ("110000", "11"),
    ("100000", None), ("100000000000", None), ("3710", None), ("37100", None), ("3710031", None), ("", None),
    ("006109", None), ("AKZ017", None), ("文登", None), ("371003109-r01", None),
])
def test_an_area_code_is_what_is_left_of_its_padding(value: str, tells: str | None) -> None:
    assert area_code(value) == tells


@pytest.mark.parametrize(("codes", "touched"), [
    (["371000000000"], ALL),
    (["371000"], ALL),
    (["370000"], ALL),
    (["371003000000"], WENDENG),
    (["371073"], set(SITE.under(["371073"]))),
    (["371073113000"], QIONGSHAN),
    (["371073113001"], {"371073113001"}),
    (["371002"], set(SITE.under(["371002", "371072"]))),         # with the hill, and the other zone
    (["371073112"], set(SITE.under(["371073112"]))),
    (["370614000000"], set()),
    (["100000"], set()),
    (["not a code", "371073113001"], {"371073113001"}),
    (["370614", "371073113", "371082007"], QIONGSHAN | set(SITE.under(["371082007"]))),
])
def test_a_code_touches_what_it_covers(codes: list[str], touched: set[str]) -> None:
    found = find(alert("预计有暴雨", *codes))
    assert set(found.touches) == touched
    assert {touch.how for touch in found.touches.values()} <= {CODE}
    assert {touch.colour for touch in found.touches.values()} <= {RED}


def test_a_hill_of_two_counties_is_touched_by_either() -> None:
    assert "371002101-h01" in find(alert("", "371002")).touches
    assert "371002101-h01" in find(alert("", "371003")).touches
    assert "371002101-h01" not in find(alert("", "371082")).touches


def test_codes_of_every_block_count() -> None:
    first, second = alert("", "371082007"), alert("", "371083001")
    both = replace(first, infos=(first.infos[0], replace(second.infos[0], language="en-US")))
    assert set(find(both).touches) == set(SITE.under(["371082007", "371083001"]))


def test_a_code_of_another_system_is_no_area_code() -> None:
    received = alert("", "371003")
    area = received.infos[0].areas[0]
    renamed = replace(area, geocodes=(replace(area.geocodes[0], name="SAME"),))
    foreign = replace(received, infos=(replace(received.infos[0], areas=(renamed,)),))
    assert find(foreign).touches == {}


@given(st.sampled_from(sorted(SITE.places)))
def test_a_place_is_reached_by_its_own_code_and_by_every_code_above(place: str) -> None:
    above = [each.id for each in SITE.ancestors(place)]
    for code in [each for each in [place, *above] if each.isdigit()]:
        assert place in find(alert("", code.ljust(12, "0"))).touches


@pytest.mark.parametrize(("area", "touched"), [
    (box(122.26, 37.01, 122.29, 37.04), {"371073112", "371073112002", "371002101-h01"}),   # a parent of the hill
    (Point(122.2, 37.05), {"371072105", "371073107"}),                              # a corner: the boundary counts
    (box(122.3, 37.0, 122.302, 37.05), {"371073112", "371073113", "371073113001", "371073113-r01", "371002101-h01"}),
    (box(100, 30, 101, 31), set()),
])
def test_geometry_touches_fences_and_what_lies_in_them_without_a_position(area: object, touched: set[str]) -> None:
    found = find(alert("", geometry=area))  # type: ignore[arg-type]
    assert set(found.touches) == touched
    assert {touch.how for touch in found.touches.values()} <= {GEOMETRY}


def test_geometry_adds_to_codes_and_replaces_no_reason() -> None:
    found = find(alert("", "371082007", geometry=box(122.0, 37.0, 122.5, 37.05)))
    assert {found.touches[place].how for place in SITE.under(["371082007"])} == {CODE}
    assert found.touches["371002101"].how == GEOMETRY


@pytest.mark.parametrize(("received", "line"), [
    (alert("", "370614000000", area="蓬莱"), "370614000000（蓬莱）不在本区域内"),
    (alert("", geometry=box(100, 30, 101, 31), area="远处"), "（远处）没有触及任何地点"),
    (alert("", "AKZ017"), "AKZ017不是可用的区划代码"),
    (alert("", area="某地"), "文字（某地）也没有点名"),
    (alert("王家村转移", "371003"), "“王家村”可能是苘山镇王家村、汪疃镇王家村"),
])
def test_what_reached_nothing_is_said(received: Alert, line: str) -> None:
    assert any(line in each for each in find(received).unmatched), find(received).unmatched


HUIDONG = "将苘山镇、泊于镇暴雨橙色预警降为黄色，其余镇街暴雨黄色仍生效。"


@pytest.mark.parametrize(("text", "colour", "named", "rest_holds", "rest"), [
    (HUIDONG, YELLOW, {"371073113": YELLOW, "371072105": YELLOW}, True, YELLOW),
    ("苘山镇、泊于镇由橙色升级为红色，其余镇街维持橙色。", RED, {"371073113": RED, "371072105": RED}, True, ORANGE),
    ("苘山镇升级为红色，其余镇街原预警继续有效。", RED, {"371073113": RED}, True, None),
    ("红色预警区域：苘山镇、汪疃镇；橙色预警区域：泊于镇。", RED,
     {"371073113": RED, "371073112": RED, "371072105": ORANGE}, False, None),
    ("红色预警区域：苘山镇，橙色预警区域：泊于镇。", RED, {"371073113": RED, "371072105": ORANGE}, False, None),
    ("苘山镇风险等级为红色，泊于镇为橙色。", RED, {"371073113": RED, "371072105": ORANGE}, False, None),
    ("预计苘山镇、泊于镇将出现大暴雨。", RED, {"371073113": RED, "371072105": RED}, False, None),
    ("预计北部街镇、苘山镇及崖头街镇将出现短时强降水，暴雨蓝色预警信号更新为暴雨黄色预警信号。", YELLOW,
     {"371073113": YELLOW, "371082007": YELLOW}, False, None),
    ("目前，我市苘山镇已出现雷电，预计今天夜间上述区域及汪疃镇等地将出现雷电。", YELLOW,
     {"371073113": YELLOW, "371073112": YELLOW}, False, None),
    # the whole unit is meant: nobody is set apart
    ("预计我市大部分镇街将出现大暴雨，其中苘山镇、泊于镇可达200毫米。", RED, {}, False, None),
    ("过去3小时苘山镇降水量已达60毫米，预计我市仍将出现强降水。", RED, {}, False, None),
    ("预计威海市将出现大暴雨，苘山镇较重。", RED, {}, False, None),
    ("全市暴雨橙色预警，其中苘山镇为红色。", ORANGE, {"371073113": RED}, False, None),
    ("过去3小时苘山镇降水量已达60毫米。", RED, {}, False, None),
    ("请转移到安全区域，预计苘山镇将出现暴雨。", RED, {"371073113": RED}, False, None),
    # lowering and lifting for some is for these alone, whatever else is said
    ("将苘山镇暴雨红色预警降为橙色，预计我市仍将出现降水。", ORANGE, {"371073113": ORANGE}, False, None),
    ("解除苘山镇暴雨红色预警，其他镇街预警仍然有效。", RED, {"371073113": RED}, True, None),
    ("预计我市有降水，苘山镇降雨较大。", RED, {}, False, None),
])
def test_the_text_sets_places_apart(
    text: str, colour: Colour, named: dict[str, Colour], rest_holds: bool, rest: Colour | None,
) -> None:
    found = find(alert(text, "371000", colour=colour))
    assert set(found.touches) == ALL
    assert {place: found.touches[place].colour for place in found.named
            if SITE.places[place].kind == "town"} == named
    assert found.named == {place for town in named for place in SITE.under([town])} - _hill(named)
    assert (found.rest_holds, found.rest) == (rest_holds, rest)
    assert all(touch.named == (place in found.named) for place, touch in found.touches.items())
    others = {touch.colour for place, touch in found.touches.items() if place not in found.named}
    assert others == {rest or colour}


def _hill(named: dict[str, Colour]) -> set[str]:
    return set() if {"371073112", "371002101"} & set(named) else {"371002101-h01"}


def test_named_villages_are_set_apart_without_their_town() -> None:
    found = find(alert("苘山镇东山村、西山村立即转移。", "371073113"))
    assert found.named == {"371073113001", "371073113002"}


def test_places_left_out_keep_what_they_had_and_all_others_follow_the_text() -> None:
    found = find(alert("除苘山镇外，其余镇街暴雨橙色预警降为黄色。", "371000", colour=YELLOW))
    assert found.named == ALL - QIONGSHAN
    assert (found.rest_holds, found.rest) == (True, None)
    assert {found.touches[place].colour for place in found.named} == {YELLOW}


def test_a_hill_of_two_named_towns_has_the_worse_colour() -> None:
    for text in ("苘山镇、汪疃镇为橙色，羊亭镇为红色。", "羊亭镇为红色，苘山镇、汪疃镇为橙色。"):
        assert find(alert(text, "371000")).touches["371002101-h01"].colour == RED


def test_a_headline_alone_sets_places_apart() -> None:
    headline = "威海市气象台将苘山镇暴雨橙色预警降为黄色，其余镇街仍生效"
    found = find(alert("", "371000", headline=headline, colour=YELLOW))
    assert found.named == QIONGSHAN
    assert found.rest_holds


def test_towns_in_the_description_of_an_area_are_set_apart() -> None:
    assert find(alert("有暴雨", "371073", area="苘山镇")).named == QIONGSHAN
    assert find(alert("有暴雨", "371073", area="临港区")).named == frozenset()


def test_names_outside_the_coded_area_change_nothing() -> None:
    found = find(alert("预计苘山镇、泊于镇将出现大暴雨。", "371003"))
    assert set(found.touches) == WENDENG
    assert found.named == QIONGSHAN


@pytest.mark.parametrize(("received", "touched"), [
    (alert("苘山镇将出现暴雨", office="37100341600000"), QIONGSHAN),              # the zone is 文登's to warn
    (alert("苘山镇将出现暴雨", identifier="37100041600000_20260720102000"), QIONGSHAN),
    (alert("苘山镇将出现暴雨", headline="文登区气象台发布暴雨红色预警信号"), QIONGSHAN),
    (alert("泊于镇将出现暴雨", office="37100341600000"), set()),                   # not 文登's
    (alert("苘山镇将出现暴雨", office="37061441600000"), set()),
    (alert("苘山镇将出现暴雨"), set()),                                            # nobody knows whose it is
    (alert("有暴雨", office="37100041600000", area="文登区"), WENDENG),
    (alert("有暴雨", office="37100041600000", area="文登"), WENDENG),
    (alert("苘山镇东山村转移", office="威海市应急管理局"), {"371073113001"}),
    (alert("王家村转移", office="威海市应急管理局"), set()),
    (alert("苘山镇将出现暴雨", "370614", office="37100041600000"), set()),         # its code says where
])
def test_names_alone_touch_inside_the_issuing_unit(received: Alert, touched: set[str]) -> None:
    found = find(received)
    assert set(found.touches) == touched
    assert {touch.how for touch in found.touches.values()} <= {NAME}


def test_a_cancel_touches_its_area_as_any_other() -> None:
    assert set(find(alert("解除暴雨红色预警信号", "371003", msg_type="Cancel")).touches) == WENDENG


def test_an_alert_without_blocks_touches_nothing() -> None:
    found = find(replace(alert(), infos=()))
    assert found.touches == {}
    assert found.unmatched


@pytest.mark.parametrize(("received", "place", "parts"), [
    (alert("", "371003000000"), "371003", ["371003000000", "就是文登区"]),
    (alert("", "371003000000"), "371003101", ["文登区", "包含大水泊镇"]),
    (alert("", "371003000000"), "371073", ["文登区", "也覆盖临港区"]),
    (alert("", "371003000000"), "371073113001", ["文登区", "苘山镇", "东山村"]),
    (alert("", geometry=box(122.3, 37.0, 122.302, 37.05)), "371073113001", ["300米"]),
    (alert("", geometry=box(122.34, 37.0, 122.345, 37.05)), "371073113-r01", ["米山水库没有位置", "苘山镇"]),
    (alert(HUIDONG, "371000", colour=YELLOW), "371073113", ["371000", "点名", "黄色"]),
    (alert(HUIDONG, "371000", colour=YELLOW), "371003101", ["其余", "黄色"]),
])
def test_the_officer_reads_why(received: Alert, place: str, parts: list[str]) -> None:
    reason = find(received).touches[place].reason
    assert all(part in reason for part in parts), reason


def test_every_place_above_has_the_worst_colour_below_it() -> None:
    found = find(alert("红色预警区域：苘山镇；橙色预警区域：泊于镇。", "371073113", "371072105"))
    colours = lift_to_ancestors(found.touches, SITE)
    assert (colours["371000"], colours["371073"], colours["371072"]) == (RED, RED, ORANGE)
    assert set(colours) - set(found.touches) == {"371000", "371073", "371072"}


@given(st.dictionaries(st.sampled_from(sorted(SITE.places)), st.sampled_from(list(Colour))))
def test_lifting_is_the_maximum_over_what_lies_below(given_: dict[str, Colour]) -> None:
    base = find(alert("", "371000")).touches
    touches = {place: replace(base[place], colour=colour) for place, colour in given_.items()}
    brute = {place: max(given_[below] for below in SITE.under([place]) if below in given_)
             for place in SITE.places if any(below in given_ for below in SITE.under([place]))}
    assert lift_to_ancestors(touches, SITE) == brute


STEPS = (Step((Whom.HOLDER,), (Via.VOICE,)), Step((Whom.DEPUTY, Whom.SUPERIOR), (Via.VOICE,)),
         Step((Whom.OFFICER,), (Via.VOICE,)))
PLAYBOOK = Playbook("flood", {"village": ("flood",), "town": ("flood",), "county": ("flood",)}, {RED: STEPS},
                    act={RED: timedelta(minutes=30)}, answer={"county": "each"})


def test_who_is_asked_at_which_step_and_why() -> None:
    rows = who(find(alert("", "371073113001")), SITE, PLAYBOOK, at_night=True)
    asked = [(row["post"], row["person"], row["step"]) for row in rows]
    assert asked == [
        ("371073/flood", "371073-a", 1), ("371073/flood", "371073-b", 1), ("371073/flood", "371000-a", 2),
        ("371073113/flood", "371073113-a", 1), ("371073113/flood", "371073113-b", 2),
        ("371073113/flood", "371073-a", 2),
        ("371073113001/flood", "371073113001-a", 1), ("371073113001/flood", "371073113001-b", 2),
        ("371073113001/flood", "371073113-a", 2),
    ]
    assert all(set(row) == {"post", "place", "person", "reason", "step"} for row in rows)
    assert {row["reason"] for row in rows if row["place"] == "371073"} == {"下辖东山村等1处被触及，最高红色"}
    json.dumps(rows)


def test_nobody_is_asked_in_a_colour_without_ladder_or_at_a_kind_without_duty() -> None:
    assert who(find(alert("", "371073113", colour=YELLOW)), SITE, PLAYBOOK, at_night=False) == []
    rows = who(find(alert("", "371073113")), SITE, PLAYBOOK, at_night=False)
    assert "371073113-r01" not in {row["place"] for row in rows}


def test_one_person_is_asked_once_for_a_post_and_step() -> None:
    post = Post("371073113", "flood", ("p1", "p2", "p2"), superior="371073/flood")
    above = Post("371073", "flood", ("p2",))
    small = Site(places=SITE.places, posts={post.id: post, above.id: above})
    rows = who(match(alert("", "371073113"), small, FENCES, BOOK), small, PLAYBOOK, at_night=False)
    assert [row["person"] for row in rows if row["post"] == post.id] == ["p1", "p2"]


def rings(*blocks: tuple[Colour, Area], language: str = "zh-CN", **changes: object) -> Alert:
    """An alert of several blocks, each an area of its own colour."""
    first = alert("", colour=max(colour for colour, _ in blocks))
    infos = tuple(replace(first.infos[0], colour=colour, areas=(area,), language=language) for colour, area in blocks)
    return replace(first, infos=infos, **changes)  # type: ignore[arg-type]


def test_every_area_has_the_colour_of_its_own_block_and_a_place_the_highest() -> None:
    inner = Area("inner", geometry=box(122.302, 37, 122.309, 37.05))      # a part of 苘山镇
    outer = Area("outer", geometry=box(122.24, 37, 122.36, 37.05))       # with both of its neighbours
    for blocks in ([(RED, inner), (YELLOW, outer)], [(YELLOW, outer), (RED, inner)]):
        found = find(rings(*blocks)).touches
        assert found["371073113001"].colour is RED                 # 东山村 lies in both
        assert found["371073113"].colour is RED
        assert {found[id].colour for id in ("371073112", "371082005", "371073113004")} == {YELLOW}
        assert found["371073113-r01"].colour is RED                # without a position: as its town


def test_codes_and_shapes_of_different_blocks_do_not_hide_each_other() -> None:
    shape = Area("s", geometry=box(122.302, 37, 122.309, 37.05))
    code = Area("c", (Geocode("CPEAS Geographic Code", "371073113000"),))
    found = find(rings((ORANGE, code), (RED, shape))).touches
    assert (found["371073113001"].colour, found["371073113004"].colour) == (RED, ORANGE)
    found = find(rings((RED, code), (ORANGE, shape))).touches
    assert {found[id].colour for id in ("371073113001", "371073113004", "371073113")} == {RED}
    wide = Area("w", (Geocode("CPEAS Geographic Code", "371073000000"),))
    found = find(rings((YELLOW, wide), (RED, code))).touches
    assert (found["371073113004"].colour, found["371073112002"].colour) == (RED, YELLOW)


def test_a_translation_does_not_colour_anything_by_itself() -> None:
    first = alert("", colour=ORANGE)
    here, there = (Area("x", geometry=box(west, 37, west + 0.01, 37.05)) for west in (122.30, 122.25))
    other = replace(first.infos[0], language="en", colour=YELLOW, areas=(there,))
    found = find(replace(first, infos=(replace(first.infos[0], areas=(here,)), other))).touches
    assert {touch.colour for touch in found.values()} == {ORANGE}


def test_a_place_may_be_named_alone_or_with_all_below_it() -> None:
    whole, alone = (replace(alert(), infos=(replace(alert().infos[0], areas=(
        Area("x", (Geocode(name, "371073113"),)),)),)) for name in (PLACE_CODE, PLACE_ALONE))
    assert set(find(whole).touches) == QIONGSHAN
    assert set(find(alone).touches) == {"371073113"}
    nowhere = replace(alert(), infos=(replace(alert().infos[0], areas=(Area("x", (Geocode(PLACE_ALONE, "9"),)),)),))
    assert find(nowhere).unmatched[0] == "指明的地点9不存在"
