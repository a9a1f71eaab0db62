"""What is said of a cell of a foreign list, and of the list as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How much a mark weighs: what is wrong was not taken; what is doubtful was not taken either, an officer decides;
    a note was taken, and says how.
    """

    WRONG = "wrong"
    DOUBTFUL = "doubtful"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Mark:
    """One remark on a cell (row and column from 0 in its sheet; column -1: the whole row)."""

    sheet: str
    row: int
    column: int
    level: Level
    text: str


@dataclass
class Marks:
    """All remarks on one file; `told` are those on no cell."""

    marks: list[Mark] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def wrong(self, sheet: str, row: int, column: int, text: str) -> None:
        """Mark what cannot be read."""
        self.marks.append(Mark(sheet, row, column, Level.WRONG, text))

    def doubtful(self, sheet: str, row: int, column: int, text: str) -> None:
        """Mark what could be read in two ways."""
        self.marks.append(Mark(sheet, row, column, Level.DOUBTFUL, text))

    def note(self, sheet: str, row: int, column: int, text: str) -> None:
        """Remark how a cell was read."""
        self.marks.append(Mark(sheet, row, column, Level.NOTE, text))

    def refused(self) -> int:
        """How many marks keep something from being taken."""
        return sum(mark.level is not Level.NOTE for mark in self.marks)
