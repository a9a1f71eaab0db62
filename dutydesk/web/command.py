"""The commander's map: one page that works on a bad link, its data in small pieces, and the orders it sends back."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.domain.drawing import Sort
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.team import Readiness
from dutydesk.errors import DutydeskError
from dutydesk.ports.command import Command, Section
from dutydesk.ports.hand import Order, Rub, ShelterOrder, Stroke, TeamOrder
from dutydesk.web import words
from dutydesk.web.bodies import body_of
from dutydesk.web.desk import HERE, Desk, fragment
from dutydesk.web.policy import policy

Sections = Mapping[str, Section]
KEPT: Final = 64            # states that are remembered to tell a browser what changed since
MOST_ORDER: Final = 200_000  # bytes of one order


class Past:
    """The newest states that were sent, by their version: what a browser has is named by it."""

    def __init__(self, most: int = KEPT) -> None:
        self._known: OrderedDict[str, Sections] = OrderedDict()
        self._most = most

    def keep(self, sections: Sections) -> str:
        """Remember a state; return its version."""
        body = json.dumps(sections, sort_keys=True, ensure_ascii=False).encode()
        version = hashlib.blake2b(body, digest_size=9).hexdigest()
        self._known[version] = sections
        self._known.move_to_end(version)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return version

    def since(self, version: str, sections: Sections) -> Sections | None:
        """Return what changed since a version, what is gone as null; None where that version is not remembered."""
        known = self._known.get(version)
        if known is None:
            return None
        return {name: part for name in sections if (part := _changed(known.get(name, {}), sections[name]))}


def _changed(before: Section, now: Section) -> Section:
    return {**{key: value for key, value in now.items() if key not in before or before[key] != value},
            **{key: None for key in before if key not in now}}


class CommandMap:
    """Endpoints of the commander's map."""

    def __init__(self, desk: Desk, command: Command) -> None:
        self.desk = desk
        self.command = command
        self._past = Past()

    def routes(self) -> list[BaseRoute]:
        """Return their routes."""
        return [
            Route("/command", self.page),
            Route("/command/worker.js", self.worker),
            Route("/command/base.json", self.base),
            Route("/command/state.json", self.state),
            Route("/command/orders", self.order, methods=["POST"]),
            Route("/geo/{layer}.geojson", self.geojson),
        ]

    def page(self, request: Request) -> Response:
        """The page itself: no contents, so that a browser may keep it for when the link is gone."""
        page = fragment(self.desk.draw("command.html", request, title="指挥图", sorts=list(Sort)))
        page.headers["Content-Security-Policy"] = policy(self.command.tiles())
        return page

    def worker(self, request: Request) -> Response:
        """What keeps the page in the browser; it may look after the page alone."""
        return FileResponse(HERE / "static" / "worker.js", headers={
            "Service-Worker-Allowed": "/command", "Cache-Control": "no-cache"})

    @cached_property
    def _base(self) -> tuple[bytes, str]:
        body = json.dumps(self.command.base(), ensure_ascii=False, separators=(",", ":")).encode()
        return body, hashlib.blake2b(body, digest_size=9).hexdigest()

    def base(self, request: Request) -> Response:
        """Places and registers; asked again only with If-None-Match."""
        body, tag = self._base
        headers = {"ETag": f'"{tag}"', "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match", "").removeprefix("W/") == f'"{tag}"':
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    def state(self, request: Request) -> Response:
        """What the map shows of an incident; with `after` what changed since that version, with `at` (milliseconds
        since 1970 UTC) as it was then.
        """
        asked, now = request.query_params, self.desk.clock.now()
        told, open_ones = asked.get("incident", ""), self._incidents(now)
        incident = told if told != "first" else next(iter(open_ones), "")
        try:
            at = _moment(asked.get("at", ""))
            sections = self.command.sections(incident, now, at)
        except DutydeskError as error:
            return JSONResponse({"error": str(error)}, 409)
        head: dict[str, Any] = {"incident": incident, "incidents": open_ones, "base": self._base[1], "now": _ms(now),
                                "zone": self.desk.offset(now), "officer": self.desk.officer(request)}
        if span := self.command.span(incident, now):
            head |= {"since": _ms(span.since), "until": _ms(span.until)}
        version = self._past.keep(sections) if at is None else ""
        changed = self._past.since(asked.get("after", ""), sections) if at is None else None
        whole = changed is None
        return _json({**head, "version": version, "whole": whole, "sections": sections if whole else changed})

    def _incidents(self, now: datetime) -> dict[str, list[str]]:
        """Return the open incidents: number, what it is, colour word."""
        return {each.id: [each.number, words.FAMILIES.get(each.family, each.family),
                          each.colour.word if each.colour else ""] for each in self.desk.views.board(now)}

    async def order(self, request: Request) -> Response:
        """Carry out an order; the same token again is answered like the first time."""
        officer = self.desk.officer(request)
        if not officer:
            return _json({"error": "请先在总览页右上角选择值班员"}, 403)
        body = await body_of(request, MOST_ORDER)
        try:
            token, order = _order(body)
            await run_in_threadpool(self.desk.hand.send, token, order, officer)
        except DutydeskError as error:
            return _json({"error": str(error)}, 409)
        return _json({"done": token})

    def geojson(self, request: Request) -> Response:
        """A layer for other programs: `bbox` west,south,east,north in degrees, `zoom` of the web's maps, `incident`."""
        asked = request.query_params
        try:
            found = self.command.geojson(request.path_params["layer"], _box(asked.get("bbox", "")),
                                         _number(asked.get("zoom", "22")), asked.get("incident", ""),
                                         self.desk.clock.now())
        except DutydeskError as error:
            return _json({"error": str(error)}, 400)
        return Response(json.dumps(found, ensure_ascii=False, separators=(",", ":")),
                        media_type="application/geo+json", headers={"Cache-Control": "no-store"})


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False, separators=(",", ":")), status,
                    {"Cache-Control": "no-store"}, "application/json")


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 14:
        raise DutydeskError("时刻须是1970年以来的毫秒数")
    return datetime.fromtimestamp(int(text) / 1000, UTC)


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        raise DutydeskError(f"{text[:20]!r} is no number") from None
    if not -1000 < found < 1000:
        raise DutydeskError(f"{text[:20]} is out of range")
    return found


def _box(text: str) -> tuple[float, float, float, float] | None:
    if not text:
        return None
    parts = [_number(part) for part in text.split(",")]
    if len(parts) != 4 or parts[0] > parts[2] or parts[1] > parts[3]:
        raise DutydeskError("bbox is west,south,east,north in degrees")
    return parts[0], parts[1], parts[2], parts[3]


def _order(body: bytes | None) -> tuple[str, Order]:
    """Read an order; raises DutydeskError where it is none."""
    try:
        told = json.loads(body or b"")
        return str(told["token"]), _READ[told["what"]](told)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise DutydeskError("命令读不懂，请刷新页面后重试") from None


def _stroke(told: Mapping[str, Any]) -> Order:
    points = tuple((float(lon), float(lat)) for lon, lat in told["points"])
    return Stroke(_text(told, "id"), int(told["version"]), _text(told, "incident"), _text(told, "sort"),
                  _text(told, "text"), points)


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told[key]
    if not isinstance(value, str) or len(value) > 1000:
        raise ValueError(key)
    return value


def _shelter(told: Mapping[str, Any]) -> Order:
    state, registered = told.get("state"), told.get("registered")
    return ShelterOrder(_text(told, "id"), ShelterState(state) if state else None,
                        int(registered) if registered is not None else None, str(told.get("note", "")))


_READ: Final[Mapping[str, Callable[[Mapping[str, Any]], Order]]] = {
    "draw": _stroke,
    "rub": lambda told: Rub(_text(told, "id"), int(told["version"])),
    "undo": lambda told: Rub(_text(told, "id"), int(told["version"]), back=True),
    "shelter": _shelter,
    "team": lambda told: TeamOrder(_text(told, "id"), Readiness(told["state"]), str(told.get("note", ""))),
}
