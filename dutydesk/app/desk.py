"""The live desk: threads and a metronome around the very same desks that a replay drives by hand.

| part | what it does |
|---|---|
| engine | listen, intake, escalate, supervise: one thread, woken by whatever is stored |
| dispatch | `sender`: an asyncio loop in a thread of its own |
| feeds | folders polled by APScheduler, which is a metronome and nothing else |
| web | the console, and the providers' hooks on their own port |
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dutydesk.app import house
from dutydesk.app.heads import Heads
from dutydesk.app.sender import Sender
from dutydesk.domain.records import Inbound
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.rounds import Rounds
from dutydesk.fetch.folder import FolderDoor
from dutydesk.ports.channel import Listens
from dutydesk.ports.clock import Clock
from dutydesk.store.store import SqlStore

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

logger = logging.getLogger(__name__)

PARTS = ("web", "feeds", "engine", "dispatch")
LOOK = 0.25           # seconds between two looks into a watched folder
LONGEST_NAP = 1.0     # seconds the engine sleeps at most: another worker may have stored something
SUPERVISE = timedelta(seconds=5)


class Desk:
    """A running desk. `parts` limits it to some of its work (several workers on PostgreSQL)."""

    def __init__(self, folder: house.Folder, store: SqlStore, clock: Clock, *, settings: dict[str, object],
                 worker: str = "desk", parts: Collection[str] = PARTS) -> None:
        self.folder = folder
        self.store = store
        self.clock = clock
        self.parts = parts
        self.ctx = house.context(folder, settings, worker=worker)
        self.rounds = Rounds(self.ctx, store)
        self.hand = Hand(self.ctx, store, clock, after=self.wake)
        self.sender = Sender(self.rounds.dispatch, clock, self.wake)
        self.heads = Heads(folder.path, folder.setup.config.journal_heads, store)
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._engine = threading.Thread(target=self._work, name="engine", daemon=True)
        self._metronome: BackgroundScheduler | None = None

    # -- life -----------------------------------------------------------------------------------------
    def start(self) -> None:
        """Begin: what a dead worker left is looked at first, then the desks turn in their order."""
        self.store.write(lambda tx: tx.save_site(self.folder.setup.site))
        for channel in self.ctx.channels.values():
            inner = getattr(channel, "inner", channel)
            if isinstance(inner, Listens) and "engine" in self.parts:
                inner.listen(self.hear)
        if "engine" in self.parts:
            self._engine.start()
        if "dispatch" in self.parts:
            self.sender.start()
        self._metronome = self._make_metronome()
        self._metronome.start()

    def stop(self) -> None:
        """End in order: no new documents, no new calls, then the store."""
        self._stopping.set()
        if self._metronome:
            self._metronome.shutdown(wait=False)
        self.wake()
        if self._engine.is_alive():
            self._engine.join(timeout=30)
        if "dispatch" in self.parts:
            self.sender.stop()
        self.rounds.supervise.seal(self.clock.now())
        self.store.close()

    def wake(self) -> None:
        """Something was stored: look at once."""
        self._awake.set()
        self.sender.wake()

    # -- ways in --------------------------------------------------------------------------------------
    def hear(self, rows: Sequence[Inbound]) -> None:
        """Store what a channel heard; returns once it is durable."""
        self.store.write(lambda tx: tx.add_inbound(rows))
        self.wake()

    def poll(self, door: FolderDoor) -> None:
        """Take whole files out of a watched folder into the store."""
        documents = door.poll(self.clock.now())
        if documents:
            self.store.write(lambda tx: [tx.add_document(document) for document in documents])
            self.wake()

    # -- the engine's thread --------------------------------------------------------------------------
    def _work(self) -> None:
        while not self._stopping.is_set():
            self._awake.clear()
            now = self.clock.now()
            try:
                done = self.rounds.run_once(now, sends=False, supervise_every=SUPERVISE)
                if done:
                    self.rounds.supervise.seal(now)
                    self.sender.wake()
                nap = self._nap(now)
            except Exception:  # the desk must outlive whatever one round stumbles over; it is logged and tried again
                logger.exception("a round of the desk failed; trying again in a second")
                nap = 1.0
            self._awake.wait(nap)

    def _nap(self, now: datetime) -> float:
        """Sleep until something is due."""
        with self.store.read() as reads:
            due = reads.next_due()
        return min(LONGEST_NAP, self.clock.seconds_until(due) if due else LONGEST_NAP) or 0.02

    # -- the metronome --------------------------------------------------------------------------------
    def _make_metronome(self) -> BackgroundScheduler:
        from apscheduler.schedulers.background import BackgroundScheduler

        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        metronome = BackgroundScheduler(timezone="UTC", job_defaults={
            "coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        if "feeds" in self.parts:
            for source in self.ctx.sources.values():
                if source.folder:
                    folder = (self.folder.path / source.folder).resolve()
                    folder.mkdir(parents=True, exist_ok=True)
                    metronome.add_job(self.poll, "interval", seconds=LOOK, args=[FolderDoor(folder, source)])
        if "engine" in self.parts:
            metronome.add_job(self.heads.send, "interval", hours=1)
        return metronome


def settings_from(environment: dict[str, str], **own: Any) -> dict[str, object]:
    """Settings of the simulated channels: a switchboard in another process where the environment names one."""
    url = environment.get("DUTYDESK_SIMULATOR_URL")
    if url:
        return {"url": url, "key": environment.get("DUTYDESK_SIMULATOR_KEY", "")}
    return dict(own)

