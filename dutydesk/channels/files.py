"""Files that another program reads: whole at once, and still there after a power cut."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

from dutydesk.ports.channel import Checked

P = ParamSpec("P")
T = TypeVar("T")

#: Names of files that are still being written; ours are `.NAME.part`.
_UNFINISHED = (".part", ".tmp", ".temp", ".filepart", ".crdownload", ".swp", "~")


class Hands:
    """One thread that touches files: a folder on a dead network drive holds up nothing but itself."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do one piece of work there; what has not begun when the caller gives up is not done any more."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: work(*args, **kwargs))

    def close(self) -> None:
        """Take no more work."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class InFolders:
    """What a channel of files is looked over for. Implements Checks."""

    folders: tuple[Path, ...]     # of the other program: they must be there and may be written

    def addresses(self) -> list[str]:
        """It connects to nothing."""
        return []

    def public_address(self) -> str:
        """Nobody pushes."""
        return ""

    async def look_over(self) -> list[Checked]:
        """Whether each folder can be used."""
        return [await asyncio.to_thread(_usable, each) for each in self.folders]


def _usable(folder: Path) -> Checked:
    good = folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)
    return Checked("folder", good, f"{folder} {'can be used' if good else 'is not there, or may not be written'}",
                   "" if good else "make it, and let the user of the desk read and write there")


def unfinished(name: str) -> bool:
    """Whether a file of that name is still being written, or hidden."""
    return name.startswith((".", "~")) or name.lower().endswith(_UNFINISHED)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all. OSError: it is not there."""
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    with suppress(OSError):     # a network drive may not know how; the file itself is written
        _sync(path.parent)


def move_into(path: Path, folder: Path, name: str = "") -> Path:
    """Move a file into a folder, from another disk too, by another `name` if one is given; return where it lies.
    Another file of its name stays beside it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (name or path.name)
    while target.exists() and target.read_bytes() != path.read_bytes():
        target = target.with_name(target.name + "~")
    draft = target.with_name(f".{target.name}.part")
    shutil.copyfile(path, draft)
    draft.replace(target)
    with suppress(OSError):     # whoever may only read there finds the file moved already, and leaves it alone
        path.unlink()
    return target


@contextmanager
def alone(lock: Path, *, wait: bool = True) -> Iterator[bool]:
    """Let one process at a time do this; without `wait` tell whether it is us."""
    import fcntl

    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
