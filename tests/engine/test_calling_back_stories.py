"""Somebody calls our number: he hears all that is open for his phone, and a key counts for exactly that."""

from __future__ import annotations

from harness import Story

from dutydesk.domain.records import Inbound, State
from dutydesk.domain.values import Outcome
from dutydesk.engine.calling_back import AtTheDoor


def door(desk: Story) -> AtTheDoor:
    return AtTheDoor(desk.ctx, desk.store)


def calls(desk: Story, name: str, key: str = "CA1") -> tuple[str, str]:
    """Somebody calls back from his first phone."""
    return door(desk).called_back(desk[name].numbers[0], key, "voice", desk.clock.now())


def presses(desk: Story, call: str, keys: str) -> None:
    desk.hears([Inbound(f"i-{call}-{keys}", "voice", "key", "", keys, call, desk.clock.now())])


def test_who_calls_back_hears_what_is_open_and_his_key_answers_it(desk: Story) -> None:
    desk.warns("red")
    desk.forward(2)
    call, text = calls(desk, "zhang")
    assert "东岭村" in text
    assert "收到请按1" in text
    presses(desk, call, "1")
    assert desk.state("东岭村") is State.ANSWERED
    assert {fact.via.value for fact in desk.facts("东岭村") if fact.what == "answered" and fact.via} == {"voice"}
    assert door(desk).text_of(call) == text


def test_the_same_call_told_twice_is_one_call(desk: Story) -> None:
    desk.warns("red")
    first = calls(desk, "zhang")
    desk.forward(seconds=5)
    assert calls(desk, "zhang") == first
    assert calls(desk, "zhang", "CA2")[0] != first[0]


def test_one_key_takes_everything_that_is_read_out_and_nothing_else(desk: Story) -> None:
    desk.warns("red")
    desk.forward(1)
    desk.warns("red", event="森林火险")
    call, text = calls(desk, "wang")
    with desk.store.read() as reads:
        found = reads.call(call)
        assert found is not None
        asked = {ask.callout for ask in reads.asks(found.asks)}
    presses(desk, call, "1")
    answered = {callout.id for place in ("石桥镇",) for callout in desk.callouts(place)
                if callout.state is not State.CALLING}
    assert answered == asked
    assert len(asked) == text.count("收到请按1") == 2


def test_nothing_is_read_to_whom_nothing_is_open_for(desk: Story) -> None:
    assert calls(desk, "zhang") == ("", "")
    rain = desk.warns("red")
    assert calls(desk, "zhang", "CA2")[0]
    desk.lifts(rain)
    assert calls(desk, "zhang", "CA3") == ("", "")
    assert door(desk).called_back("+9990000404", "CA4", "voice", desk.clock.now()) == ("", "")


def test_a_call_back_is_evidence_of_called_and_no_answer_by_itself(desk: Story) -> None:
    desk.warns("red")
    call, _ = calls(desk, "zhang")
    with desk.store.read() as reads:
        found = reads.call(call)
    assert found is not None
    assert (found.state, found.outcome) == ("handed", Outcome.PICKED_UP)
    assert desk.state("东岭村") is State.CALLING


def test_calling_back_does_not_stop_or_hurry_the_ladder(desk: Story) -> None:
    desk.warns("red")
    due = desk.callout("东岭村").due_at
    calls(desk, "zhang")
    desk.settle()
    assert desk.callout("东岭村").due_at == due
