"""What people say: whose word is an answer, whose a taking over, what an act closes, what a refusal does."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from callout_kit import (
    ANSWER_CLOSES,
    ORANGE,
    RED,
    ROLES,
    T0,
    Bench,
    D,
    H,
    S,
    at,
    dialled,
    facts,
    minutes,
    notices,
    of,
    person,
    reasons,
    tasks,
)
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.effects import OpenTask, Record, Withdraw
from dutydesk.domain.happenings import Replied, Superseded
from dutydesk.domain.playbook import Policy
from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Outcome, Role, Via

D2 = person("d2", Role.DEPUTY)
EVERY_ACT = ("answer", "decline", "help", "on_post", "moved", "patrolled", "opened", "page", "woken", "not_found")


def in_state(state: State, policy: Policy = RED) -> Bench:
    """A callout brought into a state by what happens to it, never by writing the state."""
    bench = Bench(policy=policy)
    if state is State.SCHEDULED:
        return bench
    bench.start()
    if state is State.WITH_OFFICER:
        return bench.run(at(10))
    if state is State.TAKEN_OVER:
        bench.say("s")
    elif state in (State.ANSWERED, State.REMINDING):
        bench.say("h")
        if state is State.REMINDING:
            bench.due()
    elif state is State.CLOSED:
        bench.happen(Superseded(bench.now, 2))
    assert bench.state is state
    return bench


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


# -- acts ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("wanted", "act", "closes"), [
    ("moved", "moved", True), ("moved", "on_post", False), ("moved", "patrolled", False), ("moved", "by_hand", True),
    ("patrolled", "patrolled", True), ("patrolled", "on_post", False), ("patrolled", "moved", False),
    ("opened", "opened", True), ("opened", "on_post", False), ("page", "page", True), ("on_post", "on_post", False),
    ("on_post", "moved", True), (None, "answer", True),
])
def test_an_act_closes_a_red_only_if_it_is_what_is_wanted(wanted: str | None, act: str, closes: bool) -> None:
    bench = in_state(State.CALLING, replace(RED, done_when=wanted))
    bench.say("h", act, 3)
    assert (bench.state is State.CLOSED) is closes
    assert bench.callout.answered_at == bench.now


def test_on_post_closes_an_orange_that_wants_it_but_never_a_red() -> None:
    for policy, closed in ((ORANGE, True), (replace(RED, done_when="on_post"), False)):
        bench = in_state(State.CALLING, policy)
        bench.say("h", "on_post")
        assert (bench.state is State.CLOSED) is closed


@pytest.mark.parametrize("act", ["on_post", "moved", "patrolled", "opened", "help"])
def test_an_act_or_help_from_one_who_has_not_answered_is_also_his_answer(act: str) -> None:
    bench = in_state(State.CALLING)
    bench.say("h", act, 3)
    assert ("answered", "h") in facts(bench.effects)
    assert bench.callout.answered_at == bench.now


def test_a_superiors_report_of_the_act_closes_it_though_it_was_never_answered() -> None:
    bench = in_state(State.TAKEN_OVER)
    bench.say("s", "moved", 32)
    assert (bench.callout.closed_as, bench.callout.answered_at, bench.callout.acted_at) == (
        Closed.DONE, None, bench.now)


@pytest.mark.parametrize(("n", "moved"), [(3, True), (0, False), (None, True)])
def test_nobody_to_move_is_an_act_and_opens_no_transfer(n: int | None, moved: bool) -> None:
    bench = in_state(State.CALLING)
    bench.say("h", "moved", n)
    assert bench.state is State.CLOSED
    assert bool(bench.callout.memo.get("moved")) is moved
    assert [(record.act, record.n) for record in of(Record, bench.effects) if record.what == "acted"] == [("moved", n)]


# -- help ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["h", "s"])
@pytest.mark.parametrize("state", list(State))
def test_help_rings_the_officer_in_every_state_and_starts_the_reporting_clock(who: str, state: State) -> None:
    bench = in_state(state)
    effects = bench.say(who, "help")
    assert "help" in reasons(effects)
    assert ("help", who) in facts(effects)
    assert [(task.what, task.due_at) for task in of(OpenTask, effects)] == [("report", bench.now + minutes(30))]


# -- reminders ----------------------------------------------------------------------------------------
def test_act_time_over_reminds_by_message_then_voice_then_the_officer() -> None:
    bench = Bench().start()
    bench.say("h")
    seen = []
    for _ in range(3):
        bench.due()
        bench.hand_over()
        seen.append((bench.now, bench.state, dialled(bench.told[-3:])))
    assert [(when, state) for when, state, _ in seen] == [
        (at(30), State.REMINDING), (at(35), State.REMINDING), (at(40), State.WITH_OFFICER)]
    assert [(dial.person, dial.via) for dial in bench.waiting.values()] == []
    assert reasons(bench.told) == ["no_act"]


def test_only_those_who_answered_are_reminded() -> None:
    bench = Bench().start().run(at(5))
    bench.say("d")
    told = len(bench.told)
    bench.run(at(60))
    assert dialled(bench.told[told:]) == {("d", "sms"), ("d", "voice")}


def test_a_bare_answer_takes_an_act_that_is_late_not_away_from_the_officer() -> None:
    for who in ("h", "d", "s"):
        bench = in_state(State.ANSWERED).run(at(60))
        bench.say(who)
        assert bench.state is State.WITH_OFFICER
    bench.say("h", "moved", 3)
    assert bench.callout.closed_as is Closed.DONE


def test_a_second_answer_after_a_refusal_is_reminded_in_full() -> None:
    bench = in_state(State.ANSWERED).run(at(35))
    bench.say("h", "decline")
    bench.hand_over()
    bench.say("d")
    told = len(bench.told)
    bench.run(at(90))
    assert dialled(bench.told[told:]) == {("d", "sms"), ("d", "voice")}


# -- closed -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("act", EVERY_ACT)
def test_a_reply_on_a_closed_callout_is_kept_as_a_fact_and_moves_nothing(act: str) -> None:
    bench = in_state(State.CLOSED)
    bench.now = at(3)
    before = bench.callout
    effects = bench.say("h", act, 3)
    assert of(Record, effects)
    assert dialled(effects) == set()
    assert replace(bench.callout, memo={}) == replace(before, memo={})
    assert tasks(effects) == (["report"] if act == "help" else [])


def test_an_answer_received_before_the_end_but_read_after_it_counts() -> None:
    bench = Bench().start()
    bench.now = at(2)
    bench.happen(Superseded(at(2), 2))
    bench.say("h", when=at(1))
    assert (bench.callout.answered_at, bench.callout.closed_as) == (at(1), Closed.SUPERSEDED)


# -- the order of reading -----------------------------------------------------------------------------
WORDS = st.builds(
    lambda who, act, minute, n: Replied(at(minute), act, who, ROLES[who], Via.SMS, n),
    st.sampled_from(["h", "d", "s"]), st.sampled_from(EVERY_ACT), st.integers(1, 9), st.sampled_from([0, 3, None]))


@given(st.lists(WORDS, min_size=2, max_size=4), st.sampled_from([RED, ORANGE, ANSWER_CLOSES]))
def test_the_order_in_which_replies_are_read_changes_no_fact_and_no_time(words: list[Replied], policy: Policy) -> None:
    found = set()
    for order in list(permutations(words))[:6]:
        bench = Bench(policy=policy).start()
        bench.now = at(9)
        for word in order:
            bench.happen(word)
        added = frozenset(record for record in of(Record, bench.told) if record.what != "called")
        found.add((added, bench.callout.answered_at, bench.callout.acted_at))
    assert len(found) == 1
    own = [word.at for word in words if word.role.own and word.act not in ("decline", "woken", "not_found")]
    assert next(iter(found))[1] == min(own, default=None)
