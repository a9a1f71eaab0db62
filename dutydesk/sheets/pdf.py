"""The call sheet on paper: A4 lying, one block a place, boxes to write into. Needs the extra `print`.

The Chinese font is one every reader of PDF brings (STSong-Light), so that the file holds none and stays small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from dutydesk.domain.values import Colour, Kind
from dutydesk.errors import UsageError
from dutydesk.ports.sheets import CallSheet, SheetPerson, SheetPlace
from dutydesk.sheets.cells import NOTHING, SECRET, Word, action, answer, head, numbers, person_line, place_line, title

_FONT = "STSong-Light"
_DIGITS = "Helvetica"                  # for numbers to be dialled: never squeezed by a font a reader puts in its place
_WIDTH, _HEIGHT = 841.9, 595.3        # points; A4 lying
_MARGIN = 28.0
_TOP, _BOTTOM = _HEIGHT - 74, 40.0    # where blocks begin and end
_ROW, _LINE, _GAP = 22.0, 12.5, 6.0   # height of a person's row, of a line of text, between blocks
_COLUMNS = (("叫谁", 172.0), ("号码", 168.0), ("应答", 132.0), ("行动", 174.0), ("报告人、时间", 76.0), ("凭据", 64.0))
_SHADES = {Colour.RED: (0.80, 0.10, 0.10), Colour.ORANGE: (0.93, 0.50, 0.05), Colour.YELLOW: (0.85, 0.70, 0.0),
           Colour.BLUE: (0.15, 0.40, 0.75)}


@dataclass(frozen=True)
class _Block:
    """One place as it will stand on the page: `rank` from 1, its heading, the lines of its script, rows of people."""

    rank: int
    place: SheetPlace
    heading: str
    script: tuple[str, ...]
    people: tuple[SheetPerson, ...]

    @property
    def height(self) -> float:
        return _LINE * (1.3 + len(self.script)) + _ROW * max(1, len(self.people)) + _GAP


def pdf(sheet: CallSheet, word: Word) -> bytes:
    """Return the sheet as a PDF; `word` gives the Chinese word for a value. Raises UsageError without the extra."""
    try:
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfbase.pdfmetrics import registerFont
        from reportlab.pdfgen.canvas import Canvas
    except ImportError as error:
        raise UsageError("a call sheet as PDF needs the extra `print`: pip install 'dutydesk[print]'") from error
    registerFont(UnicodeCIDFont(_FONT))
    into = BytesIO()
    canvas = Canvas(into, pagesize=(_WIDTH, _HEIGHT), invariant=True)
    canvas.setTitle(title(sheet))
    _watermark(canvas, sheet)
    pages = list(_pages(sheet, word))
    for number, blocks in enumerate(pages, 1):
        canvas.doForm("mark")
        _frame(canvas, sheet, number, len(pages))
        top = _TOP
        for block in blocks:
            _draw(canvas, block, top, word)
            top -= block.height
        if not sheet.places:
            _text(canvas, _MARGIN, _TOP - 40, NOTHING, 16)
        canvas.showPage()
    canvas.save()
    return into.getvalue()


def _pages(sheet: CallSheet, word: Word) -> Iterator[list[_Block]]:
    """Put whole blocks on pages; a sheet without a place has one page too."""
    page: list[_Block] = []
    room = _TOP - _BOTTOM
    for rank, place in enumerate(sheet.places, 1):
        block = _Block(rank, place, place_line(place, sheet, word), tuple(_wrap(place.script, _inner(), 9)),
                       place.people)
        for part in _parts(block):
            if page and part.height > room:
                yield page
                page, room = [], _TOP - _BOTTOM
            page.append(part)
            room -= part.height
    yield page


def _parts(block: _Block) -> Iterator[_Block]:
    """Split a block that no page can hold between its people."""
    most = int((_TOP - _BOTTOM - _GAP - _LINE * (1.3 + len(block.script))) / _ROW)
    for start in range(0, max(1, len(block.people)), most):
        yield _Block(block.rank, block.place, block.heading, block.script, block.people[start:start + most])


def _inner() -> float:
    return sum(width for _, width in _COLUMNS)


def _watermark(canvas: Any, sheet: CallSheet) -> None:
    """Who printed it, across every page: drawn once, used on each."""
    canvas.beginForm("mark")
    canvas.saveState()
    canvas.setFillGray(0.9)
    canvas.translate(_WIDTH / 2, _HEIGHT / 2)
    canvas.rotate(28)
    for down in (-190, 0, 190):
        _text(canvas, -330, down, f"{head(sheet).who}　　{head(sheet).who}", 26)
    canvas.restoreState()
    canvas.endForm()


def _frame(canvas: Any, sheet: CallSheet, number: int, pages: int) -> None:
    """Head with time and warning, column heads, foot with page x of y."""
    told = head(sheet)
    canvas.setFillGray(0)
    _text(canvas, _MARGIN, _HEIGHT - 32, title(sheet), 15)
    _text(canvas, _MARGIN, _HEIGHT - 47, told.about, 9)
    _right(canvas, _HEIGHT - 32, told.when, 11)
    canvas.setFillColorRGB(0.75, 0.05, 0.05)
    _right(canvas, _HEIGHT - 47, SECRET, 9)
    canvas.setFillGray(0.35)
    left = _MARGIN
    for name, width in _COLUMNS:
        _text(canvas, left + 3, _HEIGHT - 66, name, 9)
        left += width
    canvas.line(_MARGIN, _HEIGHT - 70, _MARGIN + _inner(), _HEIGHT - 70)
    _text(canvas, _MARGIN, 22, told.who, 9)
    _right(canvas, 22, f"第 {number} 页，共 {pages} 页", 9)
    canvas.setFillGray(0)


def _draw(canvas: Any, block: _Block, top: float, word: Word) -> None:
    """Draw one place, its heading's top at `top` (points from the bottom of the page)."""
    place = block.place
    canvas.setFillColorRGB(*_SHADES[place.colour])
    canvas.rect(_MARGIN, top - 13, 5, 12, stroke=0, fill=1)
    canvas.setFillGray(0)
    _text(canvas, _MARGIN + 9, top - 11, _cut(f"{block.rank}. {block.heading}", _inner() - 12, 11), 11)
    down = top - _LINE * 1.3
    canvas.setFillGray(0.2)
    for line in block.script:
        down -= _LINE
        _text(canvas, _MARGIN + 9, down + 3, line, 9)
    canvas.setFillGray(0)
    for person in block.people:
        _row(canvas, down, [person_line(person, word), numbers(person, word), answer(), action()])
        down -= _ROW
    if not block.people:
        _row(canvas, down, ["没有人在岗：请找上级", "", answer(), action()])
    canvas.setStrokeGray(0.25 if place.kind is Kind.REAL else 0.6)


def _row(canvas: Any, top: float, texts: Sequence[str]) -> None:
    left = _MARGIN
    canvas.setStrokeGray(0.6)
    for rank, (_, width) in enumerate(_COLUMNS):
        canvas.rect(left, top - _ROW, width, _ROW)
        if rank < len(texts):
            lines = list(_wrap(texts[rank], width - 6, 9))[:2]
            for number, line in enumerate(lines):
                draw = _dialled if rank == 1 else _text
                draw(canvas, left + 3, top - (14 if len(lines) == 1 else 9.5 + 10 * number), line, 9)
        left += width


def _text(canvas: Any, x: float, y: float, text: str, size: float) -> None:
    canvas.setFont(_FONT, size)
    canvas.drawString(x, y, text)


def _dialled(canvas: Any, x: float, y: float, text: str, size: float) -> None:
    """Write a line with numbers in it."""
    line = canvas.beginText(x, y)
    for digits, words in re.findall(r"([+\d-]+)|([^+\d-]+)", text):
        line.setFont(_DIGITS if digits else _FONT, size)
        line.textOut(digits or words)
    canvas.drawText(line)


def _right(canvas: Any, y: float, text: str, size: float) -> None:
    canvas.setFont(_FONT, size)
    canvas.drawRightString(_MARGIN + _inner(), y, text)


def _size(character: str) -> float:
    """Width of a character in ems: a little more than the narrow ones have."""
    return 0.56 if character < "\u2000" else 1.0


def _wrap(text: str, width: float, size: float) -> Iterator[str]:
    """Break a text into lines of a width in points; never inside a run of digits that fits a line of its own."""
    line, used = "", 0.0
    for piece in _pieces(text):
        wide = sum(map(_size, piece)) * size
        if line and used + wide > width:
            yield line
            line, used = "", 0.0
        line, used = line + piece, used + wide
    if line:
        yield line


def _pieces(text: str) -> Iterator[str]:
    """Characters, but numbers in one piece."""
    run = ""
    for each in text:
        if each.isascii() and (each.isdigit() or each in "+-"):
            run += each
            continue
        if run:
            yield run
            run = ""
        yield each
    if run:
        yield run


def _cut(text: str, width: float, size: float) -> str:
    lines = list(_wrap(text, width - size, size))
    return lines[0] + ("…" if len(lines) > 1 else "") if lines else ""
