"""The store: the one door to the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from dutydesk.errors import NoDatabase, Refused
from dutydesk.ports.store import Tx
from dutydesk.store import migrate
from dutydesk.store.dialect import SQLITE, Dialect, create_file, file_of, read_url, reader_engine, writer_engine
from dutydesk.store.lock import Lock
from dutydesk.store.session import Home
from dutydesk.store.transaction import Reading
from dutydesk.store.writer import InlineWriter, ThreadWriter, Writer

T = TypeVar("T")


class SqlStore:
    """Store of `ports.store` on SQLite or PostgreSQL. Made by `open`."""

    def __init__(self, readers: Engine, home: Home, *, writing: Engine | None = None,
                 writer: Writer | None = None, lock: Lock | None = None) -> None:
        self.home = home
        self._readers = readers
        self._writing = writing
        self._writer = writer
        self._lock = lock

    @property
    def commits(self) -> int:
        """How many transactions this store has committed: a measure of the group commit."""
        return self._writer.commits if self._writer else 0

    def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction on the writer and return its result once it is durable.

        Raises what the work raised, or Refused when the database did not take it. A work may run more than once
        and must have no effect but through its Tx.
        """
        return self.submit(work).result()

    def submit(self, work: Callable[[Tx], T]) -> Future[T]:
        """Hand `work` to the writer; the future is settled when it is durable or has failed."""
        if self._writer is None:
            raise Refused("this store was opened for reading only")
        return self._writer.submit(work)

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """Give look-ups on one snapshot of what is committed. Keep it short: an old snapshot slows the claims."""
        with self._readers.connect() as connection:
            yield Reading(connection, self.home)

    def now(self) -> datetime:
        """Return the database server's own time (PostgreSQL), which all its workers share, in UTC.

        Raises Refused when it does not answer, and on SQLite, which has no clock of its own.
        """
        if self.home.dialect.name == SQLITE:
            raise Refused("SQLite has no clock of its own")
        try:
            with self._readers.connect() as connection:
                told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        except DBAPIError as error:
            raise Refused(f"the database does not tell its time: {error.orig}") from error
        return told.astimezone(UTC)

    def close(self) -> None:
        """Finish every work taken, then let go of the database; closing twice is fine."""
        if self._writer:
            self._writer.close()
        self._readers.dispose()
        if self._writing:
            self._writing.dispose()
        if self._lock:
            self._lock.release()
            self._lock = None


def open_store(url: str, *, key: bytes, inline: bool = False, exclusive: bool = True,
               durable: bool = True) -> SqlStore:
    """Open the database of a URL, bring its tables up to date, and return the store.

    `key` seals the journal and never enters the database. `inline` runs works on the calling thread (replay,
    tests). `exclusive=False` opens for reading only, beside a process that writes. `durable=False` does not wait
    for the disk: only for a replay, whose database is thrown away.
    Raises UsageError for a URL that is no store, Refused when another process holds the SQLite file, or when the
    tables are not those of this program.
    """
    where = read_url(url)
    home = Home(Dialect(where.get_backend_name()), key)
    if exclusive:
        return _open_writing(where, home, inline=inline, durable=durable)
    if where.get_backend_name() == SQLITE and not file_of(where).exists():
        raise NoDatabase(f"there is no database {file_of(where)}: `dutydesk load` or `dutydesk run` makes it")
    readers = reader_engine(where)
    try:
        migrate.require(readers)
    except BaseException:
        readers.dispose()
        raise
    return SqlStore(readers, home)


def _open_writing(where: URL, home: Home, *, inline: bool, durable: bool) -> SqlStore:
    lock = Lock(create_file(where)) if where.get_backend_name() == SQLITE else None
    engine = writer_engine(where, durable=durable)
    try:
        migrate.upgrade(engine)
    except BaseException:
        engine.dispose()
        if lock:
            lock.release()
        raise
    writer: Writer = InlineWriter(engine, home) if inline else ThreadWriter(engine, home,
                                                                            most=home.dialect.max_batch)
    return SqlStore(reader_engine(where), home, writing=engine, writer=writer, lock=lock)
