"""Texts by a modem of this machine. A hand-over waits for the modem: so what leaves next is chosen when it is free."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import ParamSpec, TypeVar

from dutydesk.channels.files import Hands, InFolders, alone
from dutydesk.channels.modem.folders import Folders
from dutydesk.channels.modem.settings import ModemSettings
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import SendError
from dutydesk.ports.channel import Handed, Outgoing

P = ParamSpec("P")
T = TypeVar("T")

LOOK = 0.2                # seconds between two looks for what became of a message
SHARE = 0.9               # of the time-out a message is waited for
_NUMBER = re.compile(r"\+?\d{3,20}")    # gammu-smsd dies of a longer one


class Modem(InFolders):
    """The way out. Implements Channel, Tracks, Pulls, Checks and Closes."""

    via = Via.SMS
    real = True

    def __init__(self, name: str, settings: ModemSettings) -> None:
        self.name = name
        self.limits = settings.limits
        self.settings = settings
        self.every = settings.every.total_seconds()
        self.folders = (settings.outbox, settings.sent, settings.error, settings.inbox)
        self._folders = Folders(name, settings)
        self._hands = Hands(name)

    async def send(self, message: Outgoing) -> Handed:
        """Hand one message to the modem and wait for it.

        1. Sent: handed over. In the error folder: failed for now.
        2. The time is nearly over and the modem is busy with others: queued; a receipt follows.
        3. Nothing moved at all: the modem is dead. The file is taken back, and whether it left is unknown only if the
           modem may have begun with it.
        Raises SendError: permanent for a number that cannot be dialled, else where a folder is not there.
        """
        if not _NUMBER.fullmatch(message.number):
            raise SendError(f"{self.name}: no number a modem can dial; correct it in the contacts", permanent=True)
        path = await self._do(self._folders.put, message.id, message.number, message.text, self.settings.now())
        fate, moved = await self._wait(message.id)
        if fate is not Outcome.QUEUED:
            return Handed(fate, why="" if fate.called else f"gammu-smsd put it into {self.settings.error}")
        if moved:
            return Handed(Outcome.QUEUED)
        return Handed(await self._do(self._folders.take_back, path),
                      why="the modem sends nothing; see whether gammu-smsd runs and the modem is there")

    async def _wait(self, call: str) -> tuple[Outcome, bool]:
        """Wait until a message left the outbox; tell where it is then, and whether anything moved there."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.limits.timeout * SHARE
        first = await self._do(self._folders.head)
        moved = False
        while True:
            fate = await self._do(self._folders.fate, call)
            moved = moved or await self._do(self._folders.head) != first
            if fate is not Outcome.QUEUED or loop.time() >= until:
                return fate, moved
            await asyncio.sleep(LOOK)

    async def status(self, call: str) -> Outcome:
        """What became of a message; raises SendError, permanent if the modem never had it."""
        return await self._do(self._folders.fate, call)

    async def pull(self, take: Callable[[Sequence[Inbound]], Awaitable[None]], now: datetime) -> int:
        """Take what was sent, what failed and what came in; files are put aside once their rows are stored.

        Raises SendError where a folder cannot be read. Of several workers one does it.
        """
        with alone(self.settings.keep / "lock", wait=False) as mine:
            if not mine:
                return 0
            told = await self._do(self._folders.look, now)
            rows = [row for row, _, _ in told if row is not None]
            if rows:
                await take(rows)
            await self._do(self._folders.settle, told)
            return len(rows)

    async def close(self) -> None:
        """End the thread."""
        self._hands.close()

    async def _do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await self._hands.do(work, *args, **kwargs)
        except OSError as error:
            raise SendError(f"{self.name}: a folder of gammu-smsd cannot be used ({error}); see whether it is there "
                            "and may be written", permanent=False) from error
