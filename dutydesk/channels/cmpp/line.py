"""One connection to a gateway, made again whenever it breaks: login, window, heartbeats, answers by their number."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from zoneinfo import ZoneInfo

from dutydesk.channels.cmpp import wire
from dutydesk.channels.cmpp.meaning import LOGINS
from dutydesk.channels.cmpp.settings import CmppSettings

logger = logging.getLogger(__name__)

REACH = 5.0             # seconds a connection may take
LEAVE = 1.0             # seconds an answer to our leave is waited for
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0      # seconds between two tries
BUSY = 1000             # messages to us that are being stored

Hear = Callable[[wire.Deliver], Awaitable[None]]


class BrokenError(ConnectionError):
    """The line cannot be used, or no longer."""


class Line:
    """Use inside one event loop. `hear` returns once a message to us is stored; only then it is answered."""

    def __init__(self, name: str, settings: CmppSettings, hear: Hear) -> None:
        self.why = "being made"
        self._name = name
        self._settings = settings
        self._hear = hear
        self._writer: asyncio.StreamWriter | None = None
        self._up = asyncio.Event()
        self._sequence = 0
        self._answers: dict[int, asyncio.Future[wire.Taken]] = {}
        self._hearing: set[asyncio.Task[None]] = set()
        self._read_at = 0.0
        self._left = asyncio.Event()

    async def keep(self) -> None:
        """Keep a connection until cancelled. A trouble is logged when it is another than before."""
        pause, known = FIRST_PAUSE, ""
        while True:
            try:
                await self._once()
            except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
                pause = FIRST_PAUSE if self._up.is_set() else min(LONGEST_PAUSE, pause * 2)
                self._lost(str(error) or type(error).__name__)
                if self.why != known:
                    logger.warning("%s: no line: %s", self._name, self.why)
                known = self.why
            await asyncio.sleep(pause)

    async def ready(self, seconds: float) -> bool:
        """Whether we are logged in, now or within so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._up.wait()
        return self._up.is_set()

    def submit(self, message: wire.Submit) -> asyncio.Future[wire.Taken]:
        """Let a message leave; its answer, or BrokenError where the line breaks before. Raises BrokenError where there
        is no line: nothing left then.
        """
        if self._writer is None or not self._up.is_set():
            raise BrokenError(self.why)
        answer: asyncio.Future[wire.Taken] = asyncio.get_running_loop().create_future()
        self._answers[self._say(wire.SUBMIT, wire.submit(self._settings.version, message))] = answer
        return answer

    async def leave(self) -> None:
        """Take leave of the gateway."""
        if self._writer is not None and self._up.is_set():
            self._say(wire.TERMINATE)
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVE):
                    await self._left.wait()
        self._lost("closed")

    # -- one connection -------------------------------------------------------------------------------
    async def _once(self) -> None:
        """Connect, log in, and read until it breaks; ends by an error only, or when it is told to.

        `wait_for` may miss being told to end when that meets the answer; `timeout` does not.
        """
        settings = self._settings
        async with asyncio.timeout(REACH):
            reader, self._writer = await asyncio.open_connection(settings.host, settings.port)
        async with asyncio.timeout(settings.patience.total_seconds()):
            await self._login(reader)
        self._read_at = asyncio.get_running_loop().time()
        self._up.set()
        self._left.clear()
        logger.info("%s: logged in", self._name)
        tasks = [asyncio.create_task(self._read(reader)), asyncio.create_task(self._beat())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        raise next((each for each in ended if isinstance(each, Exception)), BrokenError("ended"))

    async def _login(self, reader: asyncio.StreamReader) -> None:
        settings, secret = self._settings, self._settings.password.get_secret_value()
        stamp = f"{settings.now().astimezone(ZoneInfo(settings.zone)):%m%d%H%M%S}"
        self._say(wire.CONNECT, wire.login(settings.version, settings.sp, secret, stamp))
        command, _, body = await _message(reader)
        if command != wire.CONNECT | wire.RESPONSE:
            raise BrokenError("the gateway did not answer the login")
        answer = wire.logged_in(body)
        if answer.status:
            raise BrokenError(f"the gateway refused the login: {answer.status} "
                              f"({LOGINS.get(answer.status, 'its own reason')})")
        if settings.verify and not wire.proven(answer, wire.authenticator(settings.sp, secret, stamp), secret):
            raise BrokenError("the gateway did not prove that it knows the password")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Deal with what the gateway says."""
        while True:
            command, sequence, body = await _message(reader)
            self._read_at = asyncio.get_running_loop().time()
            if command == wire.SUBMIT | wire.RESPONSE:
                self._answered(sequence, body)
            elif command == wire.DELIVER:
                while len(self._hearing) >= BUSY:
                    await asyncio.wait(self._hearing, return_when=asyncio.FIRST_COMPLETED)
                self._delivered(sequence, body)
            elif command == wire.ACTIVE_TEST:
                self._say(wire.ACTIVE_TEST | wire.RESPONSE, b"\0", sequence)
            elif command == wire.TERMINATE:
                self._say(wire.TERMINATE | wire.RESPONSE, b"", sequence)
                raise BrokenError("the gateway took its leave")
            elif command == wire.TERMINATE | wire.RESPONSE:
                self._left.set()

    async def _beat(self) -> None:
        """Test a line on which nothing is heard, and end one that is dead."""
        loop, settings = asyncio.get_running_loop(), self._settings
        while True:
            silent = loop.time() - self._read_at
            await asyncio.sleep(max(0.0, settings.heartbeat.total_seconds() - silent))
            asked = loop.time()
            if asked - self._read_at < settings.heartbeat.total_seconds():
                continue
            self._say(wire.ACTIVE_TEST)
            await asyncio.sleep(settings.patience.total_seconds())
            if self._read_at < asked:
                raise BrokenError("the gateway does not answer")

    def _answered(self, sequence: int, body: bytes) -> None:
        answer = self._answers.pop(sequence, None)
        if answer is not None and not answer.done():
            answer.set_result(wire.taken(self._settings.version, body))

    def _delivered(self, sequence: int, body: bytes) -> None:
        """Store a message to us beside the reading, and answer it then. One without a sender is refused at once."""
        version = self._settings.version
        try:
            message = wire.deliver(version, body)
        except ValueError as error:
            logger.warning("%s: refused: %s", self._name, error)
            self._say(wire.DELIVER | wire.RESPONSE, wire.thanks(version, int.from_bytes(body[:8], "big"), 1), sequence)
            return
        task = asyncio.create_task(self._take(sequence, message))
        self._hearing.add(task)
        task.add_done_callback(self._hearing.discard)

    async def _take(self, sequence: int, message: wire.Deliver) -> None:
        await self._hear(message)
        self._say(wire.DELIVER | wire.RESPONSE, wire.thanks(self._settings.version, message.id), sequence)

    def _say(self, command: int, body: bytes = b"", sequence: int | None = None) -> int:
        """Write one message; of our own ones return the number."""
        if sequence is None:
            self._sequence = sequence = self._sequence % 0xFFFFFFFF + 1
        if self._writer is not None:
            self._writer.write(wire.framed(command, sequence, body))
        return sequence

    def _lost(self, why: str) -> None:
        """Whatever waited for this line waits in vain."""
        self.why = why
        self._up.clear()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for task in self._hearing:      # not answered: it comes again
            task.cancel()
        answers, self._answers = self._answers, {}
        for answer in answers.values():
            if not answer.done():
                answer.set_exception(BrokenError(why))


async def _message(reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
    """Read one message: command, sequence number and body."""
    length, command, sequence = wire.header(await reader.readexactly(wire.HEADER))
    return command, sequence, await reader.readexactly(length)
