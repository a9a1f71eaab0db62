"""Serves the console, and the providers' hooks on a port of their own."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from dutydesk.app import house
from dutydesk.app.commanding import LiveCommand
from dutydesk.app.desk import Desk
from dutydesk.app.duty_pages import PHOTOS, LiveDutyPages
from dutydesk.app.ledger import LiveLedger
from dutydesk.app.resources import LiveResources
from dutydesk.app.sharing import Sharing
from dutydesk.app.sheeting import LiveSheets
from dutydesk.errors import Refused
from dutydesk.fetch.secrets import Secrets
from dutydesk.ports.access import Accounts
from dutydesk.ports.channel import Hears
from dutydesk.ports.feed import Source
from dutydesk.ports.phones import Phones
from dutydesk.store.views import SqlViews
from dutydesk.web.app import create
from dutydesk.web.duty_page import DutyPage
from dutydesk.web.hooks import Keeper, hooks
from dutydesk.web.push import Pushed

LOOPBACK = "127.0.0.1"
GRACE = 1             # seconds that open streams are given at the end


class Server:
    """One uvicorn server in a thread; `port` 0 lets the system choose. `certificate` and `key` (PEM files) make it
    speak HTTPS. Raises Refused when the port is taken.
    """

    def __init__(self, app: Starlette, port: int, host: str = LOOPBACK, *, certificate: Path | None = None,
                 key: Path | None = None) -> None:
        self._socket = _listening(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.address = f"{'https' if certificate else 'http'}://{host}:{self.port}/"
        config = uvicorn.Config(app, host=host, port=self.port, log_level="warning",
                                ssl_certfile=certificate, ssl_keyfile=key,
                                timeout_graceful_shutdown=GRACE)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name=f"web-{self.port}",
                                        daemon=True)

    def start(self) -> None:
        """Start and return once it listens; raises Refused if it does not come up."""
        self._thread.start()
        for _ in range(200):
            if self._server.started:
                return
            if not self._thread.is_alive():
                break
            time.sleep(0.05)
        raise Refused(f"the web server did not come up on port {self.port}; see the log above")

    def end(self) -> None:
        """Begin to end: nothing new is taken, open streams are cut soon."""
        self._server.should_exit = True

    def stop(self) -> None:
        """End, and return when it has."""
        self.end()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._socket.close()


def _listening(host: str, port: int) -> socket.socket:
    """Take the port; raises Refused where another program has it."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen(128)
    except OSError as error:
        taken.close()
        raise Refused(f"port {port} of {host} cannot be used ({error.strerror}); stop the other program, or "
                      "choose another with --port (console) or --hooks-port (providers)") from error
    return taken


def console(desk: Desk, phones: Phones | None, port: int, accounts: Accounts) -> Server:
    """The console of a desk. Raises Refused where it would stand open beyond this machine without any user."""
    its = desk.folder.setup.config.console
    if not its.local and not accounts.listed():
        raise Refused(f"[console] listen = {its.listen!r} reaches beyond this machine and there is no user: make the "
                      "first by `dutydesk user add NAME --role system`")
    setup = desk.folder.setup
    resources = LiveResources(desk.store, desk.ctx, desk.folder.loaded.roads)
    app = create(SqlViews(desk.store, setup), desk.hand, phones, desk.clock, name=setup.config.name,
                 timezone=setup.config.timezone, resources=resources, shares=_shares(desk),
                 command=LiveCommand(resources, os.environ),
                 ledger=LiveLedger(desk.folder.path, desk.store, desk.clock), photos=desk.folder.path / PHOTOS,
                 sheets=LiveSheets(desk.ctx, desk.store, desk.hand, desk.clock),
                 accounts=accounts, hosts=its.hosts if its.local else (*its.hosts, its.listen),
                 secure=bool(its.certificate or its.hosts))
    certificate, key = (desk.folder.path / each if each else None for each in (its.certificate, its.key))
    return Server(app, port, its.listen, certificate=certificate, key=key)


def _shares(desk: Desk) -> Sharing | None:
    """What neighbours may read; None where `[cap_out]` is off."""
    on = desk.folder.setup.config.cap_out.on
    return Sharing(desk.folder, desk.store.read, desk.clock) if on else None


def provider_hooks(desk: Desk, port: int) -> Server:
    """Where providers push; only channels that hear are there."""
    hearing: dict[str, Hears] = {}
    for channel in (each for row in desk.ctx.channels.values() for each in row):
        inner = getattr(channel, "inner", channel)
        if isinstance(inner, Hears):
            hearing[channel.name] = inner
    sources = {source.id: Pushed(source, _key(source)) for source in desk.ctx.sources.values() if source.push_key}
    return Server(hooks(desk.store, hearing, desk.clock, desk.wake, sources, lambda keeper: _page(desk, keeper)), port)


def _page(desk: Desk, keeper: Keeper) -> Sequence[BaseRoute]:
    """The page of a responsible person; none where `[page]` has no address."""
    if not desk.folder.setup.config.page.address:
        return ()
    resources = LiveResources(desk.store, desk.ctx, desk.folder.loaded.roads)
    pages = LiveDutyPages(desk.folder.path, desk.store, desk.ctx, resources, house.journal_key(desk.folder.path))
    return DutyPage(pages, keeper, desk.clock, desk.ctx.zone).routes()


def _key(source: Source) -> bytes:
    """The key that signs what is pushed to a source; empty where the environment has none."""
    secrets = Secrets([source.push_key], os.environ)
    return b"" if secrets.missing else secrets.fill(source.push_key).encode()
