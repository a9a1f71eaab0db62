"""How often a phone rings: one ring at a time, and a superior is not rung or texted for every village."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby, pairwise

from harness import Story
from invented_site import CAST

from dutydesk.domain.values import Via


def test_no_phone_is_rung_twice_in_one_ring(desk: Story) -> None:
    desk.warns("red")
    desk.forward(4)
    desk["wang"].replies("我在开会，回头说")
    desk.forward(8)
    voice = sorted((each for each in desk.exchange.history if each.via is Via.VOICE),
                   key=lambda each: (each.number, each.at))
    for number, rings in groupby(voice, key=lambda each: each.number):
        times = [each.at for each in rings]
        assert all(later - earlier >= timedelta(seconds=20) for earlier, later in pairwise(times)), (number, times)


def test_a_man_with_two_warnings_is_rung_for_the_second_when_the_first_ring_is_over(desk: Story) -> None:
    desk.warns("red")
    desk.forward(seconds=10)
    desk.warns("red", event="森林火险", codes=("990102",))
    asked = [each for each in desk.exchange.history if each.person == CAST["willow"] and each.via is Via.VOICE]
    assert len(asked) == 1
    desk.forward(1)
    asked = [each for each in desk.exchange.history if each.person == CAST["willow"] and each.via is Via.VOICE]
    assert len({each.text for each in asked}) == 2


def test_a_superior_gets_the_list_by_message_once_in_three_minutes(desk: Story) -> None:
    """No line rings, so what should ring goes by message; the villages fall silent one after another."""
    desk.exchange.faults.gateway_down("voice", desk.clock.now())
    desk.warns("red")
    for who in ("zhang", "chen", "feng"):
        desk.forward(0.5)
        desk[who].replies("0")
    desk.forward(8)
    lists = [each for each in desk.exchange.history
             if each.person == CAST["wang"] and each.via is Via.SMS and "上门" in each.text]
    assert all(later.at - earlier.at >= timedelta(minutes=3) for earlier, later in pairwise(lists))
    assert len(lists) > 1
    assert all(any(name in each.text for each in lists) for name in ("东岭村", "西岭村", "南坡村"))
