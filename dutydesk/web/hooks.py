"""Where providers push replies, keys and receipts, and sources documents: a port of its own, apart from the console.

A push is answered 200 only after its rows are durable; whoever hears anything else comes again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dutydesk.domain.records import Inbound
from dutydesk.errors import DutydeskError, Refused
from dutydesk.ports.channel import Hears
from dutydesk.ports.clock import Clock
from dutydesk.ports.store import Store
from dutydesk.web.bodies import body_of
from dutydesk.web.push import Pushed, push

logger = logging.getLogger(__name__)

MAX_BODY = 1_000_000   # bytes; the largest call-back of any provider here is a few kB


def hooks(store: Store, channels: Mapping[str, Hears], clock: Clock,
          after: Callable[[], None] = lambda: None, sources: Mapping[str, Pushed] | None = None) -> Starlette:
    """Return the application that takes call-backs at `POST /hooks/{channel}`; `after` is called when rows came.
    Documents of `sources` are taken at `POST /feeds/{source}` (see `dutydesk.web.push`).

    401 for a bad signature, 404 for a channel that hears nothing, 413 for a body too large, 400 for one that
    cannot be read, 503 when the rows could not be stored (the provider then comes again).
    """
    async def take(request: Request) -> Response:
        channel = channels.get(request.path_params["channel"])
        if channel is None:
            return PlainTextResponse("no such channel\n", 404)
        body = await body_of(request, MAX_BODY)
        if body is None:
            return PlainTextResponse("too large\n", 413)
        try:
            rows = channel.read_callback(request.headers.items(), body, clock.now())
        except Refused:
            return PlainTextResponse("bad signature\n", 401)
        except (DutydeskError, ValueError, KeyError) as error:
            logger.warning("call-back of %s cannot be read: %s", request.path_params["channel"], error)
            return PlainTextResponse("cannot be read\n", 400)
        return await _keep(store, rows, after)

    return Starlette(routes=[Route("/hooks/{channel}", take, methods=["POST"]),
                             push(store, sources or {}, clock, after)])


async def _keep(store: Store, rows: Sequence[Inbound], after: Callable[[], None]) -> Response:
    try:
        if rows:
            future = store.submit(lambda tx: tx.add_inbound(rows))
            await run_in_threadpool(future.result, 30)
            after()
    except (DutydeskError, OSError, TimeoutError):
        logger.exception("call-back rows could not be stored; the provider is told to come again")
        return PlainTextResponse("not stored, come again\n", 503)
    return PlainTextResponse("", 200)
