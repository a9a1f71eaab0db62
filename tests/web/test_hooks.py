"""The providers' port: 200 only after the rows are durable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import pytest
from fake import FakeClock
from starlette.testclient import TestClient

from dutydesk.domain.records import Inbound
from dutydesk.errors import Refused
from dutydesk.ports.channel import Callback, Reply
from dutydesk.store import SqlStore
from dutydesk.web.hooks import MAX_BODY, MOST_WAITING, SHARE, Keeper, hooks


class Provider:
    """Reads call-backs: a body `id text`, a signature header."""

    def read_callback(self, callback: Callback) -> list[Inbound]:
        if callback.header("X-Signature") != "good":
            raise Refused("bad signature")
        id_, _, text = callback.body.decode().partition(" ")
        return [Inbound(id_, "sms", "reply", "+9991", text, "", callback.at)]


@pytest.fixture
def client(store: SqlStore) -> Iterator[TestClient]:
    with TestClient(hooks(store, {"sms": Provider()}, FakeClock())) as made:
        yield made


SIGNED = {"X-Signature": "good"}


def test_a_reply_is_durable_before_the_provider_hears_ok(client: TestClient, store: SqlStore) -> None:
    assert client.post("/hooks/sms", content="r1 1", headers=SIGNED).status_code == 200
    with store.read() as reads:
        assert [(row.id, row.text, row.state) for row in reads.inbound("new", 10)] == [("r1", "1", "new")]


def test_the_same_push_twice_is_one_row(client: TestClient, store: SqlStore) -> None:
    for _ in range(2):
        assert client.post("/hooks/sms", content="r1 1", headers=SIGNED).status_code == 200
    with store.read() as reads:
        assert len(reads.inbound("new", 10)) == 1


@pytest.mark.parametrize(("path", "body", "headers", "status"), [
    ("/hooks/sms", b"r1 1", {}, 401),
    ("/hooks/sms", b"r1 1", {"X-Signature": "forged"}, 401),
    ("/hooks/fax", b"r1 1", SIGNED, 404),
    ("/hooks/sms", b"\xff\xfe", SIGNED, 400),
    ("/hooks/sms", b"r" * (MAX_BODY + 1), SIGNED, 413),
])
def test_what_cannot_be_trusted_or_read_stores_nothing(client: TestClient, store: SqlStore, path: str, body: bytes,
                                                       headers: dict[str, str], status: int) -> None:
    assert client.post(path, content=body, headers=headers).status_code == status
    with store.read() as reads:
        assert reads.inbound("new", 10) == []


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 200), ("PUT", 405), ("DELETE", 405)])
def test_a_provider_pushes_by_get_or_post_and_nothing_else(client: TestClient, method: str, status: int) -> None:
    assert client.request(method, "/hooks/sms/receipt?a=1", headers=SIGNED).status_code == status


def test_rows_that_could_not_be_stored_are_asked_for_again() -> None:
    class Full:
        def submit(self, work: Callable[[Any], Any]) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(Refused("the disk is full"))
            return future

    with TestClient(hooks(Full(), {"sms": Provider()}, FakeClock(datetime.now(UTC)))) as client:  # type: ignore[arg-type]
        assert client.post("/hooks/sms", content="r1 1", headers=SIGNED).status_code == 503


class Slow:
    """A store that takes rows when it is told to; keeps what was taken."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[Any], Any], Future[Any]]] = []
        self.kept: list[Inbound] = []
        self.bad: set[str] = set()
        self.works = 0

    def add_inbound(self, rows: Sequence[Inbound]) -> int:
        if any(row.id in self.bad for row in rows):
            raise Refused("one bad row")
        self.kept += rows
        return len(rows)

    def submit(self, work: Callable[[Any], Any]) -> Future[Any]:
        self.works += 1
        future: Future[Any] = Future()
        self.waiting.append((work, future))
        return future

    def work(self) -> None:
        """Take what waits now."""
        now, self.waiting = self.waiting, []
        for work, future in now:
            try:
                future.set_result(work(self))
            except Refused as error:
                future.set_exception(error)


def rows(*ids: str) -> list[Inbound]:
    return [Inbound(id_, "sms", "reply", "+9991", "1", "", datetime.now(UTC)) for id_ in ids]


def test_what_comes_together_is_stored_together_and_each_hears_of_his_own() -> None:
    async def story() -> None:
        store = Slow()
        store.bad = {"bad"}
        keeper = Keeper(store, lambda: None)  # type: ignore[arg-type]
        pushes = [asyncio.create_task(keeper.keep("sms", rows(id_))) for id_ in ("first", "a", "bad", "b")]
        while not all(push.done() for push in pushes):
            store.work()
            await asyncio.sleep(0)
        assert [push.result() for push in pushes] == [True, True, False, True]
        assert [row.id for row in store.kept] == ["first", "a", "b"]
        many = [asyncio.create_task(keeper.keep("sms", rows(f"m{n}"))) for n in range(200)]
        before = store.works
        while not all(push.done() for push in many):
            store.work()
            await asyncio.sleep(0)
        assert store.works - before < 10
    asyncio.run(story())


def test_a_flood_hears_429_or_503_and_what_was_promised_is_kept() -> None:
    async def story() -> None:
        store = Slow()
        keeper = Keeper(store, lambda: None)  # type: ignore[arg-type]
        taken = []
        for n in range(2 * MOST_WAITING):
            if not keeper.refuses("flooded"):
                taken.append(asyncio.create_task(keeper.keep("flooded", rows(f"f{n}"))))
                await asyncio.sleep(0)
        assert len(taken) == SHARE
        assert keeper.refuses("flooded") == 429
        assert keeper.refuses("quiet") == 0
        quiet = [asyncio.create_task(keeper.keep("quiet", rows(f"q{n}"))) for n in range(MOST_WAITING - SHARE)]
        await asyncio.sleep(0)
        assert keeper.refuses("quiet") == 503
        while not all(push.done() for push in (*taken, *quiet)):
            store.work()
            await asyncio.sleep(0)
        assert {push.result() for push in (*taken, *quiet)} == {True}
        assert len(store.kept) == MOST_WAITING
        assert keeper.refuses("flooded") == 0
    asyncio.run(story())


def test_a_store_that_takes_too_long_is_no_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dutydesk.web.hooks.PATIENCE", 0.05)

    async def story() -> None:
        store = Slow()
        keeper = Keeper(store, lambda: None)  # type: ignore[arg-type]
        assert not await keeper.keep("sms", rows("late"))
        store.work()
        await asyncio.sleep(0)
        assert keeper.refuses("sms") == 0
    asyncio.run(story())


class Talker(Provider):
    """A channel that answers in words of its own."""

    def answer(self, callback: Callback, *, stored: bool) -> Reply:
        return Reply(f"<{callback.path} {stored} {dict(callback.query)}>", content_type="text/xml")


def test_a_channel_may_answer_in_its_own_words(store: SqlStore) -> None:
    with TestClient(hooks(store, {"talker": Talker()}, FakeClock())) as client:
        told = client.post("/hooks/talker/a/b?c=1", content="r1 1", headers=SIGNED)
    assert (told.text, told.headers["content-type"]) == ("<a/b True {'c': '1'}>", "text/xml")
