"""Somebody calls our number: a call of its own carries all that is open for his phone, so that a key counts for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dutydesk.domain.channel_trial import is_test, text_of
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Ask, Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.engine import meaning
from dutydesk.engine.books import Books
from dutydesk.engine.composing import DRILL, Letters, compose
from dutydesk.engine.context import Context
from dutydesk.ports.store import Store, Tx


class AtTheDoor:
    """What a channel that speaks may ask of the house; satisfies `ports.channel.Front`."""

    def __init__(self, ctx: Context, store: Store) -> None:
        self._ctx = ctx
        self._store = store

    def text_of(self, call: str) -> str:
        """What a call says; empty for one that is unknown."""
        if is_test(call):
            return text_of(self._ctx.config, Via.VOICE)
        with self._store.read() as reads:
            found = reads.call(call)
        return found.text if found else ""

    def sent_to(self, call: str) -> tuple[str, datetime] | None:
        """The number a call went to and when it was made; None for one that is unknown."""
        with self._store.read() as reads:
            found = reads.call(call)
        return (found.number, found.created_at) if found else None

    def called_back(self, number: str, key: str, channel: str, at: datetime) -> tuple[str, str]:
        """Return the call that carries what is open for a phone, and what it says; see `Front.called_back`."""
        id = derive("k", "back", channel, key)
        return self._store.write(lambda tx: self._called_back(tx, number, id, channel, at))

    def _called_back(self, tx: Tx, number: str, id: str, channel: str, at: datetime) -> tuple[str, str]:
        """Carry everything open in one call.

        1. The same key: the call that was made for it.
        2. What was asked of this phone and is open, each callout once; a drill only where nothing real is open.
        3. The call is written as picked up: what it reads out has been heard.
        """
        known = tx.call(id)
        if known is not None:
            return known.id, known.text
        books = Books(self._ctx, tx, at)
        row = Inbound(id, channel, "reply", number, "", "", at)
        phone = meaning.Phones(books, [row]).look(number, at)
        waiting = {ask.callout: ask for ask in phone.asked() if phone.open(ask)}
        real = {name: ask for name, ask in waiting.items() if ask.klass != DRILL}
        asks = [_anew(ask, number, id, at) for ask in (real or waiting).values()]
        if not asks:
            return "", ""
        callouts = books.lock(ask.callout for ask in asks)
        draft = compose(books, asks, callouts, Letters(tx, (), at))
        if draft is None:
            return "", ""
        call = replace(draft.call, id=id, channel=channel)
        tx.add_asks([ask for ask in asks if ask.id in call.asks])
        tx.start_calls([call])
        tx.finish_calls([replace(call, state="handed", outcome=Outcome.PICKED_UP, handed_at=at)])
        books.note("called_back", incident=call.incident, person=call.person, call=call.id, channel=channel,
                   asks=list(call.asks))
        books.close()
        return call.id, call.text


def _anew(ask: Ask, number: str, call: str, at: datetime) -> Ask:
    """The same ask, put to him once more because he called."""
    return replace(ask, id=derive("a", ask.callout, call), number=number, via=Via.VOICE, tries=0, due_at=at,
                   state="queued", call=None, outcome=None)

