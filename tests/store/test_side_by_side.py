"""Workers side by side on PostgreSQL: nobody waits for another's claim, and a lost answer is not a lost commit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from store_rows import CALLOUT, CHAIN, NOTICE, NOW, asks, callouts, line

from dutydesk import store as stores
from dutydesk.domain.values import Via
from dutydesk.errors import Conflict
from dutydesk.store import SqlStore

KEY = b"k"


@pytest.fixture
def pair(postgresql_url: str) -> Iterator[tuple[SqlStore, SqlStore]]:
    one, two = (stores.open(postgresql_url, key=KEY) for _ in range(2))
    yield one, two
    one.close()
    two.close()


CLAIMS: dict[str, Any] = {
    "callouts": lambda tx: [each.id for each in tx.claim_callouts(1, NOW.replace(year=2022), 2)],
    "asks": lambda tx: [each.id for each in tx.claim_asks(1, Via.VOICE, NOW, 2)],
    "notices": lambda tx: [each.id for each in tx.claim_notices(NOW, 2, NOW.replace(year=2022))],
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_does_not_wait_for_another_and_takes_other_rows(pair: tuple[SqlStore, SqlStore], name: str) -> None:
    one, two = pair
    one.write(lambda tx: [tx.add_callouts(callouts(4)), tx.add_asks(asks(4)),
                          tx.add_notices([replace(NOTICE, id=f"n{n}") for n in range(4)])])
    claimed, go = threading.Event(), threading.Event()
    mine: list[str] = []

    def hold(tx: Any) -> None:
        mine.extend(CLAIMS[name](tx))
        claimed.set()
        assert go.wait(20)

    held = one.submit(hold)
    assert claimed.wait(10)
    others = two.submit(CLAIMS[name]).result(10)   # a claim that waits runs into this time-out
    go.set()
    held.result(10)
    assert (len(mine), len(others)) == (2, 2)
    assert not set(mine) & set(others)


def test_a_commit_whose_answer_was_lost_is_not_done_again(
        pair: tuple[SqlStore, SqlStore], monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = pair
    engine = one._writing
    assert engine is not None
    commit = engine.dialect.do_commit
    lost: list[int] = []

    def commit_and_lose(connection: Any) -> None:
        pid = connection.driver_connection.info.backend_pid
        commit(connection)
        if not lost:
            lost.append(pid)
            two.write(lambda tx: tx.connection.exec_driver_sql(  # type: ignore[attr-defined]
                f"SELECT pg_terminate_backend({pid}, 5000)"))
            connection.driver_connection.execute("SELECT 1")   # the server is gone: this raises

    monkeypatch.setattr(engine.dialect, "do_commit", commit_and_lose)
    runs: list[int] = []

    def work(tx: Any) -> str:
        runs.append(1)
        tx.note([line(1)])
        return "told"

    assert one.write(work) == "told"
    assert len(lost) == 1
    assert len(runs) == 1
    with two.read() as reads:
        assert reads.unsealed() == 1


def test_an_error_nobody_foresaw_fails_its_works_and_the_writer_lives_on(
        store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = store._writing
    assert engine is not None

    def stumble(_connection: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(engine.dialect, "do_commit", stumble)
        future = store.submit(lambda tx: tx.note([line(1)]))
        with pytest.raises(ZeroDivisionError):
            future.result(10)
    store.write(lambda tx: tx.note([line(2)]))
    with store.read() as reads:
        assert reads.unsealed() == 1


@pytest.mark.parametrize("save", [
    lambda tx: tx.save_chain(replace(CHAIN, version=3)),
    lambda tx: tx.save_callouts([replace(CALLOUT, version=3)]),
])
def test_what_was_read_at_a_version_and_is_gone_is_a_conflict(store: SqlStore, save: Any) -> None:
    with pytest.raises(Conflict):
        store.write(save)
