"""Warnings that wait, end, run out, or are exercises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from harness import Story
from invented_alert import Warn
from invented_site import CITY, PINE, Plan

from dutydesk.domain.records import Closed, State
from dutydesk.domain.rules import Rules
from dutydesk.domain.values import Colour, Kind


# -- held, unreadable, unmatched ----------------------------------------------------------------------
def test_a_document_from_a_source_not_trusted_waits_two_minutes_for_a_word(desk: Story) -> None:
    desk.warns("red", source="stranger")
    desk["officer"].is_rung("预警待放行")
    desk.is_quiet(but=["officer"])
    desk.forward(1.9)
    assert desk.incidents() == []
    desk.forward(0.5)
    desk["zhang"].is_rung()


def test_the_officer_releases_a_held_document_at_once(desk: Story) -> None:
    hash = desk.lands(Warn("red", desk.clock.now()), source="stranger")
    desk.hand.release(hash, "o-1")
    desk.settle()
    desk["zhang"].is_rung()


def test_a_document_the_officer_holds_calls_nobody_until_he_releases_it(desk: Story) -> None:
    hash = desk.lands(Warn("red", desk.clock.now()), source="stranger")
    desk.hand.hold(hash, "o-1")
    desk.forward(30)
    assert desk.incidents() == []
    desk.hand.release(hash, "o-1")
    desk.settle()
    assert desk.state("东岭村") is State.CALLING


def test_a_wide_warning_below_red_is_held_and_a_red_never(tell: Callable[..., Story]) -> None:
    desk = tell(plan=Plan(rules=Rules(hold_above=10)))
    desk.warns("orange")
    assert desk.incidents() == []
    desk.warns("red", office=PINE, codes=(PINE,))
    assert desk.incidents() != []


def test_an_unreadable_document_is_kept_and_the_officer_told(desk: Story) -> None:
    hash = desk.lands(b"<alert><broken")
    with desk.store.read() as reads:
        assert reads.document(hash).state == "bad"
    assert desk.reasons(desk.house_alarm()) == {"bad_document"}


def test_a_red_that_touches_no_place_rings_the_officer(desk: Story) -> None:
    desk.warns("red", codes=("880102",), office="880102")
    desk["officer"].is_rung("未匹配")


# -- the end ------------------------------------------------------------------------------------------
def test_a_reopened_incident_is_the_same_one_and_a_new_chain_opens_another(desk: Story) -> None:
    rain = desk.warns("orange")
    first = {each.id for each in desk.incidents()}
    desk.forward(1)
    lifted = desk.lifts(rain)
    desk.forward(2)
    assert desk.incidents() == []
    again = desk.updates(lifted, "orange")
    assert {each.id for each in desk.incidents()} == first
    desk.forward(1)
    desk.lifts(again)
    desk.forward(1)
    desk.warns("orange")
    assert first.isdisjoint(each.id for each in desk.incidents())


def test_a_warning_past_its_time_is_asked_of_the_officer_and_closes_after_an_hour_s_grace(desk: Story) -> None:
    desk.warns("orange", expires=timedelta(minutes=30))
    desk["zhang"].replies("1")
    desk.forward(29)
    desk["officer"].replies("1")
    desk.forget()
    desk.forward(2)
    desk["officer"].is_rung("预警到期待确认")
    assert desk.state("东岭村") is State.ANSWERED
    desk.forward(61)
    assert desk.callout("东岭村").closed_as is Closed.EXPIRED
    assert desk.incidents() == []


def test_an_unanswered_red_past_its_time_stays_with_the_officer(desk: Story) -> None:
    desk.warns("red", expires=timedelta(minutes=30))
    desk["zhang"].presses("1")
    desk.forward(93)
    assert desk.callout("东岭村").closed_as is Closed.EXPIRED
    assert desk.state("西岭村") is State.WITH_OFFICER
    assert len(desk.incidents()) > 0


def test_a_place_another_chain_still_holds_does_not_expire(desk: Story) -> None:
    desk.warns("orange", expires=timedelta(minutes=30))
    desk.warns("orange", office=CITY, codes=(CITY,), expires=timedelta(hours=20))
    desk["zhang"].replies("1")
    desk.forward(95)
    assert desk.state("东岭村") is State.ANSWERED


def test_a_warning_without_a_time_is_assumed_over_a_day_after_its_last_version(desk: Story) -> None:
    desk.everybody_answers("1")
    desk.warns("orange", expires=None)
    with desk.store.read() as reads:
        chain = reads.open_chains()[0]
    assert desk.rounds.supervise._ends(chain) == chain.sent + timedelta(hours=24)


# -- drills -------------------------------------------------------------------------------------------
def test_an_exercise_message_calls_nobody_where_no_drill_is_on(desk: Story) -> None:
    desk.warns("red", status="Exercise")
    desk.forward(5)
    desk.is_quiet()


def test_a_drill_is_marked_and_its_letter_is_of_its_own_kind(desk: Story) -> None:
    desk.hand.open_incident(Kind.DRILL, "flood", Colour.RED, ["990102101"], "o-1", "暴雨")
    desk.settle()
    assert "（演练）" in desk["zhang"].is_texted()
    assert all(each.drill for each in desk.exchange.history if each.asks)
    assert desk.callout("东岭村").klass == 3


@pytest.mark.parametrize(("colour", "stops"), [("yellow", False), ("orange", True), ("red", True)])
def test_a_real_orange_or_red_at_the_same_desk_stops_a_drill_at_once(desk: Story, colour: str, stops: bool) -> None:
    desk.hand.open_incident(Kind.DRILL, "flood", Colour.RED, ["990102101"], "o-1", "暴雨")
    desk.forward(1)
    desk.forget()
    desk.warns(colour)
    desk.forward(6)
    drills = [each for each in desk.unseen() if each.drill and each.asks]
    assert bool(drills) is not stops
    assert any(each.kind is Kind.DRILL for each in desk.incidents()) is not stops


def test_an_exercise_message_feeds_the_drill_that_is_on(desk: Story) -> None:
    desk.hand.open_incident(Kind.DRILL, "flood", Colour.ORANGE, ["990102101"], "o-1", "暴雨")
    desk.forward(1)
    desk.forget()
    desk.warns("red", status="Exercise")
    assert "演练" in desk["zhang"].is_rung()
    assert {each.kind for each in desk.incidents() if each.desk == CITY} == {Kind.DRILL}
