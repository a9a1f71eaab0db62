"""Pasting a warning from a chat or a fax: the text, what was read and whom it would call, and the word to go."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.errors import DutydeskError
from dutydesk.web.desk import Desk, fragment, said

LONGEST = 20_000   # characters


class Paste:
    """Endpoints of pasting over one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        """Return their routes."""
        return [
            Route("/paste", self.form, methods=["GET"]),
            Route("/paste/read", self.read, methods=["POST"]),
            Route("/paste", self.go, methods=["POST"]),
        ]

    def form(self, request: Request) -> Response:
        """The form."""
        return self.desk.page("paste", request, title="粘贴预警", longest=LONGEST)

    async def read(self, request: Request) -> Response:
        """What is read from the text, and whom it would call; nothing is stored."""
        form = await request.form()
        text, exercise = str(form.get("text", ""))[:LONGEST], form.get("exercise") == "1"
        try:
            found = await run_in_threadpool(self.desk.hand.preview, text, exercise)
        except DutydeskError as error:
            return fragment(self.desk.draw("pasted.html", request, found=(), sorry=str(error)))
        return fragment(self.desk.draw("pasted.html", request, found=found, sorry=""))

    async def go(self, request: Request) -> Response:
        """Take the warning in."""
        officer = self.desk.officer(request)
        if not officer:
            return said("请先在右上角选择值班员", status=409, bad=True)
        form = await request.form()
        text, exercise = str(form.get("text", ""))[:LONGEST], form.get("exercise") == "1"
        try:
            document = await run_in_threadpool(self.desk.hand.paste, text, exercise, officer)
        except DutydeskError as error:
            return said(str(error), status=409, bad=True)
        where = f"/documents/{document}"
        if request.headers.get("HX-Request") == "true":
            return Response(status_code=204, headers={"HX-Redirect": where})
        return RedirectResponse(where, 303)
