"""A clock moved by hand, and short ways to write messages."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from dutydesk.domain.values import Via
from dutydesk.ports.channel import Channel, Handed, Outgoing

START = datetime(2026, 7, 1, 4, tzinfo=UTC)   # noon in Weihai


class HandClock:
    """Shows what it was told; never sleeps."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def seconds_until(self, moment: datetime) -> float:
        return max(0.0, (moment - self._now).total_seconds())

    def forward(self, seconds: float) -> datetime:
        self._now += timedelta(seconds=seconds)
        return self._now


def text(call: str, number: str = "+99901", *, person: str = "p1", code: str = "", asks: bool = True,
         wording: str = "回复1收到") -> Outgoing:
    return Outgoing(call, Via.SMS, number, person, wording, code, asks)


def ring(call: str, number: str = "+99901", *, person: str = "p1") -> Outgoing:
    return Outgoing(call, Via.VOICE, number, person, "收到请按1。", "", True)


def sent(channel: Channel, message: Outgoing) -> Handed:
    return asyncio.run(channel.send(message))
