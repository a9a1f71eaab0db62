"""The pages of gauges and of what callers report: stations with their trends, and the form of twenty seconds."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.domain.observed import Point
from dutydesk.domain.values import Colour
from dutydesk.errors import DutydeskError
from dutydesk.ports.hand import Report
from dutydesk.web.desk import Desk, fragment, said

#: What callers mostly report, in the words messages use; anything else is typed.
EVENTS = ("山体滑坡", "泥石流", "山洪", "洪水", "内涝", "水库险情", "森林火灾", "地面塌陷", "停电")
RECENT = 30


class ObservedPages:
    """Endpoints of gauges and reports over one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        """Return their routes."""
        return [
            Route("/stations", self.stations),
            Route("/report", self.form, methods=["GET"]),
            Route("/report", self.take, methods=["POST"]),
            Route("/report/preview", self.preview, methods=["POST"]),
        ]

    def stations(self, request: Request) -> Response:
        """Every gauge, what it says now and where that leads; the rain ahead."""
        now = self.desk.clock.now()
        return self.desk.page("stations", request, title="监测", shown=self.desk.views.stations(now))

    def form(self, request: Request) -> Response:
        """The form for a caller: where, what, who; and what was reported lately."""
        text = request.query_params.get("q", "").strip()
        found = [each for each in self.desk.views.search(text, limit=12) if each.sort == "place"] if text else []
        return self.desk.page("report", request, title="接报", found=found, q=text, events=EVENTS,
                              colours=sorted(Colour, reverse=True), recent=self.desk.views.sightings(limit=RECENT))

    async def preview(self, request: Request) -> Response:
        """Whom the report would call, with the button that does it."""
        form = await request.form()
        try:
            report = _report(form)
            found = await run_in_threadpool(self.desk.hand.preview_report, report)
        except DutydeskError as error:
            return fragment(self.desk.draw("report_preview.html", request, preview=None, report=None, why=str(error)))
        return fragment(self.desk.draw("report_preview.html", request, preview=found, report=report, why=""))

    async def take(self, request: Request) -> Response:
        """Take the report in: it goes at once."""
        officer = self.desk.officer(request)
        if not officer:
            return said("请先在右上角选择值班员", status=409, bad=True)
        form = await request.form()
        try:
            hash = await run_in_threadpool(self.desk.hand.take_report, _report(form), officer)
        except DutydeskError as error:
            return said(str(error), status=409, bad=True)
        where = f"/documents/{hash}"
        if request.headers.get("HX-Request") == "true":
            return Response(status_code=204, headers={"HX-Redirect": where})
        return RedirectResponse(where, 303)


def _report(form: FormData) -> Report:
    """Read the form; what is missing is refused further down, by one rule for page and command."""
    told = {name: str(form.get(name, "")).strip() for name in
            ("event", "other", "place", "lon", "lat", "text", "caller", "colour")}
    shade = told["colour"]
    colour = Colour(int(shade)) if shade in {str(each.value) for each in Colour} else Colour.ORANGE
    return Report(told["other"] or told["event"], colour, told["place"],
                  None if told["place"] else _point(told["lon"], told["lat"]), told["text"], told["caller"])


def _point(lon: str, lat: str) -> Point | None:
    try:
        return Point(float(lon), float(lat))
    except ValueError:
        return None
