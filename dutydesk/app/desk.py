"""The live desk: threads and a metronome around the very same desks that a replay drives by hand.

| part | what it does |
|---|---|
| engine | listen, intake, escalate, supervise: one thread, woken by whatever is stored |
| dispatch | `sender`: an asyncio loop in a thread of its own |
| feeds | folders and addresses, looked at by APScheduler, which is a metronome and nothing else; each address that
|       | is due is fetched by a thread of its own |
| web | the console, and the providers' hooks on their own port |
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from dutydesk.app import house
from dutydesk.app.doors import Door
from dutydesk.app.heads import Heads
from dutydesk.app.polling import Poller
from dutydesk.app.pruning import prune
from dutydesk.app.sender import Sender
from dutydesk.app.stumbling import Stumbling
from dutydesk.app.ticking import Ticking
from dutydesk.clock import WallClock
from dutydesk.domain.records import Inbound
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.calling_back import AtTheDoor
from dutydesk.engine.rounds import Rounds
from dutydesk.fetch.folder import FolderDoor
from dutydesk.ports.channel import Listens, Speaks
from dutydesk.ports.clock import Clock
from dutydesk.store.dialect import SQLITE
from dutydesk.store.store import SqlStore

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

logger = logging.getLogger(__name__)

PARTS = ("web", "feeds", "engine", "dispatch")
LOOK = 0.1            # seconds between two looks into a watched folder
DUE = 0.25            # seconds between two looks for addresses that are due
TICK = 5              # seconds between two looks at the wall clock
LONGEST_NAP = 1.0     # seconds the engine sleeps at most: another worker may have stored something
SHORTEST_NAP = 0.05   # seconds it sleeps at least when nothing was done: what is due is then the sender's
ORPHANS = 3.0         # seconds the first round waits for the fate of a dead desk's calls
SUPERVISE = timedelta(seconds=5)
SEAL_EVERY = 0.5      # seconds between two looks for journal rows other workers wrote


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
        for inner in self._channels():
            if isinstance(inner, Speaks):
                inner.connect(AtTheDoor(self.ctx, store))
        self.hand = Hand(self.ctx, store, clock, after=self.wake)
        self.sender = Sender(self.rounds.dispatch, clock, self.wake, alone=store.home.dialect.name == SQLITE,
                             ready=self.looked_since)
        self.heads = Heads(folder.path, folder.setup.config.journal_heads, store)
        self.doors = self._open_doors() if "feeds" in parts else []
        self.poller = Poller(self.ctx, store, clock, self.wake) if self._polls else None
        self._looked = 0.0
        self._sealed = 0.0
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._engine = threading.Thread(target=self._work, name="engine", daemon=True)
        self._metronome: BackgroundScheduler | None = None

    @property
    def _polls(self) -> bool:
        """Whether this worker fetches: only in real time, for a told storm must not ask the world for warnings."""
        return "feeds" in self.parts and isinstance(self.clock, WallClock)

    # -- life -----------------------------------------------------------------------------------------
    def start(self) -> None:
        """Begin.

        1. Everything in the watched folders is stored: an alert and its cancel that landed meanwhile are one batch.
        2. The sender asks providers for what a dead desk left.
        3. The engine takes its first turn; only then anything leaves.
        """
        self.store.write(lambda tx: tx.save_site(self.folder.setup.site))
        self._poll_all()
        if self.poller:
            self.poller.start()
        if "dispatch" in self.parts:
            self.sender.start()
        if "engine" in self.parts:
            self._engine.start()
            for inner in self._channels():
                if isinstance(inner, Listens):
                    inner.listen(self.hear)
        self._metronome = self._make_metronome()
        self._metronome.start()

    def stop(self) -> None:
        """End in order: no new documents, no new calls, then the store."""
        self._stopping.set()
        if self._metronome:
            self._metronome.shutdown(wait=False)
        if self.poller:
            self.poller.stop()
        self.wake()
        if self.sender.running:
            self.sender.stop()
        if self._engine.is_alive():
            self._engine.join(timeout=30)
        if "engine" in self.parts:
            self.rounds.supervise.seal(self.clock.now())
        self.store.close()

    def wake(self) -> None:
        """Something was stored: look at once."""
        self._awake.set()
        self.sender.wake()

    def looked_since(self, since: float) -> bool:
        """Whether the engine had a whole turn that began at or after `since` (seconds, monotonic).

        Where another worker is the engine, nobody here can tell, and it is taken for granted.
        """
        return "engine" not in self.parts or self._looked >= since

    def _channels(self) -> list[object]:
        """The channels themselves, without the guard before them."""
        return [getattr(each, "inner", each) for row in self.ctx.channels.values() for each in row]

    # -- ways in --------------------------------------------------------------------------------------
    def hear(self, rows: Sequence[Inbound]) -> None:
        """Store what a channel heard; returns once it is durable."""
        self.store.write(lambda tx: tx.add_inbound(rows))
        self.wake()

    def _open_doors(self) -> list[Door]:
        """A door for every source that has a folder; a folder that is missing is made."""
        doors = []
        for source in self.ctx.sources.values():
            if source.folder:
                folder = (self.folder.path / source.folder).resolve()
                folder.mkdir(parents=True, exist_ok=True)
                doors.append(Door(FolderDoor(folder, source), self.store, self.clock, self.wake))
        return doors

    def _poll_all(self) -> None:
        for door in self.doors:
            door.poll()

    # -- the engine's thread --------------------------------------------------------------------------
    def _work(self) -> None:
        self.ctx.warm()
        gc.collect()
        gc.freeze()   # the site stays for good: no collection need walk through it again
        if "dispatch" in self.parts:
            self.sender.asked.wait(ORPHANS)
        began = monotonic()
        while not self._stopping.is_set():
            self._awake.clear()
            before, began, now = began, monotonic(), self.clock.now()
            try:
                if began - before > self.sender.gap:   # this process stood still: documents first, as after a start
                    self._poll_all()
                done = self.rounds.run_once(now, sends=False, supervise_every=SUPERVISE)
                if not self._looked or done:
                    self.sender.wake()
                self._looked = began
                self._seal(now, at_once=bool(done))
                nap = self._nap(idle=not done)
            except Exception:  # the desk must outlive whatever one round stumbles over
                logger.exception("a round of the desk failed; each desk goes by itself")
                self._go_on(now)
                nap = 1.0
            self._awake.wait(nap)

    def _go_on(self, now: datetime) -> None:
        """After a failed round: what can be done is done, and what stands in the way is set aside."""
        began = monotonic()
        try:
            Stumbling(self.rounds).turn(now)
            self._looked = began
            self._seal(now, at_once=True)
            self.sender.wake()
        except Exception:  # the store is away: everything is tried again in a second
            logger.exception("nothing could be done; trying again in a second")

    def _seal(self, now: datetime, *, at_once: bool) -> None:
        """Seal what this turn wrote, and now and then what others wrote, so that every console sees it grow."""
        if at_once or monotonic() - self._sealed >= SEAL_EVERY:
            self.rounds.supervise.seal(now)
            self._sealed = monotonic()

    def _nap(self, *, idle: bool) -> float:
        """Sleep until something is due."""
        with self.store.read() as reads:
            due = reads.next_due()
        nap = self.clock.seconds_until(due) if due else LONGEST_NAP
        return min(LONGEST_NAP, max(SHORTEST_NAP if idle else 0.0, nap))

    # -- the metronome --------------------------------------------------------------------------------
    def _make_metronome(self) -> BackgroundScheduler:
        from apscheduler.schedulers.background import BackgroundScheduler

        # A tick that is left out because the one before still runs is no news.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        metronome = BackgroundScheduler(timezone="UTC", job_defaults={
            "coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        for door in self.doors:
            metronome.add_job(door.poll, "interval", seconds=LOOK)
        if self.poller:
            metronome.add_job(self.poller.look, "interval", seconds=DUE)
        if "engine" in self.parts:
            metronome.add_job(self.heads.send)   # at once, and then every hour
            metronome.add_job(self.heads.send, "interval", hours=1)
            metronome.add_job(prune, "interval", hours=1, args=(self.ctx, self.store, self.clock))
        if isinstance(self.clock, WallClock):
            ticking = Ticking(self.clock, self.ctx, self.store)
            metronome.add_job(ticking.tick, "interval", seconds=TICK)
        return metronome
