"""What people say back, and what the desk makes of it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from harness import Story
from invented_site import CITY, RIVER

from dutydesk.channels.simulator.behaviour import Behaviour, Fate, Said
from dutydesk.domain.records import Closed, Inbound, State
from dutydesk.domain.values import Colour, Kind, Outcome, Via


# -- letters and codes --------------------------------------------------------------------------------
def test_no_letter_is_printed_while_a_phone_knows_one_round_only(desk: Story) -> None:
    desk.warns("red")
    assert "回复1收到" in desk["zhang"].is_texted()


def test_a_letter_is_printed_once_a_second_round_is_open_and_an_old_code_answers_the_old_round(desk: Story) -> None:
    rain = desk.warns("orange")
    desk.forward(1)
    desk.updates(rain, "red")
    assert "回复B1收到" in desk["zhang"].is_texted("红色")
    desk.forward(seconds=5)
    desk.forget()
    desk["zhang"].replies("A1")
    old, new = desk.callouts("东岭村")
    assert (old.closed_as, new.state) == (Closed.SUPERSEDED, State.CALLING)
    assert old.answered_at is None
    assert "较早的通知" in desk["zhang"].is_told()
    desk["zhang"].replies("1B")
    assert desk.state("东岭村") is State.ANSWERED


def test_a_bare_one_counts_for_the_new_round_when_only_that_is_open(desk: Story) -> None:
    rain = desk.warns("orange")
    desk.forward(1)
    desk.updates(rain, "red")
    desk.forward(seconds=5)
    desk["zhang"].replies("1")
    assert desk.state("东岭村") is State.ANSWERED


def test_a_code_this_phone_never_got_counts_for_nothing_and_is_asked_back(desk: Story) -> None:
    desk.warns("red")
    desk.forget()
    desk["zhang"].replies("K1")
    assert desk.state("东岭村") is State.CALLING
    assert desk.proven("东岭村") == {"called"}
    desk["zhang"].is_told("未能识别")
    desk.forward(seconds=30)    # the first ring is over
    desk["zhang"].is_rung()


def test_one_reply_answers_for_both_villages_of_a_man_and_moved_people_count_once(desk: Story) -> None:
    desk.warns("red")
    desk["chen"].replies("3 32")
    facts = [*desk.facts("西岭村"), *desk.facts("北坡村")]
    assert desk.callout("西岭村").closed_as is desk.callout("北坡村").closed_as is Closed.DONE
    assert sorted(fact.n for fact in facts if fact.act == "moved" and fact.n is not None) == [32]


def test_a_bare_one_on_two_incidents_counts_for_neither_and_one_ring_reads_both(desk: Story) -> None:
    desk.warns("orange")
    desk.forward(seconds=40)
    desk.warns("orange", event="森林火险")
    desk.forward(seconds=40)
    desk.forget()
    desk["wang"].replies("1")
    assert {desk.callouts("石桥镇", family=family)[-1].state for family in ("flood", "fire")} == {State.CALLING}
    text = desk["wang"].is_rung()
    assert "暴雨橙色预警" in text
    assert "森林火险橙色预警" in text
    assert sum(each.via is Via.VOICE for each in desk["wang"].arrivals()) == 0
    desk["wang"].presses("1")
    assert desk.callouts("石桥镇", family="flood")[-1].answered_at
    assert desk.callouts("石桥镇", family="fire")[-1].answered_at


def test_a_ring_back_never_mixes_a_drill_with_what_is_real(desk: Story) -> None:
    desk.hand.open_incident(Kind.DRILL, "flood", Colour.ORANGE, ["990102101001"], "o-1", "暴雨")
    desk.forward(seconds=40)
    desk.warns("yellow")
    desk.forward(seconds=40)
    desk.forget()
    desk["wang"].replies("1")
    desk.forward(seconds=40)    # one ring after the other
    rings = [each for each in desk["wang"].arrivals() if each.via is Via.VOICE]
    assert sorted(each.drill for each in rings) == [False, True]
    assert all(each.drill == ("演练" in each.text) for each in rings)


@pytest.mark.parametrize("text", ["没收到", "332", "好的", "3A32", "收到吗", "[图片]"])
def test_an_unclear_reply_is_never_an_answer_and_the_phone_rings_at_once(desk: Story, text: str) -> None:
    desk.warns("orange")
    desk.forward(2)
    desk.forget()
    desk["zhang"].replies(text)
    assert "answered" not in desk.proven("东岭村")
    desk.forward(seconds=30)
    desk["zhang"].is_rung()
    desk["zhang"].is_told("未能识别")


def test_several_unclear_replies_within_half_a_minute_are_one_ring(desk: Story) -> None:
    desk.warns("red")
    desk.forward(1)
    desk.forget()
    for text in ("好的", "谁啊", "？"):
        desk["zhang"].replies(text)
        desk.forward(seconds=5)
    assert len([each for each in desk["zhang"].arrivals() if each.via is Via.VOICE]) == 1


def test_a_shared_phone_answers_for_both_its_owners_when_the_round_is_one(desk: Story) -> None:
    desk.warns("red")
    desk["qian"].replies("1")
    assert desk.state("上柳村") is desk.state("中柳村") is State.ANSWERED


def test_an_answer_from_a_neighbour_s_phone_is_relayed_and_never_answered(desk: Story) -> None:
    desk["sun"].behaves(Behaviour(Fate.RINGS_OUT))
    desk.warns("red")
    desk.forward(3.5)
    neighbour = desk["sun"].numbers[2]
    assert any(each.number == neighbour for each in desk["sun"].arrivals())
    desk["sun"].presses("1", number=neighbour)
    assert desk.state("下柳村") is State.TAKEN_OVER
    assert desk.proven("下柳村") == {"called", "relayed"}


def test_a_neighbour_s_phone_gets_no_text(desk: Story) -> None:
    desk.warns("red")
    assert {each.number for each in desk["sun"].arrivals() if each.via is Via.SMS} == {desk["sun"].numbers[0]}


# -- one line back ------------------------------------------------------------------------------------
def test_every_accepted_reply_gets_one_line_saying_what_was_understood_and_for_which_place(desk: Story) -> None:
    desk.warns("red")
    desk.forget()
    desk["zhang"].replies("到岗")
    told = [each for each in desk["zhang"].arrivals() if not each.asks]
    assert len(told) == 1
    assert "东岭村" in told[0].text
    assert "已记录「到岗」" in told[0].text


def test_a_reply_on_a_closed_callout_is_kept_and_the_sender_told(desk: Story) -> None:
    rain = desk.warns("red")
    desk.lifts(rain)
    desk.forward(seconds=5)
    desk.forget()
    desk["zhang"].replies("1")
    assert "answered" in desk.proven("东岭村")
    assert desk.callout("东岭村").closed_as is Closed.STOOD_DOWN
    assert desk.callout("东岭村").answered_at is None
    desk["zhang"].is_told("已结束")


# -- help ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("when", ["calling", "answered", "closed"])
def test_help_rings_the_officer_within_five_seconds_in_every_state(desk: Story, when: str) -> None:
    rain = desk.warns("red")
    desk["officer"].presses("1")
    if when == "answered":
        desk["zhang"].replies("1")
    elif when == "closed":
        desk.lifts(rain)
    desk.forward(1)
    desk.forget()
    desk["zhang"].replies("4")
    desk.forward(seconds=5)
    desk["officer"].is_rung("请求支援")


def test_words_of_danger_ring_the_officer_whatever_else_the_text_says(desk: Story) -> None:
    desk.warns("red")
    desk["officer"].presses("1")
    desk.forget()
    desk["zhang"].replies("水库要决口了")
    desk["officer"].is_rung("请求支援")


def test_words_of_danger_from_a_phone_nobody_asked_ring_the_officer(desk: Story) -> None:
    desk["song"].replies("山上着火了")
    desk["officer"].is_rung("请求支援")


def test_a_cry_for_help_outlives_the_incident_until_somebody_takes_it(desk: Story) -> None:
    rain = desk.warns("red")
    desk["zhang"].replies("4")
    desk.lifts(rain)
    desk.forget()
    desk.forward(5)
    desk["leader"].is_rung("请求支援")
    desk["leader"].replies("1")
    desk.forget()
    desk.forward(20)
    desk.is_quiet(but=["county officer", "county backup", "county leader"])


# -- the superior's list ------------------------------------------------------------------------------
def _with_wang(desk: Story) -> None:
    """Four villages and the dam below the town are silent, and their superior is rung with the list."""
    desk.warns("red")
    desk["wang"].presses("1")
    desk.forward(5.2)


def test_a_superior_is_rung_once_with_the_whole_list_and_taking_it_over_is_no_answer(desk: Story) -> None:
    _with_wang(desk)
    assert desk["wang"].rings() == 2
    desk["wang"].presses("1")
    assert desk.state("东岭村") is State.TAKEN_OVER
    assert "answered" not in desk.proven("东岭村")
    assert desk.callout("东岭村").answered_at is None


def test_he_reports_by_number_who_was_woken_and_who_was_not_found(desk: Story) -> None:
    _with_wang(desk)
    desk["wang"].presses("1")
    desk.forward(5)
    desk["wang"].replies("5 2 3")
    desk["wang"].replies("6 4")
    assert desk.state("东岭村") is State.TAKEN_OVER
    assert "relayed" in desk.proven("东岭村")
    assert desk.state("南坡村") is State.WITH_OFFICER
    assert "not_found" in desk.reasons(desk.alarm(desk.incidents()[0]))
    assert "relayed" not in desk.proven("北坡村")


def test_a_bare_five_for_a_longer_list_sends_the_list_back(desk: Story) -> None:
    _with_wang(desk)
    desk["wang"].presses("1")
    desk.forget()
    desk["wang"].replies("5")
    assert "2.东岭村" in desk["wang"].is_told("无人应答")
    assert "relayed" not in desk.proven("东岭村")


def test_a_number_that_is_not_on_the_list_sends_the_list_back(desk: Story) -> None:
    _with_wang(desk)
    desk.forget()
    desk["wang"].replies("5 2 9")
    desk["wang"].is_told("2.东岭村")
    assert "relayed" not in desk.proven("东岭村")


def test_a_superior_who_does_not_report_in_a_quarter_of_an_hour_is_reported_himself(desk: Story) -> None:
    _with_wang(desk)
    desk["wang"].presses("1")
    desk.forward(15.5)
    assert desk.state("东岭村") is State.WITH_OFFICER


def test_the_planned_tries_to_the_holder_go_on_and_his_late_answer_makes_it_answered(desk: Story) -> None:
    _with_wang(desk)
    desk["wang"].presses("1")
    desk["zhang"].replies("1")
    assert desk.state("东岭村") is State.ANSWERED


def test_a_superior_is_rung_at_most_every_three_minutes(desk: Story) -> None:
    desk.warns("red")
    desk["head of river"].presses("1")
    desk.forward(15)
    at = [each.at for each in desk.exchange.history if each.person == desk["wang"].id and each.via is Via.VOICE
          and "上门叫醒" in each.text]
    assert at
    assert all(later - earlier >= timedelta(minutes=3) for earlier, later in pairwise(at))


def test_the_numbers_of_a_list_hold_for_the_incident_s_life(desk: Story) -> None:
    _with_wang(desk)
    before = dict(desk.incidents()[0].silent)
    desk["zhang"].replies("1")
    desk.forward(20)
    after = dict(desk.incidents()[0].silent)
    assert before
    assert before.items() <= after.items()


# -- refusals -----------------------------------------------------------------------------------------
def test_who_declines_is_out_and_his_deputy_is_asked(desk: Story) -> None:
    desk.warns("red")
    desk["zhang"].presses("0")
    desk.forget()
    desk["li"].is_quiet()
    desk.forward(6)
    desk["zhang"].is_quiet()
    assert desk["li"].rings() >= 1


def test_who_declines_after_his_answer_sends_it_to_the_next_step_and_the_officer_is_told(desk: Story) -> None:
    desk.warns("red")
    desk["zhang"].replies("1")
    desk.forget()
    desk["zhang"].replies("0")
    desk["li"].is_rung()
    assert "declined" in desk.reasons(desk.alarm(desk.incidents()[0]))


# -- contacts -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["打错了", "TD"])
def test_a_wrong_number_or_a_stop_opens_a_contact_task(desk: Story, text: str) -> None:
    desk.warns("red")
    desk["zhang"].replies(text)
    assert [task.about for task in desk.tasks("contact")] == [desk["zhang"].id]
    assert desk.state("东岭村") is State.CALLING


def test_a_text_from_a_phone_nobody_asked_waits_for_the_officer_s_eye(desk: Story) -> None:
    desk["zhang"].replies("您好")
    assert len(desk.tasks("read")) == 1


# -- receipts -----------------------------------------------------------------------------------------
def test_receipts_out_of_order_late_and_twice_prove_called_and_nothing_else(desk: Story) -> None:
    desk.warns("red")
    first = next(each for each in desk.exchange.history if each.person == desk["zhang"].id and each.via is Via.SMS)
    for outcome in (Outcome.ON_HANDSET, Outcome.HANDED_OVER, Outcome.ON_HANDSET, Outcome.QUEUED):
        desk.hears([desk.receipt(first, outcome)])
    with desk.store.read() as reads:
        assert reads.call(first.call).outcome is Outcome.ON_HANDSET
    assert desk.proven("东岭村") == {"called"}
    assert desk.state("东岭村") is State.CALLING


def test_a_receipt_for_a_call_nobody_made_is_kept(desk: Story) -> None:
    desk.hears([Inbound("x", "simulator-sms", "receipt", "+999", "", "unknown", desk.clock.now(), Outcome.ON_HANDSET)])
    with desk.store.read() as reads:
        assert reads.inbound("done", 10)[0].understood == "unknown call"


def test_a_call_picked_up_without_a_valid_key_is_called_only(desk: Story) -> None:
    desk["zhang"].behaves(Behaviour(Fate.PICKED_UP, said=(Said(timedelta(seconds=12), "9", key=True),)))
    desk.warns("red")
    desk.forward(4)
    assert desk.proven("东岭村") == {"called"}
    assert desk.state("东岭村") is State.CALLING


# -- each named seat ----------------------------------------------------------------------------------
def test_where_each_seat_must_answer_one_seat_s_answer_leaves_the_other_ringing(desk: Story) -> None:
    desk.warns("red")
    desk["head of river"].presses("1")
    desk.forget()
    mine, other = sorted(desk.callouts(RIVER), key=lambda each: each.memo["seats"])
    assert mine.memo["seats"] == [desk["head of river"].id]
    assert (mine.closed_as, other.state) == (Closed.DONE, State.CALLING)
    desk.forward(2)
    desk["second of river"].is_rung()
    desk["head of river"].is_quiet()
    assert len(desk.callouts(CITY)) == 2
    assert {each.colour for each in desk.callouts(CITY)} == {Colour.RED}
