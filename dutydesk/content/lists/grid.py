"""Workbooks and CSV as grids of texts, whatever program wrote them; merged cells hold their value everywhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from dutydesk.content.faults import Faults
from dutydesk.content.source import read
from dutydesk.errors import Faulty, UsageError

Range = tuple[int, int, int, int]   # first row, first column, last row, last column; from 0, both ends inside

TEXTS = frozenset({".csv", ".txt", ".tsv"})
BOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".ods"})
_MOST_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: `rows[r][c]` is the text of a cell, from the sheet's first row and column on.

    A number is written without `.0`; one beyond what a number of a workbook can hold keeps its exponent.
    """

    file: str
    sheet: str
    rows: tuple[tuple[str, ...], ...]
    merged: tuple[Range, ...] = ()

    def text(self, row: int, column: int) -> str:
        """The text of a cell; empty beyond the edge."""
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return ""

    def is_merged_below(self, row: int, column: int) -> bool:
        """Whether a cell has its text from a merged cell that begins in a row above."""
        return any(top < row <= bottom and left <= column <= right for top, left, bottom, right in self.merged)


@dataclass(frozen=True, slots=True)
class Book:
    """The sheets that are shown, and the names of those that are hidden and therefore not read."""

    grids: tuple[Grid, ...]
    hidden: tuple[str, ...] = ()


def read_book(path: Path) -> Book:
    """Read a workbook (.xlsx, .xls, .et, .ods) or a CSV in UTF-8, UTF-16 or GBK.

    Raises UsageError where there is no such file or the extra is missing, Faulty for what cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    suffix = path.suffix.casefold()
    if suffix in TEXTS:
        return Book((_from_text(path),))
    if suffix not in BOOKS:
        raise Faulty(f"{path.name} is no list; save it as .xlsx, .xls, .et or .csv")
    return _from_workbook(path)


def _from_text(path: Path) -> Grid:
    faults = Faults()
    source = read(path.parent, path, faults)
    if source is None:
        raise Faulty(f"{path.name} cannot be read: {'; '.join(str(each) for each in faults.found)}")
    head = source.text[:2000]
    rows = csv.reader(io.StringIO(source.text), delimiter=max(",\t;", key=head.count))
    try:
        return Grid(path.name, path.stem, _square([[cell.strip() for cell in row] for row in rows]))
    except csv.Error as error:
        raise Faulty(f"{path.name} is no CSV ({error}); open it in a spreadsheet and save it as .xlsx") from error


def _from_workbook(path: Path) -> Book:
    try:
        from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum
    except ImportError as error:
        raise UsageError("workbooks need the extra `excel`: pip install 'dutydesk[excel]'") from error
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        hidden = tuple(sheet.name for sheet in book.sheets_metadata if sheet.name not in shown)
        grids = []
        for name in shown:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > _MOST_CELLS:
                raise Faulty(f"{path.name}, sheet {name}: more than {_MOST_CELLS:,} cells; delete the empty ones")
            merged = tuple((top, left, bottom, right)
                           for (top, left), (bottom, right) in sheet.merged_cell_ranges or ())
            cells = [[_written(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
            grids.append(Grid(path.name, name, _spread(_square(cells), merged), merged))
    except (CalamineError, ValueError) as error:
        raise Faulty(f"{path.name} is no workbook ({error}); open it and save it as .xlsx") from error
    return Book(tuple(grids), hidden)


def _written(value: object) -> str:
    """Return what a cell holds as a person would have typed it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value).strip()


def _square(rows: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Make all rows of one width."""
    kept = [list(row) for row in rows]
    width = max(map(len, kept), default=0)
    return tuple(tuple(row + [""] * (width - len(row))) for row in kept)


def _spread(rows: tuple[tuple[str, ...], ...], merged: Iterable[Range]) -> tuple[tuple[str, ...], ...]:
    """Give every cell of a merged one its text."""
    cells = [list(row) for row in rows]
    for top, left, bottom, right in merged:
        if top >= len(cells) or left >= len(cells[top]):
            continue
        for row in range(top, min(bottom, len(cells) - 1) + 1):
            for column in range(left, min(right, len(cells[row]) - 1) + 1):
                cells[row][column] = cells[top][left]
    return tuple(map(tuple, cells))
