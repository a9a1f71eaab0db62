"""CSV to rows with line numbers: one row is one line, so that a damaged line harms no other."""

from __future__ import annotations

import csv
import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dutydesk.content.faults import Faults
from dutydesk.content.source import Source


@dataclass(frozen=True, slots=True)
class Raw:
    """One row as written: column -> text without outer blanks, and its line."""

    line: int
    cells: dict[str, str]


def rows(source: Source, columns: Sequence[str], optional: Sequence[str], faults: Faults) -> list[Raw]:
    """Return the rows of a table; every line that is no row is an error, and the others are kept.

    `columns` are all that are read, `optional` those of them that may be missing from the header.
    Lines that are empty or start with `#` are passed over.
    """
    lines = [(number, line) for number, line in enumerate(source.lines, 1) if _counts(line)]
    if not lines:
        faults.add("header", source.file, 1, f"is empty; the first line must be {','.join(columns)}")
        return []
    delimiter = _delimiter(lines[0][1])
    cells = [(number, _split(line, delimiter)) for number, line in lines[1:]]
    widths = Counter(len(row) for _, row in cells if row)
    width = widths.most_common(1)[0][0] if widths else len(columns)
    orders = [list(columns), [name for name in columns if name not in optional]]
    by_place = next((order for order in orders if len(order) == width), orders[0])
    header = _header(source.file, lines[0], delimiter, by_place, _Columns(tuple(columns), tuple(optional)), faults)
    return [raw for number, row in cells if (raw := _row(source.file, number, row, header, faults))]


@dataclass(frozen=True, slots=True)
class _Columns:
    all: tuple[str, ...]
    optional: tuple[str, ...]


def _counts(line: str) -> bool:
    bare = line.strip(" \t,;")
    return bool(bare) and not bare.startswith("#")


def _delimiter(header: str) -> str:
    return max(",\t;", key=header.count)


def _split(line: str, delimiter: str) -> list[str] | None:
    """Split one line by the CSV rules; None when a quote is left open or a cell is monstrous."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return None
    return [cell.strip() for cell in cells]


def _header(file: str, first: tuple[int, str], delimiter: str, by_place: list[str], columns: _Columns,
            faults: Faults) -> list[str]:
    """Return the column of each position; a damaged header is an error, and `by_place` decides."""
    number, line = first
    names = [cell.lower() for cell in _split(line, delimiter) or line.split(delimiter)]
    missing = [name for name in columns.all if name not in names and name not in columns.optional]
    if not missing and len(names) != len(by_place) and set(names) < set(by_place):
        missing = [name for name in by_place if name not in names]      # an optional name fell out, its cells did not
    if missing:
        hints = [f"{name} (now {close[0]}?)" if (close := difflib.get_close_matches(name, names, 1)) else name
                 for name in missing]
        faults.add("header", file, number,
                   f"the header lacks {', '.join(hints)}; write {','.join(columns.all)}; until then the cells "
                   f"are read in the order {','.join(by_place)}")
        return by_place
    for name in dict.fromkeys(names):
        if name and name not in columns.all:
            faults.add("column", file, number, f"the column {name} is not read; remove it or correct its name")
        elif name and names.count(name) > 1:
            faults.add("header", file, number, f"the column {name} stands twice; the first one counts")
    return [name if name not in names[:place] else "" for place, name in enumerate(names)]


def _row(file: str, number: int, cells: list[str] | None, header: Sequence[str], faults: Faults) -> Raw | None:
    if cells is None:
        faults.add("row", file, number, "a quotation mark is left open; close it, and keep each row on one line")
        return None
    while len(cells) > len(header) and not cells[-1]:
        cells.pop()
    if len(cells) != len(header):
        faults.add("row", file, number,
                   f"has {len(cells)} cells where the header has {len(header)}; add or remove a comma")
        return None
    return Raw(number, {name: cell for name, cell in zip(header, cells, strict=True) if name})
