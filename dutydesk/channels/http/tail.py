"""Reads a log file as it grows, through rotation and truncation, in lots of whole lines."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

LOT = 4_000_000   # bytes read at once


class Tail:
    """A log file. Nothing is passed over until `keep` says that what was read is safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._kept = 0      # bytes of the open file that are safe
        self._read = 0

    def read(self) -> bytes:
        """The next lot of whole lines; empty where there are none yet. Raises OSError.

        The rest of a file that was renamed is read before the one that took its name.
        """
        if self._file is None:
            self._open()
        lot = self._next()
        if not lot and self._replaced():
            self._open()
            lot = self._next()
        return lot

    def keep(self) -> None:
        """What was read last need not be read again."""
        self._kept = self._read

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> None:
        fresh = self._path.open("rb")
        self.close()
        self._file, self._kept, self._read = fresh, 0, 0

    def _next(self) -> bytes:
        assert self._file is not None
        self._file.seek(self._kept)
        data = self._file.read(LOT)
        end = data.rfind(b"\n") + 1
        if not end and len(data) == LOT:    # one line that long is no line of a log
            end = LOT
        self._read = self._kept + end
        return data[:end]

    def _replaced(self) -> bool:
        """Whether another file stands there now, or this one was cut short."""
        assert self._file is not None
        ours = os.fstat(self._file.fileno())
        with suppress(FileNotFoundError):
            there = self._path.stat()
            return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino) or ours.st_size < self._kept
        return False
