"""One bad row must not keep everybody else from being called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dutydesk.app import house
from dutydesk.app.stumbling import Stumbling
from dutydesk.clock import VirtualClock
from dutydesk.domain.ids import document_hash
from dutydesk.domain.records import Document, Inbound
from dutydesk.engine import intake, listen
from dutydesk.engine.rounds import Rounds
from dutydesk.errors import Refused
from dutydesk.store import SqlStore
from tests.app.city import City, build

NOW = datetime(2026, 7, 20, 4, tzinfo=UTC)


@pytest.fixture
def rounds(tmp_path: Path, inline_store: SqlStore) -> tuple[City, Rounds]:
    city = build(tmp_path / "site", towns=2, villages=2)
    folder = house.open_folder(city.folder)
    inline_store.write(lambda tx: tx.save_site(folder.setup.site))
    ctx = house.context(folder, {"exchange": house.exchange(folder, VirtualClock(NOW))})
    return city, Rounds(ctx, inline_store)


def document(city: City, serial: int) -> Document:
    body = city.warning(serial, serial, NOW - timedelta(minutes=5)).encode()
    return Document(document_hash("cma", body), "cma", f"{serial}.xml", NOW, body)


def stumbles(inner: Callable[..., Any], over: Callable[..., bool]) -> Callable[..., Any]:
    def outer(*arguments: Any, **named: Any) -> Any:
        if over(*arguments):
            raise ZeroDivisionError("a fault of the program")
        return inner(*arguments, **named)
    return outer


def test_a_document_that_breaks_its_desk_is_set_aside_and_the_others_ring(
        rounds: tuple[City, Rounds], inline_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    city, desks = rounds
    bad, good = document(city, 1), document(city, 2)
    inline_store.write(lambda tx: [tx.add_document(each) for each in (bad, good)])
    monkeypatch.setattr(intake, "read", stumbles(intake.read, lambda ctx, row: row.hash == bad.hash))
    with pytest.raises(ZeroDivisionError):
        desks.run_once(NOW, sends=False)
    Stumbling(desks).turn(NOW)
    with inline_store.read() as reads:
        kept = reads.document(bad.hash)
        assert kept is not None
        assert (kept.state, kept.body, len(kept.faults)) == ("bad", bad.body, 1)
        assert reads.documents("waiting", 9) == []
        places = {each.place for incident in reads.incidents() for each in reads.callouts_of(incident.id)
                  if each.climb and not each.post.endswith("/officer")}
    assert places >= set(city.places(2))
    assert not places & set(city.places(1))
    assert desks.run_once(NOW + timedelta(seconds=1), sends=False) >= 0


def test_a_reply_that_breaks_its_desk_waits_for_the_officers_eyes_and_the_others_count(
        rounds: tuple[City, Rounds], inline_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    _, desks = rounds
    rows = [Inbound(f"i{each}", "simulator-sms", "reply", f"+99910000000{each}", text, "",
                    NOW + timedelta(seconds=each))
            for each, text in enumerate(("1", "poison", "1"))]
    inline_store.write(lambda tx: tx.add_inbound(rows))
    monkeypatch.setattr(listen.replies, "read", stumbles(listen.replies.read, lambda text: text == "poison"))
    with pytest.raises(ZeroDivisionError):
        desks.run_once(NOW + timedelta(seconds=5), sends=False)
    Stumbling(desks).turn(NOW + timedelta(seconds=5))
    with inline_store.read() as reads:
        assert reads.inbound("new", 9) == []
        understood = {row.id: row.understood for row in reads.inbound("done", 9)}
        tasks = [(task.what, task.about) for task in reads.tasks()]
    assert understood["i1"].startswith("for the officer")
    assert not understood["i0"].endswith("stumbled over it")
    assert ("read", "i1") in tasks


def test_nothing_is_set_aside_because_the_store_is_away(
        rounds: tuple[City, Rounds], inline_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    city, desks = rounds
    inline_store.write(lambda tx: tx.add_document(document(city, 1)))

    def away(work: Callable[[Any], Any]) -> Any:
        raise Refused("the disk is full")
    with monkeypatch.context() as patch:
        patch.setattr(inline_store, "write", away)
        with pytest.raises(Refused):
            Stumbling(desks).turn(NOW)
    with inline_store.read() as reads:
        assert len(reads.documents("waiting", 9)) == 1
