"""A ferry's three folders, and a channel over them; the clock is moved by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dutydesk.channels import registry
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.ports.channel import Limits, Outgoing
from tests.channels.gateways.driving import Kept

NOW = datetime(2026, 7, 20, 4, 1, tzinfo=UTC)
TEXT = "【威海应急】暴雨红色预警。您负责:苘山镇5个村。回复1收到"


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


class Site:
    """The three folders, and a channel over them."""

    def __init__(self, root: Path, *, back: bool = True) -> None:
        self.outbox, self.inbox, self.keep = root / "out", root / "in", root / "keep"
        for folder in (self.outbox, self.inbox):
            folder.mkdir(parents=True)
        self.clock = Clock()
        self.back = back
        self.kept = Kept()

    def channel(self, **more: Any) -> Any:
        settings = {"outbox": str(self.outbox), "keep": str(self.keep)}
        if self.back:
            settings["inbox"] = str(self.inbox)
        return registry.make("ferry", "gate", {**settings, **more, "limits": Limits(timeout=5), "now": self.clock})

    def sends(self, *messages: Outgoing) -> list[Outcome]:
        async def story() -> list[Outcome]:
            made = self.channel()
            try:
                return [(await made.send(each)).outcome for each in messages]
            finally:
                await made.close()
        return asyncio.run(story())

    def pulls(self, made: Any = None) -> int:
        async def story() -> int:
            used = made or self.channel()
            try:
                return int(await used.pull(self.kept.take, self.clock.at))
            finally:
                if made is None:
                    await used.close()
        return asyncio.run(story())

    def later(self, **span: float) -> None:
        self.clock.at += timedelta(**span)

    @property
    def rows(self) -> list[Inbound]:
        return [each for each in self.kept.rows.values() if each.kind != "trouble"]

    @property
    def troubles(self) -> list[str]:
        return [each.text for each in self.kept.rows.values() if each.kind == "trouble"]


def message(id: str) -> Outgoing:
    return Outgoing(id, Via.SMS, "+8612000000001", "p1", TEXT)
