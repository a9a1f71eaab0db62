"""The fourth desk: what came back. Replies and keys become facts, receipts become evidence.

No reply is dropped: what counts for nothing is asked back, or waits in the officer's queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dutydesk.domain import replies
from dutydesk.domain.happenings import Replied
from dutydesk.domain.records import Ask, Inbound
from dutydesk.domain.replies import Act, Understood
from dutydesk.domain.site import Number
from dutydesk.domain.values import Outcome, Role, Via
from dutydesk.engine import answers, meaning
from dutydesk.engine.books import Books
from dutydesk.engine.composing import listed
from dutydesk.engine.context import Context
from dutydesk.engine.dispatch import tell_callouts
from dutydesk.ports.store import Store, Tx

_CONTACT = (Act.STOP, Act.WRONG_NUMBER)
_LISTS = (Act.WOKEN, Act.NOT_FOUND)


class Listen:
    """Reads what providers pushed, in the order it was received."""

    def __init__(self, ctx: Context, store: Store) -> None:
        self.ctx = ctx
        self.store = store

    def run_once(self, now: datetime, limit: int = 500) -> int:
        """Deal with waiting rows; return how many (call again while it is not 0)."""
        return self.store.write(lambda tx: self._turn(tx, now, limit))

    def _turn(self, tx: Tx, now: datetime, limit: int) -> int:
        rows = tx.claim_inbound(limit)
        if not rows:
            return 0
        books = Books(self.ctx, tx, now)
        for row in rows:
            understood = self._hear(books, row)
            tx.finish_inbound(row.id, understood)
            books.note("heard", inbound=row.id, sort=row.kind, call=row.call, understood=understood)
        books.close()
        return len(rows)

    def _hear(self, books: Books, row: Inbound) -> str:
        if row.kind == "receipt":
            return self._receipt(books, row)
        if row.kind == "key":
            return self._key(books, row)
        return self._text(books, row)

    # -- receipts -------------------------------------------------------------------------------------
    def _receipt(self, books: Books, row: Inbound) -> str:
        """A receipt is evidence of called, never an answer; receipts come late, twice and out of order."""
        call = books.tx.call(row.call)
        if call is None or row.outcome is None:
            return "unknown call"
        if call.outcome is None or not call.outcome.final or row.outcome.final:
            books.tx.set_outcome(call.id, row.outcome)
        tell_callouts(books, call, row.outcome, row.received_at)
        return row.outcome.value

    # -- keys -----------------------------------------------------------------------------------------
    def _key(self, books: Books, row: Inbound) -> str:
        """Keys pressed in a call count for exactly the asks of that call."""
        call = books.tx.call(row.call)
        if call is None:
            return "unknown call"
        reading = replies.read_keys(row.text)
        if not isinstance(reading, Understood) or reading.act is Act.AGAIN:
            tell_callouts(books, call, Outcome.PICKED_UP, row.received_at)
            return "no valid key"
        tell_callouts(books, call, Outcome.PICKED_UP, row.received_at)
        return self._count(books, row, reading, books.tx.asks(call.asks), Via.VOICE)

    # -- texts ----------------------------------------------------------------------------------------
    def _text(self, books: Books, row: Inbound) -> str:
        """A text message.

        1. Words of danger raise the alarm whatever else it says.
        2. Understood: find the asks it is meant for; none that is sure: ask back and ring.
        3. Wrong number and STOP open a contact task.
        """
        phone = meaning.look(books.tx, row.number, row.received_at)
        reading = replies.read(row.text)
        words = replies.alarm_words(row.text)
        if words and not (isinstance(reading, Understood) and reading.act is Act.HELP):
            answers.cry_for_help(books, row, phone, words)
        if not isinstance(reading, Understood):
            return answers.unclear(books, row, phone, "" if words else str(reading.why))
        if reading.act in _CONTACT:
            return answers.contact(books, row, reading.act)
        asks = meaning.meant_by_code(phone, reading.code) if reading.code else meaning.meant_bare(phone)
        if asks is None:
            return answers.unclear(books, row, phone, "哪一件不明")
        if not asks:
            return answers.nothing_asked(books, row, reading)
        return self._count(books, row, reading, asks, Via.SMS)

    def _count(self, books: Books, row: Inbound, reading: Understood, asks: Sequence[Ask], via: Via) -> str:
        """Let an understood reply happen to the callouts it is meant for, and tell the sender what was taken."""
        if reading.act in _LISTS:
            chosen = self._by_number(books, reading, asks)
            if chosen is None:
                return answers.send_list_back(books, row, asks)
            asks = chosen
        asks = meaning.one_each(asks)
        if not asks:
            return answers.nothing_asked(books, row, reading)
        callouts = {each.id: each for each in books.tx.lock_callouts({ask.callout for ask in asks})}
        for rank, ask in enumerate(asks):
            if ask.callout in callouts:
                n = reading.n if rank == 0 else None   # counted once per message, not per hat
                books.advance(callouts[ask.callout], Replied(
                    row.received_at, reading.act.value, ask.person, self._role(row, ask), via, n, source=row.id))
        answers.confirm(books, row, reading, asks, callouts)
        return f"{reading.act.value} {reading.n if reading.n is not None else ''} for {len(asks)}".replace("  ", " ")

    def _by_number(self, books: Books, reading: Understood, asks: Sequence[Ask]) -> list[Ask] | None:
        """The asks of the places a list's numbers name; None where the list must be sent back."""
        mine = [ask for ask in asks if ask.role is Role.SUPERIOR] or list(asks)
        if not reading.numbers:
            return mine if len({ask.place for ask in mine}) == 1 else None
        incident = books.incident(mine[0].incident)
        numbered = listed(incident, mine[0].person) if incident else {}
        places = {numbered.get(number) for number in reading.numbers}
        return [ask for ask in mine if ask.place in places] if None not in places else None

    def _role(self, row: Inbound, ask: Ask) -> Role:
        """In which role an answer counts: what came from a neighbour's phone is relayed, never answered."""
        owners: Sequence[Number] = self.ctx.site.number_owners.get(row.number, ())
        kinds = {number.kind for number in owners if number.person == ask.person}
        return Role.NEIGHBOUR if kinds == {"neighbour"} else ask.role

