"""From a file landing to phones ringing: one red for 5,000 posts, a real `dutydesk run`, telephones in a process.

Run: python bench/bench_first_ring.py [--posts 5000] [--runs 3] [--url postgresql://...] [--profile]

Printed beside the limit of one second for the first hand-over. The rates of the channels are set out of the way
(1,000 a second and way), so that the figures are the desk's own. `--profile` runs the desk's engine in this process
under cProfile instead and prints where the time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.app.city import City, build
from tests.app.processes import DeskProcess, Phones, free_port

LIMIT = 1.0
PHONES = ("--answer", "0", "--ring", "30", "--lines", "20000", "--per-second", "100000")


def city_of(folder: Path, posts: int, url: str) -> City:
    """A city whose county has about so many posts below it."""
    towns = max(1, posts // 100)
    return build(folder / "site", store=url, towns=towns, villages=posts // towns - 1, within="5m", tries=3)


def one_run(posts: int, url: str) -> dict[str, float]:
    """Seconds from the rename of the file to the first, the half and the last of the first rings."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        city = city_of(folder, posts, url)
        hooks = free_port()
        phones = stack.enter_context(Phones(folder / "arrivals.jsonl", hooks, *PHONES))
        desk = DeskProcess(city.folder, phones.url, hooks_port=hooks).start().ready(120)
        stack.callback(desk.kill)
        time.sleep(1)
        sent = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
        landed = datetime.now(UTC)
        city.land("red.xml", city.warning(1, None, sent))
        wanted = {f"{place}-1" for town in range(1, city.towns + 1) for place in city.places(town)}
        first: dict[str, float] = {}
        seen, deadline = 0, time.monotonic() + 120
        while len(first) < len(wanted) and time.monotonic() < deadline:
            time.sleep(0.5)
            lines = (folder / "arrivals.jsonl").read_bytes().splitlines()
            seen = _take(lines, seen, landed, wanted, first)
        times = sorted(first.values())
        if not times:
            raise SystemExit(desk.said())
        return {"first": times[0], "half": times[len(times) // 2], "last": times[-1], "of": len(times)}


def _take(lines: list[bytes], seen: int, landed: datetime, wanted: set[str], first: dict[str, float]) -> int:
    import json

    for line in lines[seen:]:
        arrival = json.loads(line)
        if arrival["person"] in wanted:
            first.setdefault(arrival["person"], (datetime.fromisoformat(arrival["at"]) - landed).total_seconds())
    return len(lines)


def profile(posts: int) -> None:
    """The same document through the desks on one thread, under cProfile."""
    from dutydesk.app import house
    from dutydesk.clock import WallClock
    from dutydesk.engine.rounds import Rounds
    from dutydesk.fetch.folder import FolderDoor
    from dutydesk.store.store import open_store

    with tempfile.TemporaryDirectory() as name:
        city = city_of(Path(name), posts, "sqlite:///var/desk.sqlite3")
        folder = house.open_folder(city.folder)
        clock = WallClock()
        store = open_store(house.store_url(city.folder, "sqlite:///var/desk.sqlite3"), key=b"bench", inline=True)
        store.write(lambda tx: tx.save_site(folder.setup.site))
        ctx = house.context(folder, {"exchange": house.exchange(folder, clock)})
        rounds = Rounds(ctx, store)
        ctx.warm()
        rounds.run_once(clock.now())
        city.land("red.xml", city.warning(1, None, datetime.now(UTC) - timedelta(minutes=5)))
        door = FolderDoor(city.inbox, ctx.sources["cma"])
        profiler = cProfile.Profile()
        profiler.enable()
        start = time.monotonic()
        documents = door.poll(clock.now())
        store.write(lambda tx: [tx.add_document(each) for each in documents])
        for what, turn in (("intake", rounds.intake.run_once), ("escalate", rounds.escalate.run_once),
                           ("claim", lambda now: rounds.dispatch.claim(now, 64))):
            turn(clock.now())
            print(f"{what:<9} done at {time.monotonic() - start:.2f} s (profiled: slower than in life)")
        profiler.disable()
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)
        store.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--url", default="sqlite:///var/desk.sqlite3")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    if options.profile:
        profile(options.posts)
        return
    print(f"one red for {options.posts} posts; seconds after the file landed (limit: first within {LIMIT:.0f} s)")
    for run in range(options.runs):
        found = one_run(options.posts, options.url)
        print(f"  run {run + 1}: first {found['first']:.2f}, half {found['half']:.1f}, last {found['last']:.1f} "
              f"of {found['of']:.0f} posts  {'within' if found['first'] <= LIMIT else 'OVER'} the limit", flush=True)


if __name__ == "__main__":
    main()
