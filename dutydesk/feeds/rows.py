"""Documents of rows, as JSON or as a table of text: each row with what it stood in, the innermost first."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dutydesk.domain.columns import Layers
from dutydesk.errors import NotWellFormed, TooLarge, WrongFormat
from dutydesk.feeds.encoding import text_of
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.json_text import read_json
from dutydesk.feeds.xml import HARD_LIMIT

MOST = 50_000
"""Rows of one document that are read: a country's gauges have some thousands."""

_JSON = re.compile(r"\s*(?:[\[{]|(?:(?:export\s+default|var|let|const)\s+)?[A-Za-z_$][\w$.]{0,80}\s*[=(]\s*[\[{])")
_WIDTHS = re.compile(r"\d+[sdn]")     # the line below the header of a USGS table
_DELIMITERS = ",\t;|"
_LONGEST = 100_000                    # characters of one cell
Numbered = Iterator[tuple[str, Layers]]


def rows_in(body: bytes, max_bytes: int, levels: Sequence[str], notes: Notes, *, columns: Sequence[str] = (),
            delimiter: str = "", comment: str = "#") -> Numbered:
    """Yield place and row of everything the document holds.

    JSON: the lists named by `levels`, one inside the other (`x?` only where it is there); a single object stands for a
    list of one. Text: `columns` are its names where the first line does not tell them. Raises TooLarge, NotWellFormed,
    WrongFormat where a list that should be there is not.
    """
    refuse_large(body, max_bytes)
    text = text_of(body, notes).strip()
    if not text:
        raise NotWellFormed("文件是空的")
    if text.startswith("<"):
        raise NotWellFormed("文件是网页或 XML，不是 JSON 或表格")
    found = _nested(read_json(body, max_bytes, notes), levels, "", ()) if _JSON.match(text) else \
        _table(text, columns, delimiter, comment, notes)
    for number, row in enumerate(found):
        if number == MOST:
            notes.add("list-cut", "", str(MOST))
            return
        yield row


def refuse_large(body: bytes, max_bytes: int) -> None:
    """Raise TooLarge for more bytes than a source may send."""
    limit = min(max_bytes, HARD_LIMIT)
    if len(body) > limit:
        raise TooLarge(f"文件有 {len(body):,} 字节，超过该来源允许的 {limit:,} 字节")


def _nested(value: Any, levels: Sequence[str], where: str, outer: Layers) -> Numbered:
    """Walk down the levels; each object on the way becomes a layer of the rows below it."""
    inner = (value, *outer) if isinstance(value, Mapping) else outer
    if not levels or isinstance(value, list):
        yield from _listed(value, levels, where, outer)
        return
    name = levels[0].removesuffix("?")
    below = value
    for part in name.split("."):
        below = below.get(part) if isinstance(below, Mapping) else None
    if below is not None:
        yield from _nested(below, levels[1:], f"{where}.{name}" if where else name, inner)
    elif levels[0].endswith("?"):
        yield from _nested(value, levels[1:], where, outer)
    else:
        raise WrongFormat(f"文件中没有应有的列表 {name}")


def _listed(value: Any, levels: Sequence[str], where: str, outer: Layers) -> Numbered:
    """The rows of a list, or the one a single object is."""
    for number, each in enumerate(value if isinstance(value, list) else [value], 1):
        if isinstance(each, Mapping) and levels:
            yield from _nested(each, levels, f"{where}[{number}]", outer)
        elif isinstance(each, Mapping | str | int | float | None) or not isinstance(each, list):
            yield f"{where}[{number}]", (each, *outer) if isinstance(each, Mapping) else outer
        else:
            yield from _deeper(each, levels, f"{where}[{number}]", outer)


def _deeper(value: list[Any], levels: Sequence[str], where: str, outer: Layers) -> Numbered:
    """A list inside a list: its objects are rows as well, and no more than that is gone into."""
    for number, each in enumerate(value, 1):
        if isinstance(each, Mapping):
            yield from _nested(each, levels, f"{where}[{number}]", outer) if levels else \
                iter([(f"{where}[{number}]", (each, *outer))])


def _table(text: str, columns: Sequence[str], delimiter: str, comment: str, notes: Notes) -> Numbered:
    """The rows of a table: comments and empty lines left out, a short row filled up, a long one noted."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1)
             if line.strip() and not (comment and line.startswith(comment))]
    if not lines:
        return
    sign = delimiter or max(_DELIMITERS, key=lambda each: lines[0][1].count(each))
    names = list(columns) or _cells(lines.pop(0)[1], sign)
    for number, line in lines:
        cells = _cells(line, sign)
        if all(_WIDTHS.fullmatch(cell) for cell in cells):
            continue
        if len(cells) != len(names):
            notes.add("row-width", f"line {number}", f"{len(cells)}/{len(names)}")
        yield f"line {number}", (dict(zip(names, cells, strict=False)),)


def _cells(line: str, sign: str) -> list[str]:
    """One line is one row: a damaged quotation mark harms no other."""
    try:
        return [cell.strip() for cell in next(csv.reader(io.StringIO(line[:_LONGEST]), delimiter=sign), [])]
    except csv.Error:
        return [cell.strip() for cell in line[:_LONGEST].split(sign)]
