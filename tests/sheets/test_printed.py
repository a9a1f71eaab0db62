"""What is printed, read back by others: poppler's own reader for the PDF, openpyxl for the workbook."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from time import perf_counter

import pytest
from openpyxl import load_workbook

from dutydesk.domain.records import State
from dutydesk.domain.values import Colour, Kind, Role
from dutydesk.ports.sheets import CallSheet, SheetPerson, SheetPlace
from dutydesk.sheets.cells import NOTHING, SECRET
from dutydesk.sheets.excel import excel
from dutydesk.sheets.pdf import pdf
from dutydesk.web.words import word

NOW = datetime(2031, 7, 20, 2, tzinfo=UTC)
SCRIPT = ("某甲您好，我是兰泉应急值班室林某值。10:20市气象台发布暴雨红色预警，您负责石桥镇南夼村。"
          "请立即组织转移危险区群众。")


def numbers(rank: int, person: int) -> tuple[tuple[str, str], ...]:
    return ("mobile", f"+999{rank:05}{person:03}1"), ("satellite", f"+999{rank:05}{person:03}2")


def made(rows: int, people: int = 3) -> CallSheet:
    roles = (Role.HOLDER, Role.DEPUTY, Role.SUPERIOR)
    places = tuple(
        SheetPlace(f"99010210{rank:04}", f"石桥镇南夼{rank:04}村", "20310720-1000-990100-flood", Kind.REAL, Colour.RED,
                   State.CALLING, NOW - timedelta(minutes=7), ("flood",),
                   tuple(SheetPerson(f"某{rank}之{each}", "村党支部书记", roles[min(each, 2)], numbers(rank, each))
                         for each in range(people)), SCRIPT)
        for rank in range(rows))
    return CallSheet("兰泉值守", "0000-0001234", NOW, "Asia/Shanghai", "林某值", (), places)


def read(body: bytes, folder: Path) -> list[str]:
    """The pages as poppler reads them, without blanks."""
    assert shutil.which("pdftotext"), "install poppler-utils"
    path = folder / "sheet.pdf"
    path.write_bytes(body)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, timeout=120)
    return ["".join(page.split()) for page in text.stdout.decode().split("\f")[:-1]]


def test_every_page_says_when_by_whom_which_of_how_many_and_that_numbers_are_whole(tmp_path: Path) -> None:
    pages = read(pdf(made(40), word), tmp_path)
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert f"第{number}页，共{len(pages)}页" in page
        assert "2031-07-2010:00:00" in page
        assert "林某值2031-07-2010:00:00打印" in page
        assert "".join(SECRET.split()) in page


def test_every_place_everybody_and_every_number_is_on_paper_once_and_in_order(tmp_path: Path) -> None:
    sheet = made(40)
    text = "".join(read(pdf(sheet, word), tmp_path))
    found = []
    for place in sheet.places:
        assert text.count(place.name) == 1
        for person in place.people:
            for _, number in person.numbers:
                assert text.count(number) == 1
                found.append(text.index(number))
    assert found == sorted(found)


def test_a_place_with_more_people_than_a_page_holds_goes_on_with_its_name(tmp_path: Path) -> None:
    sheet = made(1, people=60)
    pages = read(pdf(sheet, word), tmp_path)
    assert len(pages) > 1
    assert all(sheet.places[0].name in page for page in pages)
    assert all(number in "".join(pages) for person in sheet.places[0].people for _, number in person.numbers)


def test_with_nobody_to_call_the_paper_says_so(tmp_path: Path) -> None:
    (page,) = read(pdf(made(0), word), tmp_path)
    assert NOTHING in page
    assert any(NOTHING in str(row) for row in load_workbook(BytesIO(excel(made(0), word))).active.values)


def test_a_place_without_people_still_has_boxes(tmp_path: Path) -> None:
    (page,) = read(pdf(made(1, people=0), word), tmp_path)
    assert "没有人在岗" in page
    assert "□收到" in page


def test_a_workbook_has_a_row_for_everybody_as_text_and_reckons_nothing() -> None:
    sheet = made(3)
    odd = SheetPlace(**{name: getattr(sheet.places[0], name) for name in SheetPlace.__slots__}
                     | {"name": "=HYPERLINK(1)"})
    rows = list(load_workbook(BytesIO(excel(CallSheet("某市", "1", NOW, "Asia/Shanghai", "=1+1&P", (), (odd,)), word))
                              ).active.iter_rows(min_row=5))
    assert [row[3].value for row in rows] == ["=HYPERLINK(1)"] * 3
    assert {cell.data_type for row in rows for cell in row if cell.value is not None} == {"s"}
    assert [row[10].value for row in rows] == [f"+9990000000{each}1　卫星 +9990000000{each}2" for each in range(3)]


@pytest.mark.parametrize("make", [pdf, excel])
def test_five_thousand_places_take_seconds(make: object) -> None:
    sheet = made(5000, people=2)
    start = perf_counter()
    assert len(make(sheet, word)) > 100_000  # type: ignore[operator]
    assert perf_counter() - start < 60
