"""The third desk: due asks become calls and leave the house; what became of the hand-over comes back.

Membership and `sending` are committed before anything is dialled; every finish is fenced by the lease.
The sending itself is the shell's: `claim`, send, `finish`. `run_once` does it all on one thread, for replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dutydesk.domain.happenings import Happened
from dutydesk.domain.records import Ask, Call, NoticeRow, State
from dutydesk.domain.values import Kind, Outcome, Via
from dutydesk.engine.books import Books
from dutydesk.engine.composing import Letters, Rings, compose, groups
from dutydesk.engine.context import Context
from dutydesk.engine.escalate import CLASSES
from dutydesk.engine.pace import Pace
from dutydesk.engine.stepping import step_through
from dutydesk.errors import SendError
from dutydesk.ports.channel import Channel, Handed, Outgoing
from dutydesk.ports.store import Store, Tx, Waiting

_TAKEN = (Outcome.HANDED_OVER, Outcome.QUEUED, Outcome.ON_HANDSET)   # of a notice: nobody need answer it


@dataclass(frozen=True, slots=True)
class Parcel:
    """One call or notice on its way: what leaves, by which channel, whose lease it is, and the asks it carries."""

    message: Outgoing
    channel: Channel
    call: Call | None
    notice: NoticeRow | None = None
    asks: tuple[Ask, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """How a hand-over ended. `at` is when the provider had it; `left` is False if it is known never to have left."""

    parcel: Parcel
    outcome: Outcome
    at: datetime
    provider: str = ""
    why: str = ""
    left: bool = True


class Dispatch:
    """Claims due asks and notices, and books what became of them."""

    def __init__(self, ctx: Context, store: Store) -> None:
        self.ctx = ctx
        self.store = store
        self.pace = Pace({via: channel.limits for via, channel in ctx.channels.items()})

    # -- claiming -------------------------------------------------------------------------------------
    def claim(self, now: datetime, room: int, waiting: Waiting | None = None) -> list[Parcel]:
        """Claim what may leave now: officers and reds first, as many as each way's pace allows."""
        if waiting is None:
            with self.store.read() as reads:
                waiting = reads.waiting(now)
        if not (waiting.asks or waiting.notices) or room <= 0:
            return []
        due = waiting
        parcels = self.store.write(lambda tx: self._claim(tx, due, now, room))
        for parcel in parcels:
            self.pace.spend(parcel.message.via, 1)
        return parcels

    def _claim(self, tx: Tx, waiting: Waiting, now: datetime, room: int) -> list[Parcel]:
        """Claim due asks class by class, make their calls, write them as sending; then notices.

        1. Take asks of the highest class first, by each way as many as its pace allows; of what rings, first rings
           before repeats.
        2. Groups of one person, incident, round and way become calls; a superior's may wait for their turn.
        3. Notices leave by what room is left.
        """
        left = {via: self.pace.room(via, now) for via in self.ctx.channels}
        asks: dict[str, Ask] = {}
        for klass in CLASSES:
            for via in self.ctx.channels:
                want = min(room, left[via])
                if (klass, via) in waiting.asks and want > 0:
                    fresh = [ask for ask in _due(tx, klass, via, now, want) if ask.id not in asks]
                    taken = len(groups(fresh))
                    left[via], room = left[via] - taken, room - taken
                    asks.update((ask.id, ask) for ask in fresh)
        books = Books(self.ctx, tx, now)
        parcels = self._calls(books, asks) if asks else []
        if waiting.notices and min(room, left.get(Via.SMS, 0)) > 0:
            parcels += self._claim_notices(tx, now, min(room, left[Via.SMS]))
        books.close()
        return parcels

    def _calls(self, books: Books, asks: dict[str, Ask]) -> list[Parcel]:
        """Turn claimed asks into calls, written as sending."""
        tx, waiting = books.tx, groups(asks.values())
        callouts = {each.id: each for each in tx.callouts({ask.callout for ask in asks.values()})}
        over = {id for id, each in callouts.items() if each.state is State.CLOSED}
        if over:   # asked while it ended: it would be claimed for ever
            tx.withdraw_asks_of(over)
        letters, rings = Letters(tx, {ask.number for ask in asks.values()}, books.now), Rings(books, waiting)
        calls: list[Call] = []
        for group in waiting:
            wait = rings.until(group)
            if wait is not None:
                tx.postpone_asks([ask.id for ask in group], *wait)
                continue
            call = compose(books, group, callouts, letters, self.ctx.channels[group[0].via].name)
            if call is not None:
                calls.append(call)
        if calls:
            tx.start_calls(calls)
        letters.save()
        for call in calls:
            books.note("call", incident=call.incident, person=call.person, call=call.id, via=call.via.value,
                       asks=list(call.asks), round=call.round)
        return [self._parcel(books, call, asks) for call in calls]

    def _parcel(self, books: Books, call: Call, asks: dict[str, Ask]) -> Parcel:
        incident = books.incidents.get(call.incident)
        drill = incident is not None and incident.kind is not Kind.REAL
        message = Outgoing(call.id, call.via, call.number, call.person, call.text, call.code, drill=drill)
        return Parcel(message, self.ctx.channels[call.via], call, None, tuple(asks[id] for id in call.asks))

    def _claim_notices(self, tx: Tx, now: datetime, room: int) -> list[Parcel]:
        rows = tx.claim_notices(now, room, now + self.ctx.lease(Via.SMS))
        return [Parcel(Outgoing(row.id, Via.SMS, row.number, row.person, row.text, asks=False),
                       self.ctx.channels[Via.SMS], None, row) for row in rows]

    def overdue(self, now: datetime) -> list[Call]:
        """Calls still sending though their lease ran out: their sender died or stalled."""
        return self.store.write(lambda tx: tx.claim_overdue_calls(now, 500))

    def parcel_again(self, call: Call) -> Parcel:
        """A call as a parcel once more, to book what its provider says of it."""
        message = Outgoing(call.id, call.via, call.number, call.person, call.text, call.code)
        return Parcel(message, self.ctx.channels[call.via], call)

    # -- finishing ------------------------------------------------------------------------------------
    def finish(self, results: Iterable[Sent], now: datetime) -> None:
        """Book outcomes of hand-overs in one transaction, and let the callouts know."""
        results = list(results)
        if results:
            self.store.write(lambda tx: self._finish(tx, results, now))

    def _finish(self, tx: Tx, results: Sequence[Sent], now: datetime) -> None:
        books = Books(self.ctx, tx, now)
        notices = [replace(sent.parcel.notice, state="sent" if sent.outcome in _TAKEN else "dropped", why=sent.why)
                   for sent in results if sent.parcel.notice is not None]
        if notices:
            tx.finish_notices(notices)
            for row in notices:
                books.note("notice" if row.state == "sent" else "notice_dropped", incident=row.incident,
                           person=row.person, notice=row.id, line=row.what, why=row.why)
        self._finish_calls(books, [(sent, sent.parcel.call) for sent in results if sent.parcel.call is not None])
        books.close()

    def _finish_calls(self, books: Books, sent_calls: Sequence[tuple[Sent, Call]]) -> None:
        """Book calls whose lease still stands; a late finish only leaves a line in the journal."""
        if not sent_calls:
            return
        mine = set(books.tx.finish_calls([_ended(sent, call) for sent, call in sent_calls]))
        told: list[Told] = []
        for sent, call in sent_calls:
            books.note("handed" if call.id in mine else "late_finish", incident=call.incident, person=call.person,
                       call=call.id, outcome=sent.outcome.value, why=sent.why)
            if call.id in mine:
                told.append(Told(call, sent.outcome, sent.at, sent.parcel.asks, sent.left))
                books.stir((ask.callout for ask in sent.parcel.asks), call.created_at)
        tell_callouts(books, told)

    # -- on one thread --------------------------------------------------------------------------------
    def run_once(self, now: datetime, room: int = 1000, waiting: Waiting | None = None) -> int:
        """Claim, send by stepping each coroutine on this thread, finish. Returns how many left."""
        parcels = self.claim(now, room, waiting)
        self.finish([send_now(parcel, now) for parcel in parcels], now)
        return len(parcels)


def _due(tx: Tx, klass: int, via: Via, now: datetime, want: int) -> list[Ask]:
    """Claim what is due of one class and way, longest due first; where more rings are due than may leave, first
    rings before repeats.
    """
    due = tx.claim_asks(klass, via, now, want)
    if not via.rings or len(groups(due)) < want:
        return due
    rows = {ask.id: ask for ask in (*due, *tx.claim_asks(klass, via, now, want, first=True))}
    first_rings_first = sorted(groups(rows.values()), key=lambda group: all(ask.tries > 1 for ask in group))
    return [ask for group in first_rings_first[:want] for ask in group]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a call, to be told to the callouts of its asks (looked up where they are not given)."""

    call: Call
    outcome: Outcome
    at: datetime
    asks: tuple[Ask, ...] = ()
    left: bool = True


def tell_callouts(books: Books, told: Sequence[Told]) -> None:
    """Let what became of calls happen to the callouts of their asks."""
    missing = [id for each in told if not each.asks for id in each.call.asks]
    known = {ask.id: ask for ask in books.tx.asks(missing)} if missing else {}
    rows = [(each, ask) for each in told
            for ask in each.asks or [known[id] for id in each.call.asks if id in known]]
    callouts = books.lock(ask.callout for _, ask in rows)
    for each, ask in rows:
        if ask.callout in callouts:
            books.advance(callouts[ask.callout], Happened(each.at, ask.id, ask.climb, ask.person, ask.number, ask.via,
                                                          each.outcome, each.left))


def _ended(sent: Sent, call: Call) -> Call:
    """A call as it stands after its hand-over."""
    gone = sent.outcome.called or sent.outcome is Outcome.QUEUED
    state = "unknown" if sent.outcome is Outcome.UNKNOWN else ("handed" if gone else "failed")
    return replace(call, state=state, outcome=sent.outcome, handed_at=None if state == "failed" else sent.at,
                   provider=sent.provider)


def send_now(parcel: Parcel, now: datetime) -> Sent:
    """Hand one parcel over on this thread; only channels that never really wait may be driven so."""
    try:
        handed: Handed = step_through(parcel.channel.send(parcel.message))
    except SendError as error:
        return failed(parcel, error, now)
    except TimeoutError:
        return Sent(parcel, Outcome.UNKNOWN, now, why="time-out")
    return Sent(parcel, handed.outcome, now, handed.provider)


def failed(parcel: Parcel, error: SendError, now: datetime) -> Sent:
    """A hand-over that did not happen: for good, or for now."""
    return Sent(parcel, Outcome.NUMBER_DEAD if error.permanent else Outcome.FAILED_NOW, now, why=str(error))
