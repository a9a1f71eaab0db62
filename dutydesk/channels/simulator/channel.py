"""The two channels into a switchboard of this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dutydesk.channels.simulator.exchange import Exchange
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.ports.channel import Handed, Limits, Outgoing


class _Simulated:
    """A simulated way out. Implements Channel, Tracks and Listens.

    Sending does no waiting; only `listen` starts a thread, so a replay drives the exchange by itself.
    """

    real = False
    via: Via

    def __init__(self, exchange: Exchange, name: str, limits: Limits | None = None) -> None:
        self.name = name
        self.limits = limits or Limits()
        self._exchange = exchange

    async def send(self, message: Outgoing) -> Handed:
        """Hand one message to the switchboard; raises SendError while its gateway is down."""
        return self._exchange.hand_over(self.name, message)

    async def status(self, call: str) -> Outcome:
        """Return what the switchboard knows of a call; raises SendError if it never had it."""
        return self._exchange.status(call)

    def listen(self, take: Callable[[Sequence[Inbound]], None]) -> None:
        """Deliver this channel's rows to `take` from the switchboard's own thread, from now on."""
        self._exchange.listen(self.name, take)


class SimulatorSms(_Simulated):
    """Texts to simulated phones."""

    via = Via.SMS

    def __init__(self, exchange: Exchange, name: str = "simulator-sms", limits: Limits | None = None) -> None:
        super().__init__(exchange, name, limits)


class SimulatorVoice(_Simulated):
    """Calls to simulated phones."""

    via = Via.VOICE

    def __init__(self, exchange: Exchange, name: str = "simulator-voice", limits: Limits | None = None) -> None:
        super().__init__(exchange, name, limits)
