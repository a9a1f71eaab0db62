"""The officer is a callout too; and what officers do by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from harness import NOON, Story
from invented_site import CITY, RIVER, Plan

from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Colour, Kind, Via
from dutydesk.errors import Refused


def test_nobody_takes_the_alarm_and_backup_rings_at_two_and_the_leader_at_four_minutes(desk: Story) -> None:
    desk.warns("red")
    rung = {}
    for seconds in range(0, 301, 5):
        for name in ("officer", "backup", "leader"):
            if desk[name].rings() and name not in rung:
                rung[name] = seconds
        desk.forward(seconds=5)
    assert rung["officer"] == 0
    assert 120 <= rung["backup"] <= 125
    assert 240 <= rung["leader"] <= 245


def test_all_three_ring_every_five_minutes_until_a_named_person_takes_it(desk: Story) -> None:
    desk.warns("red")
    desk.forward(20)
    assert all(desk[name].rings() >= 4 for name in ("officer", "backup", "leader"))
    desk["backup"].replies("1")
    assert desk.alarm(desk.incidents()[0]).taken_by == desk["backup"].id


def test_taking_the_alarm_stops_the_ringing_and_closes_nothing(desk: Story) -> None:
    desk.warns("red")
    desk["officer"].presses("1")
    desk.forget()
    desk.forward(4.5)
    for name in ("officer", "backup", "leader"):
        desk[name].is_quiet()
    assert desk.state("东岭村") is State.CALLING


def test_a_red_place_unhandled_ten_minutes_after_the_taking_rings_again_backup_too(desk: Story) -> None:
    desk.warns("red")
    desk.forward(16)
    desk["officer"].replies("1")
    desk.forget()
    desk.forward(9)
    desk["officer"].is_quiet()
    desk.forward(2)
    desk["officer"].is_rung()
    desk["backup"].is_rung()


def test_many_silent_places_are_one_growing_alarm(desk: Story) -> None:
    desk.warns("red")
    desk.forward(5.1)
    desk["officer"].replies("1")
    desk.forget()
    desk.forward(5.2)
    assert len([each for each in desk["officer"].arrivals() if each.via is Via.VOICE]) == 1
    items = desk.alarm(desk.incidents()[0]).memo["items"]
    assert len([item for item in items.values() if item["reason"] == "with_officer"]) >= 8


def test_an_empty_roster_hour_rings_the_last_resort(tell: Callable[..., Story]) -> None:
    desk = tell(plan=Plan(roster=False))
    desk.warns("red")
    desk["last resort"].is_rung("红色预警到达")


def test_a_desk_that_takes_its_own_alarm_leaves_the_other_desk_ringing(desk: Story) -> None:
    desk.warns("red", office=CITY, codes=(CITY,))
    desk["officer"].presses("1")
    desk.forget()
    desk.forward(3)
    desk["county backup"].is_rung()
    desk["backup"].is_quiet()


def test_an_alarm_whose_last_item_is_handled_is_closed_and_quiet(desk: Story) -> None:
    desk.warns("orange", codes=("990102101001",))
    desk.forward(25)
    incident = next(each for each in desk.incidents() if each.desk == CITY)
    assert "with_officer" in desk.reasons(desk.alarm(incident))
    for place in ("东岭村", "石桥镇", RIVER, CITY):
        for callout in desk.callouts(place):
            desk.hand.write_off(callout.id, "o-1", "已电话确认")
    desk.settle()
    assert desk.alarm(incident).state is State.CLOSED
    desk.forget()
    desk.forward(15)
    desk.is_quiet()


# -- by hand ------------------------------------------------------------------------------------------
def test_an_answer_taken_by_phone_counts_with_the_officer_s_name_as_evidence(desk: Story) -> None:
    desk.warns("red")
    callout = desk.callout("东岭村")
    desk.hand.answer_by_phone([callout.id], desk["zhang"].id, "moved", 12, "o-1")
    desk.settle()
    assert desk.callout("东岭村").closed_as is Closed.DONE
    assert {fact.evidence for fact in desk.facts("东岭村") if fact.what == "acted"} == {"by hand: o-1"}
    desk.forget()
    desk.forward(10)
    desk["zhang"].is_quiet()


def test_an_answer_by_phone_for_a_callout_there_is_not_is_refused(desk: Story) -> None:
    with pytest.raises(Refused):
        desk.hand.answer_by_phone(["c-none"], "p", "answer", None, "o-1")


def test_calling_again_starts_the_step_anew_and_counts_a_climb(desk: Story) -> None:
    desk.warns("red")
    desk.forward(11)
    callout = desk.callout("东岭村")
    desk.forget()
    desk.hand.call_again(callout.id, "o-1")
    desk.settle()
    after = desk.callout("东岭村")
    assert (after.state, after.climb) == (State.CALLING, callout.climb + 1)
    assert desk["li"].arrivals()


def test_skipping_goes_to_the_next_step_at_once(desk: Story) -> None:
    desk.warns("red")
    desk.hand.skip(desk.callout("东岭村").id, "o-1")
    desk.settle()
    desk["li"].is_rung()
    assert desk.callout("东岭村").step == 1


def test_an_added_person_is_rung_at_once_and_his_answer_answers(desk: Story) -> None:
    desk.warns("red")
    desk.forward(11)
    desk.hand.add_person(desk.callout("东岭村").id, desk["song"].id, "o-1")
    desk.settle()
    desk["song"].is_rung("东岭村")
    desk["song"].presses("1")
    assert desk.state("东岭村") is State.ANSWERED


def test_a_write_off_needs_a_reason_and_closes_for_good(desk: Story) -> None:
    desk.warns("red")
    callout = desk.callout("东岭村").id
    with pytest.raises(Refused):
        desk.hand.write_off(callout, "o-1", " ")
    desk.hand.write_off(callout, "o-1", "村里无人")
    desk.settle()
    assert desk.callout("东岭村").closed_as is Closed.WRITTEN_OFF
    desk.forget()
    desk.forward(12)
    desk["zhang"].is_quiet()
    desk["li"].is_quiet()


def test_standing_down_a_red_takes_two_named_persons(desk: Story) -> None:
    desk.warns("red")
    incident = next(each for each in desk.incidents() if each.desk == CITY)
    for officers in ([], ["o-1"], ["o-1", "o-1"]):
        with pytest.raises(Refused):
            desk.hand.stand_down(incident.id, officers, "误报")
    desk.hand.stand_down(incident.id, ["o-1", "o-3"], "误报")
    desk.settle()
    assert desk.callout("东岭村").closed_as is Closed.STOOD_DOWN


def test_an_incident_opened_by_hand_calls_like_a_warning_and_is_lifted_by_hand(desk: Story) -> None:
    id = desk.hand.open_incident(Kind.REAL, "flood", Colour.RED, ["990102101"], "o-1", "水库险情")
    desk.settle()
    desk["zhang"].is_rung("水库险情红色预警")
    desk["sun"].is_quiet()
    desk.hand.lift(id, ["o-1", "o-2"])
    desk.settle()
    assert desk.callout("东岭村").closed_as is Closed.STOOD_DOWN
    assert desk.incidents() == []
    with pytest.raises(Refused):
        desk.hand.lift(id, ["o-1", "o-2"])


def test_places_opened_by_hand_stay_when_the_warning_of_others_is_lifted(desk: Story) -> None:
    desk.hand.open_incident(Kind.REAL, "flood", Colour.ORANGE, ["990102101001"], "o-1", "暴雨")
    rain = desk.warns("red")
    desk.forward(1)
    desk.lifts(rain)
    assert desk.colour_of("东岭村") is Colour.ORANGE
    assert desk.colour_of("上柳村") is None


def test_no_drill_begins_while_a_real_orange_is_on(desk: Story) -> None:
    desk.warns("orange")
    with pytest.raises(Refused):
        desk.hand.open_incident(Kind.DRILL, "flood", Colour.RED, ["990102101"], "o-1", "演练")


def test_taking_an_alarm_that_is_not_there_is_refused(desk: Story) -> None:
    with pytest.raises(Refused):
        desk.hand.take_alarm("i-none", "o-1")


def test_taking_the_alarm_at_the_console_stops_the_ringing(desk: Story) -> None:
    desk.warns("red")
    for incident in desk.incidents():
        desk.hand.take_alarm(incident.id, "o-1")
    desk.forget()
    desk.forward(4.5)
    for name in ("officer", "backup", "leader"):
        desk[name].is_quiet()


def test_at_night_the_voice_goes_first(tell: Callable[..., Story]) -> None:
    desk = tell(start=NOON.replace(hour=23))
    desk.warns("orange")
    desk["zhang"].is_rung()
    policy = desk.ctx.policies[desk.callout("东岭村").policy]
    assert policy.steps[0].by == (Via.VOICE, Via.SMS)


def test_a_chore_of_the_playbook_is_opened_with_the_rise(tell: Callable[..., Story]) -> None:
    from datetime import timedelta

    from invented_site import FLOOD, PLAYBOOKS

    from dutydesk.domain.playbook import Chore

    chores = (Chore("雨中巡查", "onset", timedelta(hours=1), ("reservoir",)),
              Chore("雨后复查", "lift", timedelta(hours=2), ("reservoir",)))
    desk = tell(plan=Plan(playbooks=PLAYBOOKS | {"flood": replace(FLOOD, chores=chores)}))
    rain = desk.warns("red")
    assert [(task.place, task.owner) for task in desk.tasks("雨中巡查")] == [("990102101-r01", desk["dam"].id)]
    desk.lifts(rain)
    assert len(desk.tasks("雨后复查")) == 1


def test_what_was_opened_lifted_and_opened_again_in_one_moment_is_one_incident(desk: Story) -> None:
    first = desk.hand.open_incident(Kind.DRILL, "flood", Colour.ORANGE, ["990102101001"], "o-1", "暴雨")
    desk.hand.lift(first, ["o-1", "o-3"])
    assert desk.hand.open_incident(Kind.DRILL, "flood", Colour.ORANGE, ["990102101001"], "o-1", "暴雨") == first
    desk.settle()
    desk["zhang"].is_texted("演练")
