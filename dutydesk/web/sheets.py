"""The call sheet: everybody to be called by hand now, as a file to print, for whoever sits here."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.errors import DutydeskError
from dutydesk.ports.sheets import FORMS, Sheets
from dutydesk.web.desk import Desk


class SheetPages:
    """Endpoints of the call sheet over one desk."""

    def __init__(self, desk: Desk, sheets: Sheets) -> None:
        self.desk = desk
        self.sheets = sheets

    def routes(self) -> list[BaseRoute]:
        """Return their routes."""
        return [Route("/callsheet", self.sheet)]

    def sheet(self, request: Request) -> Response:
        """The sheet as PDF, or with `form=xlsx` as a workbook; of an `incident` only, or of an area (`in`)."""
        asked = request.query_params
        form = asked.get("form", "pdf")
        officer = self.desk.officer(request)
        if not officer or form not in FORMS:
            return PlainTextResponse("请先在右上角选择值班员：叫应单上印全号，要写明由谁打印\n", 409)
        try:
            body = self.sheets.make(form, officer, areas=[each for each in asked.getlist("in") if each],
                                    incident=asked.get("incident", ""))
        except DutydeskError as error:
            return PlainTextResponse(f"{error}\n", 409)
        name = f"calls-{self.desk.local(self.desk.clock.now()):%Y%m%d-%H%M%S}.{form}"
        return Response(body, media_type=FORMS[form], headers={
            "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"})
