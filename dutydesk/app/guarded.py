"""One guard before every channel, so that no simulated number is ever really dialled."""

from __future__ import annotations

from dutydesk.channels.guard import guard
from dutydesk.domain.setup import Live
from dutydesk.ports.channel import Channel, Handed, Outgoing


class Guarded:
    """A channel behind the guard; everything else of it shows through."""

    def __init__(self, channel: Channel, live: Live | None) -> None:
        self.inner = channel
        self.name = channel.name
        self.via = channel.via
        self.real = channel.real
        self.limits = channel.limits
        self._live = live

    async def send(self, message: Outgoing) -> Handed:
        """Hand over what the guard lets pass; raises SendError."""
        guard(self.inner, message, self._live)
        return await self.inner.send(message)
