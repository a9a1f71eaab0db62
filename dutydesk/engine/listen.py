"""The fourth desk: what came back. Replies and keys become facts, receipts become evidence.

No reply is dropped: what counts for nothing is asked back, or waits in the officer's queue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from dutydesk.domain import replies
from dutydesk.domain.channel_trial import is_test
from dutydesk.domain.happenings import Replied
from dutydesk.domain.records import REF, Ask, Inbound
from dutydesk.domain.replies import Act, Understood
from dutydesk.domain.site import Number
from dutydesk.domain.values import Outcome, Role, Via
from dutydesk.engine import answers, meaning
from dutydesk.engine.books import Books
from dutydesk.engine.composing import listed
from dutydesk.engine.context import Context
from dutydesk.engine.dispatch import Told, tell_callouts
from dutydesk.ports.store import Store, Tx

UNKNOWN_CALL = "unknown call"
NOT_YET = "before the hand-over was booked"
EARLY = timedelta(minutes=10)   # so much earlier than the answer to its hand-over may a receipt come
#: How the ids of notices look. They ask nothing, so their receipts prove nothing.
_NOTICE = re.compile("n[0-9a-f]{20}")
_CONTACT = (Act.STOP, Act.WRONG_NUMBER)
_LISTS = (Act.WOKEN, Act.NOT_FOUND)


class Hearing:
    """What one batch is about: the calls its keys and receipts belong to, the phones its texts came from."""

    def __init__(self, books: Books, rows: Sequence[Inbound]) -> None:
        self.books = books
        self.phones = meaning.Phones(books, rows)
        self.outcomes: dict[str, Outcome] = {}
        named = {row.call for row in rows if row.call}
        refs = {name for name in named if name.startswith(REF)}
        self._calls = {call.id: call for call in books.tx.calls(named - refs)}
        if refs:
            self._calls.update((call.provider, call) for call in books.tx.calls_by_ref(refs))
        self.open: set[str] = set()   # rows to be read again when what they were judged by is known better
        asks = books.tx.asks(id for call in self._calls.values() for id in call.asks)
        self._asks = {ask.id: ask for ask in asks}
        books.lock(ask.callout for ask in asks)

    def asks_in(self, call: str) -> list[Ask]:
        """The asks a call carries."""
        return [self._asks[id] for id in self._calls[call].asks if id in self._asks]

    def report(self, row: Inbound, outcome: Outcome | None) -> str:
        """A report about a call is evidence of called, never an answer; reports come late, twice, out of order."""
        call = self._calls.get(row.call)
        if is_test(row.call):
            return f"test: {outcome.value if outcome else row.text}"
        if outcome is not None and _NOTICE.fullmatch(row.call):
            return f"notice: {outcome.value}"
        if call is None and row.call.startswith(REF) and self.books.now - row.received_at < EARLY:
            return NOT_YET
        if call is None or outcome is None:
            return UNKNOWN_CALL
        known = self.outcomes.get(call.id)
        if known is None or outcome.final or not known.final:
            self.outcomes[call.id] = outcome
        tell_callouts(self.books, [Told(call, outcome, row.received_at, tuple(self.asks_in(call.id)))])
        return outcome.value


class Listen:
    """Reads what providers pushed, in the order it was received."""

    def __init__(self, ctx: Context, store: Store) -> None:
        self.ctx = ctx
        self.store = store

    def run_once(self, now: datetime, limit: int = 500) -> int:
        """Deal with waiting rows; return how many (call again while it is not 0)."""
        return self.store.write(lambda tx: self._turn(tx, now, limit))

    def _turn(self, tx: Tx, now: datetime, limit: int) -> int:
        """Look up together what the rows of a batch are about, then deal with them in the order of their times."""
        rows = tx.claim_inbound(limit)
        if not rows:
            return 0
        hearing = Hearing(Books(self.ctx, tx, now), rows)
        understood = {row.id: self._hear(hearing, row) for row in rows}
        early = [id for id, told in understood.items() if told == NOT_YET]
        if early:
            tx.shelve_inbound(early)
        for row in rows:
            if row.id not in early:
                hearing.books.note("heard", inbound=row.id, sort=row.kind, call=row.call, understood=understood[row.id])
        tx.finish_inbounds({id: told for id, told in understood.items() if id not in early}, hearing.open)
        if hearing.outcomes:
            tx.set_outcomes(hearing.outcomes)
        hearing.books.close()
        return len(rows)

    def _hear(self, hearing: Hearing, row: Inbound) -> str:
        if row.kind == "receipt":
            return hearing.report(row, row.outcome)
        if row.kind == "key":
            return self._key(hearing, row)
        if row.kind == "page":
            return self._page(hearing, row)
        if row.kind == "trouble":
            return answers.trouble(hearing.books, row)
        return self._text(hearing, row)

    # -- keys -----------------------------------------------------------------------------------------
    def _key(self, hearing: Hearing, row: Inbound) -> str:
        """Keys pressed in a call count for exactly the asks of that call."""
        told = hearing.report(row, Outcome.PICKED_UP)
        if told in (UNKNOWN_CALL, NOT_YET) or is_test(row.call):
            return told
        reading = replies.read_keys(row.text)
        if not isinstance(reading, Understood) or reading.act is Act.AGAIN:
            return "no valid key"
        return self._count(hearing.books, row, reading, hearing.asks_in(row.call), Via.VOICE)

    def _page(self, hearing: Hearing, row: Inbound) -> str:
        """What was pressed on the page a text linked to counts for exactly the asks of that text; beneath the words
        stand where he was and his photo, its evidence.
        """
        told = hearing.report(row, Outcome.ON_HANDSET)
        said, _, proof = row.text.partition("\n")
        reading = replies.read(said)
        if told == UNKNOWN_CALL or not isinstance(reading, Understood):
            return told if told == UNKNOWN_CALL else "not understood"
        return self._count(hearing.books, row, reading, hearing.asks_in(row.call), Via.PAGE,
                           f"page {proof}".strip())

    # -- texts ----------------------------------------------------------------------------------------
    def _text(self, hearing: Hearing, row: Inbound) -> str:
        """A text message.

        1. Words of danger raise the alarm whatever else it says.
        2. Understood: find the asks it is meant for; none that is sure: ask back and ring.
        3. Wrong number and STOP open a contact task.
        Read again, it may count for more than before; nothing is asked or told twice.
        """
        books, phone = hearing.books, hearing.phones.look(row.number, row.received_at)
        reading = replies.read(row.text)
        words = replies.alarm_words(row.text)
        if words and not row.understood and not (isinstance(reading, Understood) and reading.act is Act.HELP):
            answers.cry_for_help(books, row, phone, words)
        if not isinstance(reading, Understood):
            return answers.unclear(books, row, phone, "" if words else str(reading.why))
        if reading.act in _CONTACT:
            return answers.contact(books, row, reading.act)
        asks = meaning.meant_by_code(phone, reading.code) if reading.code else meaning.meant_bare(phone)
        if asks is None or (not reading.code and meaning.may_grow(phone)):
            hearing.open.add(row.id)
        if row.understood:
            return self._again(books, row, reading, asks or ())
        if asks is None:
            return answers.unclear(books, row, phone, "哪一件不明")
        return self._count(books, row, reading, asks, Via.SMS)

    def _count(self, books: Books, row: Inbound, reading: Understood, asks: Sequence[Ask], via: Via,
               evidence: str = "automatic") -> str:
        """Let an understood reply happen to the callouts it is meant for, and tell the sender what was taken."""
        if not asks:
            return answers.nothing_asked(books, row, reading)
        chosen = self._chosen(books, row, reading, _by_matter(asks) if via is Via.SMS else [asks])
        if not chosen:
            return answers.send_list_back(books, row, asks)
        return self._happen(books, row, reading, chosen, via, evidence)

    def _again(self, books: Books, row: Inbound, reading: Understood, asks: Sequence[Ask]) -> str:
        """A text read again: what it counts for now and did not before."""
        chosen = self._chosen(books, row, reading, _by_matter(asks))
        known = {(fact.callout, fact.person) for fact in books.tx.facts_on({ask.callout for ask, _ in chosen})
                 if fact.at == row.received_at}
        fresh = [(ask, n) for ask, n in chosen if (ask.callout, ask.person) not in known]
        return self._happen(books, row, reading, fresh, Via.SMS) if fresh else row.understood

    def _chosen(self, books: Books, row: Inbound, reading: Understood,
                matters: Iterable[Sequence[Ask]]) -> list[tuple[Ask, int | None]]:
        """Whom an understood reply counts for: one ask per callout and person, and the number it gives, which counts
        once for each matter, not per hat. Empty where a list must be sent back.
        """
        chosen: list[tuple[Ask, int | None]] = []
        for members in matters:
            named = self._by_number(books, row, reading, members) if reading.act in _LISTS else members
            chosen += [(ask, None if rank else reading.n) for rank, ask in enumerate(meaning.one_each(named or ()))]
        return chosen

    def _happen(self, books: Books, row: Inbound, reading: Understood, chosen: Sequence[tuple[Ask, int | None]],
                via: Via, evidence: str = "automatic") -> str:
        asks = [ask for ask, _ in chosen]
        callouts = books.lock(ask.callout for ask in asks)
        for ask, n in chosen:
            if ask.callout in callouts:
                books.advance(callouts[ask.callout], Replied(
                    row.received_at, reading.act.value, ask.person, self._role(row, ask), via, n, evidence, row.id))
        answers.confirm(books, row, reading, asks, callouts)
        return f"{reading.act.value} {reading.n if reading.n is not None else ''} for {len(asks)}".replace("  ", " ")

    def _by_number(self, books: Books, row: Inbound, reading: Understood,
                   asks: Sequence[Ask]) -> list[Ask] | None:
        """The asks of the places a list's numbers name; None where the list must be sent back."""
        mine = [ask for ask in asks if ask.role is Role.SUPERIOR] or list(asks)
        if not reading.numbers and all(self._role(row, ask) is Role.NEIGHBOUR for ask in mine):
            return mine   # a neighbour has no list: whom he woke, he woke for all their places
        if not reading.numbers:
            return mine if len({ask.place for ask in mine}) == 1 else None
        incident = books.incident(mine[0].incident)
        numbered = listed(incident, mine[0].person) if incident else {}
        places = {numbered.get(number) for number in reading.numbers}
        chosen = [ask for ask in mine if ask.place in places]
        return chosen if {ask.place for ask in chosen} == places else None

    def _role(self, row: Inbound, ask: Ask) -> Role:
        """In which role an answer counts: what came from a neighbour's phone is relayed, never answered."""
        owners: Sequence[Number] = self.ctx.site.number_owners.get(row.number, ())
        kinds = {number.kind for number in owners if number.person == ask.person}
        return Role.NEIGHBOUR if kinds == {"neighbour"} else ask.role


def _by_matter(asks: Iterable[Ask]) -> list[list[Ask]]:
    """Asks by the incident and round they belong to."""
    found: dict[tuple[str, int], list[Ask]] = {}
    for ask in asks:
        found.setdefault((ask.incident, ask.round), []).append(ask)
    return list(found.values())
