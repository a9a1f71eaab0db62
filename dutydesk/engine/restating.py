"""What a chain's messages said counts further than it did at first: the rest of an area follows, a fall of red that
waited for the officer takes place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dutydesk.domain.records import Chain
from dutydesk.domain.succession import given
from dutydesk.domain.values import Colour
from dutydesk.engine.batch import Batch, kind_of
from dutydesk.engine.books import Books
from dutydesk.engine.openings import Cause


def follow(books: Books, id: str) -> None:
    """Give the rest of a raised area what the chain's messages say of it."""
    batch = Batch(books)
    chain = batch.chain(id)
    if chain is not None and chain.open:
        _restate(batch, chain, batch.story(id).standing().colours)


def concede(books: Books, id: str) -> None:
    """Let the reds fall that the newest version lowers, lifts or covers no more, now that the officer said so."""
    batch = Batch(books)
    chain = batch.chain(id)
    if chain is None or not chain.open or not batch.story(id).standing().kept:
        return
    newest = batch.story(id).messages()[-1]
    colours = {} if newest.lifts else given(chain.colours, newest)
    batch.rule(chain, colours)
    _restate(batch, chain, colours)


def _restate(batch: Batch, chain: Chain, colours: Mapping[str, Colour]) -> None:
    newest = batch.story(chain.id).messages()[-1]
    cause = Cause(chain.event, newest.office_name, newest.sent)
    moved = batch.touch(chain, colours, kind=kind_of(chain.status), cause=cause, renewal=False)
    batch.keep(replace(moved, open=bool(colours)))
    batch.carry()
