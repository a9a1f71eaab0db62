"""Serves the console on a loopback address, and the providers' hooks on a port of their own."""

from __future__ import annotations

import threading
import time

import uvicorn
from starlette.applications import Starlette

from dutydesk.app.desk import Desk
from dutydesk.ports.channel import Hears
from dutydesk.ports.phones import Phones
from dutydesk.store.views import SqlViews
from dutydesk.web.app import create
from dutydesk.web.hooks import hooks

LOOPBACK = "127.0.0.1"


class Server:
    """One uvicorn server in a thread; `port` 0 lets the system choose."""

    def __init__(self, app: Starlette, port: int) -> None:
        config = uvicorn.Config(app, host=LOOPBACK, port=port, log_level="warning", timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name=f"web-{port}", daemon=True)

    def start(self) -> None:
        """Start and return once it listens; raises RuntimeError if it does not come up."""
        self._thread.start()
        for _ in range(200):
            if self._server.started:
                return
            if not self._thread.is_alive():
                break
            time.sleep(0.05)
        raise RuntimeError(f"the web server did not come up on port {self._server.config.port}; is it in use?")

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._server.servers[0].sockets[0].getsockname()[1]
        return port

    def stop(self) -> None:
        """End; open streams are cut."""
        self._server.should_exit = True
        self._thread.join(timeout=10)


def console(desk: Desk, phones: Phones | None, port: int) -> Server:
    """The console of a desk."""
    setup = desk.folder.setup
    app = create(SqlViews(desk.store, setup), desk.hand, phones, desk.clock, name=setup.config.name,
                 timezone=setup.config.timezone)
    return Server(app, port)


def provider_hooks(desk: Desk, port: int) -> Server:
    """Where providers push; only channels that hear are there."""
    hearing: dict[str, Hears] = {}
    for channel in desk.ctx.channels.values():
        inner = getattr(channel, "inner", channel)
        if isinstance(inner, Hears):
            hearing[channel.name] = inner
    return Server(hooks(desk.store, hearing, desk.clock), port)
