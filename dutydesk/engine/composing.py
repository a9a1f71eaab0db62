"""Turning claimed asks into calls: one call for all asks of a person, incident, round and way.

Which words, which letter, which numbers in a superior's list. Membership never changes after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from dutydesk.domain.codes import pick
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Ask, Call, Callout, Code, Incident, State
from dutydesk.domain.values import Kind, Role, Via
from dutydesk.engine import alarm_words, cards, wording
from dutydesk.engine.books import Books, is_officer
from dutydesk.engine.wording import Worded
from dutydesk.ports.store import Tx

#: How long a phone rings at most.
RING = timedelta(seconds=45)
DRILL = 3   # the class of a drill's asks
_OFFICERS = (Role.OFFICER, Role.BACKUP, Role.LEADER, Role.LAST_RESORT)


def is_back(ask: Ask) -> bool:
    """Whether an ask rings somebody back whose reply was not clear: no try of the ladder."""
    return ask.tries == 0


def group_of(ask: Ask) -> tuple[str, str, int, str, str, str]:
    """What one call carries together. A man's own places and his list as a superior are two messages; the ring
    back after an unclear reply carries whatever is open, drills apart.
    """
    if is_back(ask):
        return ("", "", 0, ask.via.value, ask.number, "back, drill" if ask.klass == DRILL else "back")
    return (ask.person, ask.incident, ask.round, ask.via.value, ask.number, _hat(ask))


def _of_officer(ask: Ask) -> bool:
    """Whether it rings the officer's post, which nothing may hold back."""
    return ask.role in _OFFICERS


def _hat(ask: Ask) -> str:
    if _of_officer(ask):
        return "officer"
    return ask.role.value if ask.role in (Role.SUPERIOR, Role.NEIGHBOUR) else "own"


def groups(asks: Iterable[Ask]) -> list[list[Ask]]:
    """Gather asks into the calls they will be: officers and reds first, first rings before repeats, then as due."""
    rows = [list(members) for _, members in groupby(sorted(asks, key=lambda a: (group_of(a), a.id)), key=group_of)]
    return sorted(rows, key=lambda row: (min(ask.klass for ask in row), all(ask.tries > 1 for ask in row),
                                         min(ask.due_at for ask in row), row[0].id))


@dataclass(frozen=True, slots=True)
class Draft:
    """A call that wants a channel, and the facts that filled its wording."""

    call: Call
    facts: Mapping[str, str]


def compose(books: Books, asks: Sequence[Ask], callouts: dict[str, Callout], letters: Letters) -> Draft | None:
    """Make the call of one group; None when every callout it would speak of is over.

    1. Leave out asks whose callout is closed (they are withdrawn already, or about to be).
    2. Give the phone a letter for this round; print it once the phone has something else open.
    3. Number a superior's silent places.
    """
    first = asks[0]
    standing = {id: callouts[id] for id in dict.fromkeys(ask.callout for ask in asks)
                if id in callouts and callouts[id].state is not State.CLOSED}
    members = tuple(ask for ask in asks if ask.callout in standing)
    incident = books.incident(first.incident)
    if not members or incident is None:
        return None
    drill = incident.kind is not Kind.REAL
    letter = "" if is_back(first) else letters.of(first, drill=drill)
    said = _read_out(books, members, standing) if is_back(first) else _text(
        books, incident, members, list(standing.values()), letter, drill=drill)
    lease = books.ctx.lease(first.via)
    call = Call(derive("k", *(ask.id for ask in members)), first.incident, first.round, first.person, first.number,
                first.via, "", first.klass, said.text, letter, tuple(ask.id for ask in members),
                tuple(dict.fromkeys(ask.place for ask in members)), books.now, lease=books.ctx.worker,
                lease_until=books.now + lease, template=said.template)
    return Draft(call, said.facts)


class Letters:
    """The reply letters of some phones: looked up together, given out, saved together."""

    def __init__(self, tx: Tx, numbers: Iterable[str], now: datetime) -> None:
        self._tx = tx
        self._now = now
        self._codes: dict[str, list[Code]] = {number: [] for number in numbers}
        self._fresh: list[Code] = []
        for code in tx.codes_of(self._codes, living=now):
            self._codes[code.number].append(code)

    def of(self, ask: Ask, *, drill: bool) -> str:
        """The letter to print: none while the phone knows only this round of this incident."""
        codes = self._codes.setdefault(ask.number, [])
        mine = next((code for code in codes if (code.incident, code.round) == (ask.incident, ask.round)), None)
        if mine is None:
            letter = pick({code.code for code in codes}, drill=drill)
            mine = Code(ask.number, letter, ask.incident, ask.round, self._now, drill)
            codes.append(mine)
            self._fresh.append(mine)
        return mine.code if any((code.incident, code.round) != (ask.incident, ask.round) for code in codes) else ""

    def save(self) -> None:
        """Write what was newly given out."""
        if self._fresh:
            self._tx.add_codes(self._fresh)


def _text(books: Books, incident: Incident, asks: Sequence[Ask], callouts: Sequence[Callout], letter: str, *,
          drill: bool) -> Worded:
    """The wording by what the person is asked as."""
    first = asks[0]
    if is_officer(callouts[0]):
        return wording.officer_call(books.ctx, first.via, callouts[0], letter,
                                    alarm_words.facts(books, incident, callouts[0]), drill=drill)
    for callout in callouts:
        books.policy(callout.policy)
    if first.role is Role.SUPERIOR:
        numbered = _number(books, incident, first.person, [callout.place for callout in callouts])
        return wording.list_call(books.ctx, first.via, callouts, numbered, letter, drill=drill)
    if first.role is Role.NEIGHBOUR:
        return wording.neighbour_call(books.ctx, first.via, callouts, letter, first.person, drill=drill)
    return wording.own_call(books.ctx, first.via, callouts, letter, drill=drill)


def _read_out(books: Books, asks: Sequence[Ask], callouts: Mapping[str, Callout]) -> Worded:
    """Everything one phone is asked, read one after another; pressing 1 takes all."""
    texts = []
    for _, members in groupby(sorted(asks, key=_matter), key=_matter):
        rows = list(members)
        incident = books.incident(rows[0].incident)
        if incident is not None:
            about = [callouts[id] for id in dict.fromkeys(ask.callout for ask in rows)]
            texts.append(_text(books, incident, rows, about, "", drill=incident.kind is not Kind.REAL))
    return texts[0] if len(texts) == 1 else Worded("several", {}, "".join(each.text for each in texts))


def _matter(ask: Ask) -> tuple[str, int, str]:
    return (ask.incident, ask.round, _hat(ask))


def listed(incident: Incident, person: str) -> dict[int, str]:
    """The places of a superior's list by their numbers, good for the incident's life."""
    prefix = f"{person} "
    return {number: key.removeprefix(prefix) for key, number in incident.silent.items() if key.startswith(prefix)}


def _number(books: Books, incident: Incident, person: str, places: Iterable[str]) -> dict[str, int]:
    """Give every silent place its number in this person's list, and keep it."""
    known = {place: number for number, place in listed(incident, person).items()}
    fresh = sorted({place for place in places if place not in known})
    if fresh:
        known.update({place: len(known) + rank for rank, place in enumerate(fresh, 1)})
        silent = {**incident.silent, **{f"{person} {place}": known[place] for place in fresh}}
        books.save_incident(replace(incident, silent=silent))
    return known


class Rings:
    """When phones were rung last: one ring at a time for a phone, and for a superior's list one message or ring per
    three minutes, not one for every village.
    """

    def __init__(self, books: Books, waiting: Iterable[Sequence[Ask]]) -> None:
        self._now = books.now
        self._pause = books.ctx.rules.one_ring_per
        self._last: dict[tuple[str, str, Via], datetime] = {}
        self._ask_back = books.ctx.rules.ask_back
        self._rang: dict[str, datetime] = {}
        waiting = list(waiting)
        ringing = {asks[0].number for asks in waiting if asks[0].via.rings and not _of_officer(asks[0])}
        self._held = cards.held(books.tx, ringing, books.now) if ringing else {}
        numbers = {asks[0].number for asks in waiting if _spared(asks[0]) or asks[0].via.rings}
        if numbers:
            for call in books.tx.calls_to_any(numbers, since=books.now - max(self._pause, RING)):
                self._last[call.number, call.incident, call.via] = call.created_at
                if _may_ring(call):
                    self._rang[call.number] = max(call.created_at, self._rang.get(call.number, call.created_at))

    def until(self, asks: Sequence[Ask]) -> tuple[datetime, str] | None:
        """Until when this group waits, and why; None where it may leave now."""
        first = asks[0]
        last = self._last.get((first.number, first.incident, first.via)) if _spared(first) else None
        if last is not None and last + self._pause > self._now:
            return last + self._pause, "上级三分钟内只响一次"
        if not first.via.rings:
            return None
        held = None if _of_officer(first) else self._held.get(first.number)
        if held is not None:
            return held, "值班员正在与他通话"
        rang = self._rang.get(first.number)
        free = None if rang is None else rang + (self._ask_back if is_back(first) else RING)
        return (free, "这部电话正在响铃") if free is not None and free > self._now else None

    def ring(self, asks: Sequence[Ask]) -> None:
        """This group leaves now: its phone is ringing."""
        if asks[0].via.rings:
            self._rang[asks[0].number] = self._now


def _may_ring(call: Call) -> bool:
    """Whether a phone may still be ringing for a call: nothing final is known of it."""
    return call.via.rings and call.state != "failed" and (call.outcome is None or not call.outcome.final)


def _spared(ask: Ask) -> bool:
    return ask.role is Role.SUPERIOR and not is_back(ask)
