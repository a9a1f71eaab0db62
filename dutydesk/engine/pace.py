"""How many calls each way may take now: a bucket per way, filled by its rate.

A ring holds its line for a while, so a way with few lines is slower than its rate says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dutydesk.domain.values import Via
from dutydesk.ports.channel import Limits

RING_SECONDS = 30.0  # how long one voice call holds a line, ring and message together


class Pace:
    """Buckets of a dispatcher. Not shared between workers: a provider's own limit is the last word."""

    def __init__(self, limits: Mapping[Via, Limits]) -> None:
        self._rate = {via: rate(via, each) for via, each in limits.items()}
        self._most = {via: float(each.lines) if via.rings else max(1.0, each.per_second)
                      for via, each in limits.items()}
        self._tokens = dict(self._most)
        self._at: dict[Via, datetime] = {}

    def room(self, via: Via, now: datetime) -> int:
        """How many may leave by this way now."""
        if via not in self._rate:
            return 0
        before = self._at.setdefault(via, now)
        if now > before:
            grown = self._tokens[via] + (now - before).total_seconds() * self._rate[via]
            self._tokens[via], self._at[via] = min(self._most[via], grown), now
        return int(self._tokens[via] + 1e-9)

    def spend(self, via: Via, count: int) -> None:
        """Take tokens for calls that leave."""
        self._tokens[via] -= count


def rate(via: Via, limits: Limits) -> float:
    """Calls a second that can be kept up."""
    return min(limits.per_second, limits.lines / RING_SECONDS) if via.rings else limits.per_second
