"""Remembers for a while what was handed over, to ask for reports that were never pushed.

It lives as long as the process: what an earlier one handed over is reported by pushes only.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dutydesk.domain.records import Inbound

LOOKS = tuple(timedelta(minutes=each) for each in (1, 3, 10, 30))   # after the hand-over
MOST = 20_000        # remembered at once
AT_A_TIME = 200      # asked for in one turn
AT_ONCE = 16         # questions under way at once


@dataclass(slots=True)
class Watched:
    """One message: our key, its number as the site writes it, the provider's id, when it was handed over (aware)."""

    key: str
    number: str
    provider: str
    at: datetime
    looks: int = 0


class Watch:
    """What waits for its report. Use inside one event loop."""

    def __init__(self) -> None:
        self._rows: OrderedDict[str, Watched] = OrderedDict()

    def add(self, row: Watched) -> None:
        """Remember a message; of too many the oldest is forgotten."""
        self._rows[row.key] = row
        if len(self._rows) > MOST:
            self._rows.popitem(last=False)

    def due(self, now: datetime) -> list[Watched]:
        """Return those to be asked for now; each is asked for a few times and then forgotten."""
        found = [row for row in self._rows.values() if now - row.at >= LOOKS[row.looks]][:AT_A_TIME]
        for row in found:
            row.looks += 1
            if row.looks == len(LOOKS):
                del self._rows[row.key]
        return found

    async def pull(self, report_of: Callable[[Watched], Awaitable[Inbound | None]],
                   take: Callable[[Sequence[Inbound]], Awaitable[None]], now: datetime) -> int:
        """Ask `report_of` for each that is due, hand what it found to `take`, and forget what was stored; return how
        many that were. Raises what these raise.
        """
        due, count = self.due(now), 0
        for start in range(0, len(due), AT_ONCE):
            told = await asyncio.gather(*(report_of(each) for each in due[start:start + AT_ONCE]))
            rows = [row for row in told if row is not None]
            await take(rows)
            count += len(rows)
            for row in rows:
                self._rows.pop(row.call, None)
        return count
