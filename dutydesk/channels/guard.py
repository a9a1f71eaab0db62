"""The one guard before every real channel: invented numbers stay in the house, and nothing real goes out unless
somebody switched it on by name.
"""

from __future__ import annotations

from dutydesk.domain.replies import plainly
from dutydesk.domain.setup import Live
from dutydesk.errors import Barred, SendError
from dutydesk.ports.channel import Channel, Handed, Outgoing

_PUNCTUATION = str.maketrans("", "", " -()./")


def imaginary(number: str) -> bool:
    """Tell whether a number belongs to no country (+999), however it is written. The short number 999 is real."""
    dialled = number.strip() if number.isascii() else plainly(number)
    dialled = dialled.translate(_PUNCTUATION)
    return dialled.startswith(("+999", "00999", "999")) and dialled != "999"


def guard(channel: Channel, message: Outgoing, live: Live | None) -> None:
    """Let a message pass or raise SendError (permanent); Barred where the number is not to blame.

    1. A channel that reaches nobody carries anything.
    2. A real channel needs `[live]` in `dutydesk.toml`: who switched it on, and since when.
    3. A real channel never carries an invented number.
    """
    if not channel.real:
        return
    if live is None:
        raise Barred(f"{channel.name} reaches real people; write [live] by and since into dutydesk.toml first")
    if imaginary(message.number):
        raise SendError(f"{channel.name} is real and the number is invented (+999); check the contacts", permanent=True)


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
