"""Starting by hand: places picked or an area drawn, then exactly who would be called and what they read, then go."""

from __future__ import annotations

import json

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.domain.ids import derive
from dutydesk.domain.values import Colour, Kind
from dutydesk.errors import DutydeskError, Refused
from dutydesk.ports.opening import Opening
from dutydesk.web import words
from dutydesk.web.desk import Desk, fragment

LONGEST_AREA = 40_000   # characters of a drawn ring


class OpeningPages:
    """Endpoints of the form that opens or widens an incident, over one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        """Return their routes."""
        return [
            Route("/open", self.form, methods=["GET"]),
            Route("/open", self.desk.act(self.open), methods=["POST"]),
            Route("/open/preview", self.preview, methods=["POST"]),
        ]

    def form(self, request: Request) -> Response:
        """The form; with `incident` it is filled in to widen that one."""
        text = request.query_params.get("q", "").strip()
        found = [each for each in self.desk.views.search(text) if each.sort == "place"] if text else []
        wider = self.desk.views.incident(request.query_params.get("incident", ""))
        return self.desk.page("open", request, title="手工启动", found=found, q=text, wider=wider and wider.head,
                              colours=sorted(Colour, reverse=True), kinds=list(Kind))

    async def preview(self, request: Request) -> Response:
        """Whom it would call now and what they would read, with the button that does it."""
        form = await request.form()
        try:
            opening = _opening(form)
            found = await run_in_threadpool(self.desk.hand.preview_opening, opening)
        except DutydeskError as error:
            return fragment(self.desk.draw("open_preview.html", request, preview=None, why=str(error)))
        return fragment(self.desk.draw("open_preview.html", request, preview=found, why="", opening=opening,
                                       seen=_seal(opening)))

    def open(self, request: Request, form: FormData, officer: str) -> Response:
        """Open it, if the form is still the one whose preview was seen."""
        it = _opening(form)
        if str(form.get("seen", "")) != _seal(it):
            raise Refused("表单改过，请再看一遍会叫谁、念什么")
        incident = self.desk.hand.open_incident(it.kind, it.family, it.colour, it.places, officer, it.text, it.area)
        where = f"/incidents/{incident}"
        if request.headers.get("HX-Request") == "true":
            return Response(status_code=204, headers={"HX-Redirect": where})
        return RedirectResponse(where, 303)


def _seal(opening: Opening) -> str:
    """What tells one filled-in form from another."""
    return derive("o", opening.kind, opening.family, int(opening.colour), *opening.places, opening.text, opening.area)


def _opening(form: FormData) -> Opening:
    """Read the form; raises Refused saying what is missing."""
    places = tuple(dict.fromkeys(str(each) for each in form.getlist("place") if each))
    area = _area(str(form.get("area", "")))
    text, family = str(form.get("text", "")).strip(), str(form.get("family", ""))
    kind, colour = str(form.get("kind", "")), str(form.get("colour", ""))
    if kind not in {each.value for each in Kind}:
        raise Refused("请选择实战或演练")
    if family not in words.FAMILIES:
        raise Refused("请选择灾种")
    if colour not in {str(each.value) for each in Colour}:
        raise Refused("请选择颜色")
    if not places and not area:
        raise Refused("请至少选一个地方，或在地图上画出范围")
    if not text:
        raise Refused("请写明险情")
    return Opening(Kind(kind), family, Colour(int(colour)), places, text[:100], area)


def _area(told: str) -> tuple[tuple[float, float], ...]:
    """The ring drawn on the map: a JSON list of [longitude, latitude] in EPSG:4326; empty where none is drawn."""
    if not told:
        return ()
    try:
        return tuple((float(lon), float(lat)) for lon, lat in json.loads(told[:LONGEST_AREA]))
    except (ValueError, TypeError):
        raise Refused("画出的范围读不出来，请重画") from None
