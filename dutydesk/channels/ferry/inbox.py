"""The way back of a ferry: files that are whole are taken once, in order; bad ones are kept and told, gaps too."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dutydesk.channels.ferry.numbers import Numbers, spans
from dutydesk.channels.ferry.reading import read
from dutydesk.channels.ferry.settings import FerrySettings
from dutydesk.channels.files import move_into, unfinished, write_whole
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Inbound

LARGEST = 20_000_000    # bytes
AT_ONCE = 200           # files in one turn
_NAME = re.compile(r"(\d{1,12})-(?:[\w.-]*-)?([0-9a-f]{64})\.(json|csv)", re.IGNORECASE)
_Key = tuple[int, int]  # size and time of a file


@dataclass(frozen=True, slots=True)
class Taken:
    """What one turn found: rows to be stored, and then the files to be moved, by the folder they go to."""

    rows: Sequence[Inbound]
    moves: Sequence[tuple[Path, str]]
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class _Found:
    path: Path
    rows: tuple[Inbound, ...] = ()
    number: int | None = None
    fault: str = ""


class Inbox:
    """The inbox, and in `keep` what became of its files: `done`, `bad`, and the numbers seen. Use by one thread."""

    def __init__(self, channel: str, inbox: Path, settings: FerrySettings) -> None:
        self._channel = channel
        self._inbox = inbox
        self._done = settings.keep / "done"
        self._bad = settings.keep / "bad"
        self._numbers = settings.keep / "incoming.json"
        self._settings = settings
        self._looks: dict[str, tuple[_Key, datetime]] = {}

    def look(self, now: datetime) -> Taken:
        """Read what is whole at `now` (aware), in order of the numbers. Raises OSError where the folder is not there.

        1. A file is whole when its bytes have the hash of its name; one that is not waits for the rest until it has
           stood still for `settle`, and is bad then.
        2. A file that was taken before is known by its name, which is its hash: it is cleared away.
        3. A bad file is told with its fault; the good rows of it count.
        """
        known = self._known()
        told: list[Inbound] = []
        found = [each for each in (self._open(path, now) for path in self._waiting()) if each is not None]
        for each in found:
            if each.number is not None:
                known, strange = known.came(each.number, now)
                if strange:
                    told.append(self._trouble(now, strange, each.path.name))
            told += each.rows
            if each.fault:
                text = f"回传文件 {each.path.name[:24]} 有错，已另存：{each.fault[:200]}"
                told.append(self._trouble(now, text, each.path.name))
        late = known.overdue(now, self._settings.gap_after)
        if late:
            told.append(self._trouble(now, f"回传文件缺第{spans(late)}号，其中的回复和回执没有到", *map(str, late)))
        return Taken(told, [(each.path, "bad" if each.fault else "done") for each in found], known.tell(late))

    def settle(self, taken: Taken) -> None:
        """Move the files of a turn whose rows are stored, and remember the numbers."""
        for path, where in taken.moves:
            move_into(path, self._bad if where == "bad" else self._done)
            self._looks.pop(path.name, None)
        if taken.numbers != self._known():
            write_whole(self._numbers, taken.numbers.dumps())

    def _waiting(self) -> Iterable[Path]:
        """The files that are not still being written by their name, those with a number first and in its order."""
        paths = [path for path in self._inbox.iterdir() if not unfinished(path.name) and path.is_file()]
        self._looks = {path.name: self._looks[path.name] for path in paths if path.name in self._looks}
        fresh = [path for path in paths if not self._over(path)]
        return sorted(fresh, key=lambda path: _order(path.name))[:AT_ONCE]

    def _over(self, path: Path) -> bool:
        """Whether a file was dealt with before; one that can be is cleared away."""
        done, bad = self._done / path.name, self._bad / path.name
        if done.exists() or (bad.exists() and bad.read_bytes() == path.read_bytes()):
            move_into(path, self._done if done.exists() else self._bad)
            return True
        return False

    def _open(self, path: Path, now: datetime) -> _Found | None:
        """Read a file; None where it must wait."""
        stat = path.stat()
        key = (stat.st_size, stat.st_mtime_ns)
        look = self._looks.get(path.name)
        if look is None or look[0] != key:
            look = self._looks[path.name] = (key, now)
        stands = now - look[1] >= self._settings.settle
        named = _NAME.fullmatch(path.name)
        if named is None or stat.st_size > LARGEST:
            fault = "name: 文件名不合约定" if named is None else f"too-large: 超过 {LARGEST:,} 字节"
            return _Found(path, fault=fault) if stands else None
        body = path.read_bytes()
        if hashlib.sha256(body).hexdigest() != named[2].lower():
            return _Found(path, fault="hash: 内容与文件名中的校验值不符") if stands else None
        got = read(body, named[3].lower(), self._channel, self._settings.country, now)
        return _Found(path, got.rows, int(named[1]), "；".join(got.faults[:5]))

    def _known(self) -> Numbers:
        try:
            return Numbers.loads(self._numbers.read_bytes())
        except FileNotFoundError:
            return Numbers()
        except (ValueError, KeyError) as error:
            raise OSError(f"{self._numbers} cannot be read: {error}; move it away, counting begins anew") from error

    def _trouble(self, now: datetime, text: str, *key: str) -> Inbound:
        return Inbound(derive("i", self._channel, "trouble", text, *key), self._channel, "trouble", "", text, "", now)


def _order(name: str) -> tuple[int, str]:
    named = _NAME.fullmatch(name)
    return (int(named[1]) if named else 10**12, name)
