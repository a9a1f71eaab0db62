"""The phone card: whom to ring, what to read out, five buttons; while it is open the robot stays off that phone."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dutydesk.ports.shown import CalloutRow, PersonPage
from dutydesk.web.desk import Desk, fragment, said


class Cards:
    """Endpoints of the phone card over one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        """Return their routes."""
        return [
            Route("/cards", self.desk.act(self.open), methods=["POST"]),
            Route("/cards/{person}", self.rows, methods=["GET"]),
            Route("/cards/{person}/keep", self.desk.act(self.keep), methods=["POST"]),
            Route("/cards/{person}/close", self.desk.act(self.close), methods=["POST"]),
            Route("/cards/{person}/number", self.desk.act(self.number), methods=["POST"]),
        ]

    def open(self, request: Request, form: FormData, officer: str) -> Response:
        """Open the card of the person named in the form, its rows ticked as they were chosen on the page."""
        id = str(form.get("person", ""))
        page, rows = self._person(id)
        if page is None:
            return said("请先选中要打给谁", status=409, bad=True)
        chosen = {str(each) for each in form.getlist("callout")} & {row.id for row in rows}
        card = self.desk.hand.open_card(id, [row.id for row in rows if not chosen or row.id in chosen], officer)
        return fragment(self.desk.draw("phone_card.html", request, page=page, rows=rows, card=card, chosen=chosen))

    def rows(self, request: Request) -> Response:
        """The rows of an open card as they stand now; ticks are the browser's."""
        page, rows = self._person(request.path_params["person"])
        return fragment(self.desk.draw("phone_card_rows.html", request, page=page, rows=rows, chosen=None))

    def keep(self, request: Request, form: FormData, officer: str) -> Response:
        """The card is still open: the robot stays off for as long again."""
        self.desk.hand.open_card(request.path_params["person"], [], officer)
        return Response(status_code=204)

    def close(self, request: Request, form: FormData, officer: str) -> Response:
        """Close the card: the robot may ring again."""
        self.desk.hand.close_card(request.path_params["person"], officer)
        return fragment("")

    def number(self, request: Request, form: FormData, officer: str) -> Response:
        """Take a number heard on the phone and have it rung at once; the card is done."""
        id = request.path_params["person"]
        _, rows = self._person(id)
        self.desk.hand.new_number(id, str(form.get("number", "")), [row.id for row in rows], officer)
        answer = fragment("")
        answer.headers.update(said("新号码已启用，正在呼叫；请核实后登记").headers)
        return answer

    def _person(self, id: str) -> tuple[PersonPage | None, tuple[CalloutRow, ...]]:
        """A person and what he is asked that is not over."""
        page = self.desk.views.person(id, self.desk.clock.now())
        rows = page.callouts if page is not None else ()
        return page, tuple(row for row in rows if row.state.value != "closed")
