from __future__ import annotations

from datetime import date

import pytest
from hand_clock import text

from dutydesk.channels import registry
from dutydesk.channels.guard import guard, imaginary
from dutydesk.domain.setup import Live
from dutydesk.domain.values import Via
from dutydesk.errors import SendError, UsageError
from dutydesk.ports.channel import Handed, Limits, Outgoing

LIVE = Live("an officer", date(2026, 5, 1))


class Known:
    """A channel known to be real, or not."""

    name = "known"
    via = Via.SMS
    limits = Limits()

    def __init__(self, *, real: bool) -> None:
        self.real = real

    async def send(self, message: Outgoing) -> Handed:
        raise AssertionError("the guard sends nothing")


@pytest.mark.parametrize("number", [
    "+99901", "+999 0 1", " +999-01", "0099901", "＋９９９０１", "(+999) 01", "99901", "+9 99 01", "+999",
])
def test_an_invented_number_never_reaches_a_real_channel_however_it_is_written(number: str) -> None:
    with pytest.raises(SendError, match="invented") as refused:
        guard(Known(real=True), text("c1", number), LIVE)
    assert refused.value.permanent


def test_nothing_reaches_a_real_channel_that_nobody_switched_on() -> None:
    with pytest.raises(SendError, match=r"\[live\]") as refused:
        guard(Known(real=True), text("c1", "+8610000"), None)
    assert refused.value.permanent


def test_a_real_number_reaches_a_real_channel_that_was_switched_on() -> None:
    guard(Known(real=True), text("c1", "+8610000"), LIVE)


@pytest.mark.parametrize("number", ["+99901", "+8610000"])
def test_a_simulated_channel_carries_any_number(number: str) -> None:
    guard(Known(real=False), text("c1", number), None)


def test_real_numbers_are_not_taken_for_invented_ones() -> None:
    real = ["13999990000", "+8613999000000", "0631-9990000", "+1999", "12379", "999"]
    assert not any(imaginary(number) for number in real)


def test_every_channel_in_the_table_can_be_found() -> None:
    for kind in registry.BUILT_IN:
        assert callable(registry._maker(kind))


def test_a_simulated_channel_needs_a_switchboard_and_is_not_real() -> None:
    for name in ("simulator-sms", "simulator-voice"):
        channel = registry.make(name, "mine", {"url": "http://127.0.0.1:1", "key": "k"})
        assert channel.name == "mine"
        assert channel.real is False
        with pytest.raises(UsageError, match="switchboard"):
            registry.make(name, name, {})


def test_an_unknown_channel_is_told_which_there_are() -> None:
    with pytest.raises(UsageError, match=r"http, .*simulator-sms, simulator-voice"):
        registry.make("pigeon", "p", {})
