"""What is broken in the simulated network, and from when until when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dutydesk.domain.ids import derive
from dutydesk.domain.values import Via

FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Broken:
    start: datetime
    until: datetime
    gateway: str = ""
    hangs: bool = False
    numbers: frozenset[str] = frozenset()

    def now(self, now: datetime) -> bool:
        return self.start <= now < self.until


@dataclass(slots=True)
class Faults:
    """Gateways that are down or hang, areas whose phones are dead. Times are UTC; `until` None means for good."""

    _broken: list[_Broken] = field(default_factory=list)

    def gateway_down(self, gateway: str, start: datetime, until: datetime | None = None, *,
                     hangs: bool = False) -> None:
        """Break a way (`sms`, `voice`) or one channel by its name: it refuses, or hangs until the time-out."""
        self._broken.append(_Broken(start, until or FOREVER, gateway, hangs))

    def area_dark(self, numbers: Collection[str], start: datetime, until: datetime | None = None) -> None:
        """Cut off a set of numbers: calls fail for now, texts lie until the light is back."""
        self._broken.append(_Broken(start, until or FOREVER, numbers=frozenset(numbers)))

    def gateway(self, via: Via, channel: str, now: datetime) -> str:
        """Return `down`, `hangs` or the empty string for a hand-over now."""
        found = [each for each in self._broken if each.gateway in (via.value, channel) and each.now(now)]
        if not found:
            return ""
        return "hangs" if all(each.hangs for each in found) else "down"

    def loses(self, call: str) -> bool:
        """Tell whether a hanging gateway lost this call; every second one, by its id."""
        return int(derive("l", call)[-1], 16) % 2 == 0

    def dark_until(self, number: str, now: datetime) -> datetime | None:
        """Return until when a number is cut off, or None if it is not now. FOREVER means for good."""
        return max((each.until for each in self._broken if number in each.numbers and each.now(now)), default=None)
