"""What the map panel asks for: boundaries once, what changes often. GeoJSON in EPSG:4326, longitude first."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.web.desk import Desk


class MapData:
    """Endpoints of the map."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        """Return their routes."""
        return [Route("/map/outlines.json", self.outlines), Route("/map/{incident}.json", self.state)]

    @cached_property
    def _outlines(self) -> tuple[bytes, str]:
        body = json.dumps(self.desk.views.outlines(), ensure_ascii=False, separators=(",", ":")).encode()
        return body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'

    def outlines(self, request: Request) -> Response:
        """Boundaries of counties and towns; asked again only with If-None-Match."""
        body, tag = self._outlines
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/geo+json", headers=headers)

    def state(self, request: Request) -> Response:
        """Colours, silent counts and dots of one incident."""
        now = self.desk.views.map_state(request.path_params["incident"])
        return JSONResponse({
            "colours": {place: colour.word for place, colour in now.colours.items()},
            "silent": dict(now.silent),
            "due": dict(now.due),
            "dots": [[dot.place, dot.name, dot.lon, dot.lat, dot.state] for dot in now.dots],
        }, headers={"Cache-Control": "no-store"})
