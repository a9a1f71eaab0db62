"""A real gammu-smsd with Gammu's dummy phone in folders of its own."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

RC = """
[gammu]
model = dummy
connection = none
device = {root}/phone

[smsd]
service = files
logfile = {root}/smsd.log
debuglevel = 255
inboxpath = {root}/inbox/
outboxpath = {root}/outbox/
sentsmspath = {root}/sent/
errorsmspath = {root}/error/
inboxformat = detail
transmitformat = auto
deliveryreport = sms
loopsleep = 1
commtimeout = 1
sendtimeout = 10
receivefrequency = 1
statusfrequency = 0
checksecurity = 0
checkbattery = 0
checksignal = 0
hangupcalls = 0
resetfrequency = 0
"""
REPORT = """[SMSBackup000]
PDU = Status_Report
{status}DateTime = 20260720T040100
State = UnRead
Number = "{number}"
NumberUnicode = {hex}
Text00 = {text}
Coding = Unicode_No_Compression
Folder = 1
Length = {length}
MessageReference = 255
"""
PATIENCE = 30.0     # seconds


def needed() -> None:
    if not (shutil.which("gammu-smsd") and shutil.which("gammu")):
        pytest.skip("no modem to pretend: apt-get install gammu gammu-smsd")


class Smsd:
    """The daemon and its phone; `root` holds the folders the channel is told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("inbox", "outbox", "sent", "error", "phone"):
            (root / name).mkdir()
        (root / "rc").write_text(RC.format(root=root))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(["gammu-smsd", "-c", str(self.root / "rc")], stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL)
        wait_for(lambda: (self.root / "phone" / "sms" / "1").is_dir(), "the phone")

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def texted(self, number: str, text: str) -> None:
        """A text comes in, in as many parts as it needs."""
        subprocess.run(["gammu", "-c", str(self.root / "rc"), "savesms", "TEXT", "-folder", "1", "-unread", "-sender",
                        number, "-unicode", "-autolen", "500", "-text", text], check=True, capture_output=True)

    def reported(self, number: str, word: str, status: int | None = None) -> None:
        """A delivery report comes in."""
        slot = self.root / "phone" / "sms" / "1" / "90"
        draft = slot.with_name("draft")
        draft.write_text(REPORT.format(
            number=number, hex=number.encode("utf-16-be").hex().upper(), text=word.encode("utf-16-be").hex().upper(),
            length=len(word), status="" if status is None else f"DeliveryStatus = {status}\n"))
        draft.rename(slot)

    def log(self) -> str:
        return (self.root / "smsd.log").read_text(encoding="utf-8", errors="replace")


def wait_for(ready: Callable[[], object], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < until, f"waited too long for {what}"
        time.sleep(0.05)
