"""Where providers push replies, keys and receipts, and sources documents: a port of its own, apart from the console.

A push is answered 200 only after its rows are durable; whoever hears anything else comes again. What comes together is
stored together. A flood fills a queue of fixed length and hears 429 or 503 from then on; no channel can fill it alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.domain.records import Inbound
from dutydesk.errors import DutydeskError, Refused
from dutydesk.ports.channel import Answers, Callback, Hears, Reply
from dutydesk.ports.clock import Clock
from dutydesk.ports.store import Store
from dutydesk.web.bodies import body_of
from dutydesk.web.push import Pushed, push

logger = logging.getLogger(__name__)

MAX_BODY = 1_000_000   # bytes; the largest call-back of any provider here is a few kB
MOST_WAITING = 512     # pushes that wait for the store at once
SHARE = 384            # of these one channel's
PATIENCE = 4.0         # seconds a push waits for the store; providers give up after five at the earliest
_COME_AGAIN = {"Retry-After": "1"}


class Keeper:
    """Stores the rows of many pushes together. Use inside one event loop."""

    def __init__(self, store: Store, after: Callable[[], None]) -> None:
        self._store = store
        self._after = after
        self._waiting: list[tuple[Sequence[Inbound], asyncio.Future[bool]]] = []
        self._busy: asyncio.Task[None] | None = None
        self._counts: Counter[str] = Counter()

    def refuses(self, channel: str) -> int:
        """The status a push of this channel hears because the queue is full; 0 while there is room."""
        if sum(self._counts.values()) >= MOST_WAITING:
            return 503
        return 429 if self._counts[channel] >= SHARE else 0

    async def keep(self, channel: str, rows: Sequence[Inbound]) -> bool:
        """Store rows; tell whether they are durable now."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, done))
        if self._busy is None or self._busy.done():
            self._busy = asyncio.create_task(self._work())
        self._counts[channel] += 1
        try:
            return await asyncio.wait_for(done, PATIENCE)
        except TimeoutError:
            return False
        finally:
            self._counts[channel] -= 1

    async def _work(self) -> None:
        """Store whatever waits, until nothing does; what the store will not take together, one by one."""
        while self._waiting:
            batch, self._waiting = self._waiting, []
            all_stored = await self._write([row for rows, _ in batch for row in rows])
            for rows, done in batch:
                stored = all_stored or (len(batch) > 1 and await self._write(rows))
                if not done.done():     # else it waited too long and was told to come again
                    done.set_result(stored)
            self._after()

    async def _write(self, rows: Sequence[Inbound]) -> bool:
        """Store rows and tell whether they are durable; whatever stands against it, the provider comes again."""
        future = asyncio.wrap_future(self._store.submit(lambda tx: tx.add_inbound(rows)))
        told, = await asyncio.gather(future, return_exceptions=True)
        if isinstance(told, BaseException):
            logger.error("call-back rows could not be stored; the provider is told to come again", exc_info=told)
        return not isinstance(told, BaseException)


def hooks(store: Store, channels: Mapping[str, Hears], clock: Clock,
          after: Callable[[], None] = lambda: None, sources: Mapping[str, Pushed] | None = None,
          more: Callable[[Keeper], Sequence[BaseRoute]] = lambda keeper: ()) -> Starlette:
    """Return the application that takes call-backs at `/hooks/{channel}` and below, by GET or POST as the provider
    likes; `after` is called when rows came. Documents of `sources` are taken at `POST /feeds/{source}` (see
    `dutydesk.web.push`). `more` are routes that keep what they hear by the same keeper.

    401 for a bad signature, 404 for a channel that hears nothing, 413 for a body too large, 400 for one that
    cannot be read, 429 and 503 in a flood, 503 when the rows could not be stored (the provider then comes again).
    """
    keeper = Keeper(store, after)

    async def take(request: Request) -> Response:
        name = request.path_params["channel"]
        channel = channels.get(name)
        if channel is None:
            return PlainTextResponse("no such channel\n", 404)
        full = keeper.refuses(name)
        if full:
            return PlainTextResponse("too much at once, come again\n", full, _COME_AGAIN)
        body = await body_of(request, MAX_BODY)
        if body is None:
            return PlainTextResponse("too large\n", 413)
        callback = _callback(request, body, clock)
        try:
            rows = channel.read_callback(callback)
        except Refused as error:
            logger.warning("call-back of %s refused: %s", name, error)
            return PlainTextResponse("bad signature\n", 401)
        except (DutydeskError, ValueError, KeyError) as error:
            logger.warning("call-back of %s cannot be read: %s", name, error)
            return PlainTextResponse("cannot be read\n", 400)
        stored = await keeper.keep(name, rows) if rows else True
        return await _answer(channel, callback, stored=stored)

    return Starlette(routes=[Route("/hooks/{channel}", take, methods=["GET", "POST"]),
                             Route("/hooks/{channel}/{path:path}", take, methods=["GET", "POST"]),
                             push(store, sources or {}, clock, after), *more(keeper)])


def _callback(request: Request, body: bytes, clock: Clock) -> Callback:
    query = request.url.query
    return Callback(request.method, request.url.path + (f"?{query}" if query else ""),
                    request.path_params.get("path", ""), request.query_params.multi_items(), request.headers.items(),
                    body, clock.now())


async def _answer(channel: Hears, callback: Callback, *, stored: bool) -> Response:
    """What the provider hears: the channel's own words where it has some; they may take a look at the store."""
    if isinstance(channel, Answers):
        reply = await asyncio.to_thread(channel.answer, callback, stored=stored)
        return _response(reply)
    return _response(Reply()) if stored else PlainTextResponse("not stored, come again\n", 503, _COME_AGAIN)


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, headers={"Content-Type": reply.content_type})
