"""Connections of one fetch: where they may lead, and that they end in time.

A name is asked for once, at the moment of connecting, and the connection goes to the very address that was judged: a
name that answers differently the second time gains nothing. At the deadline every connection of the fetch is cut,
whatever the server is still doing.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from dutydesk.errors import FetchFailed

Resolve = Callable[..., list[Any]]
_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
CONNECT = 5.0    # seconds one address may take to answer
_MOST = 6        # addresses of one name that are tried


class Line:
    """All connections of one fetch, with one deadline. A context: its end closes the books on every connection."""

    def __init__(self, seconds: float, *, private: bool, resolve: Resolve = socket.getaddrinfo) -> None:
        self.vetted = True         # a proxy is the site's own choice and often lies in its own network
        self._ends = monotonic() + seconds
        self._private = private
        self._resolve = resolve
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._watch = threading.Timer(seconds, self.cut)
        self._watch.daemon = True

    def __enter__(self) -> Line:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.cancel()
        with self._lock:
            for each in self._open:
                each.close()
            self._open.clear()

    @property
    def left(self) -> float:
        """Seconds until the deadline; 0.0 when it is over."""
        return max(0.0, self._ends - monotonic())

    @property
    def over(self) -> bool:
        """Whether the deadline has passed."""
        return self.left == 0.0

    def connect(self, host: str, port: int) -> socket.socket:
        """Return a connection to a host; raises FetchFailed where it may not be reached or does not answer."""
        last = "it has no address"
        for family, sort, protocol, address in self._addresses(host, port):
            made = socket.socket(family, sort, protocol)
            try:
                made.settimeout(max(0.05, min(CONNECT, self.left)))
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                made.connect(address)
            except OSError as error:
                made.close()
                last = error.strerror or str(error)
                continue
            made.settimeout(max(0.05, self.left))
            with self._lock:
                self._open.append(made.dup())
            return made
        raise FetchFailed(f"{host} cannot be reached ({last})")

    def _addresses(self, host: str, port: int) -> list[tuple[int, int, int, Any]]:
        """Return what may be connected to; raises FetchFailed where nothing may."""
        bare = host.strip("[]")
        try:
            found = self._resolve(bare, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchFailed(f"the name {bare} cannot be found ({error})") from error
        allowed = [(family, sort, protocol, address) for family, sort, protocol, _, address in found
                   if not self.vetted or self._private or is_public(str(address[0]))]
        if found and not allowed:
            raise FetchFailed(f"{bare} leads to {found[0][4][0]}, which is no public address; if that is meant, write "
                              "allow_private = true for this source")
        return allowed[:_MOST]

    def cut(self) -> None:
        """End every connection now, in the middle of whatever it does; the deadline has come."""
        self._ends = 0.0
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet, IPv4 addresses inside of IPv6 ones included."""
    try:
        ip: _Ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    judged = (_inside(ip) if isinstance(ip, ipaddress.IPv6Address) else None) or ip
    return judged.is_global and not judged.is_multicast and not judged.is_reserved


def _inside(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address an IPv6 address stands for: mapped, 6to4, Teredo or NAT64 (RFC 6052)."""
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def pools(line: Line) -> dict[str, type[HTTPConnectionPool]]:
    """Return connection pools whose connections are made by this line, for urllib3's PoolManager."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return line.connect(self.host, self.port or 80)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return line.connect(self.host, self.port or 443)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
