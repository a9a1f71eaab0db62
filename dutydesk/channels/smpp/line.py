"""The line to a message centre: the library's connection, with what it gets wrong put right.

| the library (aiosmpplib 0.7) | here |
|---|---|
| answers a message to us after its hook, one at a time | many at once, each after it was stored; not stored: told so |
| refuses codings, dates and errors it does not know, and so hears them again for ever | `reading` refuses nothing |
| breaks the line at a status or command of a centre's own | they are read as what they are |
| keeps what was not sent for a later line | it is handed back as not sent |
| looks through all it ever sent at every message | remembers nothing |
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiosmpplib import (
    ESME,
    AbstractHook,
    BindMode,
    DeliverSmResp,
    GenericNack,
    PduHeader,
    SmppCommand,
    SmppCommandStatus,
    SmppError,
    SmppMessage,
    SubmitSm,
    Unbind,
)
from aiosmpplib.retrytimer import SimpleExponentialBackoff

from dutydesk.channels.smpp import reading
from dutydesk.channels.smpp.fittings import Forgetful, Parcel, Unthrottled, Waiting
from dutydesk.channels.smpp.settings import SmppSettings

logger = logging.getLogger(__name__)

LARGEST = 70_000        # octets of one message: a payload has 64 KiB
FIRST, DOUBLINGS = 500, 3   # milliseconds before a line is tried again, doubled so often
AGAIN = 1.0             # seconds before a line that fell over is made anew
AT_ONCE = 64            # messages to us that are being stored at once
QUIET = logging.CRITICAL + 1    # the library would write numbers into its own log
_ANSWERS = (SmppCommand.SUBMIT_SM_RESP, SmppCommand.GENERIC_NACK)
_KNOWN = frozenset({*_ANSWERS, SmppCommand.BIND_TRANSCEIVER_RESP, SmppCommand.DELIVER_SM, SmppCommand.ENQUIRE_LINK,
                    SmppCommand.ENQUIRE_LINK_RESP, SmppCommand.UNBIND, SmppCommand.UNBIND_RESP})
_STATUSES = frozenset(map(int, SmppCommandStatus))

Hear = Callable[[bytes], Awaitable[SmppCommandStatus]]


class _Hook(AbstractHook):
    """Sees every message pass."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def sending(self, smpp_message: SmppMessage, pdu: bytes, client_id: str) -> None:
        if isinstance(smpp_message, SubmitSm):
            self._line.leaves(smpp_message)

    async def received(self, smpp_message: SmppMessage | None, pdu: bytes, client_id: str) -> None:
        if int.from_bytes(pdu[4:8], "big") in _ANSWERS:
            self._line.answered(*reading.answer(pdu))

    async def send_error(self, smpp_message: SmppMessage, error: Exception, client_id: str) -> None:
        self._line.failed(smpp_message)


class Line(ESME):
    """One bound connection, made again whenever it breaks. Use inside one event loop.

    `hear` stores a message to us (its bytes) and says what the centre is to be told. `epoch` counts the connections.
    """

    def __init__(self, name: str, settings: SmppSettings, hear: Hear) -> None:
        self._waiting = Waiting(settings.parts_per_second)
        super().__init__(
            settings.host, settings.port, settings.system_id, settings.password.get_secret_value(),
            system_type=settings.system_type, bind_mode=BindMode.TRANSCEIVER, client_id=name,
            enquire_link_interval=settings.enquire.total_seconds(), socket_timeout=float(settings.limits.timeout),
            log_level=QUIET, hook=_Hook(self), broker=self._waiting, correlator=Forgetful(),
            throttle_handler=Unthrottled(), retry_timer=SimpleExponentialBackoff(FIRST, DOUBLINGS))
        self.name = name
        self.epoch = 0
        self.up = False
        self.why = ""
        self._hear = hear
        self._tried = asyncio.Event()
        self._held: asyncio.StreamWriter | None = None     # the library lets go of it without closing it
        self._room = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[Parcel] = set()
        self._by_sequence: dict[int, Parcel] = {}
        self._hearing: set[asyncio.Task[None]] = set()

    # -- life -----------------------------------------------------------------------------------------
    async def keep(self) -> None:
        """Hold the line until cancelled."""
        while True:
            try:
                await self.start()
            except Exception:  # a centre that says nonsense must not end the line for good
                logger.exception("%s: the line fell over; made anew", self.name)
            self.lost("it fell over")
            await asyncio.sleep(AGAIN)

    async def connect(self) -> None:
        """Open the line and bind; what the line before left unanswered is told so."""
        self.lost("the one before ended")
        self._tried.clear()
        try:
            await super().connect()
        except (SmppError, OSError, EOFError, ValueError) as error:
            self._tell(_said(error))
            self._tried.set()
            raise
        finally:
            self._held = self._writer
        self.epoch += 1
        self.up, self.why = True, ""
        logger.info("%s: bound to %s:%d", self.name, self.smsc_host, self.smsc_port)
        self._tried.set()

    async def bound(self, within: float) -> bool:
        """Whether the line is up, once the try under way has ended, or after so many seconds."""
        if not self.up:
            try:
                async with asyncio.timeout(within):
                    await self._tried.wait()
            except TimeoutError:
                return False
        return self.up

    def lost(self, why: str) -> None:
        """The line is gone: nothing more is answered on it."""
        if self.up:
            self._tell(why)
            self._tried.clear()
        self.up = False
        if self._held is not None:
            self._held.close()
        for parcel in self._under_way:
            parcel.fail()
        self._under_way.clear()
        self._by_sequence.clear()

    async def leave(self) -> None:
        """Take leave of the centre, if it listens. `keep` is to be cancelled then."""
        if self.up:
            with suppress(TimeoutError, OSError):
                async with asyncio.timeout(AGAIN):
                    await self._send_data(Unbind())

    async def end(self) -> None:
        """Close what is open."""
        self.lost("closed")
        if self._held is not None:
            with suppress(OSError):
                await self._held.wait_closed()

    def _tell(self, why: str) -> None:
        """Say once why there is no line."""
        if why != self.why:
            logger.warning("%s: no line to %s:%d: %s", self.name, self.smsc_host, self.smsc_port, why)
        self.why = why

    # -- out ------------------------------------------------------------------------------------------
    def put(self, message: SubmitSm) -> Parcel:
        """Let a message leave. Its answer fails with LineLostError where there will be none."""
        parcel = Parcel(message)
        self._under_way.add(parcel)
        parcel.answer.add_done_callback(lambda _: self._under_way.discard(parcel))
        self._waiting.queue.put_nowait(parcel)
        return parcel

    async def settled(self, within: float) -> None:
        """Wait for the answers that are due now."""
        answers = [each.answer for each in self._under_way if each.left]
        if answers:
            await asyncio.wait(answers, timeout=within)

    def leaves(self, message: SubmitSm) -> None:
        """The library is about to write a message, under the number it has now.

        Raises ValueError, by which the library lets it be, where nobody waits for it any more.
        """
        parcel = self._parcel(message)
        if parcel is None:
            raise ValueError("nobody waits for it")
        parcel.left = True
        self._by_sequence[message.sequence_num] = parcel

    def answered(self, sequence: int, status: int, id: str) -> None:
        """The centre answered."""
        parcel = self._by_sequence.pop(sequence, None)
        if parcel is not None and not parcel.answer.done():
            parcel.answer.set_result((status, id))

    def failed(self, message: SmppMessage) -> None:
        """The library could not write a message."""
        parcel = self._parcel(message)
        if parcel is not None:
            parcel.fail()

    def _parcel(self, message: SmppMessage) -> Parcel | None:
        return next((each for each in self._under_way if each.message is message and not each.answer.done()), None)

    # -- in -------------------------------------------------------------------------------------------
    async def _get_pdu(self) -> tuple[bytes, PduHeader]:
        """The next message whose command is known; one that is not is answered as such."""
        while True:
            pdu = await self._next_pdu()
            command, status = int.from_bytes(pdu[4:8], "big"), int.from_bytes(pdu[8:12], "big")
            known = SmppCommandStatus(status if status in _STATUSES else SmppCommandStatus.ESME_RUNKNOWNERR)
            if command in _KNOWN:
                return pdu, PduHeader(len(pdu), SmppCommand(command), known, reading.sequence(pdu))
            if not command & 0x8000_0000:
                await self._send_data(GenericNack(reading.sequence(pdu), SmppCommandStatus.ESME_RINVCMDID))

    async def _next_pdu(self) -> bytes:
        assert self._reader is not None
        try:
            length: bytes = await self._reader.readexactly(4)
            size = int.from_bytes(length, "big")
            if not reading.HEADER <= size <= LARGEST:
                raise ConnectionError(f"a message of {size} octets")
            rest: bytes = await self._reader.readexactly(size - 4)
            return length + rest
        except (EOFError, OSError) as error:
            self.lost(_said(error))
            raise

    async def _handle_request(self, pdu: bytes, header: PduHeader) -> SmppMessage | None:
        """A message to us is stored by a task of its own, and answered after that; all else is the library's."""
        if header.smpp_command is not SmppCommand.DELIVER_SM:
            return await super()._handle_request(pdu, header)
        await self._room.acquire()
        task = asyncio.create_task(self._store(pdu, self.epoch))
        self._hearing.add(task)
        task.add_done_callback(self._hearing.discard)
        return None

    async def _store(self, pdu: bytes, epoch: int) -> None:
        try:
            status = await self._hear(pdu)
        finally:
            self._room.release()
        if self.up and epoch == self.epoch:
            await self._send_data(DeliverSmResp(reading.sequence(pdu), status))


def _said(error: Exception) -> str:
    """An error in a few words; no secret is in it."""
    if isinstance(error, SmppError):
        return f"it says {error.command_status.name}"
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, EOFError):
        return "it hung up"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
