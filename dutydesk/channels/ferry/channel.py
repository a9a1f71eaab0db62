"""A channel of files: what lies in the outbox whole is handed to the gate; receipts and replies come as files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from dutydesk.channels.ferry.inbox import Inbox
from dutydesk.channels.ferry.outbox import Outbox
from dutydesk.channels.ferry.settings import FerrySettings
from dutydesk.channels.files import Hands, InFolders, alone
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome
from dutydesk.errors import SendError
from dutydesk.ports.channel import Handed, Outgoing

P = TypeVar("P")
T = TypeVar("T")


class Ferry(InFolders):
    """The way out. Implements Channel, Tracks, Checks and Closes.

    Nothing ever comes back, so what lies in the outbox counts as handed over: nobody will know better.
    """

    real = True
    laid = Outcome.HANDED_OVER

    def __init__(self, name: str, settings: FerrySettings) -> None:
        self.name = name
        self.via = settings.via
        self.limits = settings.limits
        self.settings = settings
        self._outbox = Outbox(settings.outbox, settings.keep, settings.valid, settings.taken_within)
        self._hands = Hands(f"{name}-out")
        self.folders = tuple(each for each in (settings.outbox, settings.inbox) if each)

    async def send(self, message: Outgoing) -> Handed:
        """Put one message into the outbox. Raises SendError (not permanent) where it cannot lie there."""
        try:
            number = await self._hands.do(self._outbox.put, message, self.settings.now())
        except OSError as error:
            raise SendError(f"{self.name}: nothing can be put into {self.settings.outbox} ({error}); see whether it is "
                            "there and has room", permanent=False) from error
        return Handed(self.laid, str(number))

    async def status(self, call: str) -> Outcome:
        """What became of a message as far as the outbox; raises SendError, permanent where it never was there."""
        try:
            fate = await self._hands.do(self._outbox.fate, call)
        except OSError as error:
            raise SendError(f"{self.name}: {self.settings.keep} cannot be read: {error}", permanent=False) from error
        return self.laid if fate is Outcome.QUEUED else fate

    async def close(self) -> None:
        """End the threads."""
        self._hands.close()


class FerryBack(Ferry):
    """A ferry that comes back. Implements Pulls too; a message is queued until the far side says more of it."""

    laid = Outcome.QUEUED

    def __init__(self, name: str, settings: FerrySettings, inbox: Path) -> None:
        super().__init__(name, settings)
        self.every = settings.every.total_seconds()
        self._folder = inbox
        self._inbox = Inbox(name, inbox, settings)
        self._reader = Hands(f"{name}-back")

    async def pull(self, take: Callable[[Sequence[Inbound]], Awaitable[None]], now: datetime) -> int:
        """Take what the far side sent; files are moved once their rows are stored. Of several workers one does it.

        Raises SendError where the inbox cannot be read.
        """
        with alone(self.settings.keep / "incoming.lock", wait=False) as mine:
            if not mine:
                return 0
            taken = await self._read(self._inbox.look, now)
            if taken.rows:
                await take(taken.rows)
            await self._read(self._inbox.settle, taken)
            return len(taken.rows)

    async def _read(self, work: Callable[[P], T], of: P) -> T:
        try:
            return await self._reader.do(work, of)
        except OSError as error:
            raise SendError(f"{self.name}: {self._folder} cannot be emptied ({error}); see whether it is there",
                            permanent=False) from error

    async def close(self) -> None:
        """End the threads."""
        await super().close()
        self._reader.close()
