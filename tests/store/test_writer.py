"""The writer: works share a commit, fail alone, and are durable when they return."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError
from store_rows import FACT, NOW, TASK, callouts, line

from dutydesk import store as stores
from dutydesk.errors import Conflict, Refused, UsageError
from dutydesk.store import SqlStore

KEY = b"k"


def add_task(name: str) -> Any:
    return lambda tx: tx.add_tasks([replace(TASK, id=name)])


def stored(store: SqlStore) -> list[str]:
    with store.read() as reads:
        return sorted(task.id for task in reads.tasks())


class Stuck:
    """Holds the writer until released, so that works pile up behind it."""

    def __init__(self, store: SqlStore) -> None:
        self._gate = threading.Event()
        begun = threading.Event()

        def work(_tx: Any) -> None:
            begun.set()
            self._gate.wait(10)

        self.future = store.submit(work)
        begun.wait(10)

    def release(self) -> None:
        self._gate.set()
        self.future.result(10)


def test_works_that_wait_together_share_one_commit(store: SqlStore) -> None:
    stuck = Stuck(store)
    futures = [store.submit(add_task(f"t{n:02}")) for n in range(40)]
    before = store.commits
    stuck.release()
    assert [each.result(10) for each in futures] == [1] * 40
    assert store.commits - before == 2   # the stuck one and all the others
    assert len(stored(store)) == 40


def test_a_lone_work_is_committed_at_once(store: SqlStore) -> None:
    for number in range(5):
        store.write(add_task(f"t{number}"))
    assert store.commits == 5


def test_a_failing_work_fails_alone_and_leaves_nothing(store: SqlStore) -> None:
    def fail(tx: Any) -> None:
        tx.add_tasks([replace(TASK, id="half")])
        raise LookupError("its own")

    def collide(tx: Any) -> None:
        tx.add_callouts(callouts(1) * 2)

    stuck = Stuck(store)
    futures: list[Future[Any]] = [store.submit(work) for work in (add_task("a"), fail, collide, add_task("b"))]
    stuck.release()
    assert [type(each.exception(10)) for each in futures] == [type(None), LookupError, Conflict, type(None)]
    assert stored(store) == ["a", "b"]


def test_what_a_work_wrote_is_seen_by_the_works_after_it_in_the_same_commit(store: SqlStore) -> None:
    stuck = Stuck(store)
    store.submit(add_task("a"))
    seen = store.submit(lambda tx: [task.id for task in tx.tasks()])
    stuck.release()
    assert seen.result(10) == ["a"]


def test_no_result_is_told_before_the_commit_and_none_when_it_fails(store: SqlStore) -> None:
    def refuse(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    engine = store._writing
    assert engine is not None
    event.listen(engine, "commit", refuse)
    stuck = Stuck(store)
    futures = [store.submit(add_task(f"t{n}")) for n in range(3)]
    with suppress(Refused):   # it wrote nothing: there may be nothing to commit
        stuck.release()
    for each in futures:
        with pytest.raises(Refused, match="disk full"):
            each.result(10)
    event.remove(engine, "commit", refuse)
    store.write(add_task("after"))
    assert stored(store) == ["after"]


def test_a_database_error_a_work_lets_through_is_refused_or_integrity(store: SqlStore) -> None:
    with pytest.raises(Refused):
        store.write(lambda tx: tx.connection.exec_driver_sql("SELECT nonsense"))  # type: ignore[attr-defined]
    with pytest.raises(IntegrityError):
        store.write(lambda tx: tx.set_setting(None, 1))  # type: ignore[arg-type]


def test_no_row_hides_in_a_class_nobody_claims(store: SqlStore) -> None:
    with pytest.raises(Conflict):
        store.write(lambda tx: tx.add_callouts(callouts(1, klass=9)))


def test_closing_finishes_what_was_taken_and_takes_no_more(store_url: str) -> None:
    store = stores.open(store_url, key=KEY)
    stuck = Stuck(store)
    futures = [store.submit(add_task(f"t{n}")) for n in range(20)]
    closer = threading.Thread(target=store.close)
    closer.start()
    stuck.release()
    closer.join(10)
    assert [each.result(0) for each in futures] == [1] * 20
    with pytest.raises(Refused):
        store.write(add_task("late"))
    store.close()


@pytest.mark.parametrize("inline", [True, False])
def test_a_work_that_writes_through_the_store_again_is_refused_not_stuck(store_url: str, inline: bool) -> None:
    store = stores.open(store_url, key=KEY, inline=inline)
    with pytest.raises(Refused):
        store.write(lambda tx: store.write(add_task("inner")))
    store.write(add_task("outer"))
    assert stored(store) == ["outer"]
    store.close()


def test_inline_works_run_on_the_calling_thread_one_commit_each(store_url: str) -> None:
    store = stores.open(store_url, key=KEY, inline=True, durable=False)
    assert store.write(lambda tx: threading.current_thread()) is threading.current_thread()
    store.write(add_task("a"))
    assert store.commits == 2
    store.close()
    with pytest.raises(Refused):
        store.write(add_task("b"))


def test_a_cancelled_work_does_not_run(store: SqlStore) -> None:
    stuck = Stuck(store)
    future = store.submit(add_task("a"))
    assert future.cancel()
    stuck.release()
    store.write(add_task("b"))
    assert stored(store) == ["b"]


def test_a_reader_sees_one_moment(store: SqlStore) -> None:
    store.write(add_task("a"))
    with store.read() as reads:
        assert len(reads.tasks()) == 1
        store.write(add_task("b"))
        assert len(reads.tasks()) == 1
    assert stored(store) == ["a", "b"]


def test_a_reader_cannot_write(store: SqlStore) -> None:
    with store.read() as reads, pytest.raises(Exception, match=r"(?i)read.?only"):
        reads.connection.exec_driver_sql("DELETE FROM task")


def test_a_deadlock_is_run_again_and_nobody_hears_of_it(postgresql_url: str) -> None:
    """One cycle has one victim: PostgreSQL looks for deadlocks one process at a time, and whoever finds the cycle
    gives up its own wait before the next may look. So there are three runs, no more.

    But a victim that runs again at once can take its first row before the other, woken by the roll-back, has got to
    it: no waiting list guards a row whose holder is gone. Then there is a second cycle, and a second victim, now and
    then on a busy machine. Here the second run waits for the other work to be done, so that there is one cycle.
    """
    one, two = (stores.open(postgresql_url, key=KEY) for _ in range(2))
    one.write(lambda tx: tx.add_callouts(callouts(2)))
    meet = threading.Barrier(2, timeout=10)
    runs: list[str] = []
    done = {"one": threading.Event(), "two": threading.Event()}

    def work(name: str, first: str, second: str) -> Any:
        def both(tx: Any) -> None:
            runs.append(name)
            if runs.count(name) == 2:
                assert done["two" if name == "one" else "one"].wait(20)
            tx.lock_callouts([first])
            if runs.count(name) == 1:
                meet.wait()
            found = tx.lock_callouts([first, second])
            tx.save_callouts([replace(each, climb=each.climb + 1) for each in found])
        return both

    futures = [one.submit(work("one", "c00000", "c00001")), two.submit(work("two", "c00001", "c00000"))]
    for over, each in zip(done.values(), futures, strict=True):
        each.add_done_callback(lambda _, over=over: over.set())
    for each in futures:
        each.result(30)
    with one.read() as reads:
        assert [each.climb for each in reads.callouts(["c00000", "c00001"])] == [5, 5]
    assert len(runs) == 3
    assert sorted(map(runs.count, ("one", "two"))) == [1, 2]
    one.close()
    two.close()


def test_a_lost_connection_is_mended_and_the_work_is_done_once(postgresql_url: str) -> None:
    store, other = (stores.open(postgresql_url, key=KEY) for _ in range(2))
    pids: list[int] = []

    def work(tx: Any) -> None:
        pids.append(tx.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar())
        if len(pids) == 1:
            other.write(lambda tx: tx.connection.exec_driver_sql(  # type: ignore[attr-defined]
                f"SELECT pg_terminate_backend({pids[0]})"))
        tx.note([line(1)])

    store.write(work)
    with store.read() as reads:
        assert reads.unsealed() == 1
    assert len(pids) == 2
    store.close()
    other.close()


CHILD = """
import sys
from contextlib import suppress
from dataclasses import replace
sys.path.insert(0, sys.argv[2])
from store_rows import TASK
from dutydesk import store as stores
store = stores.open(sys.argv[1], key=b"k")
n = 0
while True:
    futures = [store.submit(lambda tx, n=n, k=k: tx.add_tasks([replace(TASK, id=f"t{n}-{k}")])) for k in range(5)]
    for k, future in enumerate(futures):
        future.result()
        print(f"t{n}-{k}", flush=True)
    n += 1
"""


def test_a_killed_writer_loses_nothing_it_acknowledged(store_url: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD, store_url, str(Path(__file__).parent)],
                             stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    told = [child.stdout.readline() for _ in range(137)]
    child.send_signal(signal.SIGKILL)
    told += child.stdout.readlines()
    child.wait()
    child.stdout.close()
    acknowledged = {each.strip() for each in told if each.endswith("\n")}
    store = stores.open(store_url, key=KEY)   # the lock died with its holder
    assert len(acknowledged) >= 137
    assert acknowledged <= set(stored(store))
    store.close()


def test_a_second_writing_process_is_refused_and_told_who_has_the_file(sqlite_url: str) -> None:
    holder = stores.open(sqlite_url, key=KEY)
    with pytest.raises(Refused, match=f"process {os.getpid()}"):
        stores.open(sqlite_url, key=KEY)
    reader = stores.open(sqlite_url, key=KEY, exclusive=False)
    holder.write(add_task("a"))
    assert stored(reader) == ["a"]
    with pytest.raises(Refused):
        reader.write(add_task("b"))
    reader.close()
    holder.close()
    stores.open(sqlite_url, key=KEY).close()


def test_the_file_of_numbers_is_its_owners_alone(tmp_path: Path) -> None:
    stores.open(f"sqlite:///{tmp_path}/var/desk.sqlite3", key=KEY).close()
    assert stat.S_IMODE((tmp_path / "var" / "desk.sqlite3").stat().st_mode) == 0o600


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name", "no url"])
def test_what_would_not_survive_a_crash_is_no_store(url: str) -> None:
    with pytest.raises(UsageError):
        stores.open(url, key=KEY)


def test_many_threads_write_at_once_and_every_work_is_done_once(store: SqlStore) -> None:
    def work(number: int) -> None:
        for turn in range(20):
            fact = replace(FACT, id=f"f{number}-{turn}", at=NOW)
            store.write(lambda tx, fact=fact: tx.add_facts([fact]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as reads:
        assert len(reads.facts_of("i1")) == 160
    assert store.commits < 160
