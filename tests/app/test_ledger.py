"""The administrator's tables over a real site: search, pages, masked numbers, settings with sources, lists taken in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from city import COUNTY
from office import Office
from openpyxl import Workbook, load_workbook
from starlette.testclient import TestClient

from dutydesk.app.ledger import LiveLedger
from dutydesk.errors import Refused
from dutydesk.ports.ledger import ListsWanted, Upload
from dutydesk.store.views import SqlViews
from dutydesk.web.app import create

TOWN = f"{COUNTY}101"


def workbook(*rows: tuple[str, ...]) -> bytes:
    book, out = Workbook(), BytesIO()
    for row in (("镇街", "村", "姓名", "手机", "职务"), *rows):
        book.worksheets[0].append(row)
    book.save(out)
    return out.getvalue()


@dataclass
class Admin:
    """The ledger of an office, its folder, and a browser without eyes."""

    ledger: LiveLedger
    folder: Path
    client: TestClient

    def contacts(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted((self.folder / "contacts").iterdir())}


@pytest.fixture
def admin(office: Office, tmp_path: Path) -> Iterator[Admin]:
    ledger = LiveLedger(tmp_path / "site", office.store, office.clock)
    app = create(SqlViews(office.store), office.hand, None, office.clock, ledger=ledger)
    with TestClient(app) as client:
        client.cookies.set("officer", "officer")
        yield Admin(ledger, tmp_path / "site", client)


def villages(office: Office) -> list[str]:
    return [place.name for place in office.resources.ctx.site.places.values() if place.kind == "village"]


@pytest.mark.parametrize("name", ["people", "posts", "places"])
def test_every_row_stands_on_exactly_one_page(admin: Admin, office: Office, name: str) -> None:
    first = admin.ledger.table(name, "", 1)
    pages = [admin.ledger.table(name, "", number + 1) for number in range(first.pages)]
    ids = [row[-1].text for page in pages for row in page.rows]
    assert ids == list(getattr(office.resources.ctx.site, name))
    assert first.total == len(ids)
    assert admin.ledger.table(name, "", 999).page == first.pages


def test_a_word_narrows_a_table_and_real_numbers_are_masked(admin: Admin, office: Office) -> None:
    office.store.write(lambda tx: tx.connection.exec_driver_sql(  # type: ignore[attr-defined]
        "UPDATE number SET number = '+8613900001234' WHERE person = 'officer'"))
    office.store.home.site = ("", type(office.resources.ctx.site)())
    found = admin.ledger.table("people", "officer", 1)
    assert [row[-1].text for row in found.rows] == ["officer"]
    page = admin.client.get("/tables/people?q=officer").text
    assert "13900001234" not in page
    assert "+86****34" in page
    assert "没有这样的人员" in admin.client.get("/tables/people?q=无此人").text
    assert admin.client.get("/tables/numbers").status_code == 404


def test_a_setting_says_where_it_comes_from_and_keeps_its_secret(admin: Admin) -> None:
    path = admin.folder / "dutydesk.toml"
    path.write_text(path.read_text(encoding="utf-8") + '\n[channel.gate]\nkind = "http"\nkey = "plain"\n'
                    'other_key = "${GATE_KEY}"\n', encoding="utf-8")
    rows = {(row.section, row.name): row for row in admin.ledger.settings()}
    assert (rows["rules", "door_knock"].value, rows["rules", "door_knock"].source) == ("8s", "dutydesk.toml")
    assert rows["map", "approval"].source == "默认"
    assert rows["channel.gate", "key"].value == "••••"
    assert rows["channel.gate", "other_key"].value == "${GATE_KEY}"
    assert admin.client.get("/settings").text.count("door_knock") == 1


def test_a_list_is_shown_first_then_taken_in_then_taken_back(admin: Admin, office: Office) -> None:
    village, before = villages(office)[0], admin.contacts()
    answer = admin.client.post("/lists", data={"duty": "flood", "town": TOWN}, files={
        "file": ("一号镇 防汛.xlsx", workbook(("", village, "新某人", "+9991234567890", "村支书"),
                                       ("", "没有这个村", "另某人", "+9991234567891", "村支书")))})
    assert answer.status_code == 200
    token = re.search(r"/lists/(\w+)/marked/0", answer.text)
    assert token
    assert admin.contacts() == before
    preview = admin.ledger.preview(token[1])
    assert (preview.new, preview.files[0].refused > 0) == (1, True)
    marked = admin.client.get(f"/lists/{token[1]}/marked/0")
    assert "核对说明" in load_workbook(BytesIO(marked.content)).sheetnames
    assert admin.client.post(f"/lists/{token[1]}").status_code == 204
    assert "新某人".encode() in admin.contacts()["people.csv"]
    assert "另某人".encode() not in admin.contacts()["people.csv"]
    assert admin.client.post(f"/lists/{token[1]}").status_code == 409      # it is in already
    assert admin.client.post("/lists/undo").status_code == 204
    assert admin.contacts() == before
    assert admin.client.post("/lists/undo").status_code == 409


@pytest.mark.parametrize("name", ["list.exe", "", "名单", "../../dutydesk.toml"])
def test_what_is_no_list_is_refused(admin: Admin, name: str) -> None:
    with pytest.raises(Refused):
        admin.ledger.read_lists([Upload(name, b"x")], ListsWanted())
    with pytest.raises(Refused):
        admin.ledger.read_lists([], ListsWanted())


@pytest.mark.parametrize("name", ["../../../x.csv", "..\\x.csv", "a\0b.csv", f"{'长' * 300}.csv"])
def test_a_file_s_name_leads_nowhere(admin: Admin, name: str) -> None:
    outside = {path for path in admin.folder.parent.rglob("*") if "console" not in path.parts}
    admin.ledger.read_lists([Upload(name, "姓名,手机\n".encode())], ListsWanted())
    now = {path for path in admin.folder.parent.rglob("*") if "console" not in path.parts}
    assert now - outside <= {admin.folder / "var", admin.folder / "var/lists"}


def test_lists_nobody_handed_in_are_refused(admin: Admin) -> None:
    assert admin.client.get("/lists/nothing").status_code == 409
    assert admin.client.post("/lists/nothing").status_code == 409
    assert admin.client.get("/lists/nothing/marked/0").status_code == 409
    admin.client.cookies.clear()
    assert admin.client.post("/lists/undo").status_code == 409
    assert "请先在右上角选择值班员" in admin.client.post("/lists", files={"file": ("a.csv", b"x")}).text
