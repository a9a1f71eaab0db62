"""What people report: acts, help, what comes late; and that the order of reading changes nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from callout_kit import (
    ANSWER_CLOSES,
    EVERY_ACT,
    ORANGE,
    RED,
    ROLES,
    Bench,
    at,
    dialled,
    facts,
    in_state,
    minutes,
    of,
    reasons,
    tasks,
)
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.effects import OpenTask, Record
from dutydesk.domain.happenings import Replied, Superseded
from dutydesk.domain.playbook import Policy
from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Via


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
