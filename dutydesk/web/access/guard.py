"""Stands before every route: who is there, may he, and is it to be noted."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from dutydesk.domain.access import Permission, Visitor
from dutydesk.ports.access import Accounts
from dutydesk.web.access.rules import NOTED, needed

COOKIE = "dutydesk_login"
VISITOR = "dutydesk.visitor"     # where a request carries who sent it


def visitor(request: Request) -> Visitor | None:
    """Return who sent a request, None where nobody logs in."""
    found: Visitor | None = request.scope.get(VISITOR)
    return found


def address(request: Request) -> str:
    """Return the address a request came from."""
    return request.client.host if request.client else ""


class Guard:
    """Lets through what the table allows. Without `accounts`, or while nobody must log in, that is everything."""

    def __init__(self, app: ASGIApp, accounts: Accounts | None, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self._accounts = accounts
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request.

        1. Which route is it? What is none stays the router's to refuse.
        2. Who is it? Without a login only what is open is served; browsers are led to the login page.
        3. May he? A refusal stands in the audit. 4. What is to be noted is noted before it is shown.
        """
        accounts = self._accounts
        route = None if scope["type"] != "http" else self._route(scope)
        if accounts is None or route is None or not await run_in_threadpool(accounts.wanted):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        who = await run_in_threadpool(accounts.who, request.cookies.get(COOKIE, ""))
        wanted = needed(request.method, route)
        if who is None and wanted is not Permission.OPEN:
            await _to_login(request)(scope, receive, send)
            return
        if who is not None:
            scope[VISITOR] = who
            refusal = await run_in_threadpool(self._refusal, accounts, request, who, route)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _route(self, scope: Scope) -> str | None:
        """The path of the route that will serve this, None where none will."""
        return next((str(getattr(route, "path", "")) for route in self._routes
                     if route.matches(scope)[0] is Match.FULL), None)

    def _refusal(self, accounts: Accounts, request: Request, who: Visitor, route: str) -> Response | None:
        """What is answered instead, None where the request may go on; both are noted where the table says so."""
        method = "GET" if request.method == "HEAD" else request.method
        wanted = needed(method, route)
        told = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if wanted is None or not who.may(wanted):
            accounts.note("refused", who.name, address(request), facts={"asked": f"{method} {told}"[:300]})
            return Response("这个角色没有此项权限\n", 403, media_type="text/plain; charset=utf-8")
        if (method, route) in NOTED:
            accounts.note(NOTED[method, route], who.name, address(request), facts={"asked": f"{method} {told}"[:300]})
        return None


def _to_login(request: Request) -> Response:
    """Lead a browser to the login page and back again; whatever is no page hears 401."""
    page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    htmx = request.headers.get("HX-Request") == "true"
    where = f"/login?next={quote(request.url.path, safe='/')}" if request.method == "GET" else "/login"
    if page and not htmx:
        return RedirectResponse(where, 303)
    return Response("请先登录\n", 401, {"HX-Redirect": "/login"} if htmx else None,
                    media_type="text/plain; charset=utf-8")
