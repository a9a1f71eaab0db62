"""The seal of the journal: every row's keyed hash covers the row and the seal before it.

A seal is HMAC-SHA256 (RFC 2104) over canonical JSON. Who lacks the key cannot change, remove, add or reorder a
sealed row unseen; who has it cannot rebuild the chain unseen once a head (`SEQ:HASH`) is printed somewhere else.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Generic, Protocol, TypeVar

from dutydesk.domain.records import JournalRow


class Sealed(Protocol):
    """A row of a sealed chain."""

    @property
    def seq(self) -> int | None:
        """Its place in the chain."""
        ...

    @property
    def seal(self) -> str:
        """The seal it carries."""
        ...


RowT = TypeVar("RowT", bound=Sealed)

FIRST = ""
"""The seal before the first row."""

canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
"""Return the one JSON text of a value; raises TypeError or ValueError for what is no JSON value."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last sealed row: what is printed on handovers. `str` gives `SEQ:HASH`."""

    seq: int = 0
    seal: str = FIRST

    def __str__(self) -> str:
        return f"{self.seq}:{self.seal}"

    @classmethod
    def read(cls, text: str) -> Head:
        """Read `SEQ:HASH`; raises ValueError for anything else."""
        seq, colon, seal = text.strip().partition(":")
        if not colon or not seq.isdigit() or not seal:
            raise ValueError(f"{text!r} is no head; write SEQ:HASH as printed")
        return cls(int(seq), seal.lower())


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row at which the chain does not hold. `what`: edited, missing, cut, rebuilt."""

    seq: int
    what: str
    text: str


def seal(previous: str, row: JournalRow, key: bytes) -> str:
    """Return the seal of a row that has its `seq`, given the seal of the row before it.

    `row.row`, the order of writing, is not covered: it is the database's own and may change when rows move house.
    """
    return seal_words(previous, row.seq, (written(row.at), row.what, row.incident, row.callout, row.person),
                      canonical(dict(row.facts)), key)


@lru_cache(maxsize=1024)   # the rows of one decision share their time
def written(at: datetime) -> str:
    """Return a time as a seal covers it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def seal_words(previous: str, seq: int | None, words: Iterable[str], facts: str, key: bytes) -> str:
    """Return the seal of a row in words (time, what, incident, callout, person) and its facts as canonical text."""
    told = f"[{seq},{','.join(map(encode_basestring, (previous, *words)))},{facts}]"
    return hmac.digest(key, told.encode("utf-8", "surrogatepass"), "sha256").hex()


class Checker(Generic[RowT]):
    """Walks the chain from its beginning; give it the rows in order of `seq`, in as many batches as you like.

    `head` is one printed before, if there is one; `sealing` returns the seal of a row after another's.
    """

    def __init__(self, key: bytes, head: Head | None, sealing: Callable[[str, RowT, bytes], str]) -> None:
        self.last = Head()
        self._key = key
        self._head = head
        self._sealing = sealing

    def walk(self, rows: Iterable[RowT]) -> Fault | None:
        """Return the first fault in these rows, or None.

        1. A row's `seq` is the one after the last; otherwise rows between are missing.
        2. Its seal is the one computed from its content and the last seal; otherwise it was edited.
        3. The row of the printed head carries the printed hash; otherwise the chain was rebuilt.
        """
        for row in rows:
            seq = self.last.seq + 1
            if row.seq != seq:
                return Fault(seq, "missing", f"row {seq} is missing: after {self.last.seq} comes {row.seq}")
            expected = self._sealing(self.last.seal, row, self._key)
            if not hmac.compare_digest(expected, row.seal):
                return Fault(seq, "edited", f"row {seq} does not carry the seal of its content and place")
            self.last = Head(seq, expected)
            if self._head and seq == self._head.seq and not hmac.compare_digest(expected, self._head.seal):
                return Fault(seq, "rebuilt", f"row {seq} is sealed, but not as printed: the chain was rebuilt")
        return None

    def end(self) -> Fault | None:
        """Return the fault of a chain that ends before the printed head, or None."""
        if self._head and self.last.seq < self._head.seq:
            return Fault(self.last.seq + 1, "cut", f"the chain ends at {self.last.seq}, printed was {self._head.seq}")
        return None


def verify(rows: Iterable[JournalRow], key: bytes, head: Head | None = None) -> Fault | None:
    """Return the first fault of a whole journal given in order of `seq`, or None when the chain holds."""
    checker = Checker(key, head, seal)
    return checker.walk(rows) or checker.end()
