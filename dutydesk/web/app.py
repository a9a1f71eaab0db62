"""The console as a Starlette application: its routes, and what stands before all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dutydesk.ports.access import Accounts
from dutydesk.ports.clock import Clock
from dutydesk.ports.command import Command
from dutydesk.ports.hand import Hand
from dutydesk.ports.ledger import Ledger
from dutydesk.ports.phones import Phones
from dutydesk.ports.resources import Resources
from dutydesk.ports.shares import Shares
from dutydesk.ports.sheets import Sheets
from dutydesk.ports.views import Views
from dutydesk.web.access.guard import Guard
from dutydesk.web.access.pages import AccessPages
from dutydesk.web.acts import Acts
from dutydesk.web.cards import Cards
from dutydesk.web.command import CommandMap
from dutydesk.web.desk import HERE, Desk
from dutydesk.web.events import Pulse, events
from dutydesk.web.ledger import LedgerPages
from dutydesk.web.maps import MapData
from dutydesk.web.neighbours import Neighbours
from dutydesk.web.observed import ObservedPages
from dutydesk.web.opening import OpeningPages
from dutydesk.web.pages import Pages
from dutydesk.web.paste import Paste
from dutydesk.web.phones import PhonePages
from dutydesk.web.photos import Photos
from dutydesk.web.policy import policy
from dutydesk.web.registers import RegisterPages
from dutydesk.web.sheets import SheetPages

#: names the console always answers to; without others no foreign page can reach it by a name of its own
LOOPBACK = ("127.0.0.1", "localhost", "testserver")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Careful:
    """Puts the strict headers on every answer and refuses acts that another site's page started."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Content-Security-Policy", policy())   # a page with maps of others has its own
            await send(message)

        if scope["method"] not in ("GET", "HEAD") and _foreign(Headers(scope=scope)):
            refusal = PlainTextResponse("started by another site: refused\n", 403)
            await refusal(scope, receive, with_headers)
            return
        await self.app(scope, receive, with_headers)


def _foreign(headers: Headers) -> bool:
    """Whether a page of another origin sent this (browsers say so by Origin and Sec-Fetch-Site)."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")


def create(views: Views, hand: Hand, phones: Phones | None, clock: Clock, *, name: str = "应急叫应值班台",
           timezone: str = "Asia/Shanghai", resources: Resources | None = None,
           shares: Shares | None = None, photos: Path | None = None, command: Command | None = None,
           ledger: Ledger | None = None, sheets: Sheets | None = None,
           accounts: Accounts | None = None, hosts: Sequence[str] = (), secure: bool = False) -> Starlette:
    """Return the console. `phones` are the simulated ones, None where there are none; `name` is its title; without
    `resources` it shows no shelters and teams; `shares` is what neighbours may read, None where that is off;
    `photos` is the folder of responsible persons' photos; without `command` it has no commander's map,
    without `ledger` no tables of people, settings and lists; `sheets` prints call sheets.

    Host names beside loopback and `hosts` are refused. Without `accounts` nobody logs in: serve it on a loopback
    address then. `secure`: browsers reach it by HTTPS only.
    """
    desk = Desk(views, hand, phones, clock, name, ZoneInfo(timezone), resources, command, ledger, sheets, accounts)
    pulse = Pulse(views.head)

    @asynccontextmanager
    async def watching(app: Starlette) -> AsyncIterator[None]:
        await pulse.look()   # before the first browser: it must not hear of a head that went back
        watch = asyncio.create_task(pulse.run())
        yield
        watch.cancel()

    routes = [
        *Pages(desk).routes(),
        *Acts(desk).routes(),
        *OpeningPages(desk).routes(),
        *Cards(desk).routes(),
        *Paste(desk).routes(),
        *MapData(desk).routes(),
        *ObservedPages(desk).routes(),
        *(RegisterPages(desk, resources).routes() if resources is not None else ()),
        *(SheetPages(desk, sheets).routes() if sheets is not None else ()),
        *(PhonePages(desk, phones).routes() if phones is not None else ()),
        *(Neighbours(shares).routes() if shares is not None else ()),
        *Photos(photos).routes(),
        *(LedgerPages(desk, ledger).routes() if ledger is not None else ()),
        *(CommandMap(desk, command).routes() if command is not None else ()),
        *(AccessPages(desk, accounts, secure=secure).routes() if accounts is not None else ()),
        Route("/events", events(pulse, desk)),
        Mount("/static", StaticFiles(directory=HERE / "static"), name="static"),
    ]
    middleware = [Middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, *hosts]), Middleware(Careful),
                  Middleware(Guard, accounts=accounts, routes=routes), Middleware(GZipMiddleware)]
    return Starlette(routes=routes, middleware=middleware, lifespan=watching)
