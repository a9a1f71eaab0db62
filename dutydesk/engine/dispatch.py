"""The third desk: due asks become calls and leave the house; what became of the hand-over comes back.

Membership and `sending` are committed before anything is dialled; every finish is fenced by the lease.
The sending itself is the shell's: `claim`, send, `finish`. `run_once` does it all on one thread, for replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dutydesk.domain.happenings import Happened
from dutydesk.domain.records import Ask, Call, Callout, NoticeRow
from dutydesk.domain.values import Kind, Outcome, Via
from dutydesk.engine.books import Books
from dutydesk.engine.composing import Letters, compose, groups, one_ring
from dutydesk.engine.context import Context
from dutydesk.engine.escalate import CLASSES
from dutydesk.engine.pace import Pace
from dutydesk.engine.stepping import step_through
from dutydesk.errors import SendError
from dutydesk.ports.channel import Channel, Handed, Outgoing
from dutydesk.ports.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Parcel:
    """One call or notice on its way: what leaves, by which channel, and whose lease it is."""

    message: Outgoing
    channel: Channel
    call: Call | None
    notice: NoticeRow | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """How a hand-over ended. `at` is when the provider had it."""

    parcel: Parcel
    outcome: Outcome
    at: datetime
    provider: str = ""
    why: str = ""


class Dispatch:
    """Claims due asks and notices, and books what became of them."""

    def __init__(self, ctx: Context, store: Store) -> None:
        self.ctx = ctx
        self.store = store
        self.pace = Pace({via: channel.limits for via, channel in ctx.channels.items()})

    # -- claiming -------------------------------------------------------------------------------------
    def claim(self, now: datetime, room: int) -> list[Parcel]:
        """Claim what may leave now: officers and reds first, as many as each way's pace allows."""
        parcels: list[Parcel] = []
        for klass in CLASSES:
            for via in self.ctx.channels:
                want = min(room - len(parcels), self.pace.room(via, now))
                if want > 0:
                    parcels += self._claim_class(klass, via, now, want)
        want = min(room - len(parcels), self.pace.room(Via.SMS, now))
        if want > 0:
            parcels += self.store.write(lambda tx: self._claim_notices(tx, now, want))
        return parcels

    def _claim_class(self, klass: int, via: Via, now: datetime, want: int) -> list[Parcel]:
        parcels = self.store.write(lambda tx: self._claim(tx, klass, via, now, want))
        self.pace.spend(via, len(parcels))
        return parcels

    def _claim(self, tx: Tx, klass: int, via: Via, now: datetime, room: int) -> list[Parcel]:
        """Claim due asks of one class and way, make their calls, write them as sending."""
        asks = tx.claim_asks(klass, via, now, room)
        if not asks:
            return []
        books = Books(self.ctx, tx, now)
        callouts = {each.id: each for each in tx.callouts({ask.callout for ask in asks})}
        letters = Letters(tx, {ask.number for ask in asks}, now)
        calls = [call for group in groups(asks)
                 if (call := self._call(books, group, callouts, letters)) is not None]
        if calls:
            tx.start_calls(calls)
        letters.save()
        for call in calls:
            books.note("call", incident=call.incident, person=call.person, call=call.id, via=call.via.value,
                       asks=list(call.asks), round=call.round)
        books.close()
        return [self._parcel(books, call) for call in calls]

    def _call(self, books: Books, asks: Sequence[Ask], callouts: dict[str, Callout],
              letters: Letters) -> Call | None:
        """One group becomes a call, or waits for its turn at a superior's phone."""
        waits = one_ring(books, asks)
        if waits is not None:
            books.tx.postpone_asks([ask.id for ask in asks], waits, "上级三分钟内只响一次")
            return None
        return compose(books, asks, callouts, letters, self.ctx.channels[asks[0].via].name)

    def _parcel(self, books: Books, call: Call) -> Parcel:
        incident = books.incidents.get(call.incident)
        drill = incident is not None and incident.kind is not Kind.REAL
        message = Outgoing(call.id, call.via, call.number, call.person, call.text, call.code, drill=drill)
        return Parcel(message, self.ctx.channels[call.via], call)

    def _claim_notices(self, tx: Tx, now: datetime, room: int) -> list[Parcel]:
        rows = tx.claim_notices(now, room, now + self.ctx.lease(Via.SMS))
        self.pace.spend(Via.SMS, len(rows))
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
        for sent in results:
            if sent.parcel.notice is not None:
                good = sent.outcome in (Outcome.HANDED_OVER, Outcome.QUEUED, Outcome.ON_HANDSET)
                tx.finish_notice(sent.parcel.notice.id, "sent" if good else "dropped", sent.why)
            elif sent.parcel.call is not None:
                self._finish_call(books, sent, sent.parcel.call)
        books.close()

    def _finish_call(self, books: Books, sent: Sent, call: Call) -> None:
        """Book one call if its lease still stands; a late finish only leaves a line in the journal."""
        gone = sent.outcome.called or sent.outcome is Outcome.QUEUED
        state = "unknown" if sent.outcome is Outcome.UNKNOWN else ("handed" if gone else "failed")
        handed = None if state == "failed" else sent.at
        mine = books.tx.finish_call(call.id, call.lease, state=state, outcome=sent.outcome, handed_at=handed,
                                    provider=sent.provider)
        books.note("handed" if mine else "late_finish", incident=call.incident, person=call.person, call=call.id,
                   outcome=sent.outcome.value, why=sent.why)
        if mine:
            tell_callouts(books, call, sent.outcome, sent.at)

    # -- on one thread --------------------------------------------------------------------------------
    def run_once(self, now: datetime, room: int = 1000) -> int:
        """Claim, send by stepping each coroutine on this thread, finish. Returns how many left."""
        parcels = self.claim(now, room)
        self.finish([send_now(parcel, now) for parcel in parcels], now)
        return len(parcels)


def tell_callouts(books: Books, call: Call, outcome: Outcome, at: datetime) -> None:
    """Let what became of a call happen to the callouts of its asks."""
    asks = books.tx.asks(call.asks)
    callouts = {each.id: each for each in books.tx.lock_callouts({ask.callout for ask in asks})}
    for ask in asks:
        if ask.callout in callouts:
            books.advance(callouts[ask.callout], Happened(at, ask.id, ask.climb, ask.person, ask.number, ask.via, outcome))


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

