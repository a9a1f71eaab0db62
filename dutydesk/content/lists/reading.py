"""Foreign lists, one file after another, into one plan with the marks of each file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dutydesk.content.lists.columns import FIELDS, Header, duty_in, find_header, plain
from dutydesk.content.lists.entries import Entry, Reader, Wanted
from dutydesk.content.lists.grid import Book, Grid, read_book
from dutydesk.content.lists.joining import Joining, Plan
from dutydesk.content.lists.marks import Marks
from dutydesk.content.lists.placing import Placing
from dutydesk.domain.site import Site
from dutydesk.errors import UsageError


@dataclass
class Read:
    """One file: its sheets, what was read from them, and what is to be said of it. `forms`: fingerprint -> fields."""

    path: Path
    book: Book
    entries: list[Entry] = field(default_factory=list)
    marks: Marks = field(default_factory=Marks)
    forms: dict[str, list[str]] = field(default_factory=dict)


def read_lists(paths: Sequence[Path], site: Site, wanted: Wanted, *, remembered: Mapping[str, Sequence[str]],
               named: Mapping[str, str]) -> tuple[Plan, list[Read]]:
    """Read files and join them. `named` is header text -> field as the officer says it now.

    Raises UsageError for a field that does not exist, a file that is not there; Faulty for one that cannot be read.
    """
    for text, what in named.items():
        if what not in FIELDS:
            raise UsageError(f"{text}={what}: there is no field {what}; there are: {', '.join(FIELDS)}")
    said = {plain(text): what for text, what in named.items()}
    placing, joining, files = Placing(site), Joining(site), []
    for path in paths:
        file = Read(path, read_book(path))
        for grid in file.book.grids:
            _sheet(file, grid, placing, wanted, remembered, said)
        file.marks.told += [f"隐藏的工作表“{name}”没有读" for name in file.book.hidden]
        files.append(file)
    for file in files:
        joining.take(file.entries, file.marks)
    return joining.plan, files


def _sheet(file: Read, grid: Grid, placing: Placing, wanted: Wanted, remembered: Mapping[str, Sequence[str]],
           named: Mapping[str, str]) -> None:
    if not any(any(row) for row in grid.rows):
        return
    header = find_header(grid, remembered, named)
    if header is None:
        file.marks.told.append(f"工作表“{grid.sheet}”找不到表头（要有姓名一栏和另外至少一栏），没有读；"
                               "可以用 --column 表头=name 指明")
        return
    title = " ".join({text for row in grid.rows[:header.first] for text in row} | {grid.sheet, grid.file})
    file.entries += Reader(grid, header, placing, _of_title(wanted, title, header, placing), file.marks).entries()
    file.forms[header.fingerprint] = _fields(header)
    unread = [text for n, text in enumerate(header.texts) if text and not _fields(header)[n]]
    if unread:
        file.marks.told.append(f"工作表“{grid.sheet}”没有读的栏：{'、'.join(dict.fromkeys(unread))}")


def _of_title(wanted: Wanted, title: str, header: Header, placing: Placing) -> Wanted:
    """What an officer said goes first, then what the title says; with a column of towns the title names none."""
    towns = placing.towns_in(title)
    has_towns = any(column.field == "town" for column in header.columns)
    town = wanted.town or (next(iter(towns)) if len(towns) == 1 and not has_towns else "")
    return replace(wanted, town=town, duty=wanted.duty or duty_in(title))


def _fields(header: Header) -> list[str]:
    fields = [""] * len(header.texts)
    for column in header.columns:
        fields[column.at] = column.field
    return fields
