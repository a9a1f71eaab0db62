"""The live shell around dispatch: what it sends, what it must not send, and what it learns of calls in doubt."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dutydesk.app.fates import SURE, Fates
from dutydesk.app.sender import Sender
from dutydesk.clock import WallClock
from dutydesk.domain.records import Call, Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.engine.dispatch import Dispatch, Parcel, Sent
from dutydesk.errors import Refused, SendError
from dutydesk.ports.channel import Handed, Limits, Outgoing
from tests.app.processes import until

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def call(id: str, *, lease_until: datetime = NOW + HOUR) -> Call:
    return Call(id, "i1", 1, "p1", "+99901", Via.SMS, "fake", 1, "text", "", (f"a-{id}",), ("v1",), NOW,
                lease="w", lease_until=lease_until)


@dataclass
class Line:
    """A channel of the tests: counts what is under way, does what it is told. Tracks what it had."""

    name: str = "fake"
    via: Via = Via.SMS
    real: bool = False
    limits: Limits = field(default_factory=lambda: Limits(max_in_flight=8, timeout=0.3))
    pause: float = 0.0
    trouble: Exception | None = None
    sent: list[str] = field(default_factory=list)
    most: int = 0
    under_way: int = 0
    fate: Outcome | SendError = Outcome.HANDED_OVER

    async def send(self, message: Outgoing) -> Handed:
        self.sent.append(message.id)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(self.pause)
        finally:
            self.under_way -= 1
        if self.trouble:
            raise self.trouble
        return Handed(Outcome.HANDED_OVER)

    async def status(self, call: str) -> Outcome:
        if isinstance(self.fate, SendError):
            raise self.fate
        return self.fate


class Mute(Line):
    """A channel that can tell nothing of its calls."""

    status = None  # type: ignore[assignment]


@dataclass
class Desk:
    """Stands for dispatch and its store: gives out calls, keeps what is booked."""

    line: Line
    queue: list[Call] = field(default_factory=list)
    dead: list[Call] = field(default_factory=list)
    booked: list[Sent] = field(default_factory=list)
    inbound: list[Inbound] = field(default_factory=list)
    refuses: Callable[[Sequence[Sent]], bool] = field(default=lambda batch: False)
    stands_still: float = 0.0     # seconds the next claim takes
    gate: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ctx(self) -> Any:
        return self

    @property
    def store(self) -> Any:
        return self

    @property
    def channels(self) -> dict[Via, Line]:
        return {Via.SMS: self.line}

    @property
    def routes(self) -> Any:
        return SimpleNamespace(channels=(self.line,), most=self.line.limits.max_in_flight)

    def lease(self, via: Via) -> timedelta:
        return timedelta(seconds=4 * self.line.limits.timeout)

    def claim(self, now: datetime, room: int) -> list[Parcel]:
        taken, self.queue[:room] = self.queue[:room], []
        pause, self.stands_still = self.stands_still, 0.0
        time.sleep(pause)
        return [self.parcel_again(each) for each in taken]

    def parcel_again(self, each: Call) -> Parcel:
        return Parcel(Outgoing(each.id, each.via, each.number, each.person, each.text), self.line, each)

    def finish(self, results: Iterable[Sent], now: datetime) -> None:
        with self.gate:
            batch = list(results)
            if self.refuses(batch):
                raise Refused("the database did not take it")
            self.booked += batch

    def overdue(self, now: datetime) -> list[Call]:
        return [each for each in self.dead if each.lease_until and each.lease_until <= now]

    def write(self, work: Callable[[Any], Any]) -> Any:
        return work(self)

    def add_inbound(self, rows: Sequence[Inbound]) -> int:
        self.inbound += rows
        return len(rows)

    def outcomes(self) -> dict[str, Outcome]:
        return {sent.parcel.message.id: sent.outcome for sent in self.booked}


@contextmanager
def sending(desk: Desk, **settings: Any) -> Any:
    sender = Sender(cast(Dispatch, desk), WallClock(), lambda: None, **settings)
    sender.start()
    try:
        yield sender
    finally:
        sender.stop()


def test_no_more_is_under_way_than_the_channel_may_lose() -> None:
    desk = Desk(Line(pause=0.02), [call(f"k{each}") for each in range(60)])
    with sending(desk):
        until(lambda: len(desk.booked) == 60, 20, "all bookings")
    assert desk.line.most <= 8
    assert len(desk.line.sent) == len(set(desk.line.sent)) == 60
    assert set(desk.outcomes().values()) == {Outcome.HANDED_OVER}


def test_what_cannot_leave_before_its_lease_is_over_does_not_leave() -> None:
    desk = Desk(Line(limits=Limits(max_in_flight=8, timeout=0.1)), [call("old")], stands_still=0.5)
    with sending(desk):
        until(lambda: not desk.queue and not desk.stands_still, 10, "the claim")
        desk.queue.append(call("new"))
        until(lambda: desk.booked, 10, "the booking")
    assert desk.line.sent == ["new"]
    assert desk.outcomes() == {"new": Outcome.HANDED_OVER}


def test_nothing_leaves_before_the_other_desks_had_their_turn() -> None:
    turn = threading.Event()
    desk = Desk(Line(), [call("k")])
    with sending(desk, ready=lambda since: turn.is_set()):
        assert not turn.wait(0.4)
        assert desk.line.sent == []
        turn.set()
        until(lambda: desk.booked, 10, "the booking")


@pytest.mark.parametrize(("trouble", "outcome"), [
    (SendError("down", permanent=False), Outcome.FAILED_NOW),
    (SendError("no such", permanent=True), Outcome.NUMBER_DEAD),
    (RuntimeError("broken"), Outcome.UNKNOWN)])
def test_every_way_a_hand_over_can_end_is_booked(trouble: Exception, outcome: Outcome) -> None:
    desk = Desk(Line(trouble=trouble), [call("k")])
    with sending(desk):
        until(lambda: desk.booked, 10, "the booking")
    assert desk.outcomes() == {"k": outcome}


def test_an_outcome_the_database_refuses_is_kept_and_holds_up_no_other() -> None:
    desk = Desk(Line(), [call("bad"), call("good")])
    away = {"bad"}
    desk.refuses = lambda batch: any(sent.parcel.message.id in away for sent in batch)
    with sending(desk):
        until(lambda: "good" in desk.outcomes(), 10, "the other booking")
        assert "bad" not in desk.outcomes()
        away.clear()
        until(lambda: "bad" in desk.outcomes(), 10, "the late booking")
    assert len(desk.booked) == 2


def test_the_end_books_what_came_back_and_counts_what_did_not() -> None:
    desk = Desk(Line(pause=30, limits=Limits(max_in_flight=8, timeout=60)), [call("slow")])
    with sending(desk) as sender:
        until(lambda: desk.line.sent, 10, "the send")
    assert sender.left == 1
    assert desk.booked == []


def test_a_desk_alone_with_its_store_asks_for_the_calls_of_the_last_run_before_it_sends() -> None:
    desk = Desk(Line(fate=Outcome.ON_HANDSET), [call("new")], [call("old")])
    with sending(desk, alone=True) as sender:
        assert sender.asked.wait(5)
        assert [sent.parcel.message.id for sent in desk.booked][:1] == ["old"]
        assert desk.booked[0].at == NOW      # whoever answered since then had heard it
    assert desk.outcomes()["old"] is Outcome.ON_HANDSET


def test_among_several_workers_the_lease_of_another_is_waited_for() -> None:
    desk = Desk(Line(), [], [call("another's")])
    with sending(desk) as sender:
        assert sender.asked.wait(5)
    assert desk.booked == []


# -- fates --------------------------------------------------------------------------------------------
def fates(desk: Desk) -> Fates:
    return Fates(cast(Dispatch, desk), WallClock())


@pytest.mark.parametrize(("line", "outcome"), [
    (Line(fate=Outcome.PICKED_UP), Outcome.PICKED_UP),
    (Line(fate=SendError("never had it", permanent=True)), Outcome.FAILED_NOW),
    (Line(fate=SendError("does not answer", permanent=False)), None),
    (Line(fate=Outcome.UNKNOWN), None),
    (Mute(), Outcome.UNKNOWN),
])
def test_a_call_of_a_dead_sender_is_what_its_provider_says(line: Line, outcome: Outcome | None) -> None:
    told = asyncio.run(fates(Desk(line, [], [call("k", lease_until=NOW - HOUR)])).overdue())
    assert [sent.outcome for sent in told] == ([] if outcome is None else [outcome])


def test_a_timed_out_call_is_asked_for_until_its_provider_knows() -> None:
    async def story() -> None:
        desk = Desk(Line(fate=SendError("does not answer", permanent=False)))
        asked = fates(desk)
        asked.doubt(Sent(desk.parcel_again(call("k")), Outcome.UNKNOWN, NOW))
        asked.doubt(Sent(desk.parcel_again(call("known")), Outcome.HANDED_OVER, NOW))
        assert await asked.learn() == []
        desk.line.fate = Outcome.NO_ANSWER
        receipt, = await asked.learn()
        assert (receipt.kind, receipt.call, receipt.outcome) == ("receipt", "k", Outcome.NO_ANSWER)
        assert await asked.learn() == []
    asyncio.run(story())


def test_a_timed_out_call_may_go_again_only_when_its_provider_denied_it_more_than_once() -> None:
    async def story() -> None:
        desk = Desk(Line(fate=SendError("never had it", permanent=True)))
        asked = fates(desk)
        asked.doubt(Sent(desk.parcel_again(call("k")), Outcome.UNKNOWN, NOW))
        for _ in range(SURE - 1):
            assert await asked.learn() == []
        receipt, = await asked.learn()
        assert receipt.outcome is Outcome.FAILED_NOW
    asyncio.run(story())
