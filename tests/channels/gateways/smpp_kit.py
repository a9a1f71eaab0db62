"""Drives the SMPP channel against the centre of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from dutydesk.channels import registry
from dutydesk.channels.settings import Filled
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import SendError
from dutydesk.ports.channel import Handed, Limits, Outgoing
from tests.channels.gateways.driving import Kept
from tests.channels.gateways.smsc import PASSWORD, Centre

NOW = datetime(2026, 7, 20, 4, 0, 30, tzinfo=UTC)
PHONE, OTHER = "8612000000001", "8612000000002"
SHORT = "【威海应急】暴雨红色预警。回复1收到"
LONG = "【威海应急】暴雨红色预警。您负责:苘山镇5个村。请立即组织转移危险区群众。" * 5 + "😀" * 3


def channel(port: int, **changes: Any) -> Any:
    settings = {"host": "127.0.0.1", "port": port, "system_id": "desk", "password": Filled(PASSWORD),
                "sender": "10690371", "limits": Limits(timeout=2), "now": lambda: NOW, **changes}
    return registry.make("smpp", "centre", settings)


def message(key: str = "k1", number: str = "+" + PHONE, text: str = SHORT) -> Outgoing:
    return Outgoing(key, Via.SMS, number, "p1", text)


@asynccontextmanager
async def at(fake: Centre, take: Callable[[Any], Awaitable[None]] | None = None, **changes: Any) -> AsyncIterator[Any]:
    """A channel to a centre, listening where `take` is given; closed at the end."""
    made = channel(fake.port, **changes)
    pulling = asyncio.create_task(made.pull(take, NOW)) if take else None
    try:
        if take:
            await fake.ready()
        yield made
    finally:
        if pulling:
            pulling.cancel()
        await made.close()


def run(story: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return asyncio.run(asyncio.wait_for(story(), 30))


async def outcome(made: Any, sent: Outgoing) -> Outcome | str:
    try:
        handed: Handed = await made.send(sent)
    except SendError as error:
        return "permanent" if error.permanent else "not now"
    return handed.outcome


def rows(kept: Kept, kind: str) -> list[Inbound]:
    return [row for row in kept.rows.values() if row.kind == kind]


async def until(true: Callable[[], object], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - nobody tells what it waits for
            await asyncio.sleep(0.01)
