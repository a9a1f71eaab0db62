"""Texts by SMPP, out and in."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dutydesk.channels import parts
from dutydesk.channels.numbers import digits, international, national
from dutydesk.channels.smpp import meaning, reading
from dutydesk.channels.smpp.settings import SmppSettings
from dutydesk.domain.ids import derive
from dutydesk.domain.records import REF, Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import SendError
from dutydesk.ports.channel import Checked, Handed, Outgoing

if TYPE_CHECKING:
    from aiosmpplib import SmppCommandStatus, SubmitSm

    from dutydesk.channels.smpp.fittings import Parcel
    from dutydesk.channels.smpp.line import Line

logger = logging.getLogger(__name__)

BIND = 2.0              # seconds a message waits for a line that is being made
EARLY = 2.0             # seconds a receipt waits for the answer it came before
HURRY = 0.9             # of the time-out after which we say ourselves what may have left
ENDING = 2.0            # seconds the line's task has to end before it is told to again
AGAIN = timedelta(seconds=30)   # so long may what was said on a line that broke be said again on the next

Take = Callable[[Sequence[Inbound]], Awaitable[None]]
Answer = tuple[int, str]


class Smpp:
    """The way out. Implements Channel, Pulls (it stays while the line lasts), Holds, Checks and Closes.

    A centre cannot be asked by a key of ours: what is unknown stays so until a receipt comes.
    """

    via = Via.SMS
    real = True
    holds = True
    every = 1.0

    def __init__(self, name: str, settings: SmppSettings) -> None:
        self.name = name
        self.limits = settings.limits
        self.settings = settings
        self._line: Line | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._window = asyncio.Semaphore(settings.window)
        self._reference = -1
        self._sent = parts.Sent[str]()
        self._joining = parts.Joining()
        self._take: Take | None = None
        self._taken = asyncio.Event()
        self._said: OrderedDict[tuple[str, str], tuple[int, datetime, str]] = OrderedDict()

    # -- life -----------------------------------------------------------------------------------------
    def _open(self) -> Line:
        """The line; made at the first need, in the loop that sends."""
        if self._line is None:
            from dutydesk.channels.smpp.line import Line

            self._line = Line(self.name, self.settings, self._hear)
            self._keeping = asyncio.create_task(self._line.keep())
        return self._line

    async def pull(self, take: Take, now: datetime) -> int:
        """Hand what arrives to `take` for as long as the line is kept; each is acknowledged once it is stored."""
        self._open()
        self._take = take
        self._taken.set()
        try:
            await asyncio.Event().wait()
        finally:
            self._taken.clear()
        return 0

    async def close(self) -> None:
        """Take leave of the centre."""
        if self._line is not None and self._keeping is not None:
            await self._line.leave()
            await self._end(self._keeping)
            await self._line.end()
            self._line = None

    @staticmethod
    async def _end(keeping: asyncio.Task[None]) -> None:
        """End the task: the library may swallow being told to once, where that meets an answer."""
        while not keeping.done():
            keeping.cancel()
            await asyncio.wait([keeping], timeout=ENDING)

    # -- looked over ----------------------------------------------------------------------------------
    def addresses(self) -> list[str]:
        """Where it connects to."""
        return [f"tcp://{self.settings.host}:{self.settings.port}"]

    def public_address(self) -> str:
        """The centre answers on the line we made."""
        return ""

    async def look_over(self) -> list[Checked]:
        """Bind."""
        line = self._open()
        good = await line.bound(self.limits.timeout)
        return [Checked("login", good, "bound" if good else line.why or "no answer in time",
                        "" if good else "compare host, port, system_id and password with the operator's sheet")]

    # -- out ------------------------------------------------------------------------------------------
    async def send(self, message: Outgoing) -> Handed:
        """Hand one message over.

        1. No line: SendError, nothing left.
        2. The first part goes ahead: what is refused or held up leaves nothing half.
        3. A part without an answer, or the line broke: unknown.
        """
        line = self._open()
        end = asyncio.get_running_loop().time() + self.limits.timeout * HURRY
        if not await line.bound(min(BIND, self.limits.timeout / 2)):
            raise SendError(f"{self.name}: no line ({line.why or 'being made'})", permanent=False)
        pieces = self._messages(message)
        parcels: list[Parcel] = []
        try:
            async with asyncio.timeout_at(end):
                answers = [await self._hand(line, pieces[0], message.id, len(pieces), parcels)]
                if not answers[0][0]:
                    answers += await parts.every(self._hand(line, each, message.id, len(pieces), parcels)
                                                 for each in pieces[1:])
        except TimeoutError as error:
            return self._doubt(parcels, "no answer in time", error)
        except ConnectionError as error:
            return self._doubt(parcels, "the line broke", error)
        return self._told(answers)

    async def _hand(self, line: Line, message: SubmitSm, call: str, total: int,
                    parcels: list[Parcel]) -> Answer:
        """Let one part leave and wait for the answer: status and id."""
        async with self._window:
            parcel = line.put(message)
            parcels.append(parcel)
            parcel.answer.add_done_callback(lambda answer: self._answered(answer, call, total))
            return await asyncio.shield(parcel.answer)

    def _answered(self, answer: asyncio.Future[Answer], call: str, total: int) -> None:
        """Remember whose the centre's id is, also where the answer came too late for the hand-over."""
        if not answer.cancelled() and answer.exception() is None:
            status, id = answer.result()
            if not status:
                self._sent.took(call, total, self._same(id))

    def _doubt(self, parcels: Sequence[Parcel], why: str, error: Exception) -> Handed:
        """What is left of a hand-over that was broken off."""
        for parcel in parcels:
            if not parcel.left:
                parcel.answer.cancel()
        if not any(parcel.left for parcel in parcels):
            raise SendError(f"{self.name}: {why}; nothing left", permanent=False) from error
        return Handed(Outcome.UNKNOWN, why=why)

    def _told(self, answers: Sequence[Answer]) -> Handed:
        refused = next((status for status, _ in answers if status), 0)
        if refused:
            return Handed(meaning.outcome_of(refused, self.settings.errors), why=f"status 0x{refused:X}")
        return Handed(Outcome.HANDED_OVER, self._ref(self._same(answers[-1][1])))

    def _messages(self, message: Outgoing) -> list[SubmitSm]:
        """The message as the centre wants it, in parts where it is long."""
        settings = self.settings
        pieces = parts.split(message.text)
        if len(pieces) == 1:
            return [self._submit(message, pieces[0])]
        if settings.long == "payload":
            return [self._submit(message, b"")]
        self._reference = (self._reference + 1) & 0xFF
        return [self._submit(message, piece, (self._reference, len(pieces), rank))
                for rank, piece in enumerate(pieces, 1)]

    def _submit(self, message: Outgoing, data: bytes, part: tuple[int, int, int] | None = None) -> SubmitSm:
        """One message of the protocol. Without data the whole text is its payload."""
        from aiosmpplib import NPI, TON, OptionalParam, PhoneNumber, SubmitSm

        settings = self.settings
        own = settings.numbers == "international"
        try:
            number = PhoneNumber(digits(message.number) if own else national(message.number, settings.country),
                                 TON(settings.number_ton), NPI(settings.number_npi))
        except ValueError as error:
            raise SendError(f"{self.name}: the number is too long", permanent=True) from error
        in_header = part is not None and settings.long == "udh"
        tags = (reading.SAR_REFERENCE, reading.SAR_TOTAL, reading.SAR_RANK)
        made = SubmitSm(
            short_message=message.text if data else "", message_payload="" if data else message.text, encoding="ucs2",
            source=PhoneNumber(settings.sender, TON(settings.sender_ton), NPI(settings.sender_npi)), destination=number,
            esm_class=0x40 if in_header else 0, registered_delivery=1,
            optional_params=[OptionalParam(tag, value) for tag, value in zip(tags, part, strict=True)]
            if part and not in_header else [])
        if data:
            made.set_encoded_message((parts.header(*part) if part and in_header else b"") + data)
        return made

    def _same(self, id: str) -> str:
        """The centre's id, as answers and receipts write it alike."""
        return id.lstrip("0").lower() or id

    def _ref(self, id: str) -> str:
        return f"{REF}{self.name}:{id}" if id else ""

    # -- in -------------------------------------------------------------------------------------------
    async def _hear(self, pdu: bytes) -> SmppCommandStatus:
        """Store a message to us and say what the centre is told: taken, come again, or never again."""
        from aiosmpplib import SmppCommandStatus

        try:
            message = reading.delivered(pdu)
            said = reading.receipt(message) if message.receipt else None
        except ValueError as error:
            logger.warning("%s: a message cannot be read: %s", self.name, error)
            return SmppCommandStatus.ESME_RX_P_APPN
        try:
            await (self._receipt(said) if said else self._reply(message))
        except Exception:  # the store is away: it comes again
            logger.exception("%s: a message could not be stored; the centre is told to come again", self.name)
            return SmppCommandStatus.ESME_RX_T_APPN
        return SmppCommandStatus.ESME_ROK

    async def _keep(self, row: Inbound) -> None:
        """Return once it is durable. What nobody takes waits unacknowledged."""
        await self._taken.wait()
        assert self._take is not None
        await self._take([row])

    async def _receipt(self, said: reading.Receipt) -> None:
        """Store a receipt under our key, else under the centre's id; one that beat the answer waits for it."""
        id = self._same(self._in_our_base(said.id))
        if not self._sent.knows(id):
            await self._open().settled(EARLY)
        call, outcome = self._ref(id), meaning.told_by(said, self.settings.states)
        if self._sent.knows(id):
            call, outcome = self._sent.told(id, outcome)
        words = f"{said.state} {said.error}".strip()
        row = derive("i", self.name, "receipt", call, id, words)
        await self._keep(Inbound(row, self.name, "receipt", "", words, call, self.settings.now(), outcome))

    def _in_our_base(self, id: str) -> str:
        """An id of a receipt, as the answer wrote it."""
        try:
            if self.settings.receipt_ids == "decimal":
                return f"{int(id):x}"
            return str(int(id, 16)) if self.settings.receipt_ids == "hex" else id
        except ValueError:
            return id

    async def _reply(self, message: reading.Delivered) -> None:
        """Store a reply. Parts wait for each other unacknowledged; one that waits too long, because the centre sends
        the next only after it, is stored by itself and then once more in the whole.
        """
        if message.part is None:
            await self._keep(self._row(message, self._words(message, message.data)))
            return
        whole, data = self._joining.add((message.sender, message.to), message.part, message.data)
        if data is None:
            try:
                async with asyncio.timeout(parts.PATIENCE):
                    await asyncio.shield(whole.stored)
            except TimeoutError:
                rank = f"[{message.part.rank}/{message.part.total}] "
                await self._keep(self._row(message, rank + self._words(message, message.data)))
            return
        try:
            await self._keep(self._row(message, self._words(message, data)))
        except Exception as error:
            whole.stored.set_exception(error)
            whole.stored.exception()     # it is told here, whoever else waits for it
            raise
        whole.stored.set_result(None)

    def _words(self, message: reading.Delivered, data: bytes) -> str:
        return reading.text_of(message.coding, data, self.settings.alphabet)

    def _row(self, message: reading.Delivered, text: str) -> Inbound:
        """A reply as a row. A centre names no id: what is said again on the next line, soon after, is the same."""
        now, line = self.settings.now(), self._open()
        plus = "+" if message.ton == 1 and message.sender.isdigit() else ""
        number = international(plus + message.sender, self.settings.country)
        while self._said and now - next(iter(self._said.values()))[1] > AGAIN:
            self._said.popitem(last=False)
        epoch, _, id = self._said.pop((number, text), (line.epoch, now, ""))
        if not id or epoch == line.epoch:
            id = derive("i", self.name, "reply", number, text, now.isoformat(), str(line.epoch), str(message.sequence))
        self._said[number, text] = (line.epoch, now, id)
        return Inbound(id, self.name, "reply", number, text, "", now)
