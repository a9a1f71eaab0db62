"""Login and logout, and the pages of the administrators: users, and the audit."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.errors import Refused
from dutydesk.ports.access import Accounts
from dutydesk.web.access.guard import COOKIE, address, visitor
from dutydesk.web.access.rules import HOME
from dutydesk.web.desk import Desk, fragment

MINUTE = timedelta(minutes=1)
TRIES = 20         # logins an address may try in a minute
ADDRESSES = 1000   # addresses remembered
PAGE = 200


class AccessPages:
    """Endpoints of users over one desk. `secure`: browsers reach it by HTTPS only."""

    def __init__(self, desk: Desk, accounts: Accounts, *, secure: bool) -> None:
        self.desk = desk
        self.accounts = accounts
        self.secure = secure
        self._tries: dict[str, deque[datetime]] = {}

    def routes(self) -> list[BaseRoute]:
        """Return their routes."""
        return [
            Route("/login", self.form, methods=["GET"]),
            Route("/login", self.login, methods=["POST"]),
            Route("/logout", self.logout, methods=["POST"]),
            Route("/users", self.users),
            Route("/audit", self.audit),
        ]

    def form(self, request: Request) -> Response:
        """The login page."""
        return self._form(request, "", _next(request.query_params.get("next", "")))

    async def login(self, request: Request) -> Response:
        """Log in; a new token every time, so that nobody can hand one out beforehand."""
        form = await request.form()
        where, to = address(request), _next(str(form.get("next", "")))
        if self._too_often(where):
            return self._form(request, "这台机器试得太多了，请一分钟后再试", to, 429)
        name = str(form.get("name", "")).strip()
        try:
            token = await run_in_threadpool(self.accounts.login, name, str(form.get("password", "")),
                                            str(form.get("code", "")), where)
        except Refused as error:
            return self._form(request, str(error), to, 403)
        who = await run_in_threadpool(self.accounts.who, token)
        answer = RedirectResponse(HOME.get(who.role, to) if who else to, 303)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=self.secure, path="/")
        return answer

    async def logout(self, request: Request) -> Response:
        """Log out here, or of every browser."""
        form = await request.form()
        await run_in_threadpool(self.accounts.logout, request.cookies.get(COOKIE, ""), address(request),
                                everywhere=form.get("everywhere") == "yes")
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=self.secure)
        return answer

    def users(self, request: Request) -> Response:
        """Every account with its role; changed by `dutydesk user`."""
        return self._page(request, "access/users.html", title="用户", accounts=self.accounts.listed())

    def audit(self, request: Request) -> Response:
        """The audit, newest first, older pages by `before`."""
        told = request.query_params.get("before", "")
        rows = self.accounts.audited(int(told) if told.isdecimal() and len(told) < 16 else None, PAGE)
        return self._page(request, "access/audit.html", title="审计", rows=rows, more=len(rows) == PAGE)

    def _form(self, request: Request, wrong: str, to: str, status: int = 200) -> Response:
        return self._page(request, "access/login.html", status, title="登录", wrong=wrong, to=to)

    def _page(self, request: Request, template: str, status: int = 200, **values: object) -> Response:
        page = self.desk.pages.get_template(template).render(visitor=visitor(request), **values)
        return fragment(page, status)

    def _too_often(self, where: str) -> bool:
        """Count a try of an address; whether it had too many within a minute."""
        now = self.desk.clock.now()
        if len(self._tries) > ADDRESSES:
            self._tries.clear()
        tries = self._tries.setdefault(where, deque(maxlen=TRIES + 1))
        tries.append(now)
        return len(tries) > TRIES and now - tries[0] < MINUTE


def _next(told: str) -> str:
    """Where to go after the login: an address of this console, never another's."""
    return told if told.startswith("/") and not told.startswith(("//", "/\\")) else "/"
