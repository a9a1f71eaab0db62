"""The list as it came, with every mark in its cell: what an officer sends back to whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dutydesk.content.lists.grid import Grid
from dutydesk.content.lists.marks import Level, Mark
from dutydesk.content.lists.reading import Read
from dutydesk.errors import UsageError

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_SHADES = {Level.WRONG: "F4B6B6", Level.DOUBTFUL: "F6E3A8", Level.NOTE: "D5DEE8"}
_WORDS = {Level.WRONG: "有误，未录入", Level.DOUBTFUL: "存疑，未录入", Level.NOTE: "已录入，说明"}
FIRST = "核对说明"


def hand_back(read: Read, folder: Path) -> Path:
    """Write `<name>.核对.xlsx` into a folder and return it. Raises UsageError where the extra `excel` is missing."""
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise UsageError("marked lists need the extra `excel`: pip install 'dutydesk[excel]'") from error
    book = Workbook()
    front = book.worksheets[0]
    front.title = FIRST
    names = {grid.sheet: _sheet_name(book, grid.sheet) for grid in read.book.grids}
    for grid in read.book.grids:
        _copy(book.create_sheet(names[grid.sheet]), grid, [mark for mark in read.marks.marks
                                                           if mark.sheet == grid.sheet])
    _front(front, read, names)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{read.path.stem}.核对.xlsx"
    book.save(path)
    return path


def _sheet_name(book: Workbook, name: str) -> str:
    """A name a workbook takes: no brackets or slashes, at most 31 characters, not taken yet."""
    bare = "".join("_" if each in "[]:*?/\\" else each for each in name)[:28] or "表"
    taken, n = {FIRST, *book.sheetnames}, 1
    while (found := bare if n == 1 else f"{bare}_{n}") in taken:
        n += 1
    return found


def _copy(sheet: Worksheet, grid: Grid, marks: Iterable[Mark]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    inner = {(row, column) for top, left, bottom, right in grid.merged
             for row in range(top, bottom + 1) for column in range(left, right + 1) if (row, column) != (top, left)}
    for r, texts in enumerate(grid.rows):
        for c, text in enumerate(texts):
            if text and (r, c) not in inner:
                cell = sheet.cell(r + 1, c + 1)
                cell.value, cell.data_type = text, "s"     # as text: a long number stays whole
    for mark in marks:
        row, column = _anchor(grid, mark.row, max(mark.column, 0))
        cell = sheet.cell(row + 1, column + 1)
        cell.fill = PatternFill("solid", fgColor=_SHADES[mark.level])
        said = f"{cell.comment.text}\n" if cell.comment else ""
        cell.comment = Comment(f"{said}{mark.text}", "dutydesk")
    for top, left, bottom, right in grid.merged:   # last: what is inside a merged cell cannot be written any more
        sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)


def _anchor(grid: Grid, row: int, column: int) -> tuple[int, int]:
    """The cell that shows: of merged ones the first."""
    return next(((top, left) for top, left, bottom, right in grid.merged
                 if top <= row <= bottom and left <= column <= right), (row, column))


def _front(front: Worksheet, read: Read, names: dict[str, str]) -> None:
    """What the file says as a whole, and every mark with a link to its cell."""
    from openpyxl.utils import get_column_letter

    total = f"{read.path.name}：读到{len(read.entries)}人次，{read.marks.refused()}处没有录入"
    rows: list[tuple[str, ...]] = [(text,) for text in (total, *read.marks.told)]
    rows += [(), ("位置", "性质", "说明")]
    for texts in rows:
        front.append(texts)
    for mark in sorted(read.marks.marks, key=lambda each: (each.level, each.sheet, each.row, each.column)):
        where = f"{get_column_letter(max(mark.column, 0) + 1)}{mark.row + 1}"
        front.append((f"{names[mark.sheet]} {where}", _WORDS[mark.level], mark.text))
        link = front.cell(front.max_row, 1)
        link.hyperlink = f"#'{names[mark.sheet]}'!{where}"
    for letter, width in zip("ABC", (28, 16, 70), strict=True):
        front.column_dimensions[letter].width = width
