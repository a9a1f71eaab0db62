"""Providers are asked for what waits: it is durable before it is confirmed, and one that fails stops no other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from dutydesk.app.pulling import close_all, pulling
from dutydesk.clock import WallClock
from dutydesk.domain.records import Inbound
from dutydesk.errors import SendError
from dutydesk.store import SqlStore


class Waits:
    """A channel with replies that wait. `trouble` is raised once, `confirmed` are those it was told are stored."""

    every = 0.01

    def __init__(self, name: str, store: SqlStore, trouble: Exception | None = None) -> None:
        self.name, self.store, self.trouble = name, store, trouble
        self.confirmed: list[str] = []
        self.closed = False

    async def pull(self, take: Callable[[Sequence[Inbound]], Awaitable[None]], now: datetime) -> int:
        trouble, self.trouble = self.trouble, None
        if trouble:
            raise trouble
        rows = [Inbound(f"{self.name}{number}", self.name, "reply", "+99901", "1", "", now) for number in range(2)]
        await take(rows)
        with self.store.read() as reads:
            self.confirmed += [row.id for row in reads.inbound("new", 99) if row.channel == self.name]
        return 2

    async def close(self) -> None:
        self.closed = True


def test_what_waits_is_stored_before_it_is_confirmed_and_trouble_is_outlived(inline_store: SqlStore) -> None:
    channels: list[Any] = [Waits("down", inline_store, SendError("nobody listens", permanent=False)),
                           Waits("broken", inline_store, RuntimeError("an adapter")), Waits("well", inline_store)]
    woken: list[int] = []

    async def story() -> None:
        task = asyncio.create_task(pulling(channels, inline_store, WallClock(), lambda: woken.append(1)))
        for _ in range(500):
            await asyncio.sleep(0.01)
            if all(each.confirmed for each in channels):
                break
        task.cancel()
        await close_all(channels)
    asyncio.run(story())
    for each in channels:
        assert {f"{each.name}0", f"{each.name}1"} <= set(each.confirmed)
        assert each.closed
    assert woken
