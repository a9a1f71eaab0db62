"""Asks providers for the replies and receipts whose push was lost, or that are never pushed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence

from dutydesk.domain.records import Inbound
from dutydesk.errors import SendError
from dutydesk.ports.channel import Channel, Closes, Pulls
from dutydesk.ports.clock import Clock
from dutydesk.ports.store import Store

logger = logging.getLogger(__name__)

SLOWEST = 60.0   # seconds between two questions to a provider that does not answer

Keep = Callable[[Sequence[Inbound]], Awaitable[None]]


async def pulling(channels: Iterable[Channel], store: Store, clock: Clock, after: Callable[[], None]) -> None:
    """Pull from every channel that can be pulled, until cancelled. `after` is called when rows came."""
    async def keep(rows: Sequence[Inbound]) -> None:
        if rows:
            await asyncio.wrap_future(store.submit(lambda tx: tx.add_inbound(rows)))
            after()

    pulled = [(each.name, getattr(each, "inner", each)) for each in channels]
    await asyncio.gather(*(_for_ever(name, each, keep, clock) for name, each in pulled if isinstance(each, Pulls)))


async def _for_ever(name: str, channel: Pulls, keep: Keep, clock: Clock) -> None:
    """Pull every so often; a provider that fails is asked less and less, and told to the log once each time."""
    pause = channel.every
    while True:
        try:
            await channel.pull(keep, clock.now())
            pause = channel.every
        except SendError as error:
            pause = min(max(SLOWEST, channel.every), pause * 2)
            logger.warning("%s cannot be asked for replies: %s; again in %g s", name, error, pause)
        except Exception:  # a broken adapter, or a store that is away, must not end the asking
            pause = min(max(SLOWEST, channel.every), pause * 2)
            logger.exception("asking %s for replies failed; again in %g s", name, pause)
        await asyncio.sleep(pause)


async def close_all(channels: Iterable[Channel]) -> None:
    """End the connections channels hold."""
    for channel in channels:
        inner = getattr(channel, "inner", channel)
        if isinstance(inner, Closes):
            await inner.close()
