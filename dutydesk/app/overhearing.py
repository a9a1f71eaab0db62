"""Hears what comes back for a channel test: beside a live desk by looking into its database, else in its place.

Whatever is heard in a desk's place is stored like always, so that nothing a provider tells only once is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime

from dutydesk.app import house, wire
from dutydesk.app.console import Server
from dutydesk.domain.records import Inbound
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.calling_back import AtTheDoor
from dutydesk.engine.supervise import Supervise
from dutydesk.errors import Refused
from dutydesk.ports.channel import Channel, Hears, Listens, Pulls, Speaks
from dutydesk.ports.clock import Clock
from dutydesk.store.store import SqlStore, open_store
from dutydesk.web.hooks import hooks


class Ear:
    """What was heard at a site since it was made; use as a context.

    `beside`: a live desk hears, and this only looks; pulls and connections that deliver are then the desk's alone.
    """

    def __init__(self, folder: house.Folder, clock: Clock, port: int) -> None:
        self._clock, self._folder, self._port = clock, folder, port
        self._closing = ExitStack()
        self._own: list[Inbound] = []       # by channels of this process that never leave it
        self.beside = wire.answers(folder.path / wire.NAME)
        self.fault = ""                     # why pushes cannot be heard here
        self._store = self._open()
        self._closing.callback(self._store.close)

    def _open(self) -> SqlStore:
        url = house.store_url(self._folder.path, self._folder.setup.config.store)
        return open_store(url, key=house.journal_key(self._folder.path), exclusive=not self.beside)

    def __enter__(self) -> Ear:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def serve(self, channels: Mapping[str, object]) -> None:
        """Take pushes in the place of a desk that does not run."""
        hearing = {name: each for name, each in channels.items() if isinstance(each, Hears)}
        if self.beside or not hearing:
            return
        try:
            server = Server(hooks(self._store, hearing, self._clock), self._port)
            server.start()
        except Refused as error:
            self.fault = str(error)
            return
        self._closing.callback(server.stop)

    def attach(self, channel: Channel) -> None:
        """Let a channel deliver here and look things up; a real one that delivers, only where no desk runs."""
        if isinstance(channel, Speaks):
            channel.connect(AtTheDoor(house.reading_context(self._folder), self._store))
        if isinstance(channel, Listens):
            channel.listen(self._take)

    async def pull(self, channel: Channel) -> None:
        """Fetch for ever what waits at the provider; beside a live desk that is the desk's work."""
        if self.beside or not isinstance(channel, Pulls):
            return
        while True:
            await channel.pull(self._keep, self._clock.now())
            await asyncio.sleep(min(channel.every, 5.0))

    def heard(self, since: datetime) -> Sequence[Inbound]:
        """Return what was heard since a time."""
        with self._store.read() as reads:
            return [*self._own, *reads.inbound_since(since)]

    def asked_lately(self, number: str, since: datetime) -> bool:
        """Whether the desk called a number since a time: a reply to a test might count for that."""
        with self._store.read() as reads:
            return bool(reads.calls_to(number, since=since))

    def note(self, channel: str, call: str, good: bool, found: Mapping[str, str]) -> None:
        """Keep in the journal what a test came to."""
        arguments = {"channel": channel, "call": call, "good": good, "found": dict(found)}
        sent, _ = wire.send(self._folder.path, "channel_tested", arguments)
        if sent:
            return
        ctx = house.reading_context(self._folder)
        wire.carry_out(Hand(ctx, self._store, self._clock), "channel_tested", arguments)
        Supervise(ctx, self._store).seal(self._clock.now())

    def _take(self, rows: Sequence[Inbound]) -> None:
        if self.beside:
            self._own.extend(rows)
        else:
            self._store.write(lambda tx: tx.add_inbound(rows))

    async def _keep(self, rows: Sequence[Inbound]) -> None:
        if rows:
            await asyncio.wrap_future(self._store.submit(lambda tx: tx.add_inbound(rows)))
