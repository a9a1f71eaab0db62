"""Where a source pushes its documents: signed, kept before it is told so, and the same bytes once.

The signature is HMAC-SHA256 over the time, a dot and the body, so that what was heard once cannot be sent again later.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.domain.ids import document_hash
from dutydesk.domain.records import Document
from dutydesk.errors import DutydeskError
from dutydesk.ports.clock import Clock
from dutydesk.ports.feed import Source
from dutydesk.ports.store import Store
from dutydesk.web.bodies import body_of

logger = logging.getLogger(__name__)

TIME, SIGNATURE, NAME = "X-Dutydesk-Time", "X-Dutydesk-Signature", "X-Dutydesk-Name"
WINDOW = timedelta(minutes=5)   # how far a sender's clock may be off; older requests are replays
PREFIX = "sha256="


@dataclass(frozen=True)
class Pushed:
    """A source that may push, with its key (empty: the environment has none, and nothing is taken)."""

    source: Source
    key: bytes


def signature(key: bytes, time: str, body: bytes) -> str:
    """Return the signature a sender puts into `X-Dutydesk-Signature`; `time` is seconds since 1970 UTC in digits."""
    return PREFIX + hmac.new(key, time.encode() + b"." + body, "sha256").hexdigest()


def push(store: Store, sources: Mapping[str, Pushed], clock: Clock, after: Callable[[], None]) -> BaseRoute:
    """Return the route that takes documents at `POST /feeds/{source}`; `after` is called when one was new.

    200 when the document is durable, new or not; 401 for a bad signature or an old time, 404 for a source nothing is
    pushed to, 413 for a document larger than the source's `max_bytes`, 503 when it could not be stored (come again).
    """
    async def take(request: Request) -> Response:
        pushed = sources.get(request.path_params["source"])
        if pushed is None:
            return PlainTextResponse("nothing is pushed to this source\n", 404)
        if not pushed.key:
            logger.warning("source %s: its push_key is not in the environment; what is pushed is turned away",
                           pushed.source.id)
            return PlainTextResponse("the desk has no key for this source\n", 503)
        body = await body_of(request, pushed.source.max_bytes)
        if body is None:
            return PlainTextResponse("too large\n", 413)
        now = clock.now()
        if not _signed(request, pushed.key, body, now):
            return PlainTextResponse("bad signature or time\n", 401)
        source = pushed.source.id
        name = request.headers.get(NAME, "")[:200] or f"{now:%Y%m%dT%H%M%SZ}"
        document = Document(document_hash(source, body), source, name, now, body)
        try:
            future = store.submit(lambda tx: tx.add_document(document))
            new = await run_in_threadpool(future.result, 30)
        except (DutydeskError, OSError, TimeoutError):
            logger.exception("what source %s pushed could not be stored; it is told to come again", source)
            return PlainTextResponse("not stored, come again\n", 503)
        if new:
            after()
        return JSONResponse({"document": document.hash, "new": new})

    return Route("/feeds/{source}", take, methods=["POST"])


def _signed(request: Request, key: bytes, body: bytes, now: datetime) -> bool:
    """Whether time and body were signed with the key, and not long ago."""
    time = request.headers.get(TIME, "")
    if not (time.isascii() and time.isdecimal() and len(time) <= 11):
        return False
    told = request.headers.get(SIGNATURE, "").strip()
    fresh = abs(now - datetime.fromtimestamp(int(time), UTC)) <= WINDOW
    return hmac.compare_digest(told.encode(), signature(key, time, body).encode()) and fresh

