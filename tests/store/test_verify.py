"""Somebody with the database in his hands, but not the key, is found out: on both databases, with raw SQL."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from store_rows import NOW, line

from dutydesk import store as stores
from dutydesk.domain.journal import Head, seal
from dutydesk.errors import Refused
from dutydesk.store import SqlStore
from dutydesk.store.verify import verify

KEY = b"key of the tests"   # the fixtures' key


def sql(store: SqlStore, *statements: str) -> None:
    store.write(lambda tx: [tx.connection.exec_driver_sql(each) for each in statements])  # type: ignore[attr-defined]


@pytest.fixture
def sealed(store: SqlStore) -> SqlStore:
    """A journal of nine sealed rows and one not yet sealed."""
    store.write(lambda tx: tx.note([line(n) for n in range(1, 10)]))
    store.write(lambda tx: tx.seal(NOW, 4))
    store.write(lambda tx: tx.seal(NOW, 100))
    store.write(lambda tx: tx.note([line(10)]))
    return store


def test_an_honest_journal_holds(sealed: SqlStore) -> None:
    verdict = verify(sealed, KEY)
    assert verdict.holds
    assert (verdict.head.seq, verdict.unsealed) == (9, 1)
    assert verify(sealed, KEY, verdict.head).holds
    assert verify(sealed, KEY, (9, verdict.head.seal)).holds


TAMPERING: dict[str, tuple[list[str], int, str]] = {
    "a person changed": (["UPDATE journal SET person = 'px' WHERE seq = 4"], 4, "edited"),
    "a time changed": (["UPDATE journal SET at = at + 1 WHERE seq = 1"], 1, "edited"),
    "facts changed": (["UPDATE journal SET facts = '{\"编号\":5}' WHERE seq = 4"], 4, "edited"),
    "a row removed": (["DELETE FROM journal WHERE seq = 5"], 5, "missing"),
    "a row removed and the rest renumbered": (
        ["DELETE FROM journal WHERE seq = 5", *(f"UPDATE journal SET seq = {n - 1} WHERE seq = {n}"
                                                for n in range(6, 10)),
         "UPDATE journal_head SET seq = 8"], 5, "edited"),
    "two rows exchanged": (
        ["UPDATE journal SET seq = -1 WHERE seq = 3", "UPDATE journal SET seq = 3 WHERE seq = 4",
         "UPDATE journal SET seq = 4 WHERE seq = -1"], 3, "edited"),
    "a row put in": (
        ["UPDATE journal SET seq = seq + 100 WHERE seq > 5", "UPDATE journal SET seq = seq - 99 WHERE seq > 100",
         'INSERT INTO journal ("row", at, what, incident, callout, person, facts, seq, seal) '
         "SELECT 999, at, what, incident, callout, person, facts, 6, seal FROM journal WHERE seq = 5"], 6, "edited"),
    "a row unsealed": (["UPDATE journal SET seq = NULL, seal = '' WHERE seq = 9"], 9, "cut"),
    "the tail cut": (["DELETE FROM journal WHERE seq > 7"], 8, "cut"),
    "everything gone": (["DELETE FROM journal"], 1, "cut"),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_found_without_a_printed_head(sealed: SqlStore, name: str) -> None:
    statements, seq, what = TAMPERING[name]
    sql(sealed, *statements)
    fault = verify(sealed, KEY).fault
    assert fault is not None
    assert (fault.seq, fault.what) == (seq, what)


def test_a_tail_cut_together_with_the_databases_own_head_needs_the_printed_one(sealed: SqlStore) -> None:
    printed = verify(sealed, KEY).head
    sql(sealed, "DELETE FROM journal WHERE seq > 7 OR seq IS NULL",
        "UPDATE journal_head SET seq = 7, seal = (SELECT seal FROM journal WHERE seq = 7)")
    assert verify(sealed, KEY).holds
    fault = verify(sealed, KEY, printed).fault
    assert fault is not None
    assert (fault.seq, fault.what) == (8, "cut")


def test_a_chain_rebuilt_with_the_key_is_found_against_the_printed_head(sealed: SqlStore) -> None:
    printed = verify(sealed, KEY).head
    sql(sealed, "UPDATE journal SET person = 'px' WHERE seq = 2", "UPDATE journal SET seq = NULL, seal = ''",
        "UPDATE journal_head SET seq = 0, seal = ''")
    sealed.write(lambda tx: tx.seal(NOW, 100))
    assert verify(sealed, KEY).holds
    fault = verify(sealed, KEY, printed).fault
    assert fault is not None
    assert (fault.seq, fault.what) == (9, "rebuilt")


def test_sealing_goes_on_after_a_cut_tail_and_the_hole_stays_visible(sealed: SqlStore) -> None:
    sql(sealed, "DELETE FROM journal WHERE seq > 7")
    sealed.write(lambda tx: tx.note([line(11)]))
    sealed.write(lambda tx: tx.seal(NOW, 100))
    fault = verify(sealed, KEY).fault
    assert fault is not None
    assert (fault.seq, fault.what) == (8, "missing")


def test_another_key_does_not_verify(sealed: SqlStore) -> None:
    assert not verify(sealed, b"another").holds


def test_a_journal_is_verified_by_url_beside_the_process_that_writes(sealed: SqlStore, store_url: str) -> None:
    assert verify(store_url, KEY).head == verify(sealed, KEY).head
    with pytest.raises(Refused):
        verify("sqlite:////nowhere/desk.sqlite3", KEY)


def test_nothing_sealed_is_a_chain_that_holds(store: SqlStore) -> None:
    assert store.write(lambda tx: tx.seal(NOW, 10)) == 0
    verdict = verify(store, KEY)
    assert (verdict.holds, verdict.head) == (True, Head())


def test_a_row_committed_late_is_sealed_late_and_leaves_no_hole(postgresql_url: str) -> None:
    slow, fast = (stores.open(postgresql_url, key=KEY) for _ in range(2))
    written, go = threading.Event(), threading.Event()

    def late(tx: Any) -> None:
        tx.note([line(1)])      # has the lower row number
        written.set()
        assert go.wait(10)

    future = slow.submit(late)
    assert written.wait(10)
    fast.write(lambda tx: tx.note([line(2)]))
    assert fast.write(lambda tx: tx.seal(NOW, 10)) == 1
    go.set()
    future.result(10)
    assert fast.write(lambda tx: tx.seal(NOW, 10)) == 1
    with fast.read() as reads:
        rows = reads.journal()
    assert [(row.seq, row.callout) for row in rows] == [(1, "c2"), (2, "c1")]
    assert rows[0].row > rows[1].row
    assert verify(fast, KEY).holds
    slow.close()
    fast.close()


def test_two_sealers_at_once_make_one_chain(postgresql_url: str) -> None:
    sealers = [stores.open(postgresql_url, key=KEY) for _ in range(3)]
    sealers[0].write(lambda tx: tx.note([line(n) for n in range(300)]))
    done = [0, 0, 0]

    def work(number: int) -> None:
        while True:
            sealed = sealers[number].write(lambda tx: tx.seal(NOW, 7))
            done[number] += sealed
            with sealers[number].read() as reads:
                if not sealed and not reads.unsealed():
                    return

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = verify(sealers[0], KEY)
    assert (sum(done), verdict.holds, verdict.head.seq) == (300, True, 300)
    for each in sealers:
        each.close()


def test_the_seal_in_the_database_is_the_domains(sealed: SqlStore) -> None:
    with sealed.read() as reads:
        first = reads.journal(limit=1)[0]
    assert first.seal == seal("", first, KEY)
