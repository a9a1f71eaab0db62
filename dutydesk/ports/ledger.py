"""The door through which the console looks at the site's tables and settings, and takes in lists of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what is read, and where it leads (an address of the console, empty for nowhere)."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class TablePage:
    """A page of a table: the heads of its columns, its rows, which page of how many (from 1), rows in all."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting as it holds now. `source` says where it comes from: the file, or the program's default."""

    section: str
    name: str
    value: str
    default: str
    source: str
    about: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser sent it."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class ListsWanted:
    """How lists are to be read: the duty and the town (an id) of rows that name none, the area code and length of
    local numbers, and `HEADER=FIELD` for columns that are not recognised.
    """

    duty: str = ""
    town: str = ""
    area: str = ""
    local: int = 0
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadList:
    """One list as it was read: entries taken, cells marked as wrong or doubtful, and every remark."""

    name: str
    entries: int
    refused: int
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListsPreview:
    """What lists would change. `seats` are lines for those that change hands; `taken`: it was done already."""

    token: str
    files: tuple[ReadList, ...]
    new: int
    renumbered: int
    seats: int
    handed_over: tuple[str, ...]
    taken: bool = False


class Ledger(Protocol):
    """What the administrator's pages ask. `token` names lists that were handed in."""

    def table(self, name: str, text: str, page: int) -> TablePage:
        """Return a page of `people`, `posts` or `places` whose row holds the text. Numbers are masked.

        Raises KeyError for another name.
        """
        ...

    def settings(self) -> tuple[SettingRow, ...]:
        """Return every setting with its source; a value that may be a secret is masked."""
        ...

    def read_lists(self, files: Sequence[Upload], wanted: ListsWanted) -> ListsPreview:
        """Read lists and keep them; nothing of the site changes. Raises Refused, UsageError or Faulty."""
        ...

    def preview(self, token: str) -> ListsPreview:
        """Return what kept lists would change now; raises Refused for an unknown token."""
        ...

    def marked(self, token: str, number: int) -> Upload:
        """Return the marked file of the n-th list (from 0), to be sent back; raises Refused for an unknown one."""
        ...

    def take_lists(self, token: str, officer: str) -> str:
        """Take kept lists into the site's files; return what is to be done next. Raises Refused."""
        ...

    def undo_lists(self, officer: str) -> str:
        """Take the last ones back; return what is to be done next. Raises Refused."""
        ...
