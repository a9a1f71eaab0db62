"""Drives a channel against a fake gateway on loopback."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from dutydesk.channels import registry
from dutydesk.channels.settings import fill
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import SendError
from dutydesk.ports.channel import Channel, Handed, Limits, Outgoing
from tests.channels.gateways.fakes import KEY, Fake

NOW = datetime(2026, 7, 20, 4, 0, 30, tzinfo=UTC)
SETTINGS = tomllib.loads((Path(__file__).parent / "settings.toml").read_text(encoding="utf-8"))
TEXT = "【威海应急】暴雨红色预警。您负责:苘山镇。回复1收到 & 2=到岗"


def channel(name: str, port: int, **changes: Any) -> Any:
    """Make a channel as the site would."""
    settings = fill(name, {**SETTINGS[name], **changes}, {"PORT": str(port), "KEY": KEY})
    return registry.make("http", name, {**settings, "limits": Limits(timeout=2), "now": lambda: NOW})


def message(key: str, number: str = "+8612000000001", **more: Any) -> Outgoing:
    """A message of a red flood warning."""
    given: dict[str, Any] = {"text": TEXT, "template": "flood.sms", "facts": {"places": "苘山镇"}, **more}
    return Outgoing(key, Via.SMS, number, "p1", **given)


@asynccontextmanager
async def serving(fake: Fake) -> AsyncIterator[Fake]:
    """A fake on a loopback port of its own."""
    runner = web.AppRunner(fake.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.port = runner.addresses[0][1]
    try:
        yield fake
    finally:
        await runner.cleanup()


async def outcome(made: Channel, sent: Outgoing) -> Outcome | str:
    """What a hand-over came to; for a raised error whether it was for good."""
    try:
        handed: Handed = await made.send(sent)
    except SendError as error:
        return "permanent" if error.permanent else "not now"
    return handed.outcome


@dataclass
class Kept:
    """Stands for the store: keeps rows by id, refuses while it is told to."""

    rows: dict[str, Inbound] = field(default_factory=dict)
    away: bool = False

    async def take(self, rows: Sequence[Inbound]) -> None:
        if self.away:
            raise OSError("the disk is full")
        for row in rows:
            self.rows.setdefault(row.id, row)
