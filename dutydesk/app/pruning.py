"""Removes received bytes that were of no use, so that years of polling do not fill the disk."""

from __future__ import annotations

import logging

from dutydesk.engine.books import Books
from dutydesk.engine.context import Context
from dutydesk.errors import DutydeskError
from dutydesk.ports.clock import Clock
from dutydesk.ports.store import Store, Tx

logger = logging.getLogger(__name__)

AT_ONCE = 200   # documents removed in one transaction: calls must not wait for a broom


def prune(ctx: Context, store: Store, clock: Clock) -> int:
    """Remove documents past their time (`[feeds] keep`, `keep_bad`) that led to no version of any warning.

    What a warning was read from stays, and what waits for a word, and the newest answer of every polled address.
    Return how many documents went; a store that is away is tried again at the next turn.
    """
    keeping = ctx.config.feeds
    total = 0
    try:
        for state, age in (("done", keeping.keep), ("bad", keeping.keep_bad)):
            gone = AT_ONCE
            while gone == AT_ONCE:
                gone = store.write(lambda tx, state=state, age=age: tx.prune(state, clock.now() - age, AT_ONCE))  # type: ignore[misc]  # bound now
                total += gone
        store.write(lambda tx: _tell(Books(ctx, tx, clock.now()), tx, total))
    except DutydeskError as error:
        logger.warning("old documents could not be removed: %s", error)
    return total


def _tell(books: Books, tx: Tx, total: int) -> None:
    tx.forget_fetched(books.now - books.ctx.config.feeds.keep_bad)
    if total:
        books.note("pruned", count=total)
        books.close()
