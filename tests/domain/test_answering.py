"""What people say: whose word is an answer, whose a taking over, what an act closes, what a refusal does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from callout_kit import (
    ANSWER_CLOSES,
    EVERY_ACT,
    ORANGE,
    RED,
    T0,
    Bench,
    D,
    H,
    S,
    at,
    dialled,
    facts,
    in_state,
    minutes,
    notices,
    person,
    reasons,
)

from dutydesk.domain.effects import Withdraw
from dutydesk.domain.playbook import Policy
from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Outcome, Role, Via

D2 = person("d2", Role.DEPUTY)


# -- own answers --------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["h", "d"])
@pytest.mark.parametrize("state", [State.SCHEDULED, State.CALLING, State.TAKEN_OVER, State.WITH_OFFICER])
def test_an_answer_of_the_posts_own_people_makes_it_answered_wherever_it_stands(who: str, state: State) -> None:
    bench = in_state(state)
    bench.say(who)
    assert (bench.state, bench.callout.answered_at) == (State.ANSWERED, bench.now)
    assert bench.after() == (bench.now - T0 + minutes(30)) / minutes(1)
    assert bench.waiting == {}
    assert Withdraw() in bench.effects


@pytest.mark.parametrize("who", ["h", "d"])
def test_without_done_when_the_answer_closes_it(who: str) -> None:
    bench = in_state(State.CALLING, ANSWER_CLOSES)
    bench.say(who)
    assert (bench.state, bench.callout.closed_as) == (State.CLOSED, Closed.DONE)


@pytest.mark.parametrize("who", ["s", "o", "n"])
@pytest.mark.parametrize("policy", [RED, ORANGE, ANSWER_CLOSES])
def test_nobody_else_ever_makes_it_answered(who: str, policy: Policy) -> None:
    for act in EVERY_ACT:
        bench = in_state(State.CALLING, policy)
        bench.say(who, act, 3)
        assert bench.callout.answered_at is None
        assert "answered" not in [what for what, _ in facts(bench.told)]


def test_others_who_were_rung_get_a_notice_and_the_one_who_answered_none() -> None:
    bench = Bench().start().run(at(5))
    bench.say("d")
    assert notices(bench.effects) == {("h", "notice.taken"), ("s", "notice.taken")}


def test_a_late_answer_from_a_passed_step_counts() -> None:
    bench = in_state(State.WITH_OFFICER)
    bench.say("h", when=at(4))
    assert (bench.state, bench.callout.answered_at, bench.after()) == (State.ANSWERED, at(4), 34)


# -- taking over --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "fact"), [("s", "taken_over"), ("o", "taken_over"), ("n", "relayed")])
@pytest.mark.parametrize("state", [State.SCHEDULED, State.CALLING, State.WITH_OFFICER])
def test_a_superior_an_officer_a_neighbour_takes_it_over(who: str, fact: str, state: State) -> None:
    bench = in_state(state)
    bench.say(who)
    assert (bench.state, bench.callout.taken_by) == (State.TAKEN_OVER, who)
    assert (fact, who) in facts(bench.effects)


def test_no_report_in_the_door_knock_time_and_the_officer_has_it() -> None:
    bench = in_state(State.TAKEN_OVER).run(at(14.9))
    assert bench.state is State.TAKEN_OVER
    bench.run(at(15))
    assert (bench.state, reasons(bench.effects)) == (State.WITH_OFFICER, ["with_officer"])


def test_planned_tries_to_holder_and_deputies_go_on_and_no_new_step_is_entered() -> None:
    bench = Bench(steps=((H, D, S), (D2,))).start()
    bench.say("s")
    told = len(bench.told)
    bench.run(at(14.9))
    assert dialled(bench.told[told:]) == {("h", "voice"), ("d", "voice")}
    assert (bench.callout.step, bench.callout.climb) == (0, 1)


def test_a_superior_is_not_rung_again_for_what_an_officer_has_taken() -> None:
    bench = Bench(steps=((H, S), (D2,)), policy=replace(RED, steps=(replace(RED.steps[0], by=(Via.VOICE,)),)))
    bench.due()
    bench.say("o")
    assert dialled(bench.hand_over(Outcome.LIMIT, only="s")) == set()
    bench.hand_over()
    assert dialled(bench.due()) == {("h", "voice")}


def test_tries_of_a_step_taken_over_before_it_rang_are_planned_from_its_hand_over() -> None:
    bench = Bench()
    bench.due()
    assert Withdraw("s") in bench.say("s")
    bench.hand_over()
    assert bench.after() == pytest.approx(5 / 3, abs=0.001)
    assert dialled(bench.due()) == {("h", "voice")}


def test_planned_tries_end_with_the_wait_of_their_step() -> None:
    bench = Bench().start()
    bench.say("s")
    bench.due(at(9))
    assert dialled(bench.effects) == set()
    assert bench.after() == 15


def test_a_lost_try_goes_on_by_another_way_while_a_superior_has_it() -> None:
    bench = Bench(policy=replace(RED, steps=tuple(replace(step, by=(Via.VOICE,)) for step in RED.steps)))
    bench.due()
    bench.say("s")
    assert dialled(bench.hand_over(Outcome.LIMIT)) == {("h", "sms")}
    assert bench.callout.climb == 1


def test_woken_is_relayed_stays_taken_over_and_the_act_time_runs() -> None:
    bench = in_state(State.TAKEN_OVER)
    bench.now = at(6)
    bench.say("s", "woken")
    assert facts(bench.effects) == [("relayed", "s")]
    assert (bench.state, bench.after(), bench.callout.answered_at) == (State.TAKEN_OVER, 36, None)
    bench.run(at(36))
    assert (bench.state, reasons(bench.effects)) == (State.WITH_OFFICER, ["no_act"])


def test_their_own_late_answer_still_makes_it_answered() -> None:
    bench = in_state(State.TAKEN_OVER)
    bench.say("s", "woken")
    bench.now = at(8)
    bench.say("h")
    assert (bench.state, bench.after()) == (State.ANSWERED, 38)


@pytest.mark.parametrize("answered_once", [False, True])
def test_an_answer_after_a_waking_without_act_is_still_an_answer(answered_once: bool) -> None:
    bench = in_state(State.ANSWERED if answered_once else State.CALLING)
    if answered_once:
        bench.say("h", "decline")
    bench.say("s")
    bench.say("s", "woken")
    bench.run(at(60))
    assert bench.state is State.WITH_OFFICER
    bench.say("d")
    assert bench.state is State.ANSWERED


@pytest.mark.parametrize("state", [State.CALLING, State.TAKEN_OVER])
def test_not_found_is_with_the_officer_at_once(state: State) -> None:
    bench = in_state(state)
    bench.say("s", "not_found")
    assert (bench.state, reasons(bench.effects)) == (State.WITH_OFFICER, ["not_found"])


def test_a_superior_who_gives_it_back_makes_it_climb_and_the_officer_hears() -> None:
    bench = in_state(State.TAKEN_OVER)
    bench.say("s", "decline")
    assert (bench.state, bench.callout.step) == (State.CALLING, 1)
    assert reasons(bench.effects) == ["declined"]
    assert dialled(bench.effects) == {("d", "voice")}


# -- refusals -----------------------------------------------------------------------------------------
def test_a_refusal_of_the_only_one_asked_climbs_at_once() -> None:
    bench = Bench().start()
    bench.say("h", "decline")
    assert (bench.callout.step, facts(bench.effects)) == (1, [("declined", "h")])


def test_who_refused_is_never_asked_again() -> None:
    bench = Bench(steps=((H, D), (H, D, S))).start()
    bench.say("h", "decline")
    told = len(bench.told)
    bench.run(at(30))
    assert ("h", "voice") not in dialled(bench.told[told:])
    assert Withdraw("h") in bench.told


@pytest.mark.parametrize("state", [State.ANSWERED, State.REMINDING])
def test_a_refusal_after_the_answer_asks_the_next_step_and_tells_the_officer(state: State) -> None:
    bench = in_state(state)
    bench.say("h", "decline")
    assert (bench.state, bench.callout.step, reasons(bench.effects)) == (State.CALLING, 1, ["declined"])


def test_a_refusal_while_another_holds_his_answer_changes_nothing() -> None:
    bench = in_state(State.ANSWERED)
    bench.say("d")
    bench.say("h", "decline")
    assert bench.state is State.ANSWERED


def test_all_refuse_and_the_officer_has_it() -> None:
    bench = Bench().start()
    for who in ("h", "d", "s"):
        bench.say(who, "decline")
    assert (bench.state, reasons(bench.effects)) == (State.WITH_OFFICER, ["with_officer"])


def test_who_refused_and_then_answers_has_answered() -> None:
    bench = Bench().start()
    bench.say("h", "decline")
    bench.now = at(1)
    bench.say("h")
    assert bench.state is State.ANSWERED


def test_an_older_yes_read_after_a_newer_no_is_a_fact_and_no_more() -> None:
    bench = Bench().start()
    bench.now = at(2)
    bench.say("h", "decline", when=at(2))
    bench.say("h", "answer", when=at(1))
    assert (bench.state, bench.callout.answered_at) == (State.CALLING, at(1))


def test_an_older_no_read_after_a_newer_yes_is_a_fact_and_no_more() -> None:
    bench = Bench().start()
    bench.now = at(2)
    bench.say("h", "answer", when=at(2))
    bench.say("h", "decline", when=at(1))
    assert bench.state is State.ANSWERED


@pytest.mark.parametrize("acts", [("answer", "decline"), ("decline", "answer")])
def test_of_a_yes_and_a_no_of_the_same_moment_the_no_counts(acts: tuple[str, str]) -> None:
    bench = Bench().start()
    for act in acts:
        bench.say("h", act)
    assert (bench.state, bench.callout.step) == (State.CALLING, 1)


def test_a_refusal_after_an_answer_that_closed_it_is_told_to_the_officer() -> None:
    bench = in_state(State.CALLING, ANSWER_CLOSES)
    bench.say("h")
    bench.now = at(1)
    bench.say("h", "decline")
    assert (bench.state, reasons(bench.effects)) == (State.CLOSED, ["declined"])
