"""Documents that a source pushes: signed, durable before 200, and the same bytes once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fake import FakeClock
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from dutydesk.errors import Refused
from dutydesk.ports.feed import Source
from dutydesk.store import SqlStore
from dutydesk.web.hooks import hooks
from dutydesk.web.push import Pushed, signature

KEY = "钥匙 of 12379".encode()
BODY = b"<alert>1</alert>"
SOURCES = {"bureau": Pushed(Source("bureau", "cap", max_bytes=1000), KEY), "nokey": Pushed(Source("nokey", "cap"), b"")}


@pytest.fixture
def woken() -> list[int]:
    return []


@pytest.fixture
def client(store: SqlStore, woken: list[int]) -> Iterator[TestClient]:
    with TestClient(hooks(store, {}, FakeClock(), lambda: woken.append(1), SOURCES)) as made:
        yield made


def signed(body: bytes = BODY, late: int = 0, key: bytes = KEY) -> dict[str, str]:
    time = str(int(FakeClock().now().timestamp()) + late)
    return {"X-Dutydesk-Time": time, "X-Dutydesk-Signature": signature(key, time, body)}


def bodies(store: SqlStore) -> list[bytes]:
    with store.read() as reads:
        return [each.body for each in reads.documents("waiting", 10)]


def test_a_document_is_durable_before_the_sender_hears_ok(client: TestClient, store: SqlStore,
                                                          woken: list[int]) -> None:
    answer = client.post("/feeds/bureau", content=BODY, headers=signed() | {"X-Dutydesk-Name": "red.xml"})
    assert (answer.status_code, answer.json()["new"]) == (200, True)
    with store.read() as reads:
        document = reads.document(answer.json()["document"])
    assert document is not None
    assert (document.body, document.source, document.name) == (BODY, "bureau", "red.xml")
    assert woken == [1]


def test_what_comes_again_is_told_ok_and_kept_once(client: TestClient, store: SqlStore, woken: list[int]) -> None:
    for late in (0, 10):
        answer = client.post("/feeds/bureau", content=BODY, headers=signed(late=late))
        assert answer.status_code == 200
    assert answer.json()["new"] is False
    assert bodies(store) == [BODY]
    assert woken == [1]


@pytest.mark.parametrize(("path", "body", "headers", "status"), [
    ("/feeds/bureau", BODY, {}, 401),
    ("/feeds/bureau", BODY, signed(b"<alert>2</alert>"), 401),
    ("/feeds/bureau", BODY, signed(key=b"another"), 401),
    ("/feeds/bureau", BODY, signed(late=-301), 401),
    ("/feeds/bureau", BODY, signed(late=301), 401),
    ("/feeds/bureau", BODY, signed() | {"X-Dutydesk-Time": "1626721267"}, 401),
    ("/feeds/bureau", BODY, signed() | {"X-Dutydesk-Time": "99999999999999"}, 401),
    ("/feeds/bureau", BODY, signed() | {"X-Dutydesk-Time": "-1"}, 401),
    ("/feeds/bureau", b"x" * 1001, signed(b"x" * 1001), 413),
    ("/feeds/other", BODY, signed(), 404),
    ("/feeds/nokey", BODY, signed(key=b""), 503),
])
def test_what_cannot_be_trusted_stores_nothing(client: TestClient, store: SqlStore, path: str, body: bytes,
                                               headers: dict[str, str], status: int) -> None:
    assert client.post(path, content=body, headers=headers).status_code == status
    assert bodies(store) == []


def test_what_could_not_be_stored_comes_again() -> None:
    class Away:
        def submit(self, work: object) -> None:
            raise Refused("the disk is full")
    with TestClient(hooks(Away(), {}, FakeClock(), sources=SOURCES)) as client:  # type: ignore[arg-type]
        assert client.post("/feeds/bureau", content=BODY, headers=signed()).status_code == 503


@given(st.binary(max_size=50), st.binary(max_size=50), st.integers(0, 2**33).map(str), st.integers(0, 2**33).map(str))
def test_no_two_times_and_bodies_share_a_signature(one: bytes, two: bytes, then: str, now: str) -> None:
    assert (signature(KEY, then, one) == signature(KEY, now, two)) == ((then, one) == (now, two))
