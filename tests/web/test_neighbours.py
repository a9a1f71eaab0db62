"""What neighbours may read is off until switched on, and a key that is missing lets nothing out unsigned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from conftest import Console
from fake import FakeClock, FakeHand, FakeViews
from starlette.testclient import TestClient

from dutydesk.domain.cap_list import cap_list
from dutydesk.errors import Refused
from dutydesk.ports.shares import Shared
from dutydesk.web.app import create

SENT = datetime(2031, 7, 20, tzinfo=UTC)


class FakeShares:
    """One message; `broken` as with a key that cannot be read."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken

    def messages(self) -> Sequence[Shared]:
        if self.broken:
            raise Refused("no key")
        return [Shared("d-1", "威海市值班室发布暴雨红色预警", SENT, b"<alert/>")]

    def index(self) -> bytes:
        rows = [(each.id, each.title, each.sent) for each in self.messages()]
        return cap_list(rows, name="威海", address="https://desk.example/cap/")


def client(shares: FakeShares) -> TestClient:
    views = FakeViews()
    return TestClient(create(views, FakeHand(views), None, FakeClock(), shares=shares))


def test_it_is_off_unless_switched_on(console: Console) -> None:
    assert console.client.get("/cap/index.atom").status_code == 404
    assert console.client.get("/cap/d-1.xml").status_code == 404


def test_the_list_and_its_message_are_given_with_their_types() -> None:
    with client(FakeShares()) as browser:
        index = browser.get("/cap/index.atom")
        assert index.headers["content-type"] == "application/atom+xml"
        assert 'href="https://desk.example/cap/d-1.xml"' in index.text
        message = browser.get("/cap/d-1.xml")
        assert (message.headers["content-type"], message.text) == ("application/cap+xml", "<alert/>")
        assert browser.get("/cap/d-2.xml").status_code == 404


@pytest.mark.parametrize("told", ["{}", "W/{}", '"other", {}', "*"])
def test_who_has_it_already_is_told_so(told: str) -> None:
    with client(FakeShares()) as browser:
        for path in ("/cap/index.atom", "/cap/d-1.xml"):
            tag = browser.get(path).headers["ETag"]
            answer = browser.get(path, headers={"If-None-Match": told.format(tag)})
            assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
            assert browser.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_it_is_read_only() -> None:
    with client(FakeShares()) as browser:
        for path in ("/cap/index.atom", "/cap/d-1.xml"):
            assert browser.post(path).status_code == 405


def test_without_its_key_nothing_is_let_out() -> None:
    with client(FakeShares(broken=True)) as browser:
        for path in ("/cap/index.atom", "/cap/d-1.xml"):
            answer = browser.get(path)
            assert answer.status_code == 503
            assert "key" not in answer.text
