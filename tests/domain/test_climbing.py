"""Tries, waits, lost calls, climbs: when the next one is asked, and by which way."""

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
    tasks,
)

from dutydesk.domain.effects import Dial, Note
from dutydesk.domain.happenings import ByHand, Happened, Renewed
from dutydesk.domain.playbook import Policy
from dutydesk.domain.reach import Reached
from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Outcome, Role, Via
from dutydesk.domain.work import ask_id

LOST = (Outcome.REFUSED, Outcome.LIMIT, Outcome.FAILED_NOW, Outcome.NUMBER_DEAD)
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
    bench.say("h")
    assert dialled(bench.due()) == {("d", "voice")}


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


# -- lost, unknown, held ------------------------------------------------------------------------------
@pytest.mark.parametrize("outcome", LOST)
def test_a_lost_call_goes_on_by_another_way_within_the_step(outcome: Outcome) -> None:
    bench = Bench(policy=by(Via.VOICE))
    bench.due()
    voice = of(Dial, bench.effects)[0]
    again = bench.hand_over(outcome)
    assert bench.callout.step == 0
    (other,) = of(Dial, again)
    assert (other.via, other.number) != (voice.via, voice.number)
    assert bench.callout.called_at is None


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.LIMIT, Outcome.NUMBER_DEAD])
def test_a_step_whose_people_are_all_lost_for_good_is_over_at_once(outcome: Outcome) -> None:
    bench = Bench()
    bench.due()
    while bench.callout.step == 0:
        bench.hand_over(outcome)
    assert bench.callout.called_at is None
    assert bench.state is State.CALLING
    assert dialled(list(bench.waiting.values())) == {("d", "voice"), ("s", "voice")}


def test_a_dead_number_opens_a_contact_task_once_and_is_never_dialled_again() -> None:
    bench = Bench()
    bench.due()
    bench.hand_over(Outcome.NUMBER_DEAD, via=Via.VOICE)
    bench.hand_over()
    bench.run(at(30))
    assert tasks(bench.told) == ["contact"]
    assert [dial.number for dial in of(Dial, bench.told) if dial.person == "h" and dial.via is Via.VOICE] == [
        "+999h1", *["+999h2"] * 3]


def test_the_same_loss_told_twice_changes_nothing() -> None:
    bench = Bench()
    bench.due()
    id, dial = next((id, dial) for id, dial in bench.waiting.items() if dial.via is Via.VOICE)
    assert bench.came(Outcome.NUMBER_DEAD, id, dial)
    before = bench.callout
    assert bench.came(Outcome.NUMBER_DEAD, id, dial) == []
    assert bench.callout == before


def test_a_weak_report_after_a_final_one_changes_nothing() -> None:
    bench = Bench()
    bench.due()
    id, dial = next((id, dial) for id, dial in bench.waiting.items() if dial.via is Via.VOICE)
    bench.came(Outcome.LIMIT, id, dial)
    due = bench.callout.due_at
    bench.came(Outcome.HANDED_OVER, id, dial)
    assert bench.callout.memo["asks"][id][2] == Outcome.LIMIT
    assert bench.callout.due_at == due


def test_a_gateway_that_is_down_is_tried_until_the_wait_is_over_then_the_next_step() -> None:
    bench = Bench()
    bench.due()
    bench.hand_over(Outcome.FAILED_NOW)
    while bench.callout.step == 0:
        bench.hand_over(Outcome.FAILED_NOW)
        bench.due()
    assert at(5) <= bench.now <= at(5.5)
    assert bench.callout.called_at is None


def test_what_was_lost_is_sent_again_when_the_gateway_is_back_messages_too() -> None:
    bench = Bench()
    bench.due()
    bench.hand_over(Outcome.FAILED_NOW)
    assert dialled(bench.due()) == {("h", "voice"), ("h", "sms")}


def test_unknown_waits_as_handed_over_and_never_takes_the_same_way_again_within_the_step() -> None:
    bench = Bench(policy=by(Via.VOICE, Via.SMS))
    bench.due()
    bench.hand_over(Outcome.UNKNOWN, via=Via.VOICE)
    bench.hand_over()
    assert bench.callout.memo["first"] == at(0).isoformat()
    bench.run(at(4.9))
    assert [dial.via for dial in of(Dial, bench.told)].count(Via.VOICE) == 1
    assert bench.callout.step == 0


def test_unknown_is_no_evidence_of_called() -> None:
    bench = Bench(policy=by(Via.VOICE))
    bench.due()
    bench.hand_over(Outcome.UNKNOWN)
    assert bench.callout.called_at is None
    assert bench.callout.due_at is not None


def test_unknown_by_the_only_way_goes_on_by_another_one_at_the_next_try() -> None:
    bench = Bench(policy=by(Via.VOICE))
    bench.due()
    bench.hand_over(Outcome.UNKNOWN)
    assert dialled(bench.due()) == {("h", "sms")}


def test_unknown_for_everybody_still_waits_the_whole_step() -> None:
    bench = Bench(steps=((replace(H, sms=()),), (D,)), policy=by(Via.VOICE))
    bench.due()
    bench.hand_over(Outcome.UNKNOWN)
    bench.run(at(4.99))
    assert bench.callout.step == 0


def test_queued_is_evidence_of_nothing_and_starts_no_wait() -> None:
    bench = Bench()
    bench.due()
    bench.hand_over(Outcome.QUEUED)
    assert (bench.callout.called_at, "first" in bench.callout.memo) == (None, False)


@pytest.mark.parametrize("outcome", [Outcome.HANDED_OVER, Outcome.ON_HANDSET, Outcome.PICKED_UP, Outcome.MACHINE,
                                     Outcome.BUSY, Outcome.NO_ANSWER])
def test_a_call_that_went_out_is_called_and_never_more(outcome: Outcome) -> None:
    bench = Bench()
    bench.due()
    bench.hand_over(outcome)
    assert (bench.callout.called_at, bench.callout.answered_at, bench.state) == (at(0), None, State.CALLING)


def test_called_is_the_earliest_hand_over_whatever_order_it_is_told_in() -> None:
    bench = Bench()
    bench.due()
    (first, second) = bench.waiting.items()
    bench.now = at(2)
    bench.came(Outcome.HANDED_OVER, *first)
    bench.happen(Happened(at(1), second[0], 1, "h", "+999h1", Via.SMS, Outcome.HANDED_OVER))
    assert bench.callout.called_at == at(1)


def test_held_by_capacity_goes_by_message_at_half_the_wait_and_does_not_climb() -> None:
    bench = Bench(policy=by(Via.VOICE))
    bench.due()
    assert bench.after() == 2.5
    assert dialled(bench.due()) == {("h", "sms")}
    assert reasons(bench.effects) == ["capacity"]
    assert (bench.callout.step, bench.callout.climb) == (0, 1)
    assert {dial.via for dial in bench.waiting.values()} == {Via.VOICE, Via.SMS}


def test_the_message_does_not_start_the_wait_of_a_ringing_step() -> None:
    bench = Bench()
    bench.due()
    bench.hand_over(via=Via.SMS)
    assert "first" not in bench.callout.memo
    bench.run(at(0))
    for _ in range(20):
        bench.due()
        bench.hand_over(via=Via.SMS)
    assert bench.callout.step == 0
    bench.hand_over(via=Via.VOICE)
    assert bench.callout.memo["first"] == bench.now.isoformat()


def test_a_place_held_long_is_named_in_the_alarm_again_but_not_at_every_timer() -> None:
    bench = Bench(policy=by(Via.VOICE))
    bench.due()
    while bench.now < at(30):
        bench.due()
    assert reasons(bench.told) == ["capacity"] * 3


def test_a_message_starts_the_wait_of_a_step_that_does_not_ring() -> None:
    bench = Bench(policy=by(Via.SMS, tries=1))
    bench.due()
    bench.hand_over()
    assert bench.after() == 5


def test_the_ring_lost_the_wait_runs_from_the_message() -> None:
    bench = Bench()
    bench.due()
    bench.hand_over(via=Via.SMS)
    bench.now = at(1)
    bench.hand_over(Outcome.LIMIT, via=Via.VOICE)
    assert bench.callout.memo["first"] == at(1).isoformat()


def test_a_neighbour_is_rung_last_and_by_voice_only() -> None:
    bench = Bench(steps=((person("h", Role.HOLDER, "+999h1", near=("+999n1",)),), (D,))).start().run(at(4))
    rung = [(dial.number, dial.role, dial.via) for dial in of(Dial, bench.told)]
    assert rung == [("+999h1", Role.HOLDER, Via.VOICE), ("+999h1", Role.HOLDER, Via.SMS),
                    ("+999n1", Role.NEIGHBOUR, Via.VOICE), ("+999h1", Role.HOLDER, Via.VOICE)]


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


def test_an_order_overrules_a_refusal() -> None:
    bench = Bench().start()
    bench.say("h", "decline")
    bench.happen(ByHand(bench.now, "add_person", "o", reached=H))
    assert ("h", "voice") in dialled(bench.effects)


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
