"""The one writer of a process: its queue is the group commit.

Works that wait together share one transaction and one fsync; each runs in a savepoint of its own (a single work needs
none) and fails alone.
A work may run more than once (PostgreSQL may ask for it), so it must have no effect but through its `Tx`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from dutydesk.errors import Refused
from dutydesk.ports.store import Tx
from dutydesk.store.dialect import commit_known, transaction_id, worth_a_retry
from dutydesk.store.session import Home
from dutydesk.store.transaction import Writing

T = TypeVar("T")
GATHER_SECONDS = 0.005
TRIES = 5
PAUSE_SECONDS = 0.1
ASKS = 20


@dataclass(slots=True)
class Work:
    """One unit of work and where its result goes."""

    run: Callable[[Tx], Any]
    future: Future[Any]
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        """Tell the caller how it ended; called only after the commit."""
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class _Again(Exception):
    """The database asks for the same work once more."""


class Desk:
    """Runs batches of works on one connection. Not safe for several threads at once."""

    def __init__(self, engine: Engine, home: Home) -> None:
        self.commits = 0
        self._engine = engine
        self._home = home

    def run(self, batch: list[Work]) -> None:
        """Run the works in one transaction and settle them all.

        1. All in one transaction, each behind its own savepoint.
        2. If the database asks for it (serialization, deadlock, lost connection), each work by itself.
        3. Whatever else goes wrong with the transaction fails every work in it.
        """
        try:
            self._together(batch)
        except _Again:
            for work in batch:
                self._alone(work)
        for work in batch:
            work.settle()

    def _alone(self, work: Work) -> None:
        for left in reversed(range(TRIES)):
            try:
                self._together([work])
            except _Again as error:
                work.error = _told(error.__cause__ or error)
                if left:
                    sleep(PAUSE_SECONDS * (TRIES - left))
                    continue
            return

    def _together(self, batch: list[Work]) -> None:
        committing: str | None = None   # the name of a transaction whose commit was sent
        try:
            with self._engine.connect() as connection:
                name = transaction_id(connection)
                self._each(batch, connection)
                committing = name
                _commit(connection)
                self.commits += 1
        except DBAPIError as error:
            if not worth_a_retry(error):
                self._fail(batch, error)
            elif committing is None or self._was_committed(committing, batch) is False:
                raise _Again from error
        except Exception as error:  # noqa: BLE001 - the writer must outlive it, and no caller may wait for ever
            self._fail(batch, error)

    def _each(self, batch: list[Work], connection: Connection) -> None:
        for work in batch:
            work.result = work.error = None
            session = Writing(connection, self._home)
            savepoint = connection.begin_nested() if len(batch) > 1 else None   # alone it needs none
            try:
                work.result = work.run(session)
            except BaseException as error:   # whatever it is belongs to the caller
                if isinstance(error, DBAPIError) and worth_a_retry(error):
                    raise
                (savepoint or connection).rollback()
                work.error = _told(error)
            else:
                if savepoint is not None:
                    savepoint.commit()

    def _was_committed(self, name: str, batch: list[Work]) -> bool | None:
        """Ask what became of a transaction whose commit got no answer, while the server comes back.

        If it does not, nobody knows (None): the works fail, for doing them again could do them twice.
        """
        for _ in range(ASKS):
            try:
                with self._engine.connect() as connection:
                    return commit_known(connection, name)
            except DBAPIError:
                sleep(PAUSE_SECONDS * TRIES)
        self._fail(batch, Refused("the database went away during a commit; whether it was kept is not known"))
        return None

    def _fail(self, batch: list[Work], error: BaseException) -> None:
        for work in batch:
            work.result, work.error = None, _told(error)


def _commit(connection: Connection) -> None:
    """Commit, or leave nothing open: a pooled connection whose commit failed is not reset by itself."""
    try:
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _told(error: BaseException) -> BaseException:
    """Return the error the caller sees: the database's own troubles become Refused."""
    if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
        refused = Refused(f"the database did not take it: {error.orig}")
        refused.__cause__ = error
        return refused
    return error


class Writer(Protocol):
    """Where works go."""

    @property
    def commits(self) -> int:
        """How many transactions were committed."""
        ...

    def submit(self, work: Callable[[Tx], T]) -> Future[T]:
        """Take a work."""
        ...

    def close(self) -> None:
        """Finish what was taken, take no more."""
        ...


class InlineWriter:
    """Runs each work at once on the calling thread, in a transaction of its own: for replay and tests."""

    def __init__(self, engine: Engine, home: Home) -> None:
        self._desk = Desk(engine, home)
        self._busy = threading.RLock()
        self._inside = False
        self._closed = False

    @property
    def commits(self) -> int:
        """How many transactions were committed."""
        return self._desk.commits

    def submit(self, work: Callable[[Tx], T]) -> Future[T]:
        """Run the work and return its settled future; raises Refused inside another work or when closed."""
        with self._busy:
            _open(closed=self._closed, inside=self._inside)
            self._inside = True
            try:
                future: Future[T] = Future()
                self._desk.run([Work(work, future)])
                return future
            finally:
                self._inside = False

    def close(self) -> None:
        """Take no more works."""
        with self._busy:
            self._closed = True


class ThreadWriter:
    """Takes works from any thread and runs them on its own, as many as wait in one commit.

    Idle, a work is committed at once. Under load it waits for as many works as came last time, at most 5 ms and
    up to `most` works: callers who wait for an answer come back together and share the next commit.
    """

    def __init__(self, engine: Engine, home: Home, *, most: int) -> None:
        self._desk = Desk(engine, home)
        self._most = most
        self._queue: SimpleQueue[Work | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def commits(self) -> int:
        """How many transactions were committed."""
        return self._desk.commits

    def submit(self, work: Callable[[Tx], T]) -> Future[T]:
        """Queue a work; its future is settled after the commit. Raises Refused inside another work or when
        closed.
        """
        future: Future[T] = Future()
        with self._gate:
            _open(closed=self._closed, inside=threading.current_thread() is self._thread)
            self._queue.put(Work(work, cast("Future[Any]", future)))
        return future

    def close(self) -> None:
        """Run what was queued, then stop."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        expected = 1
        more = True
        while more:
            first = self._queue.get()
            if first is None:
                return
            batch = [first]
            more = self._gather(batch, expected)
            expected = len(batch)
            batch = [work for work in batch if work.future.set_running_or_notify_cancel()]
            if batch:
                self._desk.run(batch)

    def _gather(self, batch: list[Work], expected: int) -> bool:
        """Add waiting works to the batch; tell whether the queue is still open."""
        deadline = monotonic() + GATHER_SECONDS
        while len(batch) < self._most:
            wait = deadline - monotonic() if len(batch) < expected else 0.0
            try:
                work = self._queue.get(timeout=wait) if wait > 0 else self._queue.get_nowait()
            except Empty:
                return True
            if work is None:
                return False
            batch.append(work)
        return True


def _open(*, closed: bool, inside: bool) -> None:
    if closed:
        raise Refused("the store is closed")
    if inside:
        raise Refused("a work must not write through the store again: use the Tx it was given")
