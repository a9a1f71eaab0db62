"""Tells a scenario again on a virtual clock, through the very same desks, on one thread.

Two runs with one seed write byte-equal journals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

from dutydesk.app import house
from dutydesk.app.happenings import Teller
from dutydesk.app.summary import summary
from dutydesk.clock import VirtualClock
from dutydesk.domain.ids import document_hash
from dutydesk.domain.records import Document
from dutydesk.domain.scenario import Opening, Scenario
from dutydesk.domain.values import Kind
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.rounds import Rounds
from dutydesk.store.store import SqlStore, open_store

TICK = timedelta(seconds=1)          # happenings within a second are dealt with together
SUPERVISE = timedelta(seconds=60)

Line = dict[str, Any]


@dataclass
class Progress:
    """How far a replay is: virtual time now, and the end."""

    now: datetime
    until: datetime


class Replay(AbstractContextManager["Replay"]):
    """One run of a scenario. Iterate `lines` for what happens; `summary` afterwards."""

    def __init__(self, folder: house.Folder, scenario: Scenario, *, seed: int | None = None,
                 progress: Callable[[Progress], None] | None = None, url: str | None = None) -> None:
        self.scenario = scenario
        self.folder = folder
        self.clock = VirtualClock(scenario.start)
        self._temporary = TemporaryDirectory(prefix="dutydesk-replay-")
        self.store: SqlStore = open_store(url or f"sqlite:///{Path(self._temporary.name) / 'replay.sqlite3'}",
                                          key=b"replay", inline=True, durable=False)
        self.exchange = house.exchange(folder, self.clock, scenario, seed)
        self.ctx = house.context(folder, {"exchange": self.exchange})
        self.rounds = Rounds(self.ctx, self.store)
        self.hand = Hand(self.ctx, self.store, self.clock)
        self._progress = progress or (lambda progress: None)
        self._plan = self._make_plan()
        self._teller = Teller(self.folder.setup, self.store)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.store.close()
        self._temporary.cleanup()

    def lines(self) -> Iterator[Line]:
        """Run to the end and yield one mapping per happening, in order."""
        end = self.scenario.start + self.scenario.until
        supervised = self.clock.now()
        stuck = 0
        while True:
            now = self.clock.now()
            done = self._happen(now)
            done += self.rounds.run_once(now, supervise_every=SUPERVISE)
            if self.rounds.supervise.seal(now) or done:
                yield from self._teller.tell()
            self._progress(Progress(now, end))
            stuck = 0 if done else stuck + 1
            supervised = now if now - supervised >= SUPERVISE else supervised
            upcoming = self._next(now, supervised, waiting=stuck > 0)
            if upcoming > end:
                break
            self.clock.move_to(upcoming)
        self.clock.move_to(max(end, self.clock.now()))
        self.rounds.supervise.run_once(self.clock.now())
        yield from self._teller.tell()

    def summary(self) -> Line:
        """What came of it all."""
        with self.store.read() as reads:
            return summary(reads, doubles=sum(count - 1 for count in self.exchange.doubles.values()))

    # -- the plan -------------------------------------------------------------------------------------
    def _make_plan(self) -> list[tuple[datetime, Callable[[datetime], None]]]:
        """What the scenario brings from outside, in order of time."""
        start = self.scenario.start
        source = next(iter(self.ctx.sources), "scenario")
        plan: list[tuple[datetime, Callable[[datetime], None]]] = [
            (start + arrival.at, partial(self._land, arrival.source or source, Path(arrival.file)))
            for arrival in self.scenario.alerts]
        plan += [(start + opening.at, partial(self._open, opening)) for opening in self.scenario.open]
        return sorted(plan, key=lambda row: row[0])

    def _land(self, source: str, file: Path, now: datetime) -> None:
        body = file.read_bytes()
        document = Document(document_hash(source, body), source, file.name, now, body)
        self.store.write(lambda tx: tx.add_document(document))

    def _open(self, row: Opening, now: datetime) -> None:
        self.hand.open_incident(Kind.REAL, row.family, row.colour, row.places,
                                self.folder.setup.config.last_resort, "")

    def _happen(self, now: datetime) -> int:
        """Let what is due from outside happen: documents, orders, replies."""
        done = 0
        while self._plan and self._plan[0][0] <= now:
            self._plan.pop(0)[1](now)
            done += 1
        heard = self.exchange.advance(now)
        if heard:
            self.store.write(lambda tx: tx.add_inbound(heard))
        return done + len(heard)

    def _next(self, now: datetime, supervised: datetime, *, waiting: bool) -> datetime:
        """The next moment anything is due: rounded up to a second, so that a minute is at most 60 steps."""
        with self.store.read() as reads:
            due = reads.next_due()
        moments = [supervised + SUPERVISE]
        if due is not None:
            moments.append(max(due, now + TICK) if waiting or due <= now else due)
        event = self.exchange.next_event()
        if event is not None:
            moments.append(event)
        if self._plan:
            moments.append(self._plan[0][0])
        earliest = max(min(moments), now)
        rounded = earliest.replace(microsecond=0)
        return rounded + TICK if rounded < earliest or rounded <= now else rounded


def run(folder: house.Folder, scenario: Scenario, *, seed: int | None = None,
        progress: Callable[[Progress], None] | None = None) -> Iterator[Mapping[str, Any]]:
    """Run a scenario and yield its happenings, the summary last."""
    with Replay(folder, scenario, seed=seed, progress=progress) as replay:
        yield from replay.lines()
        yield replay.summary()
