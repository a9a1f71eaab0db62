"""The clock of a desk: real, accelerated or virtual."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Aware UTC time that never runs backwards."""

    def now(self) -> datetime:
        """Return the time now, aware, in UTC."""
        ...

    def seconds_until(self, moment: datetime) -> float:
        """Return how many real seconds to sleep until this clock shows `moment` (0 if past)."""
        ...
