"""The third desk: due asks become calls and leave the house; what became of the hand-over comes back.

Membership and `sending` are committed before anything is dialled; every finish is fenced by the lease.
The sending itself is the shell's: `claim`, send, `finish`. `run_once` does it all on one thread, for replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dutydesk.domain.happenings import Happened
from dutydesk.domain.records import REF, Ask, Call, NoticeRow, State
from dutydesk.domain.values import Kind, Outcome, Via
from dutydesk.engine.books import Books
from dutydesk.engine.composing import Draft, Letters, Rings, compose, groups
from dutydesk.engine.context import Context
from dutydesk.engine.escalate import CLASSES
from dutydesk.engine.routing import Choice, Routes, Tried, Wait
from dutydesk.engine.stepping import step_through
from dutydesk.errors import Barred, SendError
from dutydesk.ports.channel import Channel, Handed, Outgoing
from dutydesk.ports.store import Store, Tx, Waiting

NOTICE_AGAIN = timedelta(seconds=15)   # a notice that failed for now, by every channel, is tried again this often
NOTICE_LIFE = timedelta(minutes=30)    # and this long
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
        self.routes = Routes(ctx.channels)

    # -- claiming -------------------------------------------------------------------------------------
    def claim(self, now: datetime, room: int, waiting: Waiting | None = None) -> list[Parcel]:
        """Claim what may leave now: officers and reds first, as many as the channels of each way take."""
        if waiting is None:
            with self.store.read() as reads:
                waiting = reads.waiting(now)
        if not (waiting.asks or waiting.notices) or room <= 0:
            return []
        due = waiting
        return self.store.write(lambda tx: self._claim(tx, due, now, room))

    def _claim(self, tx: Tx, waiting: Waiting, now: datetime, room: int) -> list[Parcel]:
        """Claim due asks class by class, make their calls, write them as sending; then notices.

        1. Take asks of the highest class first, by each way as many as its channels take; where more is due, first
           rings before repeats and incidents in turn.
        2. Groups of one person, incident, round and way become calls, each by the channel that may carry it; what
           none may carry now waits, with the reason.
        3. Notices leave by what room is left.
        """
        left = {via: self.routes.room(via, now) for via in self.ctx.channels}
        asks: dict[str, Ask] = {}
        for klass in CLASSES:
            for via in self.ctx.channels:
                want = min(room, left[via])
                if (klass, via) in waiting.asks and want > 0:
                    due = tx.claim_asks(klass, via, now, want, fair=self.routes.scarce(via, now))
                    # One person's asks may need several calls: his repeats must not ride before others' first rings.
                    fresh = groups(ask for ask in due if ask.id not in asks)[:want]
                    left[via], room = left[via] - len(fresh), room - len(fresh)
                    asks.update((ask.id, ask) for group in fresh for ask in group)
        books = Books(self.ctx, tx, now)
        parcels = self._calls(books, asks) if asks else []
        room = min(room, self.routes.notices(now))
        if waiting.notices and room > 0:
            parcels += self._claim_notices(tx, now, room)
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
        choice = Choice(self.routes, tx, waiting, self._numbers(waiting), books.now)
        parcels: list[Parcel] = []
        for group in waiting:
            wait = rings.until(group)
            draft = None if wait else compose(books, group, callouts, letters)
            if draft is not None:
                chosen = choice.of(group, draft.call.template, last=group is waiting[-1])
                if isinstance(chosen, Wait):
                    wait = (chosen.until, chosen.why)
                else:
                    rings.ring(group)
                    parcels.append(self._parcel(books, draft, chosen, asks))
            if wait is not None:
                tx.postpone_asks([ask.id for ask in group], *wait)
        calls = [parcel.call for parcel in parcels if parcel.call is not None]
        if calls:
            tx.start_calls(calls)
        letters.save()
        for call in calls:
            books.note("call", incident=call.incident, person=call.person, call=call.id, via=call.via.value,
                       channel=call.channel, asks=list(call.asks), round=call.round)
        return parcels

    def _numbers(self, groups: Iterable[Sequence[Ask]]) -> dict[str, list[str]]:
        """Every number of everybody who is asked."""
        people = {group[0].person for group in groups}
        return {person: [each.number for each in self.ctx.site.people[person].numbers]
                for person in people if person in self.ctx.site.people}

    def _parcel(self, books: Books, draft: Draft, channel: Channel, asks: dict[str, Ask]) -> Parcel:
        incident = books.incidents.get(draft.call.incident)
        drill = incident is not None and incident.kind is not Kind.REAL
        call = self._linked(replace(draft.call, channel=channel.name), books, asks)
        message = Outgoing(call.id, call.via, call.number, call.person, call.text, call.code, drill=drill,
                           template=call.template, facts=draft.facts, language=self.ctx.config.language)
        return Parcel(message, channel, call, None, tuple(asks[id] for id in call.asks))

    def _linked(self, call: Call, books: Books, asks: dict[str, Ask]) -> Call:
        """The text of a man's own places with the link to its page, where its channel may carry one."""
        page, link = self.ctx.config.page, self.ctx.link
        own = call.via is Via.SMS and all(asks[id].role.own for id in call.asks)
        if link is None or not own or call.channel not in page.channels:
            return call
        return replace(call, text=f"{call.text} {page.text}{link(call.id, books.now)}")

    def _claim_notices(self, tx: Tx, now: datetime, room: int) -> list[Parcel]:
        rows = tx.claim_notices(now, room, now + self.ctx.lease(Via.SMS))
        parcels = []
        for row in rows:
            lane = self.routes.for_notice(row.channel, now)
            message = Outgoing(row.id, Via.SMS, row.number, row.person, row.text, asks=False, template=row.what,
                               language=self.ctx.config.language)
            parcels.append(Parcel(message, lane, None, replace(row, channel=lane.name)))
        return parcels

    def overdue(self, now: datetime) -> list[Call]:
        """Calls still sending though their lease ran out: their sender died or stalled."""
        return self.store.write(lambda tx: tx.claim_overdue_calls(now, 500))

    def parcel_again(self, call: Call) -> Parcel:
        """A call as a parcel once more, to book what its provider says of it."""
        message = Outgoing(call.id, call.via, call.number, call.person, call.text, call.code)
        return Parcel(message, self.routes.find(call.via, call.channel), call)

    # -- finishing ------------------------------------------------------------------------------------
    def finish(self, results: Iterable[Sent], now: datetime) -> None:
        """Book outcomes of hand-overs in one transaction, and let the callouts know."""
        results = list(results)
        if results:
            self.store.write(lambda tx: self._finish(tx, results, now))

    def _finish(self, tx: Tx, results: Sequence[Sent], now: datetime) -> None:
        books = Books(self.ctx, tx, now)
        notices = [_told(sent, sent.parcel.notice, now, more=self.routes.after(sent.parcel.notice.channel))
                   for sent in results if sent.parcel.notice is not None]
        if notices:
            tx.finish_notices(notices)
            for row in notices:
                if row.state != "queued":
                    books.note("notice" if row.state == "sent" else "notice_dropped", incident=row.incident,
                               person=row.person, notice=row.id, line=row.what, channel=row.channel, why=row.why)
        self._finish_calls(books, [(sent, sent.parcel.call) for sent in results if sent.parcel.call is not None])
        books.close()

    def _finish_calls(self, books: Books, sent_calls: Sequence[tuple[Sent, Call]]) -> None:
        """Book calls whose lease still stands; a late finish only leaves a line in the journal."""
        if not sent_calls:
            return
        mine = set(books.tx.finish_calls([_ended(sent, call) for sent, call in sent_calls]))
        refs = [sent.provider for sent, call in sent_calls if call.id in mine and sent.provider.startswith(REF)]
        if refs:   # receipts may have been quicker than the answer
            books.tx.wake_inbound(refs)
        told: list[Told] = []
        for sent, call in sent_calls:
            books.note("handed" if call.id in mine else "late_finish", incident=call.incident, person=call.person,
                       call=call.id, channel=call.channel, outcome=sent.outcome.value, why=sent.why)
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
    more = _others(books, rows)
    for each, ask in rows:
        if ask.callout in callouts:
            books.advance(callouts[ask.callout], Happened(each.at, ask.id, ask.climb, ask.person, ask.number, ask.via,
                                                          each.outcome, ask.id in more, each.left))


def _others(books: Books, rows: Sequence[tuple[Told, Ask]]) -> set[str]:
    """The asks of calls that failed for which another channel of their way is left within the step."""
    failed = [(each, ask) for each, ask in rows if (each.outcome.lost or each.outcome is Outcome.UNKNOWN)
              and len(books.ctx.channels.get(ask.via, ())) > 1]
    if not failed:
        return set()
    people = books.ctx.site.people
    numbers = {ask.person: [each.number for each in people[ask.person].numbers]
               for _, ask in failed if ask.person in people}
    tried = Tried(books.tx, (ask for _, ask in failed), numbers, books.now)
    return {ask.id for each, ask in failed
            if {channel.name for channel in books.ctx.channels[ask.via]} - {*tried.of([ask]), each.call.channel}}


def _told(sent: Sent, row: NoticeRow, now: datetime, *, more: bool) -> NoticeRow:
    """A notice after its hand-over. One that did not leave goes by the next channel at once; where it failed for now,
    round and round for a while.
    """
    for_now = sent.outcome is Outcome.FAILED_NOW and now - row.due_at < NOTICE_LIFE
    if for_now or (more and sent.outcome in (Outcome.REFUSED, Outcome.LIMIT)):
        return replace(row, state="queued", lease_until=now if more else now + NOTICE_AGAIN, why=sent.why)
    return replace(row, state="sent" if sent.outcome in _TAKEN else "dropped", why=sent.why)


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
    return Sent(parcel, handed.outcome, now, handed.provider, handed.why)


def failed(parcel: Parcel, error: SendError, now: datetime) -> Sent:
    """A hand-over that did not happen: refused by ourselves, for good, or for now."""
    for_good = Outcome.REFUSED if isinstance(error, Barred) else Outcome.NUMBER_DEAD
    return Sent(parcel, for_good if error.permanent else Outcome.FAILED_NOW, now, why=str(error))
