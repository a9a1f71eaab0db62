"""The call sheet from the console: only for whoever sits here, as a file."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from fake import FakeClock, FakeHand, FakeViews
from starlette.testclient import TestClient

from dutydesk.errors import Refused
from dutydesk.web.app import create


class FakeSheets:
    """Remembers what was asked for."""

    def __init__(self) -> None:
        self.made: list[tuple[object, ...]] = []

    def make(self, form: str, officer: str, *, areas: Sequence[str] = (), incident: str = "") -> bytes:
        if incident == "none":
            raise Refused("没有这个事件")
        self.made.append((form, officer, tuple(areas), incident))
        return b"%PDF"


def client(sheets: FakeSheets | None) -> TestClient:
    views = FakeViews()
    return TestClient(create(views, FakeHand(views), None, FakeClock(), sheets=sheets))


def test_nobody_prints_numbers_without_saying_who_he_is() -> None:
    sheets = FakeSheets()
    answer = client(sheets).get("/callsheet")
    assert (answer.status_code, "值班员" in answer.text, sheets.made) == (409, True, [])


@pytest.mark.parametrize(("query", "made", "ending"), [
    ("", ("pdf", "o1", (), ""), "pdf"),
    ("?form=xlsx&incident=i1&in=371002&in=", ("xlsx", "o1", ("371002",), "i1"), "xlsx"),
])
def test_it_comes_as_a_file_nothing_keeps(query: str, made: tuple[object, ...], ending: str) -> None:
    sheets = FakeSheets()
    answer = client(sheets).get(f"/callsheet{query}", headers={"Cookie": "officer=o1"})
    assert (answer.status_code, answer.content, sheets.made) == (200, b"%PDF", [made])
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == f'attachment; filename="calls-20210720-032107.{ending}"'


def test_a_refusal_is_told() -> None:
    answer = client(FakeSheets()).get("/callsheet?incident=none", headers={"Cookie": "officer=o1"})
    assert (answer.status_code, answer.text) == (409, "没有这个事件\n")


def test_the_board_and_an_open_incident_offer_it_where_it_can_be_made() -> None:
    assert '"/callsheet"' in client(FakeSheets()).get("/").text
    assert "/callsheet?incident=i1" in client(FakeSheets()).get("/incidents/i1").text
    assert "/callsheet" not in client(None).get("/").text
