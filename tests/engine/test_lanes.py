"""A channel with its rate, its breaker and what is under way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from dutydesk.domain.values import Outcome, Via
from dutydesk.engine.lanes import BREAKS_AT, Lane
from dutydesk.errors import Barred, SendError
from dutydesk.ports.channel import Handed, Limits, Outgoing

NOW = datetime(2026, 7, 20, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass
class Provider:
    """Says what it is told to."""

    name: str = "gateway"
    via: Via = Via.SMS
    real: bool = True
    limits: Limits = field(default_factory=lambda: Limits(per_second=10, lines=6, max_in_flight=64))
    says: Handed | SendError = field(default_factory=lambda: Handed(Outcome.HANDED_OVER))
    pause: float = 0.0

    async def send(self, message: Outgoing) -> Handed:
        await asyncio.sleep(self.pause)
        if isinstance(self.says, SendError):
            raise self.says
        return self.says


def send(lane: Lane, times: int = 1) -> None:
    async def story() -> None:
        for _ in range(times):
            try:
                await lane.send(Outgoing("k", Via.SMS, "+99901", "p", "text"))
            except SendError:
                continue
    asyncio.run(story())


DOWN = SendError("nobody listens", permanent=False)


@pytest.mark.parametrize(("says", "breaks"), [
    (DOWN, True), (Handed(Outcome.UNKNOWN), True), (Handed(Outcome.FAILED_NOW), True),
    (Handed(Outcome.REFUSED), False), (Handed(Outcome.LIMIT), False), (Handed(Outcome.NUMBER_DEAD), False),
    (SendError("no such number", permanent=True), False), (Barred("not switched on"), False),
    (Handed(Outcome.HANDED_OVER), False)])
def test_only_silence_breaks_a_channel(says: Handed | SendError, breaks: bool) -> None:
    lane = Lane(Provider(says=says), 64)
    send(lane, BREAKS_AT)
    assert lane.broken is breaks


def test_a_broken_channel_gets_one_probe_a_second_and_is_whole_at_the_first_word() -> None:
    provider = Provider(says=DOWN)
    lane = Lane(provider, 64)
    send(lane, BREAKS_AT)
    probes = 0
    for tick in range(100):       # ten seconds, ten looks a second
        moment = NOW + tick * SECOND / 10
        if lane.room(moment):
            lane.take(moment)
            probes += 1
            send(lane)
    assert probes == 10
    provider.says = Handed(Outcome.REFUSED)
    send(lane)
    assert lane.room(NOW + 20 * SECOND) == 10


def test_a_send_that_is_cut_off_counts_as_silence() -> None:
    lane = Lane(Provider(pause=5), 64)

    async def story() -> None:
        for _ in range(BREAKS_AT):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(lane.send(Outgoing("k", Via.SMS, "+99901", "p", "text")), 0.01)
    asyncio.run(story())
    assert lane.broken


def test_one_that_hangs_takes_no_more_than_its_share() -> None:
    lane = Lane(Provider(pause=0.2), 3)

    async def story() -> None:
        flying = [asyncio.create_task(lane.send(Outgoing(f"k{n}", Via.SMS, "+99901", "p", "text"))) for n in range(3)]
        await asyncio.sleep(0.05)
        assert lane.room(NOW) == 0
        await asyncio.gather(*flying)
        assert lane.room(NOW) == 3
    asyncio.run(story())


@pytest.mark.parametrize(("via", "first", "a_second"), [(Via.SMS, 10, 10.0), (Via.VOICE, 6, 6 / 30)])
def test_a_bucket_fills_by_the_rate_and_no_further(via: Via, first: int, a_second: float) -> None:
    lane = Lane(Provider(via=via), 64)
    taken = 0
    for tick in range(600):
        moment = NOW + tick * SECOND / 10
        while lane.room(moment):
            lane.take(moment)
            taken += 1
    assert taken == pytest.approx(first + 59.9 * a_second, abs=1)
    assert lane.room(NOW + 3600 * SECOND) == first


def test_what_a_provider_says_is_kept_without_the_numbers_in_it() -> None:
    lane = Lane(Provider(says=Handed(Outcome.NUMBER_DEAD, why="21211 The number +999 120-0000-0001 is invalid")), 64)
    told = asyncio.run(lane.send(Outgoing("k", Via.SMS, "+99901", "p", "text")))
    assert told.why == "21211 The number … is invalid"
