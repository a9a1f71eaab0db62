"""Tells a log server what stands in the audit and, if it is to, what happened: each row once, in order.

It has its own thread and its own places in both, kept in the database: a log server that is slow or gone delays
nobody, and hears afterwards what it missed.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from dutydesk.app.bookmark import Bookmark
from dutydesk.app.happenings import KINDS
from dutydesk.channels.syslog import INFO, NOTICE, WARNING, LogServer, Message, written
from dutydesk.domain.audit import AuditRow
from dutydesk.domain.records import JournalRow
from dutydesk.domain.setup import Setup
from dutydesk.errors import SendError
from dutydesk.ports.clock import Clock
from dutydesk.store.store import SqlStore

logger = logging.getLogger(__name__)

Row = TypeVar("Row", AuditRow, JournalRow)

_PROGRAM = "dutydesk"
_MANY = 200            # rows a turn
_LOOK = 1.0            # seconds between two looks
_LONGEST = 60.0        # seconds after a failure, at most
_TOLD = frozenset({"version", "incident", "round", "alarm", "document", "closed", "order", "fact", "drill"})
_BAD = ("_failed", "_refused", "refused")
_OWN_WORDS = ("text",)


class Forwarding:
    """One log server with its places in the audit and in the journal."""

    def __init__(self, server: LogServer, setup: Setup, store: SqlStore, clock: Clock, *, worker: str = "desk") -> None:
        self._server, self._setup, self._store = server, setup, store
        self._settings = setup.config.syslog
        self._host = socket.gethostname()
        self._audit = Bookmark("syslog:audit", store, clock, worker, self._audit_head)
        self._journal = Bookmark("syslog:journal", store, clock, worker, self._journal_head)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="syslog", daemon=True)

    def start(self) -> None:
        """Begin where the last one stopped; the first begins with what happens from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join(timeout=15)
        self._server.close()

    def _work(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            nap = _LOOK
            try:
                nap = 0.0 if self.turn() else _LOOK
                failures = 0
            except SendError as error:
                failures += 1
                nap = min(_LONGEST, 2.0 ** failures)
                logger.warning("log server: %s; it is tried again in %.0f s", error, nap)
            except Exception:  # a database that is gone for a while must not end it
                failures += 1
                nap = min(_LONGEST, 2.0 ** failures)
                logger.exception("the log server was not told; trying again")
            self._stopping.wait(nap)

    def turn(self) -> bool:
        """Tell what is new; tell whether there was anything. Raises SendError: what was told stays told."""
        told = self._tell(self._audit, self._audit_rows, _of_audit)
        return (self._settings.journal and self._tell(self._journal, self._journal_rows, _of_journal)) or told

    def _tell(self, bookmark: Bookmark, rows_after: Callable[[int], Sequence[Row]],
              message_of: Callable[[Row], Message | None]) -> bool:
        """Send some rows, one after the other, and keep how far it went, also where one fails."""
        place = bookmark.at()
        rows = rows_after(place)
        if not rows or not bookmark.claim(place):
            return False
        settings = self._settings
        try:
            for row in rows:
                message = message_of(row)
                if message is not None:
                    self._server.send(written(message, facility=settings.facility, host=self._host, program=_PROGRAM,
                                              process=os.getpid(), block=f"{_PROGRAM}@{settings.enterprise}"))
                place = row.seq or place
        finally:
            bookmark.keep(place)
        return True

    def _audit_rows(self, after: int) -> list[AuditRow]:
        with self._store.read() as reads:
            return reads.audit(after=after, limit=_MANY)

    def _journal_rows(self, after: int) -> list[JournalRow]:
        with self._store.read() as reads:
            return reads.journal(after=after, limit=_MANY)

    def _audit_head(self) -> int:
        with self._store.read() as reads:
            return reads.audit_head().seq

    def _journal_head(self) -> int:
        with self._store.read() as reads:
            return reads.journal_head().seq


def _of_audit(row: AuditRow) -> Message:
    data = {"seq": row.seq, "account": row.account, "address": row.where, "why": row.why, **row.facts}
    return Message(row.at, WARNING if row.what.endswith(_BAD) else NOTICE, row.what,
                   f"{row.account or '-'} {row.what} from {row.where or '-'}", _plain(data))


def _of_journal(row: JournalRow) -> Message | None:
    kind = KINDS.get(row.what)
    if kind not in _TOLD:
        return None
    data = {"seq": row.seq, "kind": kind, "incident": row.incident, "callout": row.callout, "person": row.person,
            **row.facts}
    words = (row.what, row.incident, str(row.facts.get("place", "")))
    return Message(row.at, WARNING if kind == "alarm" else INFO, row.what, " ".join(filter(None, words)), _plain(data))


def _plain(data: Mapping[str, Any]) -> dict[str, str]:
    """What can be told as one word each; an officer's own words stay in the house."""
    return {name: str(value) for name, value in data.items()
            if name not in _OWN_WORDS and isinstance(value, str | int) and value != ""}


def log_server(site: Path, setup: Setup) -> LogServer | None:
    """Return the log server of `[syslog]`, None where there is none."""
    settings = setup.config.syslog
    if not settings.address:
        return None
    return LogServer(settings.address, site / settings.authority if settings.authority else None)
