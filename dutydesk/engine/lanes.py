"""A channel with what is known of it now: how many it may take, whether it is broken, how many are under way.

The breaker: five hand-overs in a row without a word of the provider break the channel. Then it gets one call a second
as a probe, whatever waits, and is whole again with the first word of its provider.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dutydesk.domain.setup import Config
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import SendError
from dutydesk.ports.channel import Channel, Handed, Limits, Outgoing, Quota

RING_SECONDS = 30.0  # how long one voice call holds a line, ring and message together
ROOMY = 64           # with less room than this what leaves next is chosen with care
BREAKS_AT = 5        # hand-overs in a row that failed
PROBE_EVERY = timedelta(seconds=1)
_NUMBER = re.compile(r"\+?\d[\d -]{5,}\d")
_NO_WORD = (Outcome.FAILED_NOW, Outcome.UNKNOWN)


class Lane:
    """One channel of the site; sends like the channel itself, from one thread. Not shared between workers: a
    provider's own limit is the last word.

    The bucket is filled by the channel's rate and holds a second's worth, or all lines of a way that rings: a ring
    holds its line for a while, so a way with few lines is slower than its rate says.
    """

    def __init__(self, channel: Channel, most_flying: int) -> None:
        """`most_flying`: so many of its calls may be under way at once."""
        self.inner = getattr(channel, "inner", channel)
        self.name = channel.name
        self.via = channel.via
        self.real = channel.real
        self.limits = channel.limits
        self._channel = channel
        self._most_flying = most_flying
        self._rate = rate(channel.via, channel.limits)
        self._most = float(channel.limits.lines) if channel.via.rings else max(1.0, channel.limits.per_second)
        self._tokens = self._most
        self._at: datetime | None = None
        self._probed: datetime | None = None
        self._failures = 0
        self._flying = 0

    async def send(self, message: Outgoing) -> Handed:
        """Hand over and remember whether the provider said a word; raises what the channel raises.

        A provider's own words go to the journal, which holds no number.
        """
        self._flying += 1
        spoke = False
        try:
            handed = await self._channel.send(message)
            spoke = handed.outcome not in _NO_WORD
            return replace(handed, why=_NUMBER.sub("…", handed.why)) if handed.why else handed
        except SendError as error:
            spoke = error.permanent
            raise
        finally:
            self._flying -= 1
            self._failures = 0 if spoke else self._failures + 1

    @property
    def broken(self) -> bool:
        """Whether it only gets probes now."""
        return self._failures >= BREAKS_AT

    def room(self, now: datetime) -> int:
        """How many it may take now by its rate and by what is under way; one that is broken, one a second."""
        if self.broken:
            return int(self._probed is None or now - self._probed >= PROBE_EVERY)
        return max(0, min(int(self._filled(now) + 1e-9), self._most_flying - self._flying))

    def scarce(self, now: datetime) -> bool:
        """Whether its rate, not what is under way, decides what leaves next."""
        return self.broken or self._filled(now) < ROOMY

    def take(self, now: datetime) -> None:
        """Count a call that is given to it."""
        if self.broken:
            self._probed = now
        self._tokens = max(0.0, self._filled(now) - 1)

    def _filled(self, now: datetime) -> float:
        before = self._at or now
        if now > before or self._at is None:
            self._tokens = min(self._most, self._tokens + (now - before).total_seconds() * self._rate)
            self._at = now
        return self._tokens


def limits_of(config: Config, channel: str) -> Limits:
    """What a channel of this site may carry, by `[limits.CHANNEL]`."""
    row: dict[str, Any] = dict(config.limits.get(channel, {}))
    for name in ("per_number", "per_template"):
        row[name] = tuple(Quota(*each) for each in row.get(name, ()))
    return Limits(**row)


def rate(via: Via, limits: Limits) -> float:
    """Calls a second that can be kept up."""
    return min(limits.per_second, limits.lines / RING_SECONDS) if via.rings else limits.per_second
