"""Politeness to servers: one request at a time, and a pause between two; whoever finds a server busy comes later.

Also what an address of the web is, and which server it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic
from urllib.parse import urljoin, urlsplit

Origin = tuple[str, str, int]


def origin(url: str) -> Origin:
    """Return scheme, host and port of an address: what one server is."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").casefold(), parts.port or (443 if parts.scheme == "https" else 80)


def located(base: str, url: str) -> str:
    """Return the absolute address of what a document at `base` names; empty where that is no address of the web."""
    try:
        found = urljoin(base, url.strip())
        parts = urlsplit(found)
        return found if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 else ""
    except ValueError:
        return ""


class Manners:
    """Who may ask which server now. `gap` is in seconds; safe from any thread."""

    def __init__(self, gap: float, ticks: Callable[[], float] = monotonic) -> None:
        self._gap = gap
        self._ticks = ticks
        self._busy: set[Origin] = set()
        self._free_at: dict[Origin, float] = {}
        self._lock = Lock()

    def enter(self, server: Origin) -> float:
        """Return 0.0 and keep the server until `leave`, or how many seconds to wait before asking again."""
        with self._lock:
            if server in self._busy:
                return max(self._gap, 0.2)
            wait = self._free_at.get(server, 0.0) - self._ticks()
            if wait > 0:
                return wait
            self._busy.add(server)
            return 0.0

    def leave(self, server: Origin) -> None:
        """Let the server go; the next one asks it after the pause."""
        with self._lock:
            self._busy.discard(server)
            self._free_at[server] = self._ticks() + self._gap
            if len(self._free_at) > 10_000:   # servers of followed links, long forgotten
                now = self._ticks()
                self._free_at = {each: at for each, at in self._free_at.items() if at > now}
