"""A whole running desk: store, desk, console, hooks, the socket for orders."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import cast

from dutydesk.app import house
from dutydesk.app.accounts import accounts_of
from dutydesk.app.console import Server, console, provider_hooks
from dutydesk.app.copying import Copying
from dutydesk.app.desk import Desk
from dutydesk.app.forwarding import Forwarding, log_server
from dutydesk.app.wire import Listener
from dutydesk.clock import WallClock
from dutydesk.domain.scenario import Scenario
from dutydesk.ports.clock import Clock
from dutydesk.ports.phones import Phones
from dutydesk.store.dialect import SQLITE
from dutydesk.store.store import SqlStore, open_store


def shared_clock(store: SqlStore) -> WallClock:
    """The clock of a worker: the database server's where workers share one, else this machine's wall clock."""
    return WallClock() if store.home.dialect.name == SQLITE else WallClock(store.now)


class Running:
    """Everything `dutydesk run` and `dutydesk demo` start, and stop again in order."""

    def __init__(self, folder: house.Folder, url: str, *, parts: tuple[str, ...], port: int, hooks_port: int,
                 environment: Mapping[str, str], clock: Clock | None = None, scenario: Scenario | None = None,
                 ring_for: timedelta = timedelta(seconds=30)) -> None:
        self.folder = folder
        self.store = open_store(url, key=house.journal_key(folder.path))
        self.clock = clock or shared_clock(self.store)
        remote = environment.get("DUTYDESK_SIMULATOR_URL")
        self.exchange = None if remote else house.exchange(folder, self.clock, scenario, ring_for=ring_for)
        settings = house.simulated(folder, self.clock, environment, self.exchange)
        worker = f"{socket.gethostname()}-{os.getpid()}"
        self.desk = Desk(folder, self.store, self.clock, settings=settings, worker=worker, parts=parts)
        self.accounts = accounts_of(folder, self.store, self.clock)
        self._listener = Listener(folder.path, self.desk.hand, self.accounts) if "engine" in parts else None
        self._followers: list[Copying | Forwarding] = []
        if "engine" in parts:
            self._followers = [*self._make_copies(environment, worker), *self._make_forwarding(worker)]
        self._web: Server | None = None
        self._hooks: Server | None = None
        self._ports = (port, hooks_port) if "web" in parts else None

    def start(self) -> None:
        """Start everything: first the ports, so that nothing is called when one is taken, and so that providers can
        bring what they kept before the first climb. Raises Refused; what was started is then to be stopped.
        """
        if self._ports:
            phones: Phones | None = self.exchange
            self._web = console(self.desk, phones, self._ports[0], self.accounts)
            self._hooks = provider_hooks(self.desk, self._ports[1])
            self._hooks.start()
            self._web.start()
        if self._listener:
            self._listener.start()
        self.desk.start()
        for follower in self._followers:
            follower.start()

    def _make_copies(self, environment: Mapping[str, str], worker: str) -> list[Copying]:
        """The copies of the site; none while nobody signed for real channels: they leave the house too."""
        config = self.folder.setup.config
        if config.live is None:
            return []
        return [Copying(copy, self.folder.setup, self.store, self.clock, worker=worker,
                        what=cast("tuple[str, ...]", config.copies[name]["what"]),
                        every=cast("timedelta", config.copies[name]["every"]))
                for name, copy in house.copies(config, environment).items()]

    def _make_forwarding(self, worker: str) -> list[Forwarding]:
        """The log server of the site, whether or not anybody signed for real channels: it hears no numbers."""
        server = log_server(self.folder.path, self.folder.setup)
        return [] if server is None else [Forwarding(server, self.folder.setup, self.store, self.clock, worker=worker)]

    @property
    def web_port(self) -> int:
        """The console's port; 0 where this worker serves none."""
        return self._web.port if self._web else 0

    def greeting(self) -> Iterator[str]:
        """What to tell whoever started it."""
        if self._web and self._hooks:
            yield f"console  {self._web.address}"
            yield ("login on" if self.accounts.wanted() else
                   "login off: whoever sits at this machine; `dutydesk user add` makes the first user")
            yield f"hooks    http://127.0.0.1:{self._hooks.port}/hooks/CHANNEL"
            if self.folder.setup.config.cap_out.on:
                yield f"sharing  http://127.0.0.1:{self._web.port}/cap/index.atom"
            for source in self.desk.ctx.sources.values():
                if source.push_key:
                    yield f"pushing  http://127.0.0.1:{self._hooks.port}/feeds/{source.id}"
        for source in self.desk.ctx.sources.values():
            if source.folder:
                yield f"watching {self.folder.path / source.folder}"
            if source.polling:
                yield f"polling  {source.id} every {source.polling.interval.total_seconds():g} s"
        if self.folder.setup.config.syslog.address:
            yield f"logging  {self.folder.setup.config.syslog.address}"
        live = self.folder.setup.config.live
        yield f"real channels on, by {live.by}" if live else "real channels off: nobody outside is called"

    def stop(self) -> int:
        """Stop in order; return how many sends had not come back (the next start asks for them)."""
        servers = [server for server in (self._web, self._hooks) if server]
        for server in servers:
            server.end()
        if self._listener:
            self._listener.stop()
        for server in servers:
            server.stop()
        for follower in self._followers:
            follower.stop()
        if self.exchange is not None:   # it brings nothing to a store that is closed
            self.exchange.close()
        self.desk.stop()
        return self.desk.sender.left
