"""The live stream: which journal row is the newest, and what the desk's clock shows. It carries no contents."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dutydesk.web.desk import Desk, milliseconds

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.15   # seconds between two looks at the journal's head: live within 0.2 s of the commit
BEAT_EVERY = 1.0    # seconds between two beats; a browser that hears none for four says so
RETRY_MS = 1000     # how soon a browser comes back


class Pulse:
    """One look at the head of the journal for all the browsers that wait for it."""

    def __init__(self, head: Callable[[], int], every: float = LOOK_EVERY) -> None:
        self.seq = 0
        self._head = head
        self._every = every
        self._turn = asyncio.Event()

    async def run(self) -> None:
        """Look for ever."""
        while True:
            try:
                await self.look()
            except Exception:  # the watch must survive a database that is gone for a while
                logger.exception("the journal's head could not be read; looking again")
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """Look once and wake whoever waits if something was written."""
        seq = await run_in_threadpool(self._head)
        if seq != self.seq:
            self.seq = seq
            self._turn.set()
            self._turn = asyncio.Event()

    async def beyond(self, seq: int, patience: float) -> int:
        """Return the newest seq as soon as it differs from `seq`, or after `patience` seconds as it is."""
        if self.seq == seq:
            turn = self._turn
            try:
                await asyncio.wait_for(turn.wait(), patience)
            except TimeoutError:
                return self.seq
        return self.seq


def resume_at(request: Request) -> int | None:
    """Return the seq the browser saw last: Last-Event-ID when it comes back, else `after`; None if neither."""
    for told in (request.headers.get("Last-Event-ID"), request.query_params.get("after")):
        if told and told.isdecimal():
            return int(told)
    return None


async def stream(pulse: Pulse, desk: Desk, seen: int) -> AsyncIterator[str]:
    """Yield server-sent events: `seq` when the journal grew (with its id), `tick` every second."""
    yield f"retry: {RETRY_MS}\n\n"
    while True:
        if pulse.seq != seen:
            seen = pulse.seq
            yield f"id: {seen}\nevent: seq\ndata: {json.dumps({'seq': seen})}\n\n"
        yield f"event: tick\ndata: {json.dumps({'now': milliseconds(desk.clock.now())})}\n\n"
        await pulse.beyond(seen, BEAT_EVERY)


def events(pulse: Pulse, desk: Desk) -> Callable[[Request], Response]:
    """Return the endpoint of the live stream."""
    async def endpoint(request: Request) -> Response:
        seen = resume_at(request)
        start = pulse.seq if seen is None else seen
        return StreamingResponse(stream(pulse, desk, start), media_type="text/event-stream",
                                 headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    return endpoint  # type: ignore[return-value]
