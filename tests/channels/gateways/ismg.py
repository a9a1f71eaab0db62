"""A gateway of China Mobile that is pretended: CMPP 2.0 and 3.0 by the published tables, field by field.

It shares nothing with the program. By the last digit of a number: 9 too fast, 8 number unknown, 7 no answer,
6 hangs up instead of an answer, 5 reports before it answers, 4 the phone is off, 3 its own error, 2 no report.
"""

from __future__ import annotations

import asyncio
import hashlib
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

RESULTS = {"9": 8, "8": 13}
STATES = {"4": b"UNDELIV", "3": b"MA:0006"}
ANSWER = 1 << 31

#: The tables of the protocol: field, octets (0: as long as the field before says).
NUMBER, TEXT = int, bytes
SUBMIT = {
    2: [("msg_id", 8), ("pk_total", 1), ("pk_number", 1), ("registered_delivery", 1), ("msg_level", 1),
        ("service_id", "10"), ("fee_usertype", 1), ("fee_terminal_id", "21"), ("tp_pid", 1), ("tp_udhi", 1),
        ("msg_fmt", 1), ("msg_src", "6"), ("fee_type", "2"), ("fee_code", "6"), ("valid_time", "17"), ("at_time", "17"),
        ("src_id", "21"), ("destusr_tl", 1), ("dest_terminal_id", "21"), ("msg_length", 1), ("msg_content", "*"),
        ("reserve", "8")],
    3: [("msg_id", 8), ("pk_total", 1), ("pk_number", 1), ("registered_delivery", 1), ("msg_level", 1),
        ("service_id", "10"), ("fee_usertype", 1), ("fee_terminal_id", "32"), ("fee_terminal_type", 1), ("tp_pid", 1),
        ("tp_udhi", 1), ("msg_fmt", 1), ("msg_src", "6"), ("fee_type", "2"), ("fee_code", "6"), ("valid_time", "17"),
        ("at_time", "17"), ("src_id", "21"), ("destusr_tl", 1), ("dest_terminal_id", "32"), ("dest_terminal_type", 1),
        ("msg_length", 1), ("msg_content", "*"), ("linkid", "20")],
}


def parsed(version: int, body: bytes) -> dict[str, Any]:
    """A SUBMIT by the table; every octet must be one of a field's."""
    found: dict[str, Any] = {}
    at = 0
    for name, size in SUBMIT[version]:
        length = found["msg_length"] if size == "*" else int(size)
        raw = body[at:at + length]
        assert len(raw) == length, name
        at += length
        if isinstance(size, int):
            found[name] = int.from_bytes(raw, "big")
        elif size == "*":
            found[name] = raw
        else:
            text, _, rest = raw.partition(b"\0")
            assert not rest.strip(b"\0"), name
            found[name] = text.decode("ascii")
    assert at == len(body)
    return found


def delivered(version: int, *, id: int, to: str, sender: str, content: bytes, coding: int = 8, udhi: int = 0,
              report: int = 0) -> bytes:
    """The body of a DELIVER by the table."""
    parts = [id.to_bytes(8, "big"), to.encode().ljust(21, b"\0"), bytes(10), b"\0", bytes((udhi, coding)),
             sender.encode().ljust(21 if version == 2 else 32, b"\0"), b"" if version == 2 else b"\0",
             bytes((report, len(content))), content, bytes(8 if version == 2 else 20)]
    return b"".join(parts)


def reported(version: int, id: int, state: bytes, number: str) -> bytes:
    """The content of a report by the table."""
    return (id.to_bytes(8, "big") + state.ljust(7, b"\0") + b"2607201200" + b"2607201201"
            + number.encode().ljust(21 if version == 2 else 32, b"\0") + bytes(4))


@dataclass
class Ismg:
    """The gateway. `answers_deliver` collects (msg_id, result) of what was acknowledged."""

    version: int = 2
    sp: str = "901234"
    secret: str = "shared secret"
    status: int = 0
    proves: bool = True
    deaf: bool = False
    submitted: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: list[tuple[int, int]] = field(default_factory=list)
    logins: int = 0
    tests: int = 0
    tests_answered: int = 0
    terminated: int = 0
    most_open: int = 0
    port: int = 0
    delay: float = 0.0
    slow: float = 0.0       # seconds a login takes
    early: int = 0          # messages before the login
    _open: int = 0
    _id: int = 0x6A40_0000_0000_0000
    _sequence: int = 0
    _writer: asyncio.StreamWriter | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    # -- talking --------------------------------------------------------------------------------------
    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                length, command, sequence = struct.unpack("!3L", await reader.readexactly(12))
                await self.hear(writer, command, sequence, await reader.readexactly(length - 12))
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()
            self._writers.discard(writer)

    async def hear(self, writer: asyncio.StreamWriter, command: int, sequence: int, body: bytes) -> None:
        if command == 1:
            self.run(self.login(writer, sequence, body))
        elif command == 2:
            self.terminated += 1
            self.say(writer, 2 | ANSWER, b"", sequence)
        elif command == 4:
            self.early += writer is not self._writer
            self.run(self.take(writer, sequence, parsed(self.version, body)))
        elif command == 5 | ANSWER:
            id, result = struct.unpack("!QB" if self.version == 2 else "!QL", body)
            self.acknowledged.append((id, result))
        elif command == 8:
            self.tests += 1
            if not self.deaf:
                self.say(writer, 8 | ANSWER, b"\0", sequence)
        elif command == 8 | ANSWER:
            assert len(body) == 1
            self.tests_answered += 1

    async def login(self, writer: asyncio.StreamWriter, sequence: int, body: bytes) -> None:
        await asyncio.sleep(self.slow)
        name, digest, version, stamp = struct.unpack("!6s16sBL", body)
        wanted = hashlib.md5(b"".join((self.sp.encode(), b"\0" * 9, self.secret.encode(), b"%010d" % stamp))).digest()
        status = self.status or (0 if name.rstrip(b"\0").decode() == self.sp and digest == wanted else 3)
        if version >> 4 != self.version:
            status = 4
        packed = status.to_bytes(1 if self.version == 2 else 4, "big")
        proof = hashlib.md5(packed + digest + self.secret.encode()).digest() if self.proves else bytes(16)
        self.say(writer, 1 | ANSWER, packed + proof + bytes((self.version << 4,)), sequence)
        if not status:
            self.logins += 1
            self._writer = writer

    async def take(self, writer: asyncio.StreamWriter, sequence: int, message: dict[str, Any]) -> None:
        self._open += 1
        self.most_open = max(self.most_open, self._open)
        self.submitted.append(message)
        number = message["dest_terminal_id"]
        end = number[-1]
        await asyncio.sleep(self.delay)
        self._open -= 1
        if end == "7":
            return
        if end == "6":
            writer.close()
            return
        id, result = self.id(), RESULTS.get(end, 0)
        answer = id.to_bytes(8, "big") + result.to_bytes(1 if self.version == 2 else 4, "big")
        report = reported(self.version, id, STATES.get(end, b"DELIVRD"), number)
        wants = message["registered_delivery"] == 1 and not result and end != "2"
        if wants and end == "5":
            self.deliver(id=self.id(), to=message["src_id"], sender=number, content=report, report=1)
            await asyncio.sleep(0.2)
        self.say(writer, 4 | ANSWER, answer, sequence)
        if wants and end != "5":
            self.deliver(id=self.id(), to=message["src_id"], sender=number, content=report, report=1)

    def id(self) -> int:
        self._id += 1
        return self._id

    def deliver(self, **told: Any) -> None:
        assert self._writer is not None
        self._sequence += 1
        self.say(self._writer, 5, delivered(self.version, **told), self._sequence)

    def say(self, writer: asyncio.StreamWriter, command: int, body: bytes, sequence: int) -> None:
        if not writer.is_closing():
            writer.write(struct.pack("!3L", 12 + len(body), command, sequence) + body)

    def test(self) -> None:
        assert self._writer is not None
        self.say(self._writer, 8, b"", 77)

    def raw(self, data: bytes) -> None:
        assert self._writer is not None
        self._writer.write(data)

    def hang_up(self) -> None:
        assert self._writer is not None
        self._writer.close()

    def run(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def texts(self) -> list[tuple[str, str]]:
        """What phones show: number and text, parts joined by their headers."""
        found: dict[tuple[str, int], dict[int, bytes]] = {}
        order: list[tuple[str, int]] = []
        for place, each in enumerate(self.submitted):
            content: bytes = each["msg_content"]
            key, rank = (each["dest_terminal_id"], -place), 1
            if each["tp_udhi"]:
                assert content[:3] == b"\x05\x00\x03"
                assert (each["pk_total"], each["pk_number"]) == (content[4], content[5])
                key, rank, content = (each["dest_terminal_id"], content[3]), content[5], content[6:]
            if key not in found:
                order.append(key)
            found.setdefault(key, {})[rank] = content
        return [(key[0], b"".join(found[key][rank] for rank in sorted(found[key])).decode("utf-16-be"))
                for key in order]


@asynccontextmanager
async def gateway(made: Ismg, port: int = 0) -> AsyncIterator[Ismg]:
    """The gateway on a loopback port of its own, or on this one again."""
    server = await asyncio.start_server(made.serve, "127.0.0.1", port)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await asyncio.sleep(0.05)       # whoever was accepted last is being served then
        for writer in list(made._writers):
            writer.close()
        for task in list(made._tasks):
            task.cancel()
        await asyncio.gather(*made._tasks, return_exceptions=True)


def in_parts(text: str, size: int = 67, reference: int = 9) -> Sequence[bytes]:
    """A long text as a phone sends it."""
    data = text.encode("utf-16-be")
    pieces = [data[at:at + size * 2] for at in range(0, len(data), size * 2)]
    return [bytes((5, 0, 3, reference, len(pieces), rank)) + piece for rank, piece in enumerate(pieces, 1)]
