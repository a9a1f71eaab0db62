"""What all lists of warnings share: how many entries are read, which are no warnings, who carries a list's faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from dutydesk.domain.alert import Alert
from dutydesk.errors import WrongFormat
from dutydesk.feeds.as_cap import Line, alert_of_line
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.json_text import Row
from dutydesk.ports.feed import Item, Source

MOST = 6_000
"""Entries of one list that are read. The longest real one has 3,500; a stranger could send a million in 5 MB."""

T = TypeVar("T")
Found = TypeVar("Found", bound=Item)


def capped(entries: Sequence[T], notes: Notes, where: str) -> Sequence[T]:
    """Return the first entries of a list; a longer one is noted as list-cut."""
    if len(entries) > MOST:
        notes.add("list-cut", where, f"{MOST}/{len(entries)}")
    return entries[:MOST]


def rows_of(value: object, notes: Notes, where: str) -> Iterator[tuple[str, Row]]:
    """Yield path and row of every mapping in a list; what is no mapping is noted as row-unreadable.

    Raises WrongFormat where there is no list.
    """
    if not isinstance(value, list):
        raise WrongFormat(f"文件中没有应有的列表 {where}")
    for n, row in enumerate(capped(value, notes, where), 1):
        if isinstance(row, Mapping):
            yield f"{where}[{n}]", row
        else:
            notes.add("row-unreadable", f"{where}[{n}]", str(row)[:60])


def lines_of(rows: Iterable[tuple[str, Row]], read: Callable[[Row], Line], source: Source, received_at: datetime,
             notes: Notes) -> Iterator[Alert]:
    """Yield the alert of every row; one that says nothing (see `says_something`) is noted as row-unreadable."""
    for where, row in rows:
        line = read(row)
        if says_something(line):
            yield alert_of_line(line, source, received_at)
        else:
            notes.add("row-unreadable", where, line.identifier)


def says_something(line: Line) -> bool:
    """Tell whether a line is a warning: it has a title, a text, or at least codes for danger and colour."""
    return bool(line.headline or line.description or (line.event and line.colour))


def told(found: Iterable[Found], notes: Notes) -> list[Found]:
    """Return what was found, the faults of the document as a whole riding on the first of it.

    Raises WrongFormat where there are faults and nothing to carry them: such a document must not pass for an empty one.
    """
    everything = list(found)
    faults = notes.all()      # only now: finding adds to them
    if faults and not everything:
        raise WrongFormat("文件中没有一条可读：" + "；".join(fault.text for fault in faults[:5]))
    if faults:
        everything[0] = replace(everything[0], faults=everything[0].faults + faults)
    return everything
