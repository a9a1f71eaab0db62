"""Photos of responsible persons, shown to the officer."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dutydesk.domain.photos import NAME, TYPES


class Photos:
    """The route that shows them; `folder` is None where there are none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def routes(self) -> list[BaseRoute]:
        """Return it."""
        return [Route("/photos/{name}", self.photo)]

    def photo(self, request: Request) -> Response:
        """One photo, as the type its own bytes say."""
        name = request.path_params["name"]
        if self._folder is None or not NAME.fullmatch(name) or not (self._folder / name).is_file():
            return PlainTextResponse("没有这张照片\n", 404)
        return FileResponse(self._folder / name, media_type=TYPES[name.rpartition(".")[2]],
                            headers={"Cache-Control": "private, max-age=86400"})
