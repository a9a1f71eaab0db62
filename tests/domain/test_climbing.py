"""Tries, waits, climbs: when the next one is asked, and by which way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from callout_kit import (
    FIRST,
    RED,
    SECOND,
    Bench,
    D,
    H,
    S,
    at,
    dialled,
    notices,
    of,
    person,
    reasons,
)

from dutydesk.domain.effects import Dial, Note, Withdraw
from dutydesk.domain.happenings import ByHand, Happened, Renewed
from dutydesk.domain.playbook import Policy
from dutydesk.domain.reach import Reached
from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Outcome, Role, Via
from dutydesk.domain.work import ask_id

D2 = person("d2", Role.DEPUTY)


def by(*ways: Via, tries: int = 3, need: int = 1) -> Policy:
    """The red policy with other ways in its first step."""
    return replace(RED, steps=(replace(FIRST, by=ways, tries=tries, need=need), SECOND))


# -- the ladder in time -------------------------------------------------------------------------------
def test_the_first_try_uses_every_way_and_later_tries_ring() -> None:
    bench = Bench().start()
    assert dialled(bench.told) == {("h", "voice"), ("h", "sms")}
    assert dialled(bench.due()) == {("h", "voice")}


def test_tries_are_spread_over_the_wait_and_the_wait_runs_from_hand_over() -> None:
    bench = Bench()
    bench.due()
    bench.now = at(1)
    bench.hand_over()
    times = []
    while bench.callout.step == 0:
        times.append(bench.after())
        bench.due()
        bench.hand_over()
    assert times == [pytest.approx(1 + 5 / 3, abs=0.001), pytest.approx(1 + 10 / 3, abs=0.001), 6]


def test_a_silent_red_is_with_the_officer_ten_minutes_after_its_first_ring() -> None:
    bench = Bench().start().run(at(9.99))
    assert bench.state is State.CALLING
    assert bench.run(at(10)).state is State.WITH_OFFICER
    assert reasons(bench.effects) == ["with_officer"]


def test_each_try_rings_another_number_of_the_person() -> None:
    bench = Bench().start().run(at(4))
    assert [dial.number for dial in of(Dial, bench.told) if dial.via is Via.VOICE] == ["+999h1", "+999h2", "+999h1"]


def test_people_are_looked_up_once_for_each_entry_into_a_step() -> None:
    bench = Bench()
    bench.due()
    looked_up = len(bench.looked_up)
    bench.hand_over()
    bench.due()
    assert len(bench.looked_up) == looked_up


def test_the_second_step_puts_the_place_on_the_officers_list() -> None:
    bench = Bench().start()
    assert "shown" not in bench.callout.memo
    assert bench.run(at(5)).callout.memo["shown"] is True


def test_tries_missed_in_a_gap_are_not_made_up_for() -> None:
    bench = Bench().start()
    bench.due(at(60))
    assert (bench.callout.step, bench.callout.climb) == (1, 2)
    assert dialled(bench.effects) == {("d", "voice"), ("s", "voice")}


def test_a_late_timer_never_makes_two_tries_at_once() -> None:
    bench = Bench().start()
    bench.due(at(4))
    assert bench.callout.due_at is not None
    assert bench.callout.due_at > at(4)
    assert bench.after() == 5


# -- who is left out ----------------------------------------------------------------------------------
def test_a_step_nobody_can_be_reached_on_is_passed_at_once_and_says_why() -> None:
    bench = Bench(steps=((), (D,)))
    bench.due()
    assert (bench.callout.step, bench.callout.climb) == (1, 2)
    assert dialled(bench.effects) == {("d", "voice")}
    assert [note.facts["step"] for note in of(Note, bench.effects) if note.what == "passed"] == [0]


def test_a_post_nobody_can_be_reached_on_is_with_the_officer_at_once() -> None:
    bench = Bench(steps=((), (replace(D, voice=(), sms=()),)))
    bench.due()
    assert bench.state is State.WITH_OFFICER
    assert reasons(bench.effects) == ["with_officer"]


def test_a_renewal_climbs_past_persons_and_numbers_within_their_wait() -> None:
    shared = person("d", Role.DEPUTY, "+999h1", "+999d1")
    bench = Bench(steps=((H,), (H, shared, person("s", Role.SUPERIOR, "+999h1")))).start()
    bench.now = at(3)
    bench.happen(Renewed(at(3), 1))
    assert [(dial.person, dial.number) for dial in of(Dial, bench.effects)] == [("d", "+999d1")]
    left = next(note.facts["left_out"] for note in of(Note, bench.effects) if note.what == "climb")
    assert [row[0] for row in left] == ["h", "s"]


def test_a_wait_ends_with_its_step_though_later_tries_rang() -> None:
    bench = Bench(steps=((H,), (H, D))).start().run(at(4.9))
    bench.due()
    assert dialled(bench.effects) == {("h", "voice"), ("d", "voice")}


def test_a_call_of_an_earlier_climb_handed_over_late_keeps_its_person_out_of_the_next() -> None:
    bench = Bench(steps=((H,), (D,), (H, S)), policy=replace(RED, steps=(FIRST, SECOND, SECOND)))
    bench.due()
    (voice,) = [(id, dial) for id, dial in bench.waiting.items() if dial.via is Via.VOICE]
    bench.waiting.clear()
    bench.happen(ByHand(bench.now, "skip", "o"))
    bench.hand_over()
    bench.now = at(4)
    bench.came(Outcome.HANDED_OVER, *voice)
    bench.due(at(5))
    assert dialled(bench.effects) == {("s", "voice")}


# -- need ---------------------------------------------------------------------------------------------
def test_a_step_that_needs_two_is_answered_by_two() -> None:
    bench = Bench(steps=((H, D), (S,)), policy=by(Via.VOICE, need=2)).start()
    bench.say("h")
    assert bench.state is State.CALLING
    bench.say("h")
    assert bench.state is State.CALLING
    bench.say("d")
    assert bench.state is State.ANSWERED


def test_who_answered_a_step_that_needs_two_is_not_rung_again() -> None:
    bench = Bench(steps=((H, D), (S,)), policy=by(Via.VOICE, need=2)).start()
    assert Withdraw("h") in bench.say("h")
    assert dialled(bench.due()) == {("d", "voice")}
    bench.hand_over()
    bench.run(at(4.9))
    bench.steps = ((H, D), (H, D2))
    bench.due()
    assert dialled(bench.effects) == {("d2", "voice")}
    left = next(note.facts["left_out"] for note in of(Note, bench.effects) if note.what == "climb")
    assert left == [["h", "已应答"]]


def test_whoever_answered_counts_though_his_calls_were_lost() -> None:
    bench = Bench(steps=((H, D), (S,)), policy=by(Via.VOICE, need=2))
    bench.due()
    flying = {id: dial for id, dial in bench.waiting.items() if dial.person == "h"}
    bench.say("h")
    for id, dial in flying.items():
        bench.came(Outcome.LIMIT, id, dial)
    assert bench.callout.step == 0


@pytest.mark.parametrize(("need", "people", "state", "step"), [
    (2, (H,), State.CALLING, 1),
    (2, (H, D), State.CALLING, 0),
    (3, (H, D), State.CALLING, 1),
])
def test_a_step_too_few_can_be_reached_on_asks_them_and_the_next_at_once(
        need: int, people: tuple[Reached, ...], state: State, step: int) -> None:
    bench = Bench(steps=(people, (S,)), policy=by(Via.VOICE, need=need))
    bench.due()
    assert (bench.state, bench.callout.step) == (state, step)
    assert ("h", "voice") in dialled(bench.effects)


def test_of_a_step_that_needs_two_one_refusal_is_enough_to_climb() -> None:
    bench = Bench(steps=((H, D), (S,)), policy=by(Via.VOICE, need=2)).start()
    bench.say("h")
    bench.say("d", "decline")
    assert bench.callout.step == 1


def test_an_answer_in_an_earlier_step_does_not_win_a_later_one() -> None:
    bench = Bench(steps=((H, D), (D2,)), policy=by(Via.VOICE, need=2)).start()
    bench.say("h")
    bench.run(at(5))
    assert (bench.state, bench.callout.step) == (State.CALLING, 1)
    bench.hand_over(Outcome.NUMBER_DEAD)
    bench.say("d2")
    assert bench.state is State.ANSWERED


# -- by hand ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("before", [0, 5, 10])
def test_calling_again_is_a_new_climb_of_the_same_step_and_withdraws_the_old_asks(before: int) -> None:
    bench = Bench().start().run(at(before))
    climb, step = bench.callout.climb, bench.callout.step
    bench.happen(ByHand(bench.now, "call_again", "o", step=step))
    assert (bench.callout.climb, bench.callout.step, bench.state) == (climb + 1, step, State.CALLING)
    assert {dial.climb for dial in bench.waiting.values()} == {climb + 1}


def test_an_added_person_is_asked_at_once_within_a_climb_of_his_own_by_every_try() -> None:
    bench = Bench().start().run(at(10))
    assert bench.state is State.WITH_OFFICER
    bench.happen(ByHand(bench.now, "add_person", "o", reached=D2))
    assert (bench.state, bench.callout.climb) == (State.CALLING, 3)
    assert dialled(bench.effects) == {("d2", "voice")}
    bench.hand_over()
    bench.say("d2")
    assert bench.state is State.ANSWERED


@pytest.mark.parametrize("act", ["decline", "answer"])
def test_an_order_overrules_what_was_said_before(act: str) -> None:
    bench = Bench(steps=((H, D), (S,))).start()
    bench.say("h", act)
    bench.happen(ByHand(bench.now, "add_person", "o", reached=H))
    assert ("h", "voice") in dialled(bench.effects)
    bench.hand_over()
    assert ("h", "voice") in dialled(bench.due())


def test_calling_again_asks_those_who_answered_too() -> None:
    bench = Bench().start()
    bench.say("h")
    bench.happen(ByHand(bench.now, "call_again", "o", step=0))
    assert dialled(bench.effects) == {("h", "voice"), ("h", "sms")}


def test_skipping_past_the_last_step_is_with_the_officer() -> None:
    bench = Bench().start().run(at(5))
    bench.happen(ByHand(bench.now, "skip", "o"))
    assert bench.state is State.WITH_OFFICER


@pytest.mark.parametrize(("what", "closed"), [("write_off", Closed.WRITTEN_OFF), ("stand_down", Closed.STOOD_DOWN)])
def test_an_officer_may_close_from_any_open_state(what: str, closed: Closed) -> None:
    for before in (0, 5, 10):
        bench = Bench().start().run(at(before))
        bench.happen(ByHand(bench.now, what, "o", "why"))
        assert (bench.state, bench.callout.closed_as, bench.waiting) == (State.CLOSED, closed, {})


# -- in vain ------------------------------------------------------------------------------------------
def test_whoever_was_still_rung_after_the_answer_hears_who_has_it() -> None:
    bench = Bench().start().run(at(4.9))
    bench.due()
    flying = dict(bench.waiting)
    bench.say("h")
    for id, dial in flying.items():
        bench.came(Outcome.HANDED_OVER, id, dial)
    assert notices(bench.told) == {("d", "notice.taken"), ("s", "notice.taken")}


def test_a_number_of_another_climb_moves_nothing() -> None:
    bench = Bench().start().run(at(5))
    due = bench.callout.due_at
    old = ask_id("c1", 1, "h", Via.VOICE, 1)
    bench.happen(Happened(bench.now, old, 1, "h", "+999h1", Via.VOICE, Outcome.NUMBER_DEAD))
    assert (bench.callout.step, bench.callout.due_at) == (1, due)
