"""Messages for a log server: written as RFC 5424 says, carried by UDP (RFC 5426), TCP (RFC 6587) or TLS (RFC 5425).

UDP tells nobody whether anything arrived. TCP and TLS tell when the line breaks; what the server had not yet taken out
of the line is lost with it, so the line is looked at before every message.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from dutydesk.errors import SendError

FACILITIES = {"user": 1, "daemon": 3, "auth": 4, "authpriv": 10, "audit": 13, "alert": 14,
              **{f"local{number}": 16 + number for number in range(8)}}
"""RFC 5424, table 1: those a program may use."""
WARNING, NOTICE, INFO = 4, 5, 6
PORTS = {"udp": 514, "tcp": 601, "tls": 6514}
MOST = 2048      # bytes of a message by UDP: what every receiver should take (6.1)
TIMEOUT = 10.0   # seconds

_WORD = re.compile(r"[^\x21-\x7e]")
_NAME = re.compile(r'[^\x21-\x7e]|[="\]]')


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `at` with its zone; `what` is its type; `data` is told as structured data, `text` for people."""

    at: datetime
    severity: int
    what: str
    text: str
    data: Mapping[str, str] = field(default_factory=dict)


def written(it: Message, *, facility: str, host: str, program: str, process: int, block: str) -> bytes:
    """Return the message as RFC 5424, 6 writes it; `block` is the name of its structured data (`name@enterprise`)."""
    priority = FACILITIES[facility] * 8 + it.severity
    stamp = it.at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    data = "".join(f' {_NAME.sub("_", name)[:32]}="{_escaped(value)}"' for name, value in it.data.items())
    head = (f"<{priority}>1 {stamp} {_word(host, 255)} {_word(program, 48)} {process} {_word(it.what, 32)} "
            f"[{block}{data}]")
    return head.encode() + b" \xef\xbb\xbf" + it.text.encode()


def _word(text: str, most: int) -> str:
    return _WORD.sub("_", text)[:most] or "-"


def _escaped(value: str) -> str:
    return re.sub(r'([\\"\]])', r"\\\1", value)


class LogServer:
    """A log server at `udp://`, `tcp://` or `tls://host[:port]`. `authority`: PEM file of who signed its certificate,
    None for those this machine trusts.
    """

    def __init__(self, address: str, authority: Path | None = None) -> None:
        parts = urlsplit(address)
        self.address = address
        self._way = parts.scheme
        self._where = (parts.hostname or "", parts.port or PORTS[parts.scheme])
        self._authority = authority
        self._line: socket.socket | None = None

    def send(self, message: bytes) -> None:
        """Hand one message over; raises SendError, and begins a new line with the next one."""
        try:
            if self._line is None or _ended(self._line):
                self.close()
                self._line = self._open()
            if self._way == "udp":
                self._line.send(message[:MOST])
            else:
                self._line.sendall(b"%d %b" % (len(message), message))
        except (OSError, ValueError) as error:
            self.close()
            raise SendError(f"{self.address}: {error}", permanent=False) from None

    def close(self) -> None:
        """Close the line."""
        if self._line is not None:
            with suppress(OSError):
                self._line.close()
            self._line = None

    def _open(self) -> socket.socket:
        if self._way == "udp":
            kind, _, _, _, where = socket.getaddrinfo(*self._where, type=socket.SOCK_DGRAM)[0]
            line = socket.socket(kind, socket.SOCK_DGRAM)
            line.connect(where)
            return line
        line = socket.create_connection(self._where, TIMEOUT)
        return self._trusted(line) if self._way == "tls" else line

    def _trusted(self, line: socket.socket) -> socket.socket:
        """Put TLS over a line."""
        try:
            if self._authority is not None and not self._authority.is_file():
                raise OSError(f"{self._authority} cannot be read; write the path of a PEM file into [syslog] authority")
            trusted = ssl.create_default_context(cafile=self._authority)
            return trusted.wrap_socket(line, server_hostname=self._where[0])
        except (OSError, ValueError):
            line.close()
            raise


def _ended(line: socket.socket) -> bool:
    """Whether the server closed the line. It says nothing itself, but TLS may send tickets."""
    if line.type == socket.SOCK_DGRAM:
        return False
    line.setblocking(False)
    try:
        return not line.recv(1024)
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        line.settimeout(TIMEOUT)
