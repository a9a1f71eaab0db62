"""The clocks of a desk, and the only place that reads the wall clock or makes randomness from a seed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock


def wall() -> datetime:
    """Return the wall clock's time, aware, in UTC."""
    return datetime.now(UTC)


class WallClock:
    """Real time: monotonic, anchored to a reference when made, so that a jump of the wall never moves a timer.

    The reference is this machine's wall clock, or another that several workers share (the database's).
    `drift` says how far the reference has moved away since; `slew` takes it up slowly.
    """

    def __init__(self, reference: Callable[[], datetime] = wall) -> None:
        self._reference = reference
        self._anchor = reference()
        self._start = time.monotonic()
        self._shown = self._anchor
        self._lock = Lock()

    def now(self) -> datetime:
        """Return the time now, aware, in UTC; never earlier than it said before, whoever asked."""
        with self._lock:
            self._shown = max(self._shown, self._raw())
            return self._shown

    def _raw(self) -> datetime:
        return self._anchor + timedelta(seconds=time.monotonic() - self._start)

    def seconds_until(self, moment: datetime) -> float:
        """Return how many real seconds to sleep until `moment` (0 if past)."""
        return max(0.0, (moment - self.now()).total_seconds())

    def drift(self) -> timedelta:
        """How far the reference stands ahead of this clock (negative: behind)."""
        return self._reference() - self._raw()

    def slew(self, drift: timedelta, most: timedelta = timedelta(milliseconds=500)) -> timedelta:
        """Take up a drift by at most `most`; return what is left.

        Towards a reference that is behind, the clock stands still for the step: it never runs backwards.
        """
        step = max(-most, min(most, drift))
        with self._lock:
            self._anchor += step
        return drift - step


class ScaledClock:
    """Time that starts at a given moment and runs `speed` times as fast as the wall."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._anchor = start.astimezone(UTC)
        self._speed = speed
        self._start = time.monotonic()

    def now(self) -> datetime:
        """Return the scaled time now, aware, in UTC."""
        return self._anchor + timedelta(seconds=(time.monotonic() - self._start) * self._speed)

    def seconds_until(self, moment: datetime) -> float:
        """Return how many real seconds to sleep until `moment` (0 if past)."""
        return max(0.0, (moment - self.now()).total_seconds() / self._speed)


class VirtualClock:
    """Time that stands still until it is moved: for replays and stories."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the time last moved to, aware, in UTC."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Move forward to a moment; moving back raises ValueError."""
        if moment < self._now:
            raise ValueError(f"time runs forward only: {moment.isoformat()} is before {self._now.isoformat()}")
        self._now = moment.astimezone(UTC)

    def seconds_until(self, moment: datetime) -> float:
        """Nothing waits on a virtual clock."""
        return 0.0


def rng(seed: int | str) -> random.Random:
    """Return a random source made from a seed: the only way randomness enters the program."""
    return random.Random(seed)
