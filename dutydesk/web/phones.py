"""The simulated phones in the browser: ring, pick up, listen, press, reply."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dutydesk.ports.phones import PhoneLine, Phones
from dutydesk.ports.shown import PhoneOwner
from dutydesk.web.desk import Desk, said

SHOWN = 200
Entry = tuple[PhoneLine, PhoneOwner | None]


class PhonePages:
    """Endpoints of the simulated phones."""

    def __init__(self, desk: Desk, phones: Phones) -> None:
        self.desk = desk
        self.phones = phones

    def routes(self) -> list[BaseRoute]:
        """Return their routes."""
        return [
            Route("/phones", self.listing),
            Route("/phones/{number}", self.handset),
            Route("/phones/{number}/pick-up", self._act(lambda n, _: self.phones.pick_up(n)), methods=["POST"]),
            Route("/phones/{number}/press", self._act(self._press), methods=["POST"]),
            Route("/phones/{number}/reply", self._act(self._reply), methods=["POST"]),
            Route("/phones/{number}/hang-up", self._act(lambda n, _: self.phones.hang_up(n)), methods=["POST"]),
        ]

    def listing(self, request: Request) -> Response:
        """Every phone something reached; ringing ones first, then by the newest line."""
        show = request.query_params.get("show", "")
        text = request.query_params.get("q", "").strip()
        lines = self.phones.lines()
        owners = self.desk.views.owners([line.number for line in lines])
        entries = [(line, owners.get(line.number)) for line in lines]
        wanted = sorted((entry for entry in entries if _fits(entry, show, text)), key=_rank, reverse=True)
        ringing = sum(line.state == "ringing" for line in lines)
        return self.desk.page("phones", request, title="话机", entries=wanted[:SHOWN], found=len(wanted),
                              all=len(lines), ringing=ringing, show=show, q=text)

    def handset(self, request: Request) -> Response:
        """One phone, drawn like one."""
        number = request.path_params["number"]
        try:
            handset = self.phones.handset(number)
        except KeyError:
            return self.desk.page("missing", request, status=404, title="未找到", text="没有这部话机")
        owner = self.desk.views.owners([number]).get(number)
        return self.desk.page("phone", request, title=owner.name if owner else number, handset=handset,
                              owner=owner)

    def _press(self, number: str, told: str) -> None:
        keys = "".join(each for each in told if each in "0123456789*#")[:12]
        self.phones.press(number, keys)

    def _reply(self, number: str, told: str) -> None:
        if told.strip():
            self.phones.reply(number, told.strip()[:500])

    def _act(self, work: Callable[[str, str], None]) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            form = await request.form()
            try:
                await run_in_threadpool(work, request.path_params["number"], str(form.get("told", "")))
            except KeyError:
                return said("没有这部话机", status=409, bad=True)
            return Response(status_code=204, headers={"HX-Trigger": "desk:phone"})
        return endpoint


def _fits(entry: Entry, show: str, text: str) -> bool:
    line, owner = entry
    if show == "ringing" and line.state == "idle":
        return False
    if show == "texts" and not line.texts:
        return False
    known = f"{owner.name} {owner.area} {owner.title} {owner.person}" if owner else ""
    return text in f"{line.number} {known}"


def _rank(entry: Entry) -> tuple[bool, float, str]:
    line, _ = entry
    return line.state != "idle", line.last_at.timestamp() if line.last_at else 0.0, line.number
