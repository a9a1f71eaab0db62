"""The call sheet as a workbook: a row a person, to be filtered and filled in. Needs the extra `excel`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from zoneinfo import ZoneInfo

from dutydesk.errors import UsageError
from dutydesk.ports.sheets import CallSheet
from dutydesk.sheets.cells import NOTHING, SECRET, Word, head, numbers, title

COLUMNS = (("序", 5), ("颜色", 6), ("类别", 6), ("地方", 24), ("岗位", 10), ("状态", 10), ("起叫", 7), ("角色", 8),
           ("姓名", 10), ("职务", 16), ("号码", 30), ("应答", 8), ("行动", 8), ("转移人数", 8), ("报告人", 10),
           ("时间", 8), ("凭据", 12), ("话术", 60))
_WRITTEN_BY_HAND = ("",) * 6


def excel(sheet: CallSheet, word: Word) -> bytes:
    """Return the sheet as a workbook; `word` gives the Chinese for a value. Raises UsageError without the extra."""
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.utils import get_column_letter
    except ImportError as error:
        raise UsageError("a call sheet for Excel needs the extra `excel`: pip install 'dutydesk[excel]'") from error
    book = Workbook(write_only=True)
    page = book.create_sheet("手工叫应单")
    told = head(sheet)
    page.page_setup.orientation, page.page_setup.paperSize, page.page_setup.fitToHeight = "landscape", 9, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows, page.freeze_panes = "1:4", "A5"
    page.oddHeader.center.text, page.oddFooter.left.text = _plain(told.who), _plain(told.who)
    page.oddFooter.right.text = "第 &P 页，共 &N 页"
    for rank, (_, width) in enumerate(COLUMNS, 1):
        page.column_dimensions[get_column_letter(rank)].width = width

    def texts(*row: str) -> Sequence[object]:
        cells = [WriteOnlyCell(page, text) for text in row]
        for cell in cells:
            cell.data_type = "s"    # as text: a long number stays whole, and nothing is ever reckoned
        return cells

    page.append(texts(title(sheet), *[""] * 8, told.who))
    page.append(texts(told.about))
    page.append(texts(SECRET))
    page.append(texts(*(name for name, _ in COLUMNS)))
    for row in _rows(sheet, word):
        page.append(texts(*row))
    if not sheet.places:
        page.append(texts(NOTHING))
    into = BytesIO()
    book.save(into)
    return into.getvalue()


def _rows(sheet: CallSheet, word: Word) -> Iterator[tuple[str, ...]]:
    zone = ZoneInfo(sheet.zone)
    for rank, place in enumerate(sheet.places, 1):
        whole = (str(rank), place.colour.zh, word(place.kind, "kind"), place.name,
                 "、".join(word(each, "duty") for each in place.duties), word(place.state, "state"),
                 f"{place.since.astimezone(zone):%H:%M}")
        for person in place.people:
            gone = f"（{person.left_out}）" if person.left_out else ""
            yield (*whole, word(person.role, "role"), person.name, person.title + gone, numbers(person, word),
                   *_WRITTEN_BY_HAND, place.script)
        if not place.people:
            yield (*whole, "", "没有人在岗：请找上级", "", "", *_WRITTEN_BY_HAND, place.script)


def _plain(text: str) -> str:
    """A text inside a header or footer, where & begins a code."""
    return text.replace("&", "&&")
