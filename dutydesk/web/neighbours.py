"""What neighbours may read: an Atom index and the CAP messages it names. Read-only, and off unless switched on."""

from __future__ import annotations

import hashlib
import logging

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.domain.cap_list import CAP_TYPE, INDEX
from dutydesk.errors import DutydeskError
from dutydesk.ports.shares import Shares

logger = logging.getLogger(__name__)


class Neighbours:
    """The addresses for neighbours. A message that cannot be told (its key is missing) is a 503: come again."""

    def __init__(self, shares: Shares) -> None:
        self.shares = shares

    def routes(self) -> list[BaseRoute]:
        """Return them."""
        return [Route(f"/cap/{INDEX}", self.index), Route("/cap/{id}.xml", self.message)]

    async def index(self, request: Request) -> Response:
        """Name all messages as they stand."""
        try:
            body = await run_in_threadpool(self.shares.index)
        except DutydeskError:
            return _trouble()
        return _answer(request, body, "application/atom+xml")

    async def message(self, request: Request) -> Response:
        """Give one message; 404 for one that no longer stands."""
        try:
            messages = await run_in_threadpool(self.shares.messages)
        except DutydeskError:
            return _trouble()
        wanted = request.path_params["id"]
        found = next((each for each in messages if each.id == wanted), None)
        if found is None:
            return PlainTextResponse("no such message, or a newer one stands in its place: see index.atom\n", 404)
        return _answer(request, found.body, CAP_TYPE)


def _trouble() -> Response:
    logger.exception("what neighbours may read cannot be told; they are told to come again")
    return PlainTextResponse("cannot be told now, come again\n", 503)


def _answer(request: Request, body: bytes, type: str) -> Response:
    """Give the body, or 304 where the neighbour has it already."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=type, headers=headers)
