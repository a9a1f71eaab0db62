"""contacts/*.csv and waivers.csv: rows with their lines, every fault told, no good row lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from dutydesk.content import table
from dutydesk.content.faults import Faults
from dutydesk.content.models.contacts import NumberRow, PersonRow, PostRow, ShiftRow, WaiverRow
from dutydesk.content.models.words import Strict
from dutydesk.content.source import read
from dutydesk.content.validate import validate

M = TypeVar("M", bound=Strict)


@dataclass(frozen=True, slots=True)
class At(Generic[M]):
    """A row and where it stands."""

    row: M
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Every row that could be read, in file order."""

    people: tuple[At[PersonRow], ...] = ()
    numbers: tuple[At[NumberRow], ...] = ()
    posts: tuple[At[PostRow], ...] = ()
    roster: tuple[At[ShiftRow], ...] = ()
    waivers: tuple[At[WaiverRow], ...] = ()


PEOPLE, NUMBERS = "contacts/people.csv", "contacts/numbers.csv"
POSTS, ROSTER, WAIVERS = "contacts/posts.csv", "contacts/roster.csv", "waivers.csv"


def read_rows(folder: Path, faults: Faults) -> Rows:
    """Read all five tables; only waivers.csv may be missing."""
    return Rows(
        people=_table(folder, PEOPLE, PersonRow, "person", lambda row: row.id, faults),
        numbers=_table(folder, NUMBERS, NumberRow, "number", lambda row: f"{row.person} {row.number}", faults),
        posts=_table(folder, POSTS, PostRow, "seat", lambda row: f"{row.place}/{row.duty} {row.seat}", faults),
        roster=_table(folder, ROSTER, ShiftRow, None, lambda row: "", faults),
        waivers=_table(folder, WAIVERS, WaiverRow, None, lambda row: "", faults, required=False),
    )


def _table(folder: Path, file: str, model: type[M], name: str | None, key: Callable[[M], str], faults: Faults,
           *, required: bool = True) -> tuple[At[M], ...]:
    """Read one table. `key` is what no two rows of it may share, under the table's `name` in `faults.lines`."""
    path = folder / file
    if not path.is_file():
        if required:
            columns = ",".join(model.model_fields)
            faults.add("file-missing", file, 1, f"is not there; write it with the columns {columns}")
        return ()
    source = read(folder, path, faults)
    if source is None:
        return ()
    optional = [column for column, field in model.model_fields.items() if not field.is_required()]
    found = []
    for raw in table.rows(source, list(model.model_fields), optional, faults):
        data = {column: cell for column, cell in raw.cells.items() if cell != "" or column not in optional}
        row, wrong = validate(model, data, salvage=True)
        first = next(iter(raw.cells.values()), "")
        for _, sentence in wrong:
            faults.add("row", file, raw.line, sentence, first)
        if row is None:
            if name:
                faults.broken.add((name, first))
        elif name is None or faults.place(name, key(row), file, raw.line):
            found.append(At(row, file, raw.line))
    if required and not found:
        faults.add("empty-file", file, 1, "has no rows")
    return tuple(found)
