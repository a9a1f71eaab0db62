"""A message centre on loopback, written from the published protocol (SMPP 3.4), that can be told to misbehave."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

PASSWORD = "centre1"
BIND, SUBMIT, DELIVER, UNBIND, ENQUIRE, NACK, RESP = 0x09, 0x04, 0x05, 0x06, 0x15, 0x80000000, 0x80000000
GOOD, BAD_PASSWORD = 0x00, 0x0E


@dataclass(frozen=True)
class Submitted:
    """A message we were given."""

    source: str
    number: str
    esm: int
    coding: int
    registered: int
    data: bytes
    tlv: dict[int, bytes]

    @property
    def text(self) -> str:
        """Its words, without the header of a part."""
        data = self.data or self.tlv.get(0x0424, b"")
        return (data[1 + data[0]:] if self.esm & 0x40 else data).decode("utf-16-be")


@dataclass
class Centre:
    """The centre. What it does: `status` of a number (0 takes it); `silent` never answers; `hold` answers when set."""

    port: int = 0
    status: dict[str, int] = field(default_factory=dict)
    nack: bool = False
    silent: bool = False
    cut: bool = False            # hang up instead of answering
    greedy: bool = True          # several deliveries may be open at once
    hold: asyncio.Event | None = None
    before: Callable[[str], bytes | None] = lambda id: None    # sent before the answer that names this id
    taken: list[Submitted] = field(default_factory=list)
    binds: list[str] = field(default_factory=list)
    told: list[tuple[int, int]] = field(default_factory=list)   # every command and status we heard
    enquired: int = 0
    _writer: asyncio.StreamWriter | None = None
    _sequence: int = 0
    _open: dict[int, asyncio.Future[int]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    # -- what it says ---------------------------------------------------------------------------------
    async def deliver(self, number: str, data: bytes, *, coding: int = 8, esm: int = 0, ton: int = 1,
                      tlv: dict[int, bytes] | None = None, within: float = 5.0) -> int:
        """Hand a message over; return the status it is acknowledged with, TimeoutError where it is not."""
        return await asyncio.wait_for(self.offer(body(number, data, coding=coding, esm=esm, ton=ton, tlv=tlv)), within)

    async def receipt(self, text: str, tlv: dict[int, bytes] | None = None, number: str = "8612000000001") -> int:
        return await self.deliver(number, text.encode("latin-1"), coding=0, esm=4, tlv=tlv)

    def offer(self, payload: bytes, command: int = DELIVER) -> asyncio.Future[int]:
        """Say something; the future is the status of the answer."""
        assert self._writer
        self._sequence += 1
        future = self._open[self._sequence] = asyncio.get_running_loop().create_future()
        self._writer.write(pdu(command, GOOD, self._sequence, payload))
        return future

    async def ready(self, count: int = 1, seconds: float = 5.0) -> None:
        """Wait until it was bound so often."""
        async with asyncio.timeout(seconds):
            while len(self.binds) < count or self._writer is None:  # noqa: ASYNC110 - nobody tells it
                await asyncio.sleep(0.01)

    def hang_up(self) -> None:
        assert self._writer
        self._writer.close()
        self._writer = None

    @staticmethod
    def id(count: int) -> str:
        """What it calls the message it took as the so-and-so-manieth."""
        return f"{0x1000 + count:08X}"

    # -- what it hears --------------------------------------------------------------------------------
    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                head = await reader.readexactly(16)
                length, command, status, sequence = struct.unpack("!IIII", head)
                await self._hear(writer, command, status, sequence, await reader.readexactly(length - 16))
        writer.close()

    async def _hear(self, writer: asyncio.StreamWriter, command: int, status: int, sequence: int, data: bytes) -> None:
        self.told.append((command, status))
        if command == BIND:
            _, password = data.split(b"\0")[:2]
            good = password.decode() == PASSWORD
            writer.write(pdu(BIND | RESP, GOOD if good else BAD_PASSWORD, sequence, b"CENTRE\0"))
            if good:
                self._writer = writer
                self.binds.append(password.decode())
        elif command == SUBMIT:
            message = submitted(data)
            self.taken.append(message)
            self._tasks.add(asyncio.create_task(self._answer(writer, sequence, message, self.id(len(self.taken)))))
        elif command in (ENQUIRE, UNBIND):
            self.enquired += command == ENQUIRE
            writer.write(pdu(command | RESP, GOOD, sequence))
        elif sequence in self._open and not self._open[sequence].done():
            self._open[sequence].set_result(status)

    async def _answer(self, writer: asyncio.StreamWriter, sequence: int, message: Submitted, id: str) -> None:
        early = self.before(id)
        if early is not None:
            self.offer(early)
            await asyncio.sleep(0.05)
        if self.hold:
            await self.hold.wait()
        if self.cut:
            self.hang_up()
            return
        if self.silent:
            return
        status = self.status.get(message.number, GOOD)
        if self.nack:
            writer.write(pdu(NACK, 0x03, sequence))
        else:
            writer.write(pdu(SUBMIT | RESP, status, sequence, b"" if status else id.encode() + b"\0"))


def pdu(command: int, status: int, sequence: int, payload: bytes = b"") -> bytes:
    return struct.pack("!IIII", 16 + len(payload), command, status, sequence) + payload


def body(number: str, data: bytes, *, coding: int = 8, esm: int = 0, ton: int = 1, to: str = "10690371",
         tlv: dict[int, bytes] | None = None) -> bytes:
    """The body of a deliver_sm."""
    return (b"\0" + bytes((ton, 1)) + number.encode() + b"\0\0\1" + to.encode() + b"\0" + bytes((esm, 0, 0)) + b"\0\0"
            + bytes((0, 0, coding, 0, len(data))) + data
            + b"".join(struct.pack("!HH", tag, len(value)) + value for tag, value in (tlv or {}).items()))


def submitted(data: bytes) -> Submitted:
    """Read the body of a submit_sm."""
    def text(at: int) -> tuple[str, int]:
        end = data.index(0, at)
        return data[at:end].decode(), end + 1
    _, at = text(0)
    source, at = text(at + 2)
    number, at = text(at + 2)
    esm = data[at]
    _, at = text(at + 3)
    _, at = text(at)
    registered, _, coding, _, length = data[at:at + 5]
    at += 5
    short, at, tlv = data[at:at + length], at + length, {}
    while at < len(data):
        tag, size = struct.unpack("!HH", data[at:at + 4])
        tlv[tag] = data[at + 4:at + 4 + size]
        at += 4 + size
    return Submitted(source, number, esm, coding, registered, short, tlv)


@asynccontextmanager
async def centre(port: int = 0, **how: Any) -> AsyncIterator[Centre]:
    """A centre on a loopback port of its own."""
    made = Centre(**how)
    server = await asyncio.start_server(made.serve, "127.0.0.1", port)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in made._tasks:
            task.cancel()
        await asyncio.gather(*made._tasks, return_exceptions=True)
        await server.wait_closed()
