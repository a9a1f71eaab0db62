"""What a live desk does after a round that failed: one bad row must not keep everybody else from being called.

Each desk then works by itself. A reply or a document over which its desk stumbles alone is set aside: it is kept,
shown, and put before the officer. It must not judge rows that failed because the store is away.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from dutydesk.domain.records import Document, Inbound
from dutydesk.engine.books import Books
from dutydesk.engine.house import house_incident
from dutydesk.engine.rounds import Rounds
from dutydesk.errors import DutydeskError
from dutydesk.ports.store import Tx

logger = logging.getLogger(__name__)

MOST = 500   # rows looked at one by one


class Stumbling:
    """Turns the desks of a round one by one."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._store = rounds.store
        self._ctx = rounds.dispatch.ctx

    def turn(self, now: datetime) -> None:
        """Let every desk work, whatever becomes of the others, in the order that holds after a gap too."""
        self._try("listen", self._listen, now)
        self._try("intake", self._intake, now)
        self._try("escalate", self._rounds.escalate.run_once, now)
        self._try("supervise", self._rounds.supervise.run_once, now)

    def _try(self, name: str, work: Callable[..., object], *arguments: object) -> bool:
        """Whether a desk came through; what stopped it is logged. A store that is away stops all of them."""
        try:
            work(*arguments)
        except DutydeskError:
            raise
        except Exception:  # whatever it is, the next desk must have its turn
            logger.exception("the desk %s stumbled", name)
            return False
        return True

    def _listen(self, now: datetime) -> None:
        """One reply after the other; one that cannot be dealt with is for the officer's eyes."""
        for _ in range(MOST):
            with self._store.read() as reads:
                waiting = reads.inbound("new", 1)
            if not waiting:
                return
            if not self._try("listen", self._rounds.listen.run_once, now, 1):
                self._store.write(partial(self._shelve_reply, row=waiting[0], now=now))

    def _intake(self, now: datetime) -> None:
        """One document after the other; one that cannot be taken in is bad."""
        for _ in range(MOST):
            with self._store.read() as reads:
                waiting = reads.documents("waiting", 1)
            if not waiting:
                return
            if not self._try("intake", self._rounds.intake.run_once, now, 1):
                self._store.write(partial(self._shelve, document=waiting[0], now=now))

    def _shelve_reply(self, tx: Tx, row: Inbound, now: datetime) -> None:
        books = Books(self._ctx, tx, now)
        tx.finish_inbound(row.id, "for the officer: the desk stumbled over it")
        house = house_incident(books)
        books.task(house.id, "read", house.desk, "officer", now, about=row.id)
        books.alarm(house.id, "stumbled", place=house.desk, text="有一条回复程序无法处理，请人工查看", red=False)
        books.close()

    def _shelve(self, tx: Tx, document: Document, now: datetime) -> None:
        books = Books(self._ctx, tx, now)
        tx.finish_document(document.hash, "bad", [*document.faults, "stumbled: 程序处理这份文件时出错，请人工处置"])
        house = house_incident(books)
        books.alarm(house.id, "bad_document", place=house.desk, text=document.name, red=False)
        books.note("bad_document", incident=house.id, document=document.hash, name=document.name, error="stumbled")
        books.close()
