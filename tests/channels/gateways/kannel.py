"""Debian's own Kannel on loopback, configured by the page of the documentation, with its fake SMSC as the network."""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
import time
import tomllib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "kannel.md"
PROGRAMS = {"bearerbox": "/usr/sbin/bearerbox", "smsbox": "/usr/sbin/smsbox",
            "fakesmsc": "/usr/lib/kannel/test/fakesmsc"}
OURS = "10690371"
PASSWORD, TOKEN = "a-password", "a-token"
NETWORK = """

group = smsc
smsc = fake
smsc-id = FAKE
port = {port}
host = 127.0.0.1
connect-allow-ip = 127.0.0.1
"""
_GOT = re.compile(rb"Got message \d+: <(.*)>$", re.MULTILINE)
_LONG = re.compile(rb"(\S+) (\S+) udh (\S+) data (.*)", re.DOTALL)
_SHORT = re.compile(rb"(\S+) (\S+) ucs-2 (.*)", re.DOTALL)


def missing() -> list[str]:
    """What of Kannel this machine lacks."""
    return [name for name, path in PROGRAMS.items() if not Path(path).is_file()]


def block(language: str) -> str:
    """The one piece of the page in a language."""
    found, = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


def free_ports(count: int) -> list[int]:
    """Ports nobody has at the moment."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Kannel:
    """The gateway and the network behind it. Ports and folders of the page are exchanged, nothing else."""

    def __init__(self, folder: Path, hooks_port: int) -> None:
        self.folder = folder
        admin, box, self.sendsms, self.network = free_ports(4)
        self._changes = {"13000": str(admin), "13001": str(box), "13013": str(self.sendsms), "8471": str(hooks_port),
                         "/var/log/kannel": str(folder), "/var/spool/kannel": str(folder / "spool"),
                         "/var/lib/kannel": str(folder),
                         "THE-PASSWORD": PASSWORD, "THE-TOKEN": TOKEN}
        self._box = box
        self._conf = folder / "kannel.conf"
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def access_log(self) -> Path:
        """Where Kannel writes what it carried."""
        return self.folder / "access.log"

    def settings(self) -> dict[str, Any]:
        """`[channel.kannel]` of the page, looked up every second."""
        return tomllib.loads(self.toml())["channel"]["kannel"]  # type: ignore[no-any-return]

    def toml(self) -> str:
        """The desk's side of the page."""
        return _changed(block("toml"), self._changes | {'every = "15s"': 'every = "1s"'})

    def __enter__(self) -> Kannel:
        (self.folder / "spool").mkdir(parents=True)
        own = _changed(block("ini"), self._changes)
        self._conf.write_text(own + NETWORK.format(port=self.network), encoding="utf-8")
        with closing(sqlite3.connect(self.folder / "receipts.sqlite")) as table:
            table.executescript(block("sql"))
        try:
            self.start("bearerbox", str(self._conf))
            _listening(self._box)
            self.start("smsbox", str(self._conf))
            _listening(self.sendsms)
            self.start("fakesmsc", "-H", "127.0.0.1", "-r", str(self.network))
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        for name in reversed([*self._running]):
            self.kill(name)

    def start(self, name: str, *words: str) -> None:
        """Start one of its programs."""
        with (self.folder / f"{name}.out").open("ab") as log:
            self._running[name] = subprocess.Popen([PROGRAMS[name], *words], stdin=subprocess.PIPE, stdout=log,
                                                   stderr=log)

    def kill(self, name: str) -> None:
        """End one of its programs without a warning."""
        process = self._running.pop(name)
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()

    def revive(self, name: str) -> None:
        """Start it again."""
        self.start(name, str(self._conf))
        _listening(self.sendsms)

    # -- the network ----------------------------------------------------------------------------------
    def says(self, number: str, text: str) -> None:
        """A person sends a text to our number."""
        pipe = self._running["fakesmsc"].stdin
        assert pipe
        coded = text if text.isascii() else quote_plus(text.encode("utf-16-be"))
        pipe.write(f"{number} {OURS} {'text' if text.isascii() else 'ucs2'} {coded}\n".encode())
        pipe.flush()

    def arrived(self) -> list[tuple[str, str]]:
        """What came to phones: number and text, long ones put together; parts that lack others are left out."""
        found: list[tuple[str, str]] = []
        parts: dict[tuple[bytes, int], dict[int, bytes]] = {}
        for got in _GOT.findall((self.folder / "fakesmsc.out").read_bytes()):
            if short := _SHORT.fullmatch(got):
                found.append((short[2].decode(), _bytes(short[3]).decode("utf-16-be")))
            elif long := _LONG.fullmatch(got):
                _, _, _, reference, total, rank = _bytes(long[3])
                those = parts.setdefault((long[2], reference), {})
                those[rank] = _bytes(long[4])
                if len(those) == total:
                    whole = b"".join(those[each] for each in sorted(those))
                    found.append((long[2].decode(), whole.decode("utf-16-be")))
        return found


def _bytes(coded: bytes) -> bytes:
    return unquote_to_bytes(coded.replace(b"+", b" "))


def _changed(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def _listening(port: int) -> None:
    """Wait until somebody listens there."""
    for _ in range(400):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens at {port}")
