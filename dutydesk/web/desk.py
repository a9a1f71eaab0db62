"""What every page of the console needs: the doors below, the clock, the zone, and how a page is drawn."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dutydesk.domain.access import Visitor
from dutydesk.errors import DutydeskError
from dutydesk.ports.access import Accounts
from dutydesk.ports.clock import Clock
from dutydesk.ports.command import Command
from dutydesk.ports.hand import Hand
from dutydesk.ports.ledger import Ledger
from dutydesk.ports.phones import Phones
from dutydesk.ports.resources import Resources
from dutydesk.ports.sheets import Sheets
from dutydesk.ports.views import Views
from dutydesk.web import words
from dutydesk.web.access.guard import address, visitor
from dutydesk.web.access.rules import needed
from dutydesk.web.menu import groups
from dutydesk.web.sparks import spark

HERE = Path(__file__).parent
COOKIE = "officer"
WALL = "/wall"                # the board for the screen on the wall
SLOW = timedelta(minutes=3)   # from issue to receipt: beyond it the officer must see both times


@dataclass(frozen=True)
class Desk:
    """One console. `phones` is None where no simulated phones exist, `resources` where registers are not shown,
    `command` where the commander has no map, `ledger` where nobody administers here, `sheets` where none are printed;
    `name` stands in the title bar.

    `zone` is the zone times are shown in; they are UTC below.
    """

    views: Views
    hand: Hand
    phones: Phones | None
    clock: Clock
    name: str
    zone: ZoneInfo
    resources: Resources | None = None
    command: Command | None = None
    ledger: Ledger | None = None
    sheets: Sheets | None = None
    accounts: Accounts | None = None
    pages: Environment = field(init=False)

    def __post_init__(self) -> None:
        env = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True,
                          undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        env.filters.update(zh=words.word, span=words.span, hm=self.hm, hms=self.hms, day=self.day,
                           dayhms=self.dayhms, lag=self.lag, date=self.date, zone=self.offset, ms=milliseconds,
                           facts=fact_line, proof=words.proof, photo=words.photo)
        env.globals.update(words=words, past=words.past, spark=spark, desk_name=self.name,
                           with_resources=self.resources is not None, with_sheets=self.sheets is not None,
                           menu=groups({name for name in ("phones", "resources", "command", "ledger")
                                        if getattr(self, name) is not None}))
        object.__setattr__(self, "pages", env)

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the site's zone."""
        return moment.astimezone(self.zone)

    def hm(self, moment: datetime | None) -> str:
        """`03:07` in the site's zone, an en dash for no time."""
        return self.local(moment).strftime("%H:%M") if moment else "–"

    def hms(self, moment: datetime | None) -> str:
        """`03:07:21` in the site's zone."""
        return self.local(moment).strftime("%H:%M:%S") if moment else "–"

    def day(self, moment: datetime | None) -> str:
        """`07-20 03:07` in the site's zone."""
        return self.local(moment).strftime("%m-%d %H:%M") if moment else "–"

    def dayhms(self, moment: datetime | None) -> str:
        """`07-20 03:07:21` in the site's zone."""
        return self.local(moment).strftime("%m-%d %H:%M:%S") if moment else "–"

    def lag(self, sent: datetime, received: datetime) -> str:
        """`02:14 发布，03:10 收到` where a warning came more than a few minutes after it was issued; else nothing."""
        if received - sent <= SLOW:
            return ""
        written = self.hm if self.local(sent).date() == self.local(received).date() else self.day
        return f"{written(sent)} 发布，{written(received)} 收到"

    def date(self, moment: datetime) -> str:
        """`2021-07-20 周二` in the site's zone."""
        local = self.local(moment)
        return f"{local:%Y-%m-%d} 周{'一二三四五六日'[local.weekday()]}"

    def offset(self, moment: datetime) -> int:
        """Minutes the site's zone is ahead of UTC at that moment."""
        ahead = self.local(moment).utcoffset()
        return int(ahead.total_seconds() // 60) if ahead else 0

    def officer(self, request: Request) -> str:
        """Return who is logged in, or says to be sitting here where nobody logs in (person id), or an empty string."""
        who = visitor(request)
        return request.cookies.get(COOKIE, "") if who is None else who.person

    def vouched(self, request: Request, officer: str, second: str, password: str) -> Sequence[str]:
        """Return the officer and the second one, who proves himself by his password where one logs in; Refused else."""
        if not second or second == officer:
            return (officer,)
        if self.accounts is not None and visitor(request) is not None:
            self.accounts.vouch(second, password, address(request))
        return (officer, second)

    def act(self, work: Callable[[Request, FormData, str], Response]) -> Callable[[Request], object]:
        """Wrap an act: who sits here, the form, and a refusal told as a sentence."""
        async def endpoint(request: Request) -> Response:
            officer = self.officer(request)
            if not officer:
                return said("请先在右上角选择值班员", status=409, bad=True)
            form = await request.form()
            try:
                return await run_in_threadpool(work, request, form, officer)
            except DutydeskError as error:
                return said(str(error), status=409, bad=True)
        return endpoint

    def draw(self, template: str, request: Request, **values: Any) -> str:
        """Render one template with what all of them need."""
        now = self.clock.now()
        return self.pages.get_template(template).render(
            request=request, now=now, officer=self.officer(request), path=request.url.path,
            visitor=visitor(request), may=_may(visitor(request)),
            wall=request.url.path == WALL, **values)

    def page(self, name: str, request: Request, *, status: int = 200, **values: Any) -> Response:
        """Answer with a page, or with its living part alone when htmx asks for that."""
        if request.headers.get("HX-Request") == "true":
            return fragment(self.draw(f"{name}.live.html", request, **values), status)
        now = self.clock.now()
        values.setdefault("live", f"{name}.live.html")
        values.setdefault("alarms", self.views.alarms(now))
        values.setdefault("officers", self.views.officers(now))
        return fragment(self.draw(f"{name}.html", request, seq=self.views.head(), **values), status)


def _may(who: Visitor | None) -> Callable[[str], bool]:
    """Return what tells whether this visitor may open a page."""
    def may(path: str) -> bool:
        wanted = needed("GET", path)
        return who is None or (wanted is not None and who.may(wanted))
    return may


def fragment(html: str, status: int = 200) -> HTMLResponse:
    """Wrap HTML that must never be kept by a cache and differs by who asks."""
    return HTMLResponse(html, status, {"Cache-Control": "no-store", "Vary": "HX-Request, Cookie"})


def said(text: str, *, status: int = 204, bad: bool = False, done: bool = False) -> Response:
    """Answer an act: `text` is shown and read out in the corner, and the page looks again; with `done` the
    chosen rows are let go.
    """
    told: dict[str, object] = {"desk:say": {"text": text, "bad": bad}, "desk:change": {}}
    if done:
        told["desk:done"] = {}
    return Response(status_code=status, headers={"HX-Trigger": json.dumps(told), "Cache-Control": "no-store"})


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 UTC, what the browser counts with."""
    return int(moment.timestamp() * 1000)


def fact_line(facts: Mapping[str, Any]) -> str:
    """Write journal facts on one line."""
    return " · ".join(filter(None, (words.fact(key, value) for key, value in facts.items())))
