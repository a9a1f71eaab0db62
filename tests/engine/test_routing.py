"""Quotas of a number: what counts against them, and how long a call waits for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from dutydesk.domain.records import Ask, Call
from dutydesk.domain.values import Outcome, Role, Via
from dutydesk.engine.lanes import Lane
from dutydesk.engine.routing import Barrier, Choice, Routes, Wait
from dutydesk.ports.channel import Limits, Quota
from dutydesk.ports.store import Reads

NOW = datetime(2026, 7, 20, 4, tzinfo=UTC)
NUMBER = "+99901"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ASK = Ask("a", "c", "i", 1, "v", "p", Role.HOLDER, NUMBER, Via.VOICE, 0, 1, 1, 1, NOW)


@dataclass
class Line:
    """A channel whose number may be called twice an hour and once a minute."""

    limits: Limits
    name: str = "line"
    via: Via = Via.VOICE
    real: bool = True


@dataclass
class Books:
    """The calls of the day."""

    calls: list[Call]

    def calls_to_any(self, numbers: Iterable[str], *, since: datetime) -> list[Call]:
        return [call for call in self.calls if call.number in set(numbers) and call.created_at >= since]


def call(ago: timedelta, outcome: Outcome = Outcome.NO_ANSWER, channel: str = "line") -> Call:
    return Call("k", "i", 1, "p", NUMBER, Via.VOICE, channel, 1, "", "", (), (), NOW - ago, outcome=outcome)


def chosen(*calls: Call) -> Lane | Barrier | Wait:
    limits = Limits(per_number=(Quota(1, MINUTE), Quota(2, HOUR)))
    routes = Routes({Via.VOICE: (cast(Any, Line(limits)),)})
    return Choice(routes, cast(Reads, Books(list(calls))), [[ASK]], {}, NOW).of([ASK], "flood.voice")


@pytest.mark.parametrize("calls", [
    (), (call(61 * MINUTE), call(62 * MINUTE)), (call(2 * MINUTE),), (call(2 * MINUTE), call(3 * MINUTE, channel="b")),
    (call(2 * MINUTE), call(3 * MINUTE, Outcome.LIMIT), call(4 * MINUTE, Outcome.LIMIT))])
def test_a_number_is_free_while_its_quota_is_and_what_a_limit_stopped_counts_for_nothing(
        calls: tuple[Call, ...]) -> None:
    assert isinstance(chosen(*calls), Lane)


def test_a_failed_call_counts_and_a_full_hour_is_a_limit_at_once() -> None:
    found = chosen(call(2 * MINUTE, Outcome.FAILED_NOW), call(3 * MINUTE, Outcome.BUSY))
    assert isinstance(found, Barrier)
    assert (found.outcome, found.why) == (Outcome.LIMIT, "该号码1小时限2次")


def test_a_minute_is_waited_for_with_the_reason() -> None:
    assert chosen(call(MINUTE / 3)) == Wait(NOW + MINUTE * 2 / 3, "该号码1分钟限1次")
