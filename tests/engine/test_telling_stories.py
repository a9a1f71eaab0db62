"""What people are told: every message says what it asks of whom, and how to say that it is done."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from harness import Story
from invented_site import CITY

from dutydesk.channels.simulator.behaviour import Behaviour, Fate
from dutydesk.domain.records import Closed
from dutydesk.domain.values import Outcome
from dutydesk.ports.channel import Limits


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


def test_who_answers_what_is_over_hears_what_is_open_on_his_phone(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(1)
    desk.lifts(rain)
    desk.forward(1)
    desk.warns("red", event="森林火险", codes=("990102",))
    desk.forward(1)
    desk.forget()
    with desk.store.read() as reads:
        codes = {code.incident: code.code for code in reads.codes_of(desk["willow"].numbers, living=desk.clock.now())}
    desk["willow"].replies(f"{codes[desk.callouts('柳溪镇', family='flood')[0].incident]}1")
    assert "您当前待应答:柳溪镇" in desk["willow"].is_told("已结束")


def test_a_letter_counts_as_long_as_it_lives(desk: Story) -> None:
    """A warning of three weeks; the desk slept, so that nothing ended meanwhile."""
    desk.warns("red", expires=timedelta(days=20))
    desk.forward(1)
    desk.clock.move_to(desk.clock.now() + timedelta(days=9))
    desk["zhang"].replies("1")
    assert desk.callout("东岭村").answered_at is not None


def test_a_notice_that_left_is_in_the_journal_and_its_receipt_is_known(desk: Story) -> None:
    desk.warns("red")
    desk["zhang"].replies("1")
    notice = next(each for each in desk["zhang"].arrivals() if not each.asks)
    rows = [row for row in desk.journal("notice") if row.facts["notice"] == notice.call]
    assert [(row.person, row.facts["line"]) for row in rows] == [(desk["zhang"].id, "reply.ok")]
    desk.hears([desk.receipt(notice, Outcome.ON_HANDSET)])
    heard = [row.facts["understood"] for row in desk.journal("heard") if row.facts["call"] == notice.call]
    assert set(heard) == {"notice: on_handset"}


def test_a_fall_and_a_lift_name_the_office_and_the_time_of_their_own_version(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(2)
    lower = desk.updates(rain, "orange")
    assert "12:02" in desk["zhang"].is_told("已降为")
    desk.forward(3)
    desk.lifts(lower)
    assert "12:05" in desk["zhang"].is_told("已解除")


def test_the_officer_hears_which_warning_of_whom_and_where(desk: Story) -> None:
    desk.warns("red")
    text = desk["officer"].is_texted()
    assert "暴雨红色预警(12:00" in text
    assert "气象台" in text
    assert "石桥镇及4个村" in text
    assert "处" in text


def test_the_officer_hears_whose_post_did_not_answer(desk: Story) -> None:
    desk.warns("red", codes=("990103",))
    desk.forward(16)
    said = [each.text for each in desk["county officer"].arrivals()]
    assert any("松陵县负责人" in text and "无人应答" in text for text in said)


def test_the_officer_hears_how_many_are_not_rung_and_when_the_last_will_be(tell: Callable[..., Story]) -> None:
    desk = tell(limits=Limits(per_second=200, lines=3))
    desk.warns("red", office=CITY, codes=(CITY,))
    desk.forward(9)
    said = "".join(each.text for each in desk.unseen() if each.person in (desk["officer"].id, desk["backup"].id))
    assert re.search("[0-9]+处尚未呼出，预计最后一通[0-9]{2}:[0-9]{2}", said)


def test_the_officer_hears_what_one_does_to_a_held_warning_and_how_to_let_it_go(desk: Story) -> None:
    desk.warns("red", source="stranger")
    assert "放行或扣住" in desk["officer"].is_texted("待放行")


def test_the_journal_tells_an_answer_once_and_every_act(desk: Story) -> None:
    desk.warns("red")
    for text in ("1", "1", "2", "1", "0", "1"):
        desk["zhang"].replies(text)
        desk.forward(seconds=5)
    told = [row.facts["act"] or row.facts["fact"] for row in desk.journal("fact") if row.person == desk["zhang"].id]
    assert [each for each in told if each != "called"] == ["answered", "on_post", "declined", "answered"]
