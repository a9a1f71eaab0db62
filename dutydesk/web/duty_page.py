"""The page of a responsible person: one signed link, a few kB, what is asked of him and six things to say.

It stands on the port of the hooks, the public side. What is said there is kept before he is told so, the same press
twice is one row, and it counts for exactly what his message listed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.domain.ids import derive
from dutydesk.domain.links import BadLink
from dutydesk.domain.photos import MOST_BYTES
from dutydesk.domain.records import Inbound
from dutydesk.errors import DutydeskError, Refused
from dutydesk.ports.clock import Clock
from dutydesk.ports.duty import DutyPages
from dutydesk.web import words
from dutydesk.web.bodies import body_of
from dutydesk.web.desk import HERE
from dutydesk.web.hooks import Keeper

#: What may be said, as the reply a text would be; `n` stands for the number.
SAYS = {"answer": "1", "on_post": "2", "moved": "3 n", "patrolled": "已巡查", "opened": "已开放", "help": "4",
        "decline": "0"}
CHANNEL = "page"
PER_MINUTE = 30          # requests of one link
MOST_LINKS = 20_000      # links whose pace is remembered
_ROOM = 4_000            # bytes of a form beside its photo


class Pace:
    """How often each link was used in the present minute."""

    def __init__(self) -> None:
        self._begun: datetime | None = None
        self._counts: dict[str, int] = {}

    def refuses(self, link: str, now: datetime) -> bool:
        """Count a use; tell whether it is one too many."""
        if self._begun is None or now - self._begun >= timedelta(minutes=1) or len(self._counts) > MOST_LINKS:
            self._begun, self._counts = now, {}
        self._counts[link] = self._counts.get(link, 0) + 1
        return self._counts[link] > PER_MINUTE


class DutyPage:
    """The routes of the page."""

    def __init__(self, duty: DutyPages, keeper: Keeper, clock: Clock, zone: ZoneInfo) -> None:
        """`zone`: that of the times shown."""
        self._duty = duty
        self._keeper = keeper
        self._clock = clock
        self._zone = zone
        self._pace = Pace()
        style, script = ((HERE / "static" / name).read_text() for name in ("duty.css", "duty.js"))
        env = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
                          trim_blocks=True, lstrip_blocks=True)
        env.filters.update(zh=words.word, hm=self._hm)
        env.globals.update(style=Markup(style), script=Markup(script))   # ours, from files of the package
        self._page = env.get_template("duty_page.html")
        policy = (f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; form-action 'self'; "
                  "base-uri 'none'; frame-ancestors 'none'")
        self._headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store",
                         "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
                         "X-Robots-Tag": "noindex"}

    def routes(self) -> list[BaseRoute]:
        """Return them."""
        return [Route("/p/{token}", self.show, methods=["GET"]), Route("/p/{token}", self.say, methods=["POST"])]

    def _hm(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%H:%M}"

    async def show(self, request: Request) -> Response:
        """The page."""
        call, refusal = self._admit(request)
        if refusal:
            return refusal
        said = request.query_params.get("said", "")
        return await self._shown(call, said if said in SAYS else "", "", 200)

    async def say(self, request: Request) -> Response:
        """One thing said. 303 back to the page once it is durable; 503 where it is not, and he must say it again."""
        call, refusal = self._admit(request)
        if refusal:
            return refusal
        full = self._keeper.refuses(CHANNEL)
        if full:
            return await self._shown(call, "", "现在太忙，没有记下：请再按一次，急事请打电话", full)
        body = await body_of(request, MOST_BYTES + _ROOM)
        if body is None:
            return await self._shown(call, "", "照片太大，没有记下：请拍小一些", 413)
        try:
            async with _form(request, body) as form:
                act, row = await self._row(call, form)
        except DutydeskError as error:
            return await self._shown(call, "", str(error), 400)
        if not await self._keeper.keep(CHANNEL, [row]):
            return await self._shown(call, "", "没有记下：请再按一次，急事请打电话", 503)
        return RedirectResponse(f"{request.url.path}?said={act}", 303, headers=self._headers)

    def _admit(self, request: Request) -> tuple[str, Response | None]:
        """The call of a link, or why it opens nothing."""
        now = self._clock.now()
        try:
            call = self._duty.call_of(request.path_params["token"], now)
        except BadLink:
            return "", self._draw(None, "", "链接不对或已过期。有事请打值班电话", 404)
        if self._pace.refuses(call, now):
            return call, self._draw(None, "", "按得太快，请等一分钟。急事请打值班电话", 429)
        return call, None

    async def _row(self, call: str, form: FormData) -> tuple[str, Inbound]:
        """What is said as a row: the act, and beneath it where he stood and the photo. Raises Refused."""
        act = str(form.get("act", ""))
        if act not in SAYS:
            raise Refused("没有这个选项")
        n = str(form.get("n", "")).strip() if act == "moved" else ""
        if act == "moved" and not (n.isdecimal() and len(n) <= 6):
            raise Refused("请填已转移的总人数，无人需要转移填 0")
        photo, sent = "", form.get("photo")
        if isinstance(sent, UploadFile) and sent.size:
            photo = await run_in_threadpool(self._duty.keep_photo, await sent.read())
        proof = " ".join(filter(None, (_point(form), photo)))
        said = SAYS[act].replace("n", str(int(n)) if n else "")
        id = derive("pg", call, said, proof, str(form.get("shown", ""))[:24])
        return act, Inbound(id, CHANNEL, "page", "", f"{said}\n{proof}", call, self._clock.now())

    async def _shown(self, call: str, said: str, why: str, status: int) -> Response:
        view = await run_in_threadpool(self._duty.look, call, self._clock.now())
        if view is None:
            return self._draw(None, "", "没有找到这次叫应。有事请打值班电话", 404)
        return self._draw(view, said, why, status)

    def _draw(self, view: object, said: str, why: str, status: int) -> Response:
        now = self._clock.now()
        html = self._page.render(view=view, said=said, why=why, phone=self._duty.duty_phone,
                                 shown=int(now.timestamp() * 1000))
        return HTMLResponse(html, status, self._headers)


def _point(form: FormData) -> str:
    """Where he stood, `longitude,latitude` in EPSG:4326 to a metre; empty where his phone does not say."""
    try:
        lon, lat = float(str(form.get("lon", ""))), float(str(form.get("lat", "")))
    except ValueError:
        return ""
    return f"{lon:.5f},{lat:.5f}" if abs(lon) <= 180 and abs(lat) <= 90 else ""


@asynccontextmanager
async def _form(request: Request, body: bytes) -> AsyncIterator[FormData]:
    """Read a form, with or without a photo, out of a body that is here already; raises Refused."""
    async def whole() -> AsyncGenerator[bytes, None]:
        yield body
    kind = request.headers.get("content-type", "")
    try:
        if kind.startswith("multipart/form-data"):
            form = await MultiPartParser(request.headers, whole(), max_files=1, max_fields=10).parse()
        else:
            form = await FormParser(request.headers, whole()).parse()
    except (MultiPartException, KeyError, ValueError):
        raise Refused("没有读懂，请再按一次") from None
    try:
        yield form
    finally:
        await form.close()


def _hash(text: str) -> str:
    """What a policy names an inline style or script by (CSP level 2)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
