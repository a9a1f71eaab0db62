"""Long texts in parts, out and in (3GPP TS 23.040, 9.2.3.24.1 and 9.2.3.24.8)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from dutydesk.domain.values import Outcome

ONE = 140            # octets a message holds
OF_MANY = 134        # octets a part holds beside its header: 67 characters of UCS-2
MOST = 1000          # texts of which parts are missing
PATIENCE = 2.0       # seconds a part waits for the others before it is stored by itself
REMEMBERED = 50_000  # texts of which we know the ids of their parts

Id = TypeVar("Id", bound=Hashable)
Some = TypeVar("Some")


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a long text something is."""

    reference: int
    total: int
    rank: int

    @property
    def sound(self) -> bool:
        """Whether there can be such a part."""
        return 1 <= self.rank <= self.total and self.total > 1


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


def unpacked(data: bytes) -> tuple[Part | None, bytes]:
    """What a header says of a part (None where it says nothing of parts), and the text behind it.

    A header longer than the message is none: all of it is text.
    """
    end = data[0] + 1 if data else 1
    if len(data) < end:
        return None, data
    part, at = None, 1
    while at + 1 < end:
        kind, value = data[at], data[at + 2:min(end, at + 2 + data[at + 1])]
        if (kind, len(value)) in ((0, 3), (8, 4)):
            part = Part(int.from_bytes(value[:-2], "big"), value[-2], value[-1])
        at += 2 + data[at + 1]
    return (part if part is not None and part.sound else None), data[end:]


@dataclass(slots=True)
class Whole:
    """A text in parts. `stored` is done once all of it is durable."""

    pieces: dict[int, bytes] = field(default_factory=dict)
    stored: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Joining:
    """Puts parts together. Use inside one event loop."""

    def __init__(self) -> None:
        self._open: OrderedDict[Hashable, Whole] = OrderedDict()

    def add(self, whose: Hashable, part: Part, data: bytes) -> tuple[Whole, bytes | None]:
        """Put a part to its others, of the same sender and receiver (`whose`); the bytes of all once none lacks."""
        key = (whose, part.reference, part.total)
        whole = self._open.setdefault(key, Whole())
        whole.pieces[part.rank] = data
        if len(whole.pieces) == part.total:
            del self._open[key]
            return whole, b"".join(whole.pieces[rank] for rank in sorted(whole.pieces))
        while len(self._open) > MOST:
            self._open.popitem(last=False)
        return whole, None


async def every(hands: Iterable[Coroutine[Any, Any, Some]]) -> list[Some]:
    """The answers to all parts; where one of them breaks off, no other leaves any more."""
    tasks = [asyncio.ensure_future(each) for each in hands]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()


@dataclass(slots=True)
class _Text(Generic[Id]):
    total: int
    ids: list[Id] = field(default_factory=list)
    states: dict[Id, Outcome] = field(default_factory=dict)


class Sent(Generic[Id]):
    """Which call a provider's ids belong to, and how many parts of it arrived.

    Lives in memory: what a dead process sent is looked up by the id of its last part.
    """

    def __init__(self) -> None:
        self._calls: dict[Id, str] = {}
        self._texts: OrderedDict[str, _Text[Id]] = OrderedDict()

    def took(self, call: str, total: int, id: Id) -> None:
        """The provider gave a part of a call an id."""
        self._calls[id] = call
        self._texts.setdefault(call, _Text(total)).ids.append(id)
        while len(self._texts) > REMEMBERED:
            _, oldest = self._texts.popitem(last=False)
            for each in oldest.ids:
                self._calls.pop(each, None)

    def knows(self, id: Id) -> bool:
        """Whether this process sent it."""
        return id in self._calls

    def told(self, id: Id, outcome: Outcome | None) -> tuple[str, Outcome | None]:
        """The call an id belongs to, and what is known of it now.

        One part that failed is the whole that failed; it lies on the phone once every part does.
        """
        call = self._calls[id]
        text = self._texts[call]
        if outcome is None or text.total == 1 or outcome.lost:
            return call, outcome
        text.states[id] = outcome
        arrived = sum(each is Outcome.ON_HANDSET for each in text.states.values())
        return call, Outcome.ON_HANDSET if arrived == text.total else Outcome.HANDED_OVER
