"""The second desk: what is due moves on. Red before the rest, the officer before all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from dutydesk.domain.happenings import Due
from dutydesk.engine.books import Books
from dutydesk.engine.context import Context
from dutydesk.ports.store import Store, Tx

CLASSES = (0, 1, 2, 3)


class Escalate:
    """Lets timers run out, one batch and class at a time."""

    def __init__(self, ctx: Context, store: Store) -> None:
        self.ctx = ctx
        self.store = store

    def run_once(self, now: datetime, limit: int = 500, classes: Collection[int] = CLASSES) -> int:
        """Move every callout that is due, of these classes; return how many moved (call again while it is not 0)."""
        return sum(self._class(klass, now, limit) for klass in sorted(classes))

    def _class(self, klass: int, now: datetime, limit: int) -> int:
        return self.store.write(lambda tx: self._turn(tx, klass, now, limit))

    def _turn(self, tx: Tx, klass: int, now: datetime, limit: int) -> int:
        due = tx.claim_callouts(klass, now, limit)
        if not due:
            return 0
        books = Books(self.ctx, tx, now)
        for callout in due:
            books.advance(callout, Due(now))
        books.close()
        return len(due)
