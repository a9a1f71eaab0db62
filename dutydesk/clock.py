"""The clocks of a desk, and the only place that reads the wall clock or makes randomness from a seed."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta


class WallClock:
    """Real time: monotonic, anchored to the wall when made, so that a jump of the wall never moves a timer.

    `drift` says how far the wall has moved away since; `slew` takes it up slowly.
    """

    def __init__(self) -> None:
        self._anchor = datetime.now(UTC)
        self._start = time.monotonic()

    def now(self) -> datetime:
        """Return the time now, aware, in UTC."""
        return self._anchor + timedelta(seconds=time.monotonic() - self._start)

    def seconds_until(self, moment: datetime) -> float:
        """Return how many real seconds to sleep until `moment` (0 if past)."""
        return max(0.0, (moment - self.now()).total_seconds())

    def drift(self) -> timedelta:
        """How far the wall clock stands ahead of this clock (negative: behind)."""
        return datetime.now(UTC) - self.now()

    def slew(self, most: timedelta = timedelta(milliseconds=500)) -> timedelta:
        """Move towards the wall by at most `most` and never backwards past now; return what is left."""
        drift = self.drift()
        step = max(-most, min(most, drift))
        if step > timedelta():
            self._anchor += step
        elif step < timedelta():
            # Never run backwards: stand still for the step instead, by re-anchoring a little later.
            self._start += -step.total_seconds()
            time.sleep(-step.total_seconds())
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
