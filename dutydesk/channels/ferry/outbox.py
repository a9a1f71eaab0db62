"""The way out of a ferry: one numbered file a message, with its hash in its name."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path

from dutydesk.channels.files import alone, unfinished, write_whole
from dutydesk.domain.values import Outcome
from dutydesk.errors import SendError
from dutydesk.ports.channel import Outgoing

FORM = "dutydesk-ferry-1"


class Outbox:
    """The outbox, and in `keep` what is known of it: `sequence` (the last number), `sent` (copies), `doubt` (copies of
    files of which nobody knows whether they were there: the desk died while it put them).
    """

    def __init__(self, outbox: Path, keep: Path, valid: timedelta, taken_within: timedelta) -> None:
        self._outbox = outbox
        self._sequence = keep / "sequence"
        self._sent = keep / "sent"
        self._doubt = keep / "doubt"
        self._lock = keep / "outgoing.lock"
        self._valid = valid
        self._taken_within = taken_within
        self._oldest: tuple[str, datetime] | None = None

    def put(self, message: Outgoing, now: datetime) -> int:
        """Put one message into the outbox and return its number. `now` is aware.

        1. A copy with the next number goes into `doubt`; from here on nobody else takes that number.
        2. The file appears in the outbox, whole.
        3. The number is written down, the copy goes to `sent`.
        Raises OSError where it surely is not there (the number is free again), SendError where the gate is shut.
        """
        self._look_at_gate(now)
        with alone(self._lock):
            for folder in (self._sent, self._doubt):
                folder.mkdir(parents=True, exist_ok=True)
            number = self._last() + 1
            body = letter(message, number, now, now + self._valid)
            name = f"{number:010}-{message.id}-{hashlib.sha256(body).hexdigest()}.json"
            doubt = self._doubt / name
            write_whole(doubt, body)
            try:
                write_whole(self._outbox / name, body)
            except OSError:
                doubt.unlink()
                raise
            write_whole(self._sequence, str(number).encode())
            doubt.replace(self._sent / name)
        return number

    def fate(self, id: str) -> Outcome:
        """What became of a message: QUEUED if it was put there, UNKNOWN where nobody can tell.

        Raises SendError, permanent, if it never was.
        """
        with alone(self._lock):
            if any(self._sent.glob(f"*-{id}-*.json")):
                return Outcome.QUEUED
            doubts = list(self._doubt.glob(f"*-{id}-*.json"))
            if any((self._outbox / each.name).exists() for each in doubts):
                return Outcome.QUEUED
        if doubts:
            return Outcome.UNKNOWN
        raise SendError("the outbox never had this message", permanent=True)

    def _last(self) -> int:
        """The last number that was given to a file, those in doubt included; raises OSError where it is unreadable."""
        try:
            written = int(self._sequence.read_text(encoding="ascii")) if self._sequence.exists() else 0
        except ValueError as error:
            raise OSError(f"{self._sequence} holds no number; write the last one used into it") from error
        return max([written, *(int(each.name.partition("-")[0]) for each in self._doubt.glob("[0-9]*.json"))])

    def _look_at_gate(self, now: datetime) -> None:
        """Raise SendError where the oldest file has been lying there for too long."""
        names = sorted(each.name for each in self._outbox.iterdir() if not unfinished(each.name))
        if not names:
            self._oldest = None
        elif self._oldest is None or self._oldest[0] != names[0]:
            self._oldest = (names[0], now)
        elif now - self._oldest[1] > self._taken_within:
            raise SendError(f"the gate takes nothing: {len(names)} files lie in {self._outbox}", permanent=False)


def letter(message: Outgoing, number: int, now: datetime, until: datetime) -> bytes:
    """A message as the file that crosses; times with their zone."""
    told = {"form": FORM, "sequence": number, "id": message.id, "via": message.via.value, "number": message.number,
            "text": message.text, "language": message.language, "asks": message.asks, "drill": message.drill,
            "made_at": now.isoformat(), "valid_until": until.isoformat()}
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
