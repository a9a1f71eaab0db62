"""The main job on show: a real desk on an accelerated clock, fed by a scenario's documents through a watched folder."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from dutydesk.app import house
from dutydesk.app.example import copy_example
from dutydesk.app.running import Running
from dutydesk.clock import ScaledClock
from dutydesk.content.scenario import load_scenario
from dutydesk.domain.values import Kind

PARTS = ("web", "feeds", "engine", "dispatch")
RING = timedelta(seconds=30)   # how long a phone rings
HAND = timedelta(seconds=6)    # real time a visitor needs to pick one up: at speed a phone rings longer ...
LONGEST = timedelta(seconds=90)   # ... but not into the next try
LOOK = 0.2   # seconds between two looks whether somebody wants to stop
LEAD = timedelta(seconds=60)   # virtual time before the first document, so that a visitor sees the quiet board


class Demo(AbstractContextManager["Demo"]):
    """A throw-away copy of a site with a storm coming."""

    def __init__(self, site: Path, scenario: str, *, speed: float, port: int) -> None:
        self._temporary = TemporaryDirectory(prefix="dutydesk-demo-")
        self._path = Path(self._temporary.name) / "site"
        copy_example(self._path, source=site)
        self.scenario = load_scenario(scenario, self._path)
        self._clock = ScaledClock((self.scenario.start - LEAD).astimezone(UTC), speed)
        folder = house.open_folder(self._path)
        self._running = Running(folder, house.store_url(self._path, "sqlite:///var/desk.sqlite3"), parts=PARTS,
                                port=port, hooks_port=0, environment={}, clock=self._clock, scenario=self.scenario,
                                ring_for=min(max(RING, HAND * speed), LONGEST))
        self._running.start()
        source = next(each for each in self._running.desk.ctx.sources.values() if each.auto and each.folder)
        self._inbox = self._path / source.folder

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._running.stop()
        self._temporary.cleanup()

    @property
    def port(self) -> int:
        """The console's port."""
        return self._running.web_port

    def tell(self, ended: Callable[[], bool]) -> Iterator[str]:
        """Let the documents land when their time has come; a line for each. Goes on until `ended` says so."""
        for opening in self.scenario.open:
            self._wait(self.scenario.start + opening.at, ended)
            self._running.desk.hand.open_incident(Kind.REAL, opening.family, opening.colour, opening.places,
                                                  self._running.folder.setup.config.last_resort, "")
            yield f"opened by hand: {opening.family} {opening.colour.word}"
        plan = [(self.scenario.start + each.at, Path(each.file)) for each in self.scenario.alerts]
        for moment, file in sorted(plan):
            self._wait(moment, ended)
            if ended():
                return
            part = self._inbox / f"{file.name}.part"
            shutil.copyfile(file, part)
            part.rename(self._inbox / file.name)
            local = self._clock.now().astimezone(self.scenario.start.tzinfo)
            yield f"{local:%H:%M} landed: {file.name}"
        yield "the storm is over; the console stays open until Ctrl-C"
        while not ended():
            time.sleep(LOOK)

    def _wait(self, moment: datetime, ended: Callable[[], bool]) -> None:
        """Sleep until the demo's clock shows `moment`, in short naps: a signal must not be slept through."""
        while not ended() and (left := self._clock.seconds_until(moment)) > 0:
            time.sleep(min(left, LOOK))
