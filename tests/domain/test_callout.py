"""What warnings and officers do to a callout, and what holds whatever happens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from callout_kit import (
    ANSWER_CLOSES,
    ORANGE,
    RED,
    SECOND,
    Bench,
    D,
    H,
    at,
    dialled,
    in_state,
    minutes,
    notices,
    of,
    reasons,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from dutydesk.domain.callout import OPEN, TABLE, rule_for, table_text
from dutydesk.domain.effects import Alarm, Dial
from dutydesk.domain.happenings import ByHand, Due, Expired, Happened, Lifted, Lowered, Renewed, Replied, Superseded
from dutydesk.domain.playbook import Policy
from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Colour, Outcome, Role, Via

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "callout-table.md"
EVERY_OPEN = [state for state in State if state is not State.CLOSED]


def lowered(when: float, policy: Policy = RED, lower: Policy = ORANGE) -> Lowered:
    return Lowered(at(when), lower.colour, policy.lowered_to(lower))


# -- rounds, renewals ---------------------------------------------------------------------------------
@pytest.mark.parametrize("state", EVERY_OPEN)
@pytest.mark.parametrize(("happening", "closed"), [
    (Superseded(at(0), 2), Closed.SUPERSEDED), (Lifted(at(0)), Closed.STOOD_DOWN)])
def test_a_new_round_and_a_lift_end_it_from_every_state_and_withdraw_what_has_not_left(
        state: State, happening: Superseded | Lifted, closed: Closed) -> None:
    bench = in_state(state)
    bench.happen(happening)
    assert (bench.state, bench.callout.closed_as, bench.callout.due_at) == (State.CLOSED, closed, None)
    assert bench.waiting == {}
    assert dialled(bench.effects) == set()


@pytest.mark.parametrize(("when", "step"), [(2.9, 0), (3, 1), (4.9, 1)])
def test_a_renewal_ends_a_step_whose_first_try_was_handed_over_three_minutes_ago(when: float, step: int) -> None:
    bench = Bench().start()
    bench.now = at(when)
    bench.happen(Renewed(at(when), 1))
    assert bench.callout.step == step


def test_a_renewal_of_a_step_not_handed_over_yet_ends_nothing() -> None:
    bench = Bench()
    bench.due()
    bench.now = at(4)
    bench.happen(Renewed(at(4), 1))
    assert bench.callout.step == 0


def test_a_renewal_rings_the_alarm_of_what_is_with_the_officer_again() -> None:
    bench = in_state(State.WITH_OFFICER)
    assert reasons(bench.happen(Renewed(bench.now, 1))) == ["renewed"]
    assert bench.state is State.WITH_OFFICER


@pytest.mark.parametrize("state", [State.CALLING, State.ANSWERED, State.REMINDING, State.TAKEN_OVER])
@pytest.mark.parametrize(("count", "leader"), [(1, []), (2, []), (3, [True]), (4, [True])])
def test_the_third_renewal_without_an_act_is_put_before_the_leader(
        state: State, count: int, leader: list[bool]) -> None:
    bench = in_state(state)
    effects = bench.happen(Renewed(bench.now, count))
    assert [alarm.leader for alarm in of(Alarm, effects) if alarm.reason == "third_renewal"] == leader


def test_an_act_keeps_the_third_renewal_from_the_leader() -> None:
    bench = in_state(State.CALLING)
    bench.say("h", "on_post")
    assert reasons(bench.happen(Renewed(bench.now, 3))) == []


# -- the colour falls ---------------------------------------------------------------------------------
def test_a_fall_is_a_notice_to_those_called_and_the_ladder_goes_on() -> None:
    bench = Bench().start()
    bench.happen(lowered(1))
    assert notices(bench.effects) == {("h", "notice.lowered")}
    assert (bench.state, bench.callout.step, bench.callout.colour) == (State.CALLING, 0, Colour.ORANGE)
    assert bench.callout.policy == RED.lowered_to(ORANGE).hash


def test_a_fall_lengthens_the_wait_that_runs() -> None:
    bench = Bench().start().run(at(4))
    assert bench.after() == 5
    bench.happen(lowered(4))
    assert bench.after() == 10


def test_a_fall_gives_a_step_that_has_not_rung_yet_the_longer_time_too() -> None:
    bench = Bench()
    bench.due()
    bench.happen(lowered(0))
    assert bench.after() == 5


@pytest.mark.parametrize(("end", "told"), [(Superseded(at(0), 2), set()), (None, {("h", "notice.lowered")})])
def test_of_a_fall_hears_also_whoever_had_done_all_but_nobody_of_an_old_round(
        end: Superseded | None, told: set[tuple[str, str]]) -> None:
    bench = Bench().start()
    if end:
        bench.happen(end)
    else:
        bench.say("h", "moved", 3)
    assert notices(bench.happen(lowered(1))) == told


def test_a_fall_to_shorter_waits_shortens_none() -> None:
    short = replace(ORANGE, steps=tuple(replace(step, within=minutes(1)) for step in ORANGE.steps), act=minutes(5))
    for state in (State.CALLING, State.ANSWERED):
        bench = in_state(state)
        due = bench.callout.due_at
        bench.happen(lowered(0, lower=short))
        assert bench.callout.due_at == due


def test_a_fall_gives_whoever_answered_the_longer_act_time() -> None:
    bench = in_state(State.ANSWERED)
    bench.happen(lowered(1))
    assert bench.after() == 120


def test_a_reminder_that_came_too_soon_for_the_lower_colour_is_taken_back() -> None:
    bench = in_state(State.REMINDING)
    bench.happen(lowered(31))
    assert (bench.state, bench.after(), bench.waiting) == (State.ANSWERED, 120, {})


def test_a_fall_closes_what_has_done_all_that_the_lower_colour_wants() -> None:
    bench = in_state(State.CALLING)
    bench.say("h", "on_post")
    assert bench.state is State.ANSWERED
    bench.happen(lowered(1))
    assert bench.callout.closed_as is Closed.DONE


# -- lifted, expired ----------------------------------------------------------------------------------
def test_a_lift_tells_those_really_called_and_nobody_else() -> None:
    bench = Bench()
    bench.due()
    bench.hand_over(Outcome.LIMIT)
    bench.happen(Lifted(at(1)))
    assert notices(bench.effects) == set()
    bench = Bench().start().run(at(5))
    bench.happen(Lifted(bench.now))
    assert notices(bench.effects) == {(who, "notice.lifted") for who in "hds"}


def test_a_lift_is_recorded_as_stood_down_never_as_answered() -> None:
    bench = Bench().start()
    bench.happen(Lifted(at(1)))
    assert (bench.callout.closed_as, bench.callout.answered_at) == (Closed.STOOD_DOWN, None)


def test_whoever_had_done_all_hears_of_the_lift_once() -> None:
    bench = in_state(State.CALLING)
    bench.say("h", "moved", 3)
    assert notices(bench.happen(Lifted(at(2)))) == {("h", "notice.lifted")}
    assert notices(bench.happen(Lifted(at(3)))) == set()
    assert bench.callout.closed_as is Closed.DONE


def test_whoever_was_still_rung_after_the_lift_hears_of_it() -> None:
    bench = Bench()
    bench.due()
    flying = dict(bench.waiting)
    bench.happen(Lifted(at(0)))
    for id, dial in flying.items():
        bench.came(Outcome.HANDED_OVER, id, dial)
    assert notices(bench.told) == {("h", "notice.lifted")}


@pytest.mark.parametrize(("state", "colour", "after"), [
    (State.CALLING, Colour.RED, State.WITH_OFFICER), (State.TAKEN_OVER, Colour.RED, State.WITH_OFFICER),
    (State.WITH_OFFICER, Colour.RED, State.WITH_OFFICER), (State.SCHEDULED, Colour.RED, State.WITH_OFFICER),
    (State.ANSWERED, Colour.RED, State.CLOSED), (State.REMINDING, Colour.RED, State.CLOSED),
    (State.CALLING, Colour.ORANGE, State.CLOSED), (State.WITH_OFFICER, Colour.ORANGE, State.CLOSED),
])
def test_expired_closes_what_is_not_red_or_is_answered_and_leaves_the_rest_with_the_officer(
        state: State, colour: Colour, after: State) -> None:
    bench = in_state(state)
    bench.callout = replace(bench.callout, colour=colour)
    bench.happen(Expired(bench.now))
    assert bench.state is after
    already = state is State.WITH_OFFICER
    assert reasons(bench.effects) == (["expired"] if after is State.WITH_OFFICER and not already else [])
    assert bench.callout.closed_as is (Closed.EXPIRED if after is State.CLOSED else None)


# -- the table ----------------------------------------------------------------------------------------
def test_the_page_of_the_documentation_is_the_table() -> None:
    assert table_text() in PAGE.read_text(encoding="utf-8")


def test_no_state_and_happening_have_two_rows() -> None:
    for state in State:
        kinds = [rule.happening for rule in TABLE if state in rule.states]
        assert len(kinds) == len(set(kinds))


def test_every_happening_has_a_row_for_every_open_state_but_a_timer_with_the_officer() -> None:
    everything = (Due, Happened, Replied, Superseded, Renewed, Lowered, Lifted, Expired, ByHand)
    lacking = {(state, kind) for state in OPEN for kind in everything
               if not any(state in rule.states and rule.happening is kind for rule in TABLE)}
    assert lacking == {(State.WITH_OFFICER, Due)}


def test_what_means_nothing_in_a_state_gives_the_very_callout_back() -> None:
    bench = in_state(State.WITH_OFFICER)
    assert rule_for(bench.state, Due(bench.now)) is None
    before = bench.callout
    assert bench.happen(Due(bench.now)) == []
    assert bench.callout == before


# -- within the bound ---------------------------------------------------------------------------------
LADDERS = st.builds(
    lambda tries, within, need: (replace(RED.steps[0], tries=tries, within=minutes(within), need=need),
                                 replace(SECOND, tries=tries)),
    st.integers(1, 4), st.integers(1, 5), st.integers(1, 3))


@settings(max_examples=60)
@given(steps=LADDERS, fates=st.lists(st.tuples(st.sampled_from(list(Outcome)), st.integers(0, 90)), max_size=25),
       people=st.sampled_from([((H,), (D,)), ((H, D), (H, D)), ((), (D,)), ((H,), ())]))
def test_nobody_answering_a_red_is_with_the_officer_within_its_bound_and_the_delays_of_hand_over(
        steps: tuple, fates: list[tuple[Outcome, int]], people: tuple) -> None:
    """Every ask has a fate after a delay in seconds. What stays queued must be named in the capacity alarm."""
    policy = replace(RED, steps=steps)
    bench = Bench(policy=policy, steps=people)
    fate = iter(fates)
    flying: list[tuple[object, Outcome, str, Dial]] = []
    delay = minutes(0)
    bench.due()
    while bench.state is State.CALLING:
        for id in list(bench.waiting):
            outcome, seconds = next(fate, (Outcome.NO_ANSWER, 0))
            flying.append((bench.now + minutes(seconds / 60), outcome, id, bench.waiting.pop(id)))
            delay += minutes(seconds / 60)
        flying.sort(key=lambda row: (row[0], row[2]))
        assert bench.callout.due_at is not None
        if flying and flying[0][0] <= bench.callout.due_at:
            when, outcome, id, dial = flying.pop(0)
            bench.now = max(bench.now, when)
            bench.came(outcome, id, dial)
        else:
            bench.due()
        if "capacity" in reasons(bench.told) and any(outcome is Outcome.QUEUED for outcome, _ in fates):
            return
        slack = minutes(0.25) * 2 * len(policy.steps)   # one retry of a gateway that is down, at either end
        held = sum((step.within for step in policy.steps), minutes(0)) if any(
            outcome in (Outcome.FAILED_NOW, Outcome.LIMIT, Outcome.REFUSED, Outcome.NUMBER_DEAD)
            for outcome, _ in fates) else minutes(0)     # a wait runs from a hand-over that may come at its end
        assert bench.now <= at(0) + policy.bound + delay + slack + held
    assert bench.state is State.WITH_OFFICER
    assert "with_officer" in reasons(bench.told)


def test_without_done_when_no_act_time_runs() -> None:
    bench = in_state(State.CALLING, ANSWER_CLOSES)
    bench.happen(Replied(at(1), "woken", "s", Role.SUPERIOR, Via.SMS))
    assert bench.callout.closed_as is Closed.DONE
    assert bench.callout.answered_at is None
