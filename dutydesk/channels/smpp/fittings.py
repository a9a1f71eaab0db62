"""What the library is fitted with: a queue that keeps nothing for later, and memories that remember nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiosmpplib import (
    AbstractBroker,
    AbstractCorrelator,
    AbstractThrottleHandler,
    DeliverSm,
    SmppMessage,
    SubmitSm,
)
from aiosmpplib.correlator import SegmentStatus


class LineLostError(ConnectionError):
    """There will be no answer. Whether the message left is to be seen at its parcel."""


@dataclass(slots=True, eq=False)
class Parcel:
    """A message or part on its way. `answer` becomes the centre's status and id for it."""

    message: SubmitSm
    answer: asyncio.Future[tuple[int, str]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future())
    left: bool = False

    def fail(self) -> None:
        """There will be no answer."""
        if not self.answer.done():
            self.answer.set_exception(LineLostError())


class Waiting(AbstractBroker):
    """What is to leave, at its pace; what nobody waits for any more does not leave."""

    def __init__(self, per_second: float) -> None:
        self.queue: asyncio.Queue[Parcel] = asyncio.Queue()
        self._pause = 1 / per_second if per_second else 0.0
        self._next = 0.0

    async def enqueue(self, message: SmppMessage) -> None:
        raise NotImplementedError("parcels are put into the queue itself")

    async def dequeue(self) -> SmppMessage:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._next - loop.time()))
        parcel = await self.queue.get()
        while parcel.answer.done():
            parcel = await self.queue.get()
        self._next = loop.time() + self._pause
        return parcel.message


class Forgetful(AbstractCorrelator):
    """Remembers nothing: answers are found by their sequence number, receipts by the desk."""

    def get_cumulated_status(self, ref_num: int) -> int:
        return 0

    async def expired(self, smpp_message: SmppMessage) -> None: ...

    async def put(self, smpp_message: SmppMessage) -> None: ...

    async def put_delivery(self, smsc_message_id: str, submit_sm: SubmitSm) -> None: ...

    async def put_delivery_segmented(self, deliver_sm: DeliverSm) -> DeliverSm | None:
        return None

    async def get(self, response: SmppMessage) -> SmppMessage | None:
        return None

    async def get_segmented(self, smpp_seq_num: int, remove: bool = False) -> tuple[SegmentStatus | None, int]:
        return None, 0

    async def get_delivery(self, receipt: DeliverSm) -> SubmitSm | None:
        return None


class Unthrottled(AbstractThrottleHandler):
    """Says nothing against sending: what a throttled centre refuses goes by another channel, not later."""

    async def throttled(self) -> None: ...

    async def not_throttled(self) -> None: ...

    async def allow_request(self) -> bool:
        return True

    async def throttle_delay(self) -> float:
        return 0.0
