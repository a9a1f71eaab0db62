"""The folders gammu-smsd and the desk share: what we put there, what it makes of it, what comes in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dutydesk.channels.files import move_into, unfinished, write_whole
from dutydesk.channels.modem.reading import Came, read, whole
from dutydesk.channels.modem.settings import ModemSettings
from dutydesk.channels.numbers import international
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome
from dutydesk.errors import SendError

SETTLE = timedelta(seconds=1)       # a file that came in grows part by part
REPORTS = timedelta(days=2)         # so long after a message its delivery report is looked for
_NAME = re.compile(r"OUTC(\d{8}_\d{6}_\d{6})_([+\d]+)_(\w+)\.txtd?")
_MADE = "%Y%m%d_%H%M%S_%f"
#: Before the name of a file that was taken out of the outbox: before smsd could begin with it, or perhaps after.
_BACK, _DOUBT = ".back.", ".doubt."

#: A row for the desk, and the file it is of with the folder it goes to once that is stored.
Told = tuple[Inbound | None, Path, Path]


@dataclass(frozen=True, slots=True)
class Name:
    """What the name of a file of ours says. `made` is aware."""

    made: datetime
    number: str
    call: str

    @classmethod
    def of(cls, path: Path) -> Name | None:
        """Read a file's name; None for one that is not ours."""
        found = _NAME.fullmatch(path.name)
        return cls(datetime.strptime(found[1], _MADE).replace(tzinfo=UTC), found[2], found[3]) if found else None


class Folders:
    """Use by one thread. A file goes outbox -> sent or error (smsd moves it) -> keep (we do, once that is stored)."""

    def __init__(self, channel: str, settings: ModemSettings) -> None:
        self._channel = channel
        self._settings = settings
        self._zone = ZoneInfo(settings.zone)
        self._looks: dict[str, tuple[int, datetime]] = {}
        keep = settings.keep
        self._sent, self._failed, self._back, self._doubt = (keep / name for name in ("sent", "error", "back", "doubt"))
        self._came, self._bad = keep / "came", keep / "bad"

    # -- out ------------------------------------------------------------------------------------------
    def put(self, id: str, number: str, text: str, now: datetime) -> Path:
        """Lay a text into the outbox as UCS-2; raises OSError where it surely is not there. `now` is aware."""
        option = "d" if self._settings.receipts else ""
        name = f"OUTC{now.astimezone(UTC):{_MADE}}_{number}_{id}.txt{option}"
        path = self._settings.outbox / name
        write_whole(path, b"\xfe\xff" + text.encode("utf-16-be"))
        return path

    def head(self) -> str:
        """The file smsd sends next, or sends now; empty where there is none."""
        return min((path.name for path in self._settings.outbox.iterdir() if not unfinished(path.name)), default="")

    def fate(self, call: str) -> Outcome:
        """What became of a message. Raises SendError, permanent, if it never was there or was taken back in time."""
        found = Outcome.QUEUED, Outcome.HANDED_OVER, Outcome.FAILED_NOW, Outcome.UNKNOWN
        outbox, sent, error = self._settings.outbox, self._settings.sent, self._settings.error
        where = ((outbox, ""), (sent, ""), (error, ""), (outbox, _DOUBT), (self._sent, ""), (self._failed, ""),
                 (self._doubt, ""))
        for (folder, before), outcome in zip(where, (*found, *found[1:]), strict=True):
            if any(folder.glob(f"{before}OUTC*_{call}.txt*")):
                return outcome
        raise SendError(f"{self._channel} never had this message", permanent=True)

    def take_back(self, path: Path) -> Outcome:
        """Take a file out of the outbox: FAILED_NOW if smsd had not begun with it, UNKNOWN if it may have.

        It is gone for smsd at once, and put aside by the next `look`. What smsd moved meanwhile it has sent, or not.
        """
        first = self.head() == path.name
        try:
            path.rename(path.with_name(f"{_DOUBT if first else _BACK}{path.name}"))
        except FileNotFoundError:
            name = Name.of(path)
            return self.fate(name.call) if name else Outcome.UNKNOWN
        return Outcome.UNKNOWN if first else Outcome.FAILED_NOW

    # -- what became of it, and what came -------------------------------------------------------------
    def look(self, now: datetime) -> list[Told]:
        """What is new at `now` (aware); raises OSError where a folder is not there."""
        return [*self._stuck(now), *self._ended(now), *self._incoming(now)]

    def settle(self, told: Sequence[Told]) -> None:
        """Put aside the files whose rows are stored."""
        for _, path, folder in told:
            move_into(path, folder, path.name.removeprefix(_BACK).removeprefix(_DOUBT))
            self._looks.pop(path.name, None)

    def _ended(self, now: datetime) -> Iterator[Told]:
        for folder, keep, outcome in ((self._settings.sent, self._sent, Outcome.HANDED_OVER),
                                      (self._settings.error, self._failed, Outcome.FAILED_NOW)):
            for path in sorted(folder.iterdir()):
                name = Name.of(path)
                if name:
                    yield self._receipt(name, outcome, now, folder.name), path, keep

    def _stuck(self, now: datetime) -> Iterator[Told]:
        """Take back what lies too long: it would reach people who were told otherwise since."""
        for path in sorted(self._settings.outbox.glob("OUTC*")):
            name = Name.of(path)
            if name and now - name.made > self._settings.stuck_after:
                self.take_back(path)
        for before, keep, outcome in ((_BACK, self._back, Outcome.FAILED_NOW), (_DOUBT, self._doubt, Outcome.UNKNOWN)):
            for path in sorted(self._settings.outbox.glob(f"{before}OUTC*")):
                name = Name.of(path.with_name(path.name.removeprefix(before)))
                if name:
                    yield self._receipt(name, outcome, now, keep.name), path, keep

    def _incoming(self, now: datetime) -> Iterator[Told]:
        for path in sorted(self._settings.inbox.iterdir()):
            if path.name.startswith("IN") and self._still(path, now):
                body = path.read_bytes()
                if whole(body) or now - self._looks[path.name][1] > self._settings.stuck_after:
                    yield self._read(path, body, now)

    def _still(self, path: Path, now: datetime) -> bool:
        """Whether a file has not grown for a second."""
        size = path.stat().st_size
        known = self._looks.get(path.name)
        if known is None or known[0] != size:
            self._looks[path.name] = known = (size, now)
        return now - known[1] >= SETTLE

    def _read(self, path: Path, body: bytes, now: datetime) -> Told:
        id = derive("i", self._channel, path.name, hashlib.sha256(body).hexdigest())
        try:
            came = read(body, self._zone)
        except ValueError as error:
            text = f"收到的短信文件 {path.name[:24]} 读不出，已另存：{error}"
            return Inbound(id, self._channel, "trouble", "", text[:200], "", now), path, self._bad
        number = international(came.number, self._settings.country)
        if came.report:
            return self._report(id, came, number, now), path, self._came
        return Inbound(id, self._channel, "reply", number, came.text, "", min(came.at or now, now)), path, self._came

    def _report(self, id: str, came: Came, number: str, now: datetime) -> Inbound | None:
        """A delivery report names a number, not a message: it counts where only one of ours can be meant."""
        names = (Name.of(path) for folder in (self._sent, self._settings.sent) for path in _files(folder))
        meant = [name for name in names if name and now - name.made <= REPORTS
                 and international(name.number, self._settings.country) == number]
        if came.outcome is None or len(meant) != 1:
            return None
        return Inbound(id, self._channel, "receipt", number, came.text, meant[0].call, now, came.outcome)

    def _receipt(self, name: Name, outcome: Outcome, now: datetime, where: str) -> Inbound:
        return Inbound(derive("i", self._channel, name.call, where), self._channel, "receipt", name.number, "",
                       name.call, now, outcome)


def _files(folder: Path) -> Sequence[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
