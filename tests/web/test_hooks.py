"""The providers' port: 200 only after the rows are durable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import pytest
from fake import FakeClock
from starlette.testclient import TestClient

from dutydesk.domain.records import Inbound
from dutydesk.errors import Refused
from dutydesk.ports.channel import Callback
from dutydesk.store import SqlStore
from dutydesk.web.hooks import MAX_BODY, hooks


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
