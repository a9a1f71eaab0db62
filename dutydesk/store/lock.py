"""The lock file beside a SQLite database: two writing processes starve each other, so the second refuses."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from dutydesk.errors import Refused


class Lock:
    """Held from creation to `release`, or to the end of the process, however it ends."""

    def __init__(self, database: Path) -> None:
        path = database.with_name(database.name + ".lock")
        self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise Refused(f"{database} is in use by process {holder}; stop it, or hand the command to it") from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another process have the database. The file stays: removing it would race with the next holder."""
        os.close(self._file)
