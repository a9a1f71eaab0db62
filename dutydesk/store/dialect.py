"""Everything in which SQLite and PostgreSQL differ, and nothing else.

SQLite: one writer per file, WAL, `synchronous=FULL`, `BEGIN IMMEDIATE`; foreign keys stay off, because ids derive
from what they name and rows arrive in the order the world tells them. PostgreSQL: as many writers as wanted, row
locks with SKIP LOCKED, groups of asks kept whole by advisory locks.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from time import sleep
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    create_engine,
    event,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.dml import Insert

from dutydesk.errors import UsageError
from dutydesk.store.codec import dump, dump_words

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BUSY_MS = 10_000
STALLED_MS = 10_000   # a worker that stands still inside a transaction loses it, and its locks (PostgreSQL)
# A statement prepared by the driver is planned for its parameters every time: planned once for any, a look for what is
# due takes a third of history to be due, and walks through all of it instead of using its index.
PLANS = "-c plan_cache_mode=force_custom_plan"
_RETRY = frozenset({"25P03", "40001", "40P01", "57P01", "57P02", "57P03"})


def read_url(url: str) -> URL:
    """Return the parsed URL with its driver; raises UsageError for anything but a file or a PostgreSQL server."""
    try:
        parsed = make_url(url)
        kind = parsed.get_backend_name()
    except ArgumentError as error:
        raise UsageError(f"{url!r} is no store: use sqlite:///FILE or postgresql://USER@HOST/NAME") from error
    if kind == SQLITE:
        if not parsed.database or parsed.database == ":memory:":
            raise UsageError("the store must survive a crash: name a file, as in sqlite:///var/desk.sqlite3")
        return parsed.set(drivername=SQLITE)
    if kind == POSTGRESQL:
        return parsed.set(drivername="postgresql+psycopg")
    raise UsageError(f"{kind} is no store we know: use sqlite:///FILE or postgresql://USER@HOST/NAME")


def writer_engine(url: URL, *, durable: bool) -> Engine:
    """Return the engine of the one writing connection of this process."""
    if url.get_backend_name() == POSTGRESQL:
        options = f"{PLANS} -c idle_in_transaction_session_timeout={STALLED_MS}" + (
            "" if durable else " -c synchronous_commit=off")
        return create_engine(url, poolclass=QueuePool, pool_size=1, max_overflow=0, connect_args={"options": options},
                             execution_options={"preserve_rowcount": True})
    engine = create_engine(url, poolclass=QueuePool, pool_size=1, max_overflow=0,
                           connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000},
                           execution_options={"preserve_rowcount": True})
    _prepare_sqlite(engine, begin="BEGIN IMMEDIATE", pragmas=(
        "journal_mode=WAL", f"synchronous={'FULL' if durable else 'OFF'}", "temp_store=MEMORY",
        "cache_size=-65536", "wal_autocheckpoint=4000", "journal_size_limit=67108864"))
    return engine


def reader_engine(url: URL) -> Engine:
    """Return the engine of the reading connections: each sees one snapshot and cannot write."""
    if url.get_backend_name() == POSTGRESQL:
        return create_engine(url, pool_size=4, max_overflow=12, isolation_level="REPEATABLE READ",
                             connect_args={"options": PLANS}, execution_options={"postgresql_readonly": True})
    engine = create_engine(url, poolclass=QueuePool, pool_size=4, max_overflow=12,
                           connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000})
    _prepare_sqlite(engine, begin="BEGIN", pragmas=("query_only=ON", "temp_store=MEMORY", "cache_size=-16384"))
    return engine


def _prepare_sqlite(engine: Engine, *, begin: str, pragmas: tuple[str, ...]) -> None:
    """Take transactions into our own hands (the driver would begin late) and set the connection up."""

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    def begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)


def create_file(url: URL) -> Path:
    """Make the SQLite file, readable by its owner only (it holds numbers), and return its path."""
    path = file_of(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return path


def file_of(url: URL) -> Path:
    """Return the path of a SQLite URL."""
    return Path(url.database or "")


class Dialect:
    """The differences inside statements. Every statement is built once per store."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.max_batch = 256 if name == SQLITE else 60   # PostgreSQL slows down beyond 64 savepoints in one
        self.workers = 1 if name == SQLITE else 4        # who may claim side by side without getting in the way

    def insert_new(self, table: Table) -> Insert:
        """Return an insert that leaves rows alone whose key is known."""
        insert = sqlite.insert if self.name == SQLITE else postgresql.insert
        return insert(table).on_conflict_do_nothing()

    def put(self, table: Table) -> Insert:
        """Return an insert that replaces what stands in a row whose key is known."""
        insert = sqlite.insert if self.name == SQLITE else postgresql.insert
        fresh = insert(table)
        return fresh.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={column.name: fresh.excluded[column.name] for column in table.c if not column.primary_key})

    def among(self, column: Column[Any], name: str) -> ColumnElement[bool]:
        """Return `column` is one of the texts of parameter `name` (see `many`): one statement for any number."""
        if self.name == POSTGRESQL:
            return column == any_(bindparam(name, type_=postgresql.ARRAY(Text)))
        each = func.json_each(bindparam(name, type_=Text)).table_valued("value")
        return column.in_(select(each.c.value))

    def many(self, values: Collection[str]) -> Any:
        """Return what parameter `name` of `among` wants."""
        if self.name == POSTGRESQL:
            return list(values)
        return dump_words(tuple(values))

    def listed(self, name: str, columns: Sequence[Column[Any]]) -> Select[Any]:
        """Return the rows of parameter `name` (see `list_of`) as a SELECT with the types of the columns."""
        if self.name == POSTGRESQL:
            each = func.jsonb_array_elements(cast(bindparam(name, type_=Text), postgresql.JSONB)).column_valued("e")
            return select(*(cast(each.op("->>")(place), column.type) for place, column in enumerate(columns)))
        rows = func.json_each(bindparam(name, type_=Text)).table_valued("value")
        return select(*(func.json_extract(rows.c.value, f"$[{place}]") for place in range(len(columns))))

    def list_of(self, rows: Iterable[Sequence[Any]]) -> str:
        """Return what parameter `name` of `listed` wants."""
        return dump([list(row) for row in rows])

    def claim(self, statement: Select[Any]) -> Select[Any]:
        """Lock the rows, skipping those another worker decides on.

        SQLite drops the words, and needs none: the one writer already holds the file.
        """
        return statement.with_for_update(skip_locked=True)

    def lock(self, statement: Select[Any]) -> Select[Any]:
        """Lock the rows, waiting for whoever has them."""
        return statement.with_for_update()

    def take_group(self, columns: list[ColumnElement[Any]]) -> ColumnElement[bool]:
        """Return the condition that this transaction alone has the group named by the columns."""
        if self.name == SQLITE:
            return true()
        name = func.concat_ws("\x1f", *columns)
        return func.pg_try_advisory_xact_lock(func.hashtextextended(name, cast(literal(0), BigInteger)))


def worth_a_retry(error: BaseException) -> bool:
    """Whether PostgreSQL says that the same work may pass the second time (serialization, deadlock, lost)."""
    original = getattr(error, "orig", None)
    return bool(getattr(error, "connection_invalidated", False)) or getattr(original, "sqlstate", None) in _RETRY


def transaction_id(connection: Connection) -> str | None:
    """Begin, and return a name under which the server remembers how the transaction ended; None on SQLite."""
    if connection.dialect.name == SQLITE:
        return None
    name: str = connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one()
    return name


def commit_known(connection: Connection, name: str) -> bool:
    """Whether the transaction of that name was committed, waiting while it is still ending."""
    for _ in range(100):
        told = connection.exec_driver_sql("SELECT pg_xact_status(%s::xid8)", (name,)).scalar_one()
        connection.rollback()
        if told != "in progress":
            return bool(told == "committed")
        sleep(0.05)
    return False
