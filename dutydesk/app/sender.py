"""The live shell around dispatch: an asyncio loop that sends many at once and books outcomes in groups.

What is in flight, unbooked outcomes included, never exceeds the room a worker has: so many could double if it died.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from dutydesk.domain.records import Call
from dutydesk.domain.values import Outcome
from dutydesk.engine.dispatch import Dispatch, Parcel, Sent, failed
from dutydesk.errors import SendError
from dutydesk.ports.channel import Tracks
from dutydesk.ports.clock import Clock

logger = logging.getLogger(__name__)

BOOK_EVERY = 0.05     # seconds between two bookings of outcomes
IDLE = 0.2            # seconds between two looks when nothing is due
ASK_EVERY = 5.0       # seconds between two looks for calls of unknown fate


class Sender:
    """Sends in a thread of its own until stopped. `after` is called whenever outcomes were booked."""

    def __init__(self, dispatch: Dispatch, clock: Clock, after: Callable[[], None]) -> None:
        self._dispatch = dispatch
        self._clock = clock
        self._after = after
        self._flight: set[asyncio.Task[None]] = set()
        self._ended: list[Sent] = []
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)
        self.most = max((each.limits.max_in_flight for each in dispatch.ctx.channels.values()), default=64)

    def start(self) -> None:
        """Begin sending."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once: something became due."""
        if self._loop and self._wake and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def stop(self) -> None:
        """Finish what is in flight and end."""
        self._stopping = True
        self.wake()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        booking = asyncio.create_task(self._book())
        asking = asyncio.create_task(self._ask())
        while not self._stopping:
            self._wake.clear()
            if not await self._step():
                await self._nap(IDLE)
        asking.cancel()
        await asyncio.gather(*self._flight, return_exceptions=True)
        booking.cancel()
        await self._flush()

    async def _step(self) -> bool:
        """Claim what there is room for and set it off; tell whether there was any."""
        room = self.most - len(self._flight) - len(self._ended)
        if room <= 0:
            await asyncio.sleep(BOOK_EVERY / 5)
            return True
        try:
            parcels = await asyncio.to_thread(self._dispatch.claim, self._clock.now(), room)
        except Exception:  # the loop must outlive a database that is away for a while
            logger.exception("claiming failed; trying again")
            await asyncio.sleep(1)
            return True
        for parcel in parcels:
            task = asyncio.create_task(self._send(parcel))
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

    async def _send(self, parcel: Parcel) -> None:
        """Hand one parcel over; every way it can end is an outcome."""
        try:
            handed = await asyncio.wait_for(parcel.channel.send(parcel.message), parcel.channel.limits.timeout)
            sent = Sent(parcel, handed.outcome, self._clock.now(), handed.provider)
        except SendError as error:
            sent = failed(parcel, error, self._clock.now())
        except TimeoutError:
            sent = Sent(parcel, Outcome.UNKNOWN, self._clock.now(), why="time-out")
        except Exception as error:  # a broken adapter must not stop the others; nobody knows what it did
            logger.exception("channel %s broke", parcel.channel.name)
            sent = Sent(parcel, Outcome.UNKNOWN, self._clock.now(), why=type(error).__name__)
        self._ended.append(sent)

    async def _book(self) -> None:
        while True:
            await asyncio.sleep(BOOK_EVERY)
            await self._flush()

    async def _flush(self) -> None:
        """Book what ended; on failure keep it for the next time."""
        batch = self._ended[:]
        if not batch:
            return
        try:
            await asyncio.to_thread(self._dispatch.finish, batch, self._clock.now())
        except Exception:  # outcomes must not be lost because the database is away for a while
            logger.exception("booking outcomes failed; trying again")
            return
        del self._ended[:len(batch)]
        self._after()

    async def _ask(self) -> None:
        """Ask providers, by our own key, what became of calls whose sender died or stalled."""
        while True:
            try:
                overdue = await asyncio.to_thread(self._dispatch.overdue, self._clock.now())
                self._ended.extend([await self._fate(call) for call in overdue])
            except Exception:  # as above: try again later
                logger.exception("asking for the fate of calls failed; trying again")
            await asyncio.sleep(ASK_EVERY)

    async def _fate(self, call: Call) -> Sent:
        """What the provider says of a call: it never came (free to go again), or how far it got, or unknown."""
        parcel, now = self._dispatch.parcel_again(call), self._clock.now()
        inner = getattr(parcel.channel, "inner", parcel.channel)
        if not isinstance(inner, Tracks):
            return Sent(parcel, Outcome.UNKNOWN, now, why="nobody can tell")
        try:
            return Sent(parcel, await inner.status(call.id), call.created_at)
        except SendError as error:
            return Sent(parcel, Outcome.FAILED_NOW, now, why=str(error))

