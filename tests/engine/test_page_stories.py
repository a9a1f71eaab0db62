"""The page a text links to: what is pressed there counts for exactly what that text asked, with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from harness import Story

from dutydesk.domain.records import Call, Inbound, State
from dutydesk.domain.setup import DutyPage
from dutydesk.domain.site import Person
from dutydesk.domain.values import Outcome, Via


@pytest.fixture
def paged(tell: Callable[..., Story]) -> Story:
    """A desk whose first text channel may carry links."""
    return _with(tell, ("simulator-sms",))


def _with(tell: Callable[..., Story], channels: tuple[str, ...]) -> Story:
    desk = tell()
    page = DutyPage("https://duty.example", channels)
    desk.setup = replace(desk.setup, config=replace(desk.setup.config, page=page))
    desk.work()
    desk.ctx.link = lambda call, now: f"https://duty.example/p/{call}"
    return desk


def _call(desk: Story, who: str, via: Via = Via.SMS) -> Call:
    with desk.store.read() as reads:
        calls = reads.calls_to_any(desk[who].numbers, since=desk.clock.now() - timedelta(hours=1))
    return next(each for each in calls if each.via is via)


def _says(desk: Story, call: str, text: str, id: str = "pg1") -> None:
    desk.hears([Inbound(id, "page", "page", "", text, call, desk.clock.now())])


def _calls(desk: Story) -> dict[str, bool]:
    """Every call by its text, and whether it is a text about the receiver's own places."""
    found: dict[str, bool] = {}
    with desk.store.read() as reads:
        numbers = {number for person in desk.ctx.site.people.values() for number in _numbers(person)}
        for call in reads.calls_to_any(numbers, since=desk.start):
            own = call.via is Via.SMS and all(ask.role.own for ask in reads.asks(call.asks))
            found[call.text] = own
            if own and "duty.example" in call.text:
                assert call.text.endswith(f" 网页上报:https://duty.example/p/{call.id}")
    return found


def _numbers(person: Person) -> list[str]:
    return [each.number for each in person.numbers]


def test_texts_about_ones_own_places_carry_the_link_and_nothing_else_does(paged: Story) -> None:
    paged.warns("red")
    paged.forward(12)
    calls = _calls(paged)
    assert set(calls.values()) == {True, False}
    assert {text: "duty.example" in text for text in calls} == calls
    assert {each.text for each in paged.exchange.history if each.asks} == set(calls)


def test_a_channel_that_allows_no_link_carries_none(tell: Callable[..., Story]) -> None:
    desk = _with(tell, ("another-sms",))
    desk.warns("red")
    desk.forward(12)
    assert not any("duty.example" in each.text for each in desk.exchange.history)


def test_what_is_pressed_counts_for_that_text_alone_and_keeps_where_he_stood_and_his_photo(paged: Story) -> None:
    paged.warns("red")
    paged.forward(seconds=20)
    proof = "122.05000,37.45000 " + "0" * 32 + ".jpg"
    _says(paged, _call(paged, "zhang").id, f"3 32\n{proof}")
    acted = [fact for fact in paged.facts("东岭村") if fact.what == "acted"]
    assert [(fact.n, fact.via, fact.evidence) for fact in acted] == [(32, Via.PAGE, f"page {proof}")]
    assert paged.callout("东岭村").state is State.CLOSED
    assert paged.state("西岭村") is State.CALLING


def test_the_page_proves_that_the_text_came_and_pressing_twice_is_one_fact(paged: Story) -> None:
    paged.warns("red")
    paged.forward(seconds=20)
    call = _call(paged, "zhang").id
    _says(paged, call, "2\n")
    before = paged.facts("东岭村")
    _says(paged, call, "2\n")
    assert paged.facts("东岭村") == before
    assert _call(paged, "zhang").outcome is Outcome.ON_HANDSET
    assert paged.state("东岭村") is State.ANSWERED       # on post never closes a red


def test_help_pressed_on_the_page_rings_the_officer_even_after_the_end(paged: Story) -> None:
    rain = paged.warns("red")
    paged.forward(seconds=20)
    call = _call(paged, "zhang").id
    paged.lifts(rain)
    paged.forward(seconds=10)
    paged.forget()
    _says(paged, call, "4\n")
    paged.forward(seconds=5)
    paged["officer"].is_rung("请求支援")


@pytest.mark.parametrize(("call", "text"), [("k00000000000000000000", "1\n"), ("", "1\n"), (None, "nonsense\n"),
                                            (None, "\n"), (None, "3\n")])
def test_what_belongs_to_no_call_or_says_nothing_proves_no_answer(
        paged: Story, call: str | None, text: str) -> None:
    paged.warns("red")
    paged.forward(seconds=20)
    _says(paged, _call(paged, "zhang").id if call is None else call, text)
    assert paged.proven("东岭村") <= {"called"}
    assert paged.state("东岭村") is State.CALLING
