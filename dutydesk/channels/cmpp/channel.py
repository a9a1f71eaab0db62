"""Texts by CMPP, out and in."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime

from dutydesk.channels import parts
from dutydesk.channels.cmpp import meaning, wire
from dutydesk.channels.cmpp.line import BrokenError, Line
from dutydesk.channels.cmpp.settings import CmppSettings
from dutydesk.channels.numbers import digits, international, national
from dutydesk.domain.ids import derive
from dutydesk.domain.records import REF, Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import SendError
from dutydesk.ports.channel import Checked, Handed, Outgoing

logger = logging.getLogger(__name__)

LOGIN = 2.0             # seconds a message waits for a line that is being made
EARLY = 2.0             # seconds a report waits for the answer it came before
HURRY = 0.9             # of the time-out after which we say ourselves what may have left
AGAIN = 1.0             # seconds between two tries to store
MOST = 10_000           # messages to us that are remembered, to know one that comes again
LONGEST = {"2.0": 21, "3.0": 32}    # digits of a number

Take = Callable[[Sequence[Inbound]], Awaitable[None]]


class Cmpp:
    """The way out. Implements Channel, Pulls (it stays while the line lasts), Holds, Checks and Closes.

    A gateway cannot be asked by a key of ours: what is unknown stays so until a report comes.
    """

    via = Via.SMS
    real = True
    holds = True
    every = 1.0

    def __init__(self, name: str, settings: CmppSettings) -> None:
        self.name = name
        self.limits = settings.limits
        self.settings = settings
        self._line: Line | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._window = asyncio.Semaphore(settings.window)
        self._reference = -1
        self._sent = parts.Sent[int]()
        self._joining = parts.Joining()
        self._awaited: dict[int, asyncio.Event] = {}
        self._known: OrderedDict[tuple[int, bytes], None] = OrderedDict()
        self._take: Take | None = None
        self._taken = asyncio.Event()

    # -- life -----------------------------------------------------------------------------------------
    def _open(self) -> Line:
        """The line; made at the first need, in the loop that sends."""
        if self._line is None:
            self._line = Line(self.name, self.settings, self._hear)
            self._keeping = asyncio.create_task(self._line.keep())
        return self._line

    async def pull(self, take: Take, now: datetime) -> int:
        """Hand what arrives to `take` for as long as the line is kept; each is answered once it is stored."""
        self._open()
        self._take = take
        self._taken.set()
        try:
            await asyncio.Event().wait()
        finally:
            self._taken.clear()
        return 0

    async def close(self) -> None:
        """Take leave of the gateway."""
        if self._line is not None and self._keeping is not None:
            await self._line.leave()
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
            self._line = None

    # -- looked over ----------------------------------------------------------------------------------
    def addresses(self) -> list[str]:
        """Where it connects to."""
        return [f"tcp://{self.settings.host}:{self.settings.port}"]

    def public_address(self) -> str:
        """The gateway answers on the line we made."""
        return ""

    async def look_over(self) -> list[Checked]:
        """Log in."""
        line = self._open()
        good = await line.ready(self.limits.timeout)
        return [Checked("login", good, "logged in" if good else line.why,
                        "" if good else "compare sp, password and version with the operator's contract")]

    # -- out ------------------------------------------------------------------------------------------
    async def send(self, message: Outgoing) -> Handed:
        """Hand one message over.

        1. No line, or no room in the window in time: SendError, nothing left.
        2. The first part goes ahead: what is refused or held up leaves nothing half.
        3. A part without an answer, or the line broke: unknown.
        """
        line, pieces = self._open(), self._pieces(message)
        end = asyncio.get_running_loop().time() + self.limits.timeout * HURRY
        if not await line.ready(min(LOGIN, self.limits.timeout / 2)):
            raise SendError(f"{self.name}: {line.why}", permanent=False)
        left: list[int] = []
        why = "no answer in time"
        try:
            async with asyncio.timeout_at(end):
                answers = [await self._hand(line, pieces[0], message.id, left)]
                if not answers[0].result:
                    answers += await parts.every(self._hand(line, each, message.id, left) for each in pieces[1:])
                return self._told(answers)
        except BrokenError as error:
            why = f"the line broke: {error}"
        except TimeoutError:
            pass
        if not left:
            raise SendError(f"{self.name}: {why}; nothing left", permanent=False)
        return Handed(Outcome.UNKNOWN, why=why)

    async def _hand(self, line: Line, piece: wire.Submit, call: str, left: list[int]) -> wire.Taken:
        """Let one part leave and wait for the answer; one that came too late is remembered all the same."""
        async with self._window:
            answer = line.submit(piece)
            left.append(piece.rank)
            answer.add_done_callback(lambda done: self._answered(done, call, piece.total))
            return await asyncio.shield(answer)

    def _answered(self, answer: asyncio.Future[wire.Taken], call: str, total: int) -> None:
        if not answer.cancelled() and answer.exception() is None and not answer.result().result:
            id = answer.result().id
            self._sent.took(call, total, id)
            if id in self._awaited:
                self._awaited[id].set()

    def _told(self, answers: Sequence[wire.Taken]) -> Handed:
        refused = next((each.result for each in answers if each.result), 0)
        if refused:
            outcome = meaning.outcome_of(self.settings.version, refused, self.settings.errors)
            return Handed(outcome, why=f"result {refused}")
        return Handed(Outcome.HANDED_OVER, self._ref(answers[-1].id))

    def _pieces(self, message: Outgoing) -> list[wire.Submit]:
        """The message as the gateway wants it, in parts where it is long."""
        settings = self.settings
        own = settings.numbers == "international"
        number = digits(message.number) if own else national(message.number, settings.country)
        if not 1 <= len(number) <= LONGEST[settings.version]:
            raise SendError(f"{self.name}: no number a gateway knows; correct it in the contacts", permanent=True)
        pieces = parts.split(message.text)
        if len(pieces) > 1:
            self._reference = (self._reference + 1) & 0xFF
            pieces = [parts.header(self._reference, len(pieces), rank) + piece
                      for rank, piece in enumerate(pieces, 1)]
        valid = "" if settings.valid is None else _relative(int(settings.valid.total_seconds()))
        return [wire.Submit(number, settings.sender, settings.sp, piece, len(pieces), rank, settings.service,
                            settings.fee_type, settings.fee_code, valid) for rank, piece in enumerate(pieces, 1)]

    def _ref(self, id: int) -> str:
        return f"{REF}{self.name}:{id}"

    # -- in -------------------------------------------------------------------------------------------
    async def _hear(self, message: wire.Deliver) -> None:
        """Store a message to us; returns once it is durable, or known already, or not ours."""
        key = (message.id, message.content)
        if key in self._known:
            return
        try:
            await (self._report(message) if message.report else self._reply(message))
        except ValueError as error:     # it would come again for ever
            logger.warning("%s: a message cannot be read: %s", self.name, error)
        self._known[key] = None
        while len(self._known) > MOST:
            self._known.popitem(last=False)

    async def _keep(self, row: Inbound) -> None:
        """Store a row, and try until it is durable: the gateway waits for our answer meanwhile."""
        while True:
            await self._taken.wait()
            assert self._take is not None
            try:
                return await self._take([row])
            except Exception:  # the store is away
                logger.exception("%s: a message could not be stored; trying again", self.name)
            await asyncio.sleep(AGAIN)

    async def _report(self, message: wire.Deliver) -> None:
        """Store a report under our key, else under the gateway's id; one that beat the answer waits for it."""
        said = wire.report(message.content)
        if not self._sent.knows(said.id):
            with suppress(TimeoutError):
                async with asyncio.timeout(EARLY):
                    await self._awaited.setdefault(said.id, asyncio.Event()).wait()
            self._awaited.pop(said.id, None)
        call, outcome = self._ref(said.id), meaning.told_by(said.state, self.settings.states)
        if self._sent.knows(said.id):
            call, outcome = self._sent.told(said.id, outcome)
        id = derive("i", self.name, "receipt", call, said.id, said.state)
        await self._keep(Inbound(id, self.name, "receipt", "", said.state, call, self.settings.now(), outcome))

    async def _reply(self, message: wire.Deliver) -> None:
        """Store a reply. Parts wait for each other unanswered; one that waits too long, because the gateway sends the
        next only after it, is stored by itself and then once more in the whole.
        """
        if not message.to.startswith(self.settings.sender):
            logger.info("%s: a text to another extension", self.name)
            return
        part, data = parts.unpacked(message.content) if message.with_header else (None, message.content)
        if part is None:
            return await self._keep(self._row(message, _words(message.coding, data)))
        whole, everything = self._joining.add((message.sender, message.to), part, data)
        if everything is None:
            try:
                async with asyncio.timeout(parts.PATIENCE):
                    await asyncio.shield(whole.stored)
            except TimeoutError:
                text = f"[{part.rank}/{part.total}] {_words(message.coding, data)}"
                await self._keep(self._row(message, text))
            return None
        await self._keep(self._row(message, _words(message.coding, everything)))
        whole.stored.set_result(None)

    def _row(self, message: wire.Deliver, text: str) -> Inbound:
        number = international(message.sender, self.settings.country)
        id = derive("i", self.name, "reply", message.id, number, text)
        return Inbound(id, self.name, "reply", number, text, "", self.settings.now())


def _words(coding: int, data: bytes) -> str:
    """The text of a message by its Msg_Fmt: UCS-2, else GBK, of which ASCII is a part."""
    return data.decode("utf-16-be" if coding == wire.UCS2 else "gb18030", "replace")


def _relative(seconds: int) -> str:
    """How long the network keeps trying, as ValId_Time says it: days, hours, minutes and seconds from now."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    return f"0000{day:02}{hour:02}{minute:02}{second:02}000R"
