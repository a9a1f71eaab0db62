"""Long texts in parts, out and in (GSM 03.40, 9.2.3.24.1)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from dutydesk.channels.smpp.reading import Delivered

ONE = 140            # octets a message holds
OF_MANY = 134        # octets a part holds beside its header: 67 characters of UCS-2
MOST = 1000          # replies of which parts are missing
PATIENCE = 2.0       # seconds a part waits for the others before it is stored by itself


def split(text: str) -> list[bytes]:
    """A text in UCS-2, in as many pieces as it takes; a character of four octets stays in one."""
    data = text.encode("utf-16-be")
    if len(data) <= ONE:
        return [data]
    pieces = []
    while data:
        end = OF_MANY
        if len(data) > end and 0xD8 <= data[end - 2] <= 0xDB:
            end -= 2
        pieces.append(data[:end])
        data = data[end:]
    return pieces


def header(reference: int, total: int, rank: int) -> bytes:
    """What stands before a part: concatenation with a reference of one octet."""
    return bytes((5, 0, 3, reference & 0xFF, total, rank))


@dataclass(slots=True)
class Whole:
    """A reply in parts. `stored` is done once all of it is durable."""

    pieces: dict[int, bytes] = field(default_factory=dict)
    stored: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Joining:
    """Puts parts together. Use inside one event loop."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, str, int, int], Whole] = OrderedDict()

    def add(self, message: Delivered) -> tuple[Whole, bytes | None]:
        """Put a part to its others; the bytes of all of them once none is missing."""
        assert message.part is not None
        key = (message.sender, message.to, message.part.reference, message.part.total)
        whole = self._open.setdefault(key, Whole())
        whole.pieces[message.part.rank] = message.data
        if len(whole.pieces) == message.part.total:
            del self._open[key]
            return whole, b"".join(whole.pieces[rank] for rank in sorted(whole.pieces))
        while len(self._open) > MOST:       # each part of it was stored by itself
            self._open.popitem(last=False)
        return whole, None
