"""The live shell around dispatch: an asyncio loop that sends many at once and books outcomes in groups.

What is in flight, unbooked outcomes included, never exceeds the room a worker has: so many could double if it died.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from dutydesk.app.fates import Fates
from dutydesk.app.pulling import close_all, pulling
from dutydesk.domain.values import Outcome, Via
from dutydesk.engine.dispatch import Dispatch, Parcel, Sent, failed
from dutydesk.errors import SendError
from dutydesk.ports.clock import Clock

logger = logging.getLogger(__name__)

BOOK_EVERY = 0.05     # seconds between two bookings of outcomes
IDLE = 0.1            # seconds between two looks when nothing is due
ASK_EVERY = 5.0       # seconds between two looks for calls of unknown fate
GAP = 15.0            # seconds without a turn at most: this process stood still
LAST = 2.0            # seconds that sends under way are waited for at the end
TRIES = 20            # how often an outcome is booked before its call is left to the supervisor


def always(since: float) -> bool:
    """The other desks need not be waited for."""
    return True


class Sender:
    """Sends in a thread of its own until stopped. `after` is called whenever outcomes were booked.

    `alone`: no other worker sends from this store, so at the start every call still sending was left by a dead
    one. `ready(t)` tells whether the desks before this one had a whole turn since `t` (seconds, monotonic): after
    a start or a gap nothing leaves before they had, for an answer or a lift may be waiting.
    """

    def __init__(self, dispatch: Dispatch, clock: Clock, after: Callable[[], None], *, alone: bool = False,
                 ready: Callable[[float], bool] = always) -> None:
        self.asked = threading.Event()
        self.left = 0
        self.most = dispatch.routes.most
        self._dispatch = dispatch
        self._clock = clock
        self._after = after
        self._alone = alone
        self._ready = ready
        self._fates = Fates(dispatch, clock)
        self._flight: set[asyncio.Task[None]] = set()
        self._ended: list[Sent] = []
        self.gap = min(GAP, dispatch.ctx.lease(Via.VOICE).total_seconds())
        self._since = self._turned = 0.0
        self._refused: dict[str, int] = {}
        self._stopping = self._closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)

    def start(self) -> None:
        """Begin sending. `asked` is set once the calls of a dead sender have been asked for."""
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._thread.is_alive()

    def wake(self) -> None:
        """Look at once: something became due."""
        loop = self._loop
        if loop and self._wake and not loop.is_closed():
            try:
                loop.call_soon_threadsafe(self._wake.set)
            except RuntimeError:  # it closed in between
                return

    def stop(self) -> None:
        """Claim no more, wait a little for what is in flight, book what came back, and end.

        `left` then says how many sends had not come back: their calls stay `sending`, and whoever starts next asks
        the provider for them.
        """
        self._stopping = True
        self.wake()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        self._since = self._turned = self._loop.time()
        await self._left_behind()
        self.asked.set()
        booking = asyncio.create_task(self._book())
        asking = asyncio.create_task(self._ask())
        channels = self._dispatch.routes.channels
        pulled = asyncio.create_task(pulling(channels, self._dispatch.store, self._clock, self._after))
        while not self._stopping:
            self._wake.clear()
            if not self._may_send() or not await self._step():
                await self._nap(IDLE)
        asking.cancel()
        pulled.cancel()
        if self._flight:
            await asyncio.wait(self._flight, timeout=LAST)
        self._closing = True
        await booking
        self.left = len(self._flight)
        await close_all(channels)

    def _may_send(self) -> bool:
        """Whether nothing that came before stands against it; after a gap the other desks go first."""
        now = asyncio.get_running_loop().time()
        if now - self._turned > self.gap:
            self._since = now
        self._turned = now
        return self._ready(self._since)

    async def _step(self) -> bool:
        """Claim what there is room for and set it off; tell whether there was any."""
        room = self.most - len(self._flight) - len(self._ended)
        if room <= 0:
            await asyncio.sleep(BOOK_EVERY / 5)
            return True
        began = asyncio.get_running_loop().time()
        try:
            parcels = await asyncio.to_thread(self._dispatch.claim, self._clock.now(), room)
        except Exception:  # the loop must outlive a database that is away for a while
            logger.exception("claiming failed; trying again")
            await asyncio.sleep(1)
            return True
        for parcel in parcels:
            task = asyncio.create_task(self._send(parcel, began))
            self._flight.add(task)
            task.add_done_callback(self._flight.discard)
        return bool(parcels)

    async def _nap(self, seconds: float) -> None:
        if self._wake is None:
            return
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    async def _send(self, parcel: Parcel, claimed: float) -> None:
        """Hand one parcel over; every way it can end is an outcome.

        One whose lease ran out before it could leave (this process stood still) does not leave any more: another
        worker may have it. That is measured in real seconds, on an accelerated clock too.
        """
        lease = self._dispatch.ctx.lease(parcel.message.via).total_seconds()
        if asyncio.get_running_loop().time() - claimed >= lease:
            logger.warning("%s was not sent: its lease ran out", parcel.message.id)
            return
        try:
            handed = await asyncio.wait_for(parcel.channel.send(parcel.message), parcel.channel.limits.timeout)
            sent = Sent(parcel, handed.outcome, self._clock.now(), handed.provider, handed.why)
        except SendError as error:
            sent = failed(parcel, error, self._clock.now())
        except TimeoutError:
            sent = Sent(parcel, Outcome.UNKNOWN, self._clock.now(), why="time-out")
        except Exception as error:  # a broken adapter must not stop the others; nobody knows what it did
            logger.exception("channel %s broke", parcel.channel.name)
            sent = Sent(parcel, Outcome.UNKNOWN, self._clock.now(), why=type(error).__name__)
        self._fates.doubt(sent)
        self._ended.append(sent)

    async def _book(self) -> None:
        """Book until told to close, and then once more."""
        while not self._closing:
            await asyncio.sleep(BOOK_EVERY)
            await self._flush()
        await self._flush()

    async def _flush(self) -> None:
        """Book what ended, in one transaction; what that will not take, one by one."""
        batch = self._ended[:]
        if not batch:
            return
        booked = await self._finish(batch)
        if not booked:
            batch = [sent for sent in batch if await self._finish([sent]) or self._give_up(sent)]
        done = set(map(id, batch))
        self._ended = [sent for sent in self._ended if id(sent) not in done]
        self._after()

    async def _finish(self, batch: list[Sent]) -> bool:
        try:
            await asyncio.to_thread(self._dispatch.finish, batch, self._clock.now())
        except Exception:  # outcomes must not be lost because the database is away for a while
            logger.exception("booking %d outcomes failed; trying again", len(batch))
            return False
        return True

    def _give_up(self, sent: Sent) -> bool:
        """Whether this outcome was refused too often: its call stays `sending`, and the supervisor books it."""
        tries = self._refused[sent.parcel.message.id] = self._refused.get(sent.parcel.message.id, 0) + 1
        return tries >= TRIES

    async def _left_behind(self) -> None:
        """Book what providers say of the calls a dead sender left, before anything else is decided."""
        try:
            self._ended += await (self._fates.orphans() if self._alone else self._fates.overdue())
        except Exception:  # they are asked for again when their lease is over
            logger.exception("asking for the calls of the last run failed")
        await self._flush()

    async def _ask(self) -> None:
        """Ask providers what became of calls whose sender died or stalled, and of those that timed out."""
        while True:
            await asyncio.sleep(ASK_EVERY)
            try:
                self._ended += await self._fates.overdue()
                receipts = await self._fates.learn()
                if receipts:
                    await asyncio.to_thread(self._dispatch.store.write, lambda tx: tx.add_inbound(receipts))  # noqa: B023 - awaited before the next turn
                    self._after()
            except Exception:  # as above: try again later
                logger.exception("asking for the fate of calls failed; trying again")
