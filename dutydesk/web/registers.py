"""Shelters, teams and depots in tables, what officers enter about them, and the map to take away."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.team import TEAM_LEVELS, Readiness
from dutydesk.errors import DutydeskError
from dutydesk.ports.resources import Resources, ShelterRow
from dutydesk.web.desk import Desk, said

SHOWS = {"all": "全部", "open": "已启用", "free": "可用且有空位", "unsafe": "有险情不可用"}
LEVELS = {"own": "市、区市、镇街", "village": "村级"}
Work = Callable[[FormData, str], str]     # a form and the officer -> what is said when it is done


class RegisterPages:
    """Endpoints over one desk and its registers."""

    def __init__(self, desk: Desk, resources: Resources) -> None:
        self.desk = desk
        self.resources = resources

    def routes(self) -> list[BaseRoute]:
        """Return their routes."""
        return [
            Route("/shelters", self.shelters),
            Route("/shelters/{id}", self.shelter, methods=["GET"]),
            Route("/shelters/{id}", self.set_shelter, methods=["POST"]),
            Route("/teams", self.teams),
            Route("/teams/{id}", self.team, methods=["GET"]),
            Route("/teams/{id}", self.set_team, methods=["POST"]),
            Route("/map/export", self.export),
        ]

    def shelters(self, request: Request) -> Response:
        """Every shelter, those in danger first."""
        rows = self.resources.shelters()
        show = request.query_params.get("show", "all")
        show = show if show in SHOWS else "all"
        chosen = [row for row in rows if _shown(row, show)]
        usable = [row.shelter for row in rows if _shown(row, "free")]
        return self.desk.page("shelters", request, title="避难场所", rows=chosen, show=show, shows=SHOWS,
                              free=sum(it.free for it in usable), usable=len(usable),
                              housed=sum(row.shelter.registered for row in rows))

    def shelter(self, request: Request) -> Response:
        """One shelter: what it is, who set what, and the form to set it."""
        id = request.path_params["id"]
        row = next((row for row in self.resources.shelters() if row.shelter.id == id), None)
        if row is None:
            return self._missing(request, "没有这个避难场所")
        return self.desk.page("shelter", request, title=row.shelter.name, row=row, states=list(ShelterState),
                              history=self.resources.history("shelter", id))

    def teams(self, request: Request) -> Response:
        """Teams, depots, and how they stand against the targets."""
        level = request.query_params.get("level", "own")
        level = level if level in LEVELS else "own"
        wanted = ["village"] if level == "village" else [each for each in TEAM_LEVELS if each != "village"]
        return self.desk.page("teams", request, title="队伍物资", rows=self.resources.teams(wanted), level=level,
                              levels=LEVELS, depots=self.resources.depots() if level == "own" else (),
                              coverage=self.resources.coverage(), level_words=TEAM_LEVELS)

    def team(self, request: Request) -> Response:
        """One team."""
        id = request.path_params["id"]
        row = next((row for row in self.resources.teams(list(TEAM_LEVELS)) if row.team.id == id), None)
        if row is None:
            return self._missing(request, "没有这支队伍")
        return self.desk.page("team", request, title=row.team.name, row=row, states=list(Readiness),
                              level_words=TEAM_LEVELS, history=self.resources.history("team", id))

    async def set_shelter(self, request: Request) -> Response:
        """Open or close a shelter, or count who is in it."""
        def work(form: FormData, officer: str) -> str:
            told = str(form.get("registered", "")).strip()
            if told and (not told.isdecimal() or len(told) > 7):
                raise DutydeskError("已安置人数请填数字，无人填 0")
            state = str(form.get("state", ""))
            if state and state not in {each.value for each in ShelterState}:
                raise DutydeskError("请选择启用状态")
            self.desk.hand.set_shelter(request.path_params["id"], ShelterState(state) if state else None,
                                       int(told) if told else None, officer, str(form.get("note", "")))
            return "已登记"
        return await self._act(request, work)

    async def set_team(self, request: Request) -> Response:
        """Enter what a team is doing."""
        def work(form: FormData, officer: str) -> str:
            state = str(form.get("state", ""))
            if state not in {each.value for each in Readiness}:
                raise DutydeskError("请选择队伍状态")
            self.desk.hand.set_team(request.path_params["id"], Readiness(state), officer, str(form.get("note", "")))
            return f"已登记：{Readiness(state).zh}"
        return await self._act(request, work)

    async def _act(self, request: Request, work: Work) -> Response:
        """Carry out an act of whoever sits here; a refusal is told as a sentence."""
        officer = self.desk.officer(request)
        if not officer:
            return said("请先在右上角选择值班员", status=409, bad=True)
        form = await request.form()
        try:
            return said(await run_in_threadpool(work, form, officer))
        except DutydeskError as error:
            return said(str(error), status=409, bad=True)

    def export(self, request: Request) -> Response:
        """One HTML file to take away, of the registers or of an incident; it works without network."""
        incident = request.query_params.get("incident") or None
        now = self.desk.clock.now()
        try:
            page = self.resources.map_page(incident, now)
        except DutydeskError as error:
            return PlainTextResponse(f"{error}\n", 409)
        name = f"map-{self.desk.local(now):%Y%m%d-%H%M}.html"
        return Response(page, media_type="text/html", headers={
            "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})

    def _missing(self, request: Request, text: str) -> Response:
        return self.desk.page("missing", request, status=404, title="未找到", text=text)


def _shown(row: ShelterRow, show: str) -> bool:
    """Whether a shelter belongs to a choice of the list."""
    it = row.shelter
    return {"open": it.state is ShelterState.OPEN, "unsafe": bool(row.unsafe),
            "free": not row.unsafe and it.state is not ShelterState.CLOSED and it.free > 0}.get(show, True)
