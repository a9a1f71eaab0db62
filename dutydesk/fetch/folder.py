"""The watched folder: hands over every file that has arrived whole, once, and touches none.

It moves and deletes nothing. What it has handed over it remembers only while it runs; after a restart it hands
everything over again and the store knows the documents by their hash.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dutydesk.domain.ids import document_hash
from dutydesk.domain.records import Document
from dutydesk.errors import Refused
from dutydesk.ports.feed import Source

LARGEST = 50_000_000
"""Bytes; of a larger file only the beginning is kept."""

AT_ONCE = 50_000_000
"""Bytes handed over by one poll before the rest waits for the next: a full folder must not fill the memory."""

KEPT = 64 * 1024
SETTLE = timedelta(seconds=0.2)
EMPTY_FOR = timedelta(seconds=60)

_TEMPORARY = (".part", ".tmp", ".temp", ".filepart", ".crdownload", ".swp", "~")
_CLOSED = re.compile(rb"</(?:[\w.-]{1,40}:)?alert\s*>\s*\Z", re.IGNORECASE)
_Key = tuple[int, int, int, int]


@dataclass(slots=True)
class _Look:
    """What a file looked like, since when it has looked so, and whether it was handed over so."""

    key: _Key
    since: datetime
    done: bool = False

    @property
    def size(self) -> int:
        return self.key[0]


class FolderDoor:
    """The door of one source. Use by one thread; `poll` costs one look at each file of the folder."""

    def __init__(self, folder: Path | str, source: Source, settle: timedelta = SETTLE) -> None:
        self._folder = Path(folder)
        self._source = source
        self._settle = settle
        self._looks: dict[str, _Look] = {}

    def poll(self, now: datetime) -> list[Document]:
        """Return the documents that are whole at `now` (aware), in order of their names, each once.

        1. Folders, devices, dot-files and temporary names (.part, .tmp ...) are left alone until they are renamed.
        2. A file that ends with `</alert>` is whole at once; any other when its size and times have stood still
           between two looks at least 0.2 s apart; an empty one is waited for, and told as bad after 60 s.
        3. A file that changes afterwards is handed over again: its bytes are another document.
        4. A file of more than 50 MB (its beginning kept) and one that cannot be opened come as bad documents.
        Raises Refused where the folder itself cannot be read.
        """
        present = self._scan()
        self._looks = {name: self._look(name, key, now) for name, key in present.items()}
        documents: list[Document] = []
        size = 0
        for name in sorted(present):
            if size >= AT_ONCE:
                break
            look = self._looks[name]
            document = None if look.done else self._take(name, look, now)
            if document is not None:
                look.done = True
                size += len(document.body)
                documents.append(document)
        return documents

    def again(self, documents: Iterable[Document]) -> None:
        """Hand these documents over once more at the next poll: the caller could not store them."""
        for document in documents:
            self._looks = {name: look for name, look in self._looks.items() if _shown(name) != document.name}

    def _scan(self) -> dict[str, _Key]:
        """Return name -> what tells one state of a file from the next."""
        found: dict[str, _Key] = {}
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    if entry.name.startswith((".", "~")) or entry.name.lower().endswith(_TEMPORARY):
                        continue
                    key = _key(entry)
                    if key:
                        found[entry.name] = key
        except OSError as error:
            raise Refused(f"the folder {self._folder} of the source {self._source.id!r} cannot be read "
                          f"({error.strerror}); create it or correct `folder` in dutydesk.toml") from error
        return found

    def _look(self, name: str, key: _Key, now: datetime) -> _Look:
        known = self._looks.get(name)
        return known if known and known.key == key else _Look(key, now)

    def _take(self, name: str, look: _Look, now: datetime) -> Document | None:
        """Return the document of a file if it is whole, None if it must wait."""
        path = self._folder / name
        stood = now - look.since
        if look.size == 0:
            return self._bad(name, look, b"", "empty: 文件是空的", now) if stood >= EMPTY_FOR else None
        still = stood >= self._settle
        try:
            if look.size > LARGEST:
                told = f"too-large: 文件有 {look.size:,} 字节，超过 {LARGEST:,} 字节，只保留开头"
                return self._bad(name, look, _read(path, KEPT), told, now) if still else None
            if not still and not _closed(path, look.size):
                return None
            body = _read(path, LARGEST + 1)
            if len(body) != look.size:      # still being written: the next look sees the new size
                return None
        except FileNotFoundError:
            return None
        except OSError as error:
            return self._bad(name, look, b"", f"unreadable: 文件无法打开（{error.strerror}）", now)
        return Document(document_hash(self._source.id, body), self._source.id, _shown(name), now, body)

    def _bad(self, name: str, look: _Look, body: bytes, fault: str, now: datetime) -> Document:
        """Return a document that cannot be read. Its bytes do not tell it from others: name and state do."""
        told = body + f"\x00{_shown(name)}\x00{look.key}".encode()
        return Document(document_hash(self._source.id, told), self._source.id, _shown(name), now, body, "bad",
                        (fault,))


def _key(entry: os.DirEntry[str]) -> _Key | None:
    """Return size, times and inode of a regular file, None for anything else or a file that just went away."""
    try:
        if not entry.is_file():
            return None
        stat = entry.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def _closed(path: Path, size: int) -> bool:
    """Tell whether the file ends as a CAP message ends."""
    with path.open("rb") as file:
        file.seek(max(0, size - 200))
        return bool(_CLOSED.search(file.read()))


def _shown(name: str) -> str:
    """Return the name as text: a file name may be any bytes."""
    return os.fsencode(name).decode("utf-8", "replace")
