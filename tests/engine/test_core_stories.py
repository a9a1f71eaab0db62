"""The main stories: a red warning arrives, people answer or do not, it is renewed, raised, lowered, lifted."""

from __future__ import annotations

from harness import Story, Warn

from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Colour


def test_a_red_warning_rings_and_texts_every_holder_of_the_county_and_its_zone_at_once(desk: Story) -> None:
    desk.warns("red")
    for name in ("zhang", "chen", "wang", "head of river", "second of river", "mayor", "vice mayor", "dam", "yu",
                 "sun"):
        desk[name].is_rung("暴雨红色预警")
        desk[name].is_texted("暴雨红色预警")
    desk["li"].is_quiet()
    desk["song"].is_quiet()


def test_the_officer_is_rung_when_a_red_arrives(desk: Story) -> None:
    desk.warns("red")
    desk["officer"].is_rung("红色预警到达")
    desk["backup"].is_quiet()


def test_a_key_pressed_answers_and_the_phone_stays_quiet(desk: Story) -> None:
    desk.warns("red")
    desk["zhang"].presses("1")
    assert desk.state("东岭村") is State.ANSWERED
    desk.forget()
    desk.forward(29)
    desk["zhang"].is_quiet()
    desk["li"].is_quiet()


def test_a_silent_holder_is_rung_three_times_in_five_minutes_then_deputy_and_superior(desk: Story) -> None:
    desk.warns("red")
    desk["wang"].presses("1")
    desk.forward(4.9)
    assert desk["zhang"].rings() == 3
    assert desk["li"].rings() == 0
    desk.forget()
    desk.forward(0.2)
    desk["li"].is_rung()
    assert "2.东岭村" in desk["wang"].is_rung("无人应答")


def test_a_ladder_without_an_answer_is_with_the_officer_within_ten_minutes(desk: Story) -> None:
    desk.warns("red")
    desk["officer"].presses("1")
    desk.forward(10.2)
    assert desk.state("东岭村") is State.WITH_OFFICER
    assert "with_officer" in desk.reasons(desk.alarm())


def test_a_late_answer_from_a_passed_step_takes_it_from_the_officer(desk: Story) -> None:
    desk.warns("red")
    desk.forward(12)
    desk["zhang"].replies("1")
    assert desk.state("东岭村") is State.ANSWERED
    assert not any(item["callout"] == desk.callout("东岭村").id for item in desk.alarm().memo["items"].values())


def test_reporting_people_moved_closes_a_red_village_and_going_there_does_not(desk: Story) -> None:
    desk.warns("red")
    desk["zhang"].replies("2")
    assert desk.state("东岭村") is State.ANSWERED
    desk["zhang"].replies("3 32")
    assert desk.callout("东岭村").closed_as is Closed.DONE
    assert [fact.n for fact in desk.facts("东岭村") if fact.act == "moved"] == [32]


def test_without_an_act_in_time_he_is_reminded_by_text_then_by_voice_then_the_officer_has_it(desk: Story) -> None:
    desk.warns("red")
    desk["zhang"].presses("1")
    desk.forward(29.5)
    desk.forget()
    desk.forward(1)
    desk["zhang"].is_texted("尚未报告行动")
    desk["zhang"].is_quiet()
    desk.forward(5)
    desk["zhang"].is_rung("还没有报告行动")
    desk.forward(5)
    assert desk.state("东岭村") is State.WITH_OFFICER
    assert "no_act" in desk.reasons(desk.alarm())


def test_pressing_one_again_does_not_take_a_missing_act_from_the_officer(desk: Story) -> None:
    desk.warns("red")
    desk["zhang"].presses("1")
    desk.forward(42)
    desk["zhang"].replies("1")
    assert desk.state("东岭村") is State.WITH_OFFICER
    desk["zhang"].replies("3 0")
    assert desk.callout("东岭村").closed_as is Closed.DONE


def test_orange_to_red_supersedes_and_asks_everyone_anew(desk: Story) -> None:
    rain = desk.warns("orange")
    desk["zhang"].replies("1")
    desk.forward(1)
    desk.forget()
    desk.updates(rain, "red")
    old, new = desk.callouts("东岭村")
    assert old.closed_as is Closed.SUPERSEDED
    assert (new.round, new.colour) == (2, Colour.RED)
    desk["zhang"].is_rung("红色")


def test_a_lift_withdraws_everything_and_tells_those_really_called(desk: Story) -> None:
    rain = desk.warns("red")
    desk["zhang"].presses("3" + "5#")
    desk.forward(1)
    desk.forget()
    desk.lifts(rain)
    desk["chen"].is_told("已解除")
    desk["li"].hears_nothing()
    assert desk.callout("西岭村").closed_as is Closed.STOOD_DOWN
    desk.forward(30)
    desk.is_quiet()
    assert desk.incidents() == []


def test_an_alert_and_its_cancel_in_one_poll_ring_nobody(desk: Story) -> None:
    first = Warn("red", desk.clock.now())
    desk.lands(first, first.then("Cancel", "red", desk.clock.now()))
    desk.forward(5)
    desk.is_quiet()
