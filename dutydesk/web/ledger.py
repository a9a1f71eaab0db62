"""The administrator's pages: people, posts and places in tables, settings with their sources, lists handed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.errors import DutydeskError
from dutydesk.ports.ledger import Ledger, ListsWanted, Upload
from dutydesk.web import words
from dutydesk.web.desk import Desk, said

TABLES: Final = {"people": "人员", "posts": "岗位", "places": "地点"}
MOST_FILES: Final = 100
MOST_BYTES: Final = 20_000_000      # of all lists handed in at once
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class LedgerPages:
    """Endpoints over one desk and its tables."""

    def __init__(self, desk: Desk, ledger: Ledger) -> None:
        self.desk = desk
        self.ledger = ledger

    def routes(self) -> list[BaseRoute]:
        """Return their routes."""
        return [
            Route("/tables/{name}", self.table),
            Route("/settings", self.settings),
            Route("/lists", self.lists, methods=["GET"]),
            Route("/lists", self.hand_in, methods=["POST"]),
            Route("/lists/undo", self.undo, methods=["POST"]),
            Route("/lists/{token}", self.preview, methods=["GET"]),
            Route("/lists/{token}", self.take, methods=["POST"]),
            Route("/lists/{token}/marked/{number:int}", self.marked),
        ]

    def table(self, request: Request) -> Response:
        """One of the tables, by page, narrowed by a word."""
        name, text = request.path_params["name"], request.query_params.get("q", "").strip()
        told = request.query_params.get("page", "1")
        if name not in TABLES:
            return self.desk.page("missing", request, status=404, title="未找到", text="没有这张表")
        page = self.ledger.table(name, text, int(told) if told.isdecimal() and len(told) < 7 else 1)
        return self.desk.page("table", request, title=TABLES[name], table=name, q=text, found=page)

    def settings(self, request: Request) -> Response:
        """Every setting, and where it comes from."""
        return self.desk.page("settings", request, title="设置", rows=self.ledger.settings())

    def lists(self, request: Request) -> Response:
        """The form that hands lists in."""
        return self._form(request, "")

    def _form(self, request: Request, problem: str) -> Response:
        return self.desk.page("lists", request, status=409 if problem else 200, title="录入名单", problem=problem,
                              duties=words.DUTIES, preview=None)

    async def hand_in(self, request: Request) -> Response:
        """Read the lists handed in and show what they would change."""
        if not self.desk.officer(request):
            return await run_in_threadpool(self._form, request, "请先在右上角选择值班员")
        try:
            async with request.form(max_files=MOST_FILES) as form:
                files, wanted = await _uploads(form), _wanted(form)
            found = await run_in_threadpool(self.ledger.read_lists, files, wanted)
        except DutydeskError as error:
            return await run_in_threadpool(self._form, request, str(error))
        return RedirectResponse(f"/lists/{found.token}", 303)

    def preview(self, request: Request) -> Response:
        """What lists that were handed in would change."""
        try:
            found = self.ledger.preview(request.path_params["token"])
        except DutydeskError as error:
            return self._form(request, str(error))
        return self.desk.page("lists", request, title="录入名单", problem="", duties=words.DUTIES, preview=found)

    def marked(self, request: Request) -> Response:
        """A list as it came, with its cells marked."""
        try:
            found = self.ledger.marked(request.path_params["token"], request.path_params["number"])
        except DutydeskError as error:
            return PlainTextResponse(f"{error}\n", 409)
        return Response(found.body, media_type=XLSX, headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}", "Cache-Control": "no-store"})

    async def take(self, request: Request) -> Response:
        """Take lists into the site's files."""
        return await self._act(request, lambda officer: self.ledger.take_lists(request.path_params["token"], officer))

    async def undo(self, request: Request) -> Response:
        """Take the last ones back."""
        return await self._act(request, self.ledger.undo_lists)

    async def _act(self, request: Request, work: Callable[[str], str]) -> Response:
        officer = self.desk.officer(request)
        if not officer:
            return said("请先在右上角选择值班员", status=409, bad=True)
        try:
            return said(await run_in_threadpool(work, officer))
        except DutydeskError as error:
            return said(str(error), status=409, bad=True)


async def _uploads(form: FormData) -> list[Upload]:
    """Return the files of a form; raises DutydeskError where they are too large together."""
    found, size = [], 0
    for each in form.getlist("file"):
        if isinstance(each, UploadFile) and each.filename:
            body = await each.read(MOST_BYTES + 1)
            size += len(body)
            if size > MOST_BYTES:
                raise DutydeskError(f"文件太大：一次最多 {MOST_BYTES // 1_000_000} 兆")
            found.append(Upload(each.filename, body))
    return found


def _wanted(form: FormData) -> ListsWanted:
    """Return how the lists are to be read; raises DutydeskError for what makes no sense."""
    told = {name: str(form.get(name, "")).strip() for name in ("duty", "town", "area", "local", "columns")}
    columns = tuple(line.strip() for line in told["columns"].splitlines() if line.strip())
    if any(not all(column.rpartition("=")[::2]) for column in columns):
        raise DutydeskError("每行写一栏：表头=字段，例如 包村干部=name")
    if told["local"] not in ("", "0", "7", "8"):
        raise DutydeskError("本地号码是 7 位或 8 位")
    return ListsWanted(told["duty"], told["town"], told["area"], int(told["local"] or 0), columns)
