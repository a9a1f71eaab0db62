"""A phone the network cannot reach: his next number is asked at once, each number once, and what it does not change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from callout_kit import RED, SECOND, Bench, D, at, of, person

from dutydesk.domain.effects import Dial
from dutydesk.domain.playbook import Policy, Step, Whom
from dutydesk.domain.records import State
from dutydesk.domain.values import Outcome, Role, Via

MANY = person("h", Role.HOLDER, "+999mobile", "+999land", "+999satellite", near=("+999near",))
ONCE = Step((Whom.HOLDER,), (Via.VOICE,), tries=3, within=at(5) - at(0))


def bench(*ways: Via) -> Bench:
    policy: Policy = replace(RED, steps=(replace(ONCE, by=ways), SECOND))
    begun = Bench(policy=policy, steps=((MANY,), (D,)))
    begun.due()
    return begun


def unreachable(it: Bench, via: Via = Via.VOICE) -> list[Dial]:
    """A provider takes what waits by a way, then the network says that the phone cannot be reached."""
    id, dial = next((id, dial) for id, dial in it.waiting.items() if dial.via is via)
    it.came(Outcome.HANDED_OVER, id, dial)
    return [each for each in of(Dial, it.came(Outcome.FAILED_NOW, id, dial)) if each.via is via]


def test_each_of_his_other_numbers_is_rung_at_once_neighbours_last_and_none_twice() -> None:
    it = bench(Via.VOICE)
    rung = []
    while found := unreachable(it):
        (again,) = found
        rung.append((again.number, again.role))
    assert rung == [("+999land", Role.HOLDER), ("+999satellite", Role.HOLDER), ("+999near", Role.NEIGHBOUR)]
    assert it.now == at(0)
    assert (it.callout.climb, it.callout.tries, it.state) == (1, 1, State.CALLING)


def test_the_planned_tries_and_the_end_of_the_step_stay_where_they_were() -> None:
    it, plain = bench(Via.VOICE), bench(Via.VOICE)
    unreachable(it)
    it.hand_over()
    plain.hand_over()
    assert it.callout.due_at == plain.callout.due_at
    it.due()
    assert [each.number for each in of(Dial, it.effects)] == ["+999satellite"]


def test_his_message_leaves_beside_it_as_ever() -> None:
    it = bench(Via.VOICE)
    id, dial = next(iter(it.waiting.items()))
    it.came(Outcome.HANDED_OVER, id, dial)
    told = of(Dial, it.came(Outcome.FAILED_NOW, id, dial))
    assert [(each.via, each.number) for each in told] == [(Via.VOICE, "+999land"), (Via.SMS, "+999mobile")]


def test_what_no_provider_took_says_nothing_about_the_phone() -> None:
    it = bench(Via.VOICE)
    id, dial = next(iter(it.waiting.items()))
    told = of(Dial, it.came(Outcome.FAILED_NOW, id, dial))
    assert Via.VOICE not in {each.via for each in told}


@pytest.mark.parametrize("outcome", [Outcome.BUSY, Outcome.NO_ANSWER, Outcome.MACHINE, Outcome.REFUSED])
def test_a_phone_that_was_reached_or_refused_waits_for_its_next_try(outcome: Outcome) -> None:
    it = bench(Via.VOICE, Via.SMS)
    id, dial = next((id, dial) for id, dial in it.waiting.items() if dial.via is Via.VOICE)
    it.came(Outcome.HANDED_OVER, id, dial)
    assert not [each for each in of(Dial, it.came(outcome, id, dial)) if each.via is Via.VOICE]


def test_a_dead_number_among_them_is_passed_over() -> None:
    it = bench(Via.VOICE)
    it.callout.memo["dead"] = ["+999land"]
    assert [each.number for each in unreachable(it)] == ["+999satellite"]


def test_whoever_has_answered_is_asked_by_no_other_number() -> None:
    it = bench(Via.VOICE)
    id, dial = next(iter(it.waiting.items()))
    it.came(Outcome.HANDED_OVER, id, dial)
    it.say("h")
    assert not of(Dial, it.came(Outcome.FAILED_NOW, id, dial))


def test_a_message_that_cannot_be_delivered_goes_to_his_next_number_for_messages() -> None:
    both = replace(MANY, sms=("+999mobile", "+999satellite"))
    it = Bench(policy=replace(RED, steps=(replace(ONCE, by=(Via.SMS,)), SECOND)), steps=((both,), (D,)))
    it.due()
    assert [each.number for each in unreachable(it, Via.SMS)] == ["+999satellite"]
