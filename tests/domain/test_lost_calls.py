"""Lost, unknown and held calls: which way they go on, and what they prove."""

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
    at,
    dialled,
    facts,
    of,
    person,
    reasons,
    tasks,
)

from dutydesk.domain.effects import Dial
from dutydesk.domain.happenings import Happened
from dutydesk.domain.playbook import Policy
from dutydesk.domain.records import State
from dutydesk.domain.values import Outcome, Role, Via

LOST = (Outcome.REFUSED, Outcome.LIMIT, Outcome.FAILED_NOW, Outcome.NUMBER_DEAD)


def by(*ways: Via, tries: int = 3, need: int = 1) -> Policy:
    """The red policy with other ways in its first step."""
    return replace(RED, steps=(replace(FIRST, by=ways, tries=tries, need=need), SECOND))


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


def test_what_never_left_because_its_sender_died_is_asked_again_at_once_by_the_same_ways() -> None:
    bench = Bench()
    bench.due()
    for id, dial in list(bench.waiting.items()):
        effects = bench.happen(Happened(bench.now, id, dial.climb, dial.person, dial.number, dial.via,
                                        Outcome.FAILED_NOW, left=False))
        assert [(each.person, each.via) for each in of(Dial, effects)] == [(dial.person, dial.via)]
    assert bench.state is State.CALLING
    assert "called" not in [what for what, _ in facts(bench.told)]
