"""From lists into contacts/ and back: people joined, lines kept, marks handed back, one step undone."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from dutydesk.cli.main import main
from dutydesk.content.contacts import NUMBERS, PEOPLE, POSTS
from tests.content.small_site import SmallSite

HEADER = ["村", "姓名", "职务", "电话"]
TOWN = ["--town", "371002100", "--duty", "flood", "--country", "+999"]


def book(path: Path, *rows: list[object], header: list[str] = HEADER, title: str = "") -> Path:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    for row in ([[title]] if title else []) + [header, *rows]:
        sheet.append(row)
    made.save(path)
    return path


def state(folder: Path) -> dict[str, bytes]:
    return {file: (folder / file).read_bytes() for file in (PEOPLE, NUMBERS, POSTS)}


def run(site: SmallSite, *arguments: str | Path) -> int:
    return main(["lists", *map(str, arguments), "--site", str(site.folder)])


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_list_is_taken_in_and_every_other_line_stays(
        site: SmallSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = state(site.folder)
    made = book(tmp_path / "张庄镇.xlsx", ["东村", "甲一", "书记", "13900000001"], ["西村", "甲二", "", "13900000002"])
    assert run(site, "take", made, *TOWN) == 0
    capsys.readouterr()
    after = state(site.folder)
    assert after[PEOPLE].startswith(before[PEOPLE])
    assert after[PEOPLE].decode().splitlines()[-2:] == ["p0014,甲一,,书记", "p0015,甲二,,"]
    assert after[NUMBERS].decode().splitlines()[-1] == "p0015,mobile,+99913900000002,"
    changed = [line for line in after[POSTS].decode().splitlines() if line not in before[POSTS].decode()]
    assert changed == ["371002100201,flood,1,p0014,", "371002100202,flood,1,p0015,"]
    assert site.load().setup is not None


def test_reading_alone_changes_nothing(site: SmallSite, tmp_path: Path) -> None:
    before = state(site.folder)
    assert run(site, "read", book(tmp_path / "a.xlsx", ["东村", "甲一", "", "13900000001"]), *TOWN) == 0
    assert state(site.folder) == before


def test_one_step_back_gives_the_very_files_again(
        site: SmallSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = state(site.folder)
    run(site, "take", book(tmp_path / "a.xlsx", ["东村", "甲一", "", "13900000001"]), *TOWN)
    assert state(site.folder) != before
    assert run(site, "undo") == 0
    assert state(site.folder) == before
    assert run(site, "undo") == 3
    assert "nothing to take back" in capsys.readouterr().err


def test_what_somebody_changed_since_is_not_taken_back(
        site: SmallSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(site, "take", book(tmp_path / "a.xlsx", ["东村", "甲一", "", "13900000001"]), *TOWN)
    site.add(PEOPLE, "p99,后来,,\n")
    assert run(site, "undo") == 3
    assert PEOPLE in capsys.readouterr().err
    assert "p99" in (site.folder / PEOPLE).read_text("utf-8")


def test_one_man_in_several_lists_is_one_person(
        site: SmallSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flood = book(tmp_path / "防汛.xlsx", ["东村", "甲一", "书记", "13900000001"])
    fire = book(tmp_path / "森林防火.xlsx", ["东村", "甲一", "", "13900000001/0631-2345678"])
    assert run(site, "take", flood, fire, "--town", "371002100", "--country", "+999", "--json") == 0
    found = said(capsys)
    assert found["new"] == ["p0014"]
    assert [(each["post"], each["person"]) for each in found["seats"]] == [  # type: ignore[attr-defined]
        ("371002100201/flood", "p0014"), ("371002100201/fire", "p0014")]
    assert (site.folder / NUMBERS).read_text("utf-8").splitlines()[-2:] == [
        "p0014,mobile,+99913900000001,", "p0014,landline,+9996312345678,"]


def test_a_man_the_site_knows_by_his_number_is_not_made_anew(
        site: SmallSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = book(tmp_path / "a.xlsx", ["东村", "郑九", "", "+999100000009"], ["西村", "吴八", "", "+999100000008"])
    assert run(site, "take", made, *TOWN, "--json") == 0
    found = said(capsys)
    assert found["new"] == []
    assert [each["before"] for each in found["seats"]] == ["p8", "p9"]  # type: ignore[attr-defined]
    assert (site.folder / POSTS).read_text("utf-8").splitlines()[9:11] == [
        "371002100201,flood,1,p9,", "371002100202,flood,1,p8,"]


@pytest.mark.parametrize(("row", "says"), [
    (["东村", "郑九", "", "13900000009"], "是不是一个人"),
    (["东村", "乙", "", "+999100000009"], "看不出姓名"),
    (["东村", "乙二", "", "+999100000009"], "号码是郑九的"),
    (["北村", "乙二", "", "13900000009"], "没有叫北村的村"),
    (["东村", "乙二", "", "1.39E+10"], "科学计数"),
])
def test_what_is_doubtful_is_marked_in_its_cell_and_not_taken(
        site: SmallSite, tmp_path: Path, capsys: pytest.CaptureFixture[str], row: list[object], says: str) -> None:
    before = state(site.folder)
    assert run(site, "take", book(tmp_path / "名册.xlsx", row), *TOWN, "--back", tmp_path / "back") == 1
    assert state(site.folder) == before
    assert says in capsys.readouterr().out
    back = openpyxl.load_workbook(tmp_path / "back" / "名册.核对.xlsx")
    marked = {cell.coordinate: cell.comment.text for cells in back.worksheets[1].iter_rows() for cell in cells
              if cell.comment}
    assert any(says in text for text in marked.values())
    assert [cell.value for cell in back.worksheets[1][2]] == [value or None for value in row]
    assert any(says in str(cells[2].value) for cells in back.worksheets[0].iter_rows())


def test_how_a_list_is_laid_out_is_remembered_for_the_next_of_that_form(
        site: SmallSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = ["村", "包村干部", "热线"]
    first = book(tmp_path / "1.xlsx", ["东村", "甲一", "13900000001"], header=header)
    assert run(site, "read", first, *TOWN) == 0
    assert "找不到表头" in capsys.readouterr().out
    assert run(site, "take", first, *TOWN, "--column", "包村干部=name", "--column", "热线=phone") == 0
    second = book(tmp_path / "2.xlsx", ["西村", "甲二", "13900000002"], header=header)
    assert run(site, "take", second, *TOWN) == 0
    assert "甲二" in (site.folder / PEOPLE).read_text("utf-8")


def test_a_village_name_is_looked_for_in_its_own_town_only(
        site: SmallSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = book(tmp_path / "a.xlsx", ["双岛街道", "东村", "甲一", "13900000001"], header=["镇街", "村", "姓名", "电话"])
    assert run(site, "read", made, "--duty", "flood") == 1
    assert "双岛街道没有叫东村的村" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["read"], ["read", "missing.xlsx"], ["read", "x.xlsx", "--column", "a"],
                                       ["read", "x.xlsx", "--town", "9"]])
def test_a_wrong_call_says_what_is_missing(site: SmallSite, tmp_path: Path, arguments: list[str],
                                           capsys: pytest.CaptureFixture[str]) -> None:
    book(tmp_path / "x.xlsx", ["东村", "甲一", "", "13900000001"])
    paths = [str(tmp_path / each) if each == "x.xlsx" else each for each in arguments]
    assert run(site, *paths) == 2
    assert "dutydesk lists:" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "body"), [("a.xlsx", b"PK\x03\x04 no workbook"), ("a.xls", b"no workbook"),
                                            ("a.docx", b"x")])
def test_what_is_no_list_is_refused_by_name(site: SmallSite, tmp_path: Path, name: str, body: bytes,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_bytes(body)
    assert run(site, "read", tmp_path / name, *TOWN) == 1
    assert name in capsys.readouterr().err
