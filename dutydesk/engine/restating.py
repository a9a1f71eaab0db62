"""What a warning said is applied again, further than it went at first: a held document is let go, the rest of an
area follows, a fall of red that waited for the officer takes place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dutydesk.domain.alert import Alert
from dutydesk.domain.match import Match
from dutydesk.domain.records import Chain
from dutydesk.domain.values import Colour
from dutydesk.engine.batch import Batch, kind_of
from dutydesk.engine.books import Books
from dutydesk.engine.holding import RELEASED
from dutydesk.engine.joining import given, lifts, office_name
from dutydesk.engine.openings import Cause
from dutydesk.engine.reading import read

Colours = dict[str, Colour]


def release(books: Books, hash: str) -> None:
    """Let a held document be taken in with the next batch."""
    document = books.tx.document(hash)
    if document is not None and document.state == "held":
        books.tx.finish_document(hash, "waiting", [*document.faults, RELEASED])
        books.note("released", document=hash)


def follow(books: Books, chain: str) -> None:
    """Give the rest of a raised area the colour of its newest version."""
    def rises(chain: Chain, alert: Alert, found: Match) -> Colours:
        new = given(chain.colours, alert, found)
        return {**chain.colours, **{place: colour for place, colour in new.items()
                                    if colour > chain.colours.get(place, 0)}}

    _restate(books, chain, rises)


def concede(books: Books, chain: str) -> None:
    """Let the reds fall that the newest version lowers, lifts or covers no more, now that the officer said so."""
    def all_of_it(chain: Chain, alert: Alert, found: Match) -> Colours:
        return {} if lifts(alert) else given(chain.colours, alert, found)

    _restate(books, chain, all_of_it)


def _restate(books: Books, id: str, wanted: Callable[[Chain, Alert, Match], Colours]) -> None:
    """Read a chain's newest version again and let it give its places what `wanted` says."""
    chain = books.tx.chain(id)
    versions = books.tx.versions(id)
    if chain is None or not chain.open or not versions:
        return
    newest = max(versions, key=lambda version: (version.sent, version.received_at))
    document = books.tx.document(newest.document)
    for alert, found in (read(books.ctx, document).alerts if document else ()):
        if alert.identifier == newest.identifier:
            batch = Batch(books)
            direct = wanted(chain, alert, found)
            cause = Cause(chain.event, office_name(alert), newest.sent)
            moved = batch.touch(chain, direct, kind=kind_of(chain.status), cause=cause, renewal=False)
            batch.keep(replace(moved, open=bool(direct)))
            batch.carry()

