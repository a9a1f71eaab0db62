"""Opened by hand: what is shown before is what happens, and a wider call never lets go of whom it called first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from harness import Story
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_site import BRIDGE, CITY, CLOUD, DAM, HILL, RIVER, WILLOW

from dutydesk.domain.records import State
from dutydesk.domain.values import Colour, Kind, Via
from dutydesk.errors import Refused
from dutydesk.ports.opening import Opening


def _opens(desk: Story, it: Opening) -> str:
    return desk.hand.open_incident(it.kind, it.family, it.colour, it.places, "o-1", it.text, it.area)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(places=st.sets(st.sampled_from((BRIDGE, WILLOW, CLOUD, DAM, HILL, RIVER, f"{BRIDGE}001")), min_size=1),
       family=st.sampled_from(("flood", "fire")), colour=st.sampled_from(Colour))
def test_whom_the_preview_names_first_is_whom_the_opening_asks_first(
        tell: object, places: set[str], family: str, colour: Colour) -> None:
    desk: Story = tell()  # type: ignore[operator]
    opening = Opening(Kind.REAL, family, colour, tuple(sorted(places)), "险情")
    shown = desk.hand.preview_opening(opening)
    _opens(desk, opening)
    desk.settle()
    officers = desk.ctx.officers
    asked = {each.person for each in desk.exchange.history if each.asks} - officers
    assert {each.person for each in shown.called if each.step == 1} - officers == asked
    desk.forward(12)   # the second way of a step comes with its second try
    texts = {each.text for each in desk.exchange.history if each.asks}
    assert {each.text for each in shown.read} <= texts


def test_a_wider_call_keeps_those_called_before_at_their_colour_and_asks_only_the_new(desk: Story) -> None:
    first = Opening(Kind.REAL, "flood", Colour.RED, (f"{BRIDGE}001",), "漫坝")
    id = _opens(desk, first)
    desk.forward(1)
    desk.forget()
    wider = replace(first, colour=Colour.ORANGE, places=(f"{BRIDGE}001", f"{WILLOW}001"))
    shown = desk.hand.preview_opening(wider)
    assert shown.standing >= 1
    assert f"{BRIDGE}001" not in {each.place for each in shown.called}
    assert _opens(desk, wider) == id
    desk.settle()
    assert desk.colour_of("东岭村") is Colour.RED
    assert desk.state("东岭村") is State.CALLING
    assert desk.colour_of("上柳村") is Colour.ORANGE
    desk["qian"].is_texted("漫坝橙色预警")
    desk["zhang"].is_quiet()


def test_a_drawn_area_asks_whom_a_warning_of_that_shape_would_ask(desk: Story) -> None:
    drawn = Opening(Kind.REAL, "flood", Colour.RED, area=_around(desk, f"{BRIDGE}001"), text="险情")
    _opens(desk, drawn)
    desk.settle()
    assert desk.colour_of("东岭村") is Colour.RED
    assert desk.colour_of("青杨村") is None


def _around(desk: Story, place: str) -> tuple[tuple[float, float], ...]:
    west, south, east, north = desk.ctx.site.places[place].geometry.buffer(0.002).bounds
    return ((west, south), (east, south), (east, north), (west, north))


@pytest.mark.parametrize(("area", "why"), [
    (((0, 0), (1, 0), (1, 1)), "没有任何地方"), (((122.0, 37.0), (122.1, 37.0)), "三个角"),
    (((122.0, 37.0), (122.1, 37.1), (122.1, 37.0), (122.0, 37.1)), "请重画"),
    (((200.0, 37.0), (122.1, 37.1), (122.1, 37.0)), "超出范围")])
def test_an_area_that_is_none_is_refused_before_anybody_is_called(
        desk: Story, area: tuple[tuple[float, float], ...], why: str) -> None:
    for act in (desk.hand.preview_opening, lambda it: _opens(desk, it)):
        with pytest.raises(Refused, match=why):
            act(Opening(Kind.REAL, "flood", Colour.RED, area=area))
    assert desk.incidents() == []


def test_a_drill_is_read_as_one_in_every_way_it_is_told(desk: Story) -> None:
    shown = desk.hand.preview_opening(Opening(Kind.DRILL, "flood", Colour.RED, (CITY,), "暴雨"))
    assert {each.via for each in shown.read} == {Via.SMS, Via.VOICE}
    assert all("演练" in each.text for each in shown.read)
    assert shown.desks == ("兰泉市值班室", "松陵县值班室")


def test_a_wrong_call_is_taken_back_from_everybody_called_even_from_who_has_done_it(desk: Story) -> None:
    id = _opens(desk, Opening(Kind.REAL, "flood", Colour.RED, (BRIDGE,), "漫坝"))
    desk.forward(seconds=20)
    desk["zhang"].replies("3 32")                        # done: moved
    desk["chen"].replies("1")                            # answered
    assert desk.state("东岭村") is State.CLOSED
    desk.forget()
    with pytest.raises(Refused, match="两名"):
        desk.hand.correct(id, ["o-1"], "误发")
    desk.hand.correct(id, ["o-1", "o-2"], "测试报文误入")
    desk.forward(seconds=5)
    for name in ("zhang", "chen", "feng"):
        assert "测试报文误入" in desk[name].is_told("误发")
    assert not [each for each in desk.exchange.history if "已解除" in each.text]
    assert desk.incidents() == []
    desk.forget()
    desk.forward(20)
    desk.is_quiet()
    with pytest.raises(Refused):
        desk.hand.correct(id, ["o-1", "o-2"], "测试报文误入")


@pytest.mark.parametrize("why", ["", "  ", "长" * 41])
def test_a_correction_without_a_short_reason_is_refused(desk: Story, why: str) -> None:
    id = _opens(desk, Opening(Kind.REAL, "flood", Colour.ORANGE, (BRIDGE,), "漫坝"))
    with pytest.raises(Refused, match="原因"):
        desk.hand.correct(id, ["o-1"], why)
