"""What people are told: every message says what it asks of whom, and how to say that it is done."""

from __future__ import annotations

from harness import Story

from dutydesk.channels.simulator.behaviour import Behaviour, Fate
from dutydesk.domain.records import Closed


def test_the_keeper_of_a_dam_can_close_as_his_first_message_tells_him(desk: Story) -> None:
    desk.warns("red")
    assert '"已巡查"' in desk["dam"].is_texted("龙潭水库")
    assert "已巡查" in desk["dam"].is_rung("龙潭水库")
    desk["dam"].replies("已巡查")
    assert desk.callout("龙潭水库").closed_as is Closed.DONE


def test_the_keeper_with_two_warnings_is_offered_the_word_with_his_letter(desk: Story) -> None:
    desk.warns("orange")
    desk.forward(seconds=10)
    desk.updates(desk.last, "red")
    text = desk["dam"].is_texted("红色")
    word = text.split('巡查完成回复"')[1].split('"')[0]
    assert len(word) == len("B已巡查")
    desk["dam"].replies(word)
    assert desk.callout("龙潭水库").closed_as is Closed.DONE


def test_a_village_is_not_offered_a_word_it_has_no_use_for(desk: Story) -> None:
    desk.warns("red")
    assert "已巡查" not in desk["zhang"].is_texted()
    assert "已巡查" not in desk["zhang"].is_rung()


def test_a_neighbour_is_asked_to_wake_and_never_told_that_he_is_responsible(desk: Story) -> None:
    desk.warns("red")
    desk.forward(4.5)
    neighbour = desk["sun"].numbers[2]
    said = [each.text for each in desk["sun"].arrivals() if each.number == neighbour]
    assert said
    assert all("邻居" in text and "下柳村" in text and "负责人" in text for text in said)
    assert not any("您负责" in text or desk.setup.site.people[desk["sun"].id].name in text for text in said)


def test_a_neighbour_presses_five_for_woken(desk: Story) -> None:
    desk["sun"].behaves(Behaviour(Fate.RINGS_OUT))
    desk.warns("red")
    desk.forward(3.5)
    neighbour = desk["sun"].numbers[2]
    desk["sun"].presses("5#", number=neighbour)
    assert {fact.what for fact in desk.facts("下柳村")} == {"called", "relayed"}
    assert "woken" in desk.callout("下柳村").memo


def test_an_acknowledgement_says_in_words_what_was_understood(desk: Story) -> None:
    desk.warns("red")
    for text, said in (("1", "「收到」"), ("2", "「到岗」"), ("3 32", "「已转移32人」")):
        desk["zhang"].replies(text)
        desk["zhang"].is_told(said)
