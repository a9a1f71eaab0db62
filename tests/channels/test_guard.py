from __future__ import annotations

import asyncio
from datetime import date

import pytest
from hand_clock import text

from dutydesk.channels import registry
from dutydesk.channels.guard import guard, imaginary, send
from dutydesk.domain.setup import Live
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import SendError, UsageError
from dutydesk.ports.channel import Handed, Limits, Outgoing

LIVE = Live("an officer", date(2026, 5, 1))


class Counting:
    """A channel that remembers what reached it."""

    via = Via.SMS
    limits = Limits()

    def __init__(self, *, real: bool) -> None:
        self.name = "counting"
        self.real = real
        self.sent: list[Outgoing] = []

    async def send(self, message: Outgoing) -> Handed:
        self.sent.append(message)
        return Handed(Outcome.HANDED_OVER)


@pytest.mark.parametrize("number", [
    "+99901", "+999 0 1", " +999-01", "0099901", "＋９９９０１", "(+999) 01", "99901", "+9 99 01", "+999",
])
def test_an_invented_number_never_reaches_a_real_channel_however_it_is_written(number: str) -> None:
    channel = Counting(real=True)
    with pytest.raises(SendError, match="invented") as refused:
        asyncio.run(send(channel, text("c1", number), LIVE))
    assert refused.value.permanent
    assert not channel.sent


def test_nothing_reaches_a_real_channel_that_nobody_switched_on() -> None:
    channel = Counting(real=True)
    with pytest.raises(SendError, match=r"\[live\]") as refused:
        asyncio.run(send(channel, text("c1", "+8610000"), None))
    assert refused.value.permanent
    assert not channel.sent


def test_a_real_number_reaches_a_real_channel_that_was_switched_on() -> None:
    channel = Counting(real=True)
    assert asyncio.run(send(channel, text("c1", "+8610000"), LIVE)) == Handed(Outcome.HANDED_OVER)


@pytest.mark.parametrize("number", ["+99901", "+8610000"])
def test_a_simulated_channel_carries_any_number(number: str) -> None:
    guard(Counting(real=False), text("c1", number), None)


def test_real_numbers_are_not_taken_for_invented_ones() -> None:
    real = ["13999990000", "+8613999000000", "0631-9990000", "+1999", "12379", "999"]
    assert not any(imaginary(number) for number in real)


def test_every_channel_in_the_table_can_be_made() -> None:
    for name in registry.BUILT_IN:
        channel = registry.make(name, {"url": "http://127.0.0.1:1", "key": "k"})
        assert channel.name == name
        assert channel.real is False
        with pytest.raises(UsageError, match="switchboard"):
            registry.make(name, {})


def test_an_unknown_channel_is_told_which_there_are() -> None:
    with pytest.raises(UsageError, match="simulator-sms, simulator-voice"):
        registry.make("pigeon", {})
