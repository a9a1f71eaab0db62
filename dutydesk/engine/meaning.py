"""Which asks a reply is meant for. It counts for exactly those its message listed, or for none.

Everything is judged as it stood when the reply was received, and read again when a row read later tells how it
stood (`rereading`), so that the order in which rows are processed changes nothing. For that, what a reply counts
for may only grow with what is known: an ask that proves to have been settled, or never to have left, leaves fewer
that could have been meant, never other ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dutydesk.domain.records import Ask, Call, Callout, Closed, Code, Inbound
from dutydesk.engine.books import Books

LOOK_BACK = timedelta(days=7)   # and as far back as a letter lives that the phone still has
_QUEUED = timedelta(days=1)      # an ask may be due this long before its message, and with it its letter, left
_GONE = ("withdrawn", "dropped")


@dataclass(frozen=True, slots=True)
class Phone:
    """What a phone had been asked when a reply was received: calls handed over by then, and their asks."""

    number: str
    at: datetime
    calls: tuple[Call, ...]
    asks: Mapping[str, Ask]
    callouts: Mapping[str, Callout]
    codes: tuple[Code, ...]

    def standing(self, ask: Ask) -> bool:
        """Whether an ask's callout was there at that time and not ended from outside: lifted, a new round, an order."""
        callout = self.callouts.get(ask.callout)
        if callout is None or callout.opened_at > self.at:
            return False
        over = callout.memo.get("over_at" if callout.closed_as is Closed.DONE else "closed_at")
        return over is None or datetime.fromisoformat(over) >= self.at

    def open(self, ask: Ask) -> bool:
        """Whether something was still wanted by an ask at that time: standing, and not settled by words."""
        if not self.standing(ask):
            return False
        memo = self.callouts[ask.callout].memo
        settled = memo.get("settled") or memo.get("closed_at")
        return settled is None or datetime.fromisoformat(settled) >= self.at

    def asked(self) -> list[Ask]:
        """Asks put to this phone by then, withdrawn ones left out."""
        return [ask for ask in self.asks.values() if ask.due_at <= self.at and ask.state not in _GONE]

    def listed(self, incident: str, round: int) -> list[Ask]:
        """Asks of a round that stood in calls handed over by then."""
        ids = {id for call in self.calls for id in call.asks}
        found = [self.asks[id] for id in sorted(ids) if id in self.asks]
        return [ask for ask in found if (ask.incident, ask.round) == (incident, round)]


class Phones:
    """The phones a batch of replies came from, looked up together; their callouts are locked."""

    def __init__(self, books: Books, rows: Iterable[Inbound]) -> None:
        texts = [row for row in rows if row.kind == "reply"]
        numbers = sorted({row.number for row in texts})
        self._books = books
        self._asks: dict[str, list[Ask]] = {number: [] for number in numbers}
        self._calls: dict[str, list[Call]] = {number: [] for number in numbers}
        self._codes: dict[str, list[Code]] = {number: [] for number in numbers}
        if not texts:
            return
        first = min(row.received_at for row in texts)
        for code in books.tx.codes_of(numbers, living=first):
            self._codes[code.number].append(code)
        since = min(self._since(number, first) for number in numbers)
        for ask in books.tx.asks_to_any(numbers, since=since):
            self._asks[ask.number].append(ask)
        for call in books.tx.calls_to_any(numbers, since=since):
            self._calls[call.number].append(call)
        books.lock(ask.callout for asks in self._asks.values() for ask in asks)

    def _since(self, number: str, at: datetime) -> datetime:
        """From when on asks matter: a letter counts as long as it lives, however long its incident lasts."""
        living = (code.given_at - _QUEUED for code in self._codes[number] if code.free_at is None or code.free_at > at)
        return min((*living, at - LOOK_BACK))

    def look(self, number: str, at: datetime) -> Phone:
        """What a phone knew at a time."""
        since = self._since(number, at)
        asks = {ask.id: ask for ask in self._asks[number] if ask.due_at >= since}
        calls = tuple(call for call in self._calls[number] if call.created_at >= since and _handed(call, at))
        callouts = self._books.lock(ask.callout for ask in asks.values())
        return Phone(number, at, calls, asks, callouts, tuple(self._codes[number]))


def _handed(call: Call, at: datetime) -> bool:
    """Whether a call had left by then; one of unknown fate may have."""
    return call.state in ("handed", "unknown") and call.handed_at is not None and call.handed_at <= at


def meant_by_code(phone: Phone, letter: str) -> list[Ask] | None:
    """The asks of the round a letter stands for; None for a letter this phone never got."""
    found = [code for code in phone.codes if code.code == letter and code.given_at <= phone.at
             and (code.free_at is None or code.free_at > phone.at)]
    if not found:
        return None
    latest = max(found, key=lambda code: code.given_at)
    return phone.listed(latest.incident, latest.round) or None


def meant_bare(phone: Phone) -> list[Ask] | None:
    """The asks a bare digit stands for; None: not clear.

    1. All that were listed for one incident and round, if whatever is open is of that round and had been listed in
       a call handed over.
    2. Everything that stands is settled: all of it. Taking the latest alone would let the same word count for one
       round or another, depending on which of two answers before it was read first.
    3. Nothing stands: the round of the latest call.
    """
    standing = [ask for ask in phone.asked() if phone.standing(ask)]
    open_asks = [ask for ask in standing if phone.open(ask)]
    if standing and not open_asks:
        return [ask for each in sorted(matters(standing)) for ask in phone.listed(*each)]
    if not open_asks:
        latest = max(phone.calls, key=lambda call: (call.handed_at or call.created_at, call.id), default=None)
        about = next((phone.asks[id] for id in latest.asks if id in phone.asks), None) if latest else None
        return phone.listed(about.incident, about.round) if about else []
    rounds = matters(open_asks)
    if len(rounds) > 1:
        return None
    listed = phone.listed(*next(iter(rounds)))
    if {ask.callout for ask in open_asks} - {ask.callout for ask in listed}:
        return None
    return listed


def may_grow(phone: Phone) -> bool:
    """Whether a bare digit may come to count for more than it does: several rounds stand on the phone."""
    return len(matters(ask for ask in phone.asked() if phone.standing(ask))) > 1


def matters(asks: Iterable[Ask]) -> set[tuple[str, int]]:
    """The incidents and rounds that asks belong to."""
    return {(ask.incident, ask.round) for ask in asks}


def one_each(asks: Iterable[Ask]) -> list[Ask]:
    """One ask per callout and person: what a reply counts for, not how often it was asked."""
    found: dict[tuple[str, str], Ask] = {}
    for ask in asks:
        found.setdefault((ask.callout, ask.person), ask)
    return list(found.values())

