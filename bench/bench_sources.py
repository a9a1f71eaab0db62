"""A hundred sources at once, some dead, slow or hostile; and a red that lands in the middle of an hour of 218 warnings.

Run: python bench/bench_sources.py [--seconds 30] [--interval 2] [--alerts 218] [--within 40]

First: how far apart the polls of the healthy sources really were, beside their interval. Then: from a red being listed
to its first ring, in a real `dutydesk run` that polls the list, once in a quiet hour and once in the middle of a rush
in which all warnings of the hour come within `--within` seconds (0: all in one list); beside the limit of one interval
and two seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
import zlib
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from dutydesk import store as stores
from dutydesk.app import house
from dutydesk.app.polling import Poller
from dutydesk.clock import WallClock
from dutydesk.engine.rounds import Rounds
from tests.app.city import City, build
from tests.app.processes import DeskProcess, Phones, free_port
from tests.app.watching import index
from tests.fetch.odd_servers import Server, endless_chunks, raw, serving, silent, slow_body, slow_headers

PHONES = ("--answer", "0", "--ring", "30", "--lines", "20000", "--per-second", "100000")
SOURCE = """
[[source]]
id = "{id}"
kind = "cap-index"
auto = true
url = "{url}"
interval = "{interval}s"
timeout = "{timeout}s"
allow_private = true
"""
ODD = (slow_headers, slow_body, silent, endless_chunks)


def source(id: str, url: str, interval: int, timeout: int = 5) -> str:
    return SOURCE.format(id=id, url=url, interval=interval, timeout=timeout)


def bomb() -> bytes:
    """A hundred megabytes in a hundred kilobytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()


def hundred(seconds: int, interval: int) -> None:
    """80 healthy sources, each on a server of its own, beside 8 dead, 9 slow or endless ones and 3 bombs."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        city = build(Path(name) / "site", towns=1, villages=1)
        toml, healthy = "\n[feeds]\ngap = 0\n", []
        for number in range(100):
            if number < 80:
                server = stack.enter_context(serving())
                times: list[float] = []
                server.answers["/index"] = lambda asked, times=times: (times.append(time.monotonic()), _fresh())[1]
                healthy.append(times)
                url = server.url("/index")
            elif number < 88:
                url = "http://127.0.0.1:1/dead"
            elif number < 97:
                url = f"http://127.0.0.1:{stack.enter_context(raw(ODD[number % len(ODD)]))}/slow"
            else:
                server = stack.enter_context(serving())
                server.says("/bomb", bomb(), Content_Encoding="gzip")
                url = server.url("/bomb")
            toml += source(f"s{number}", url, interval)
        config = city.folder / "dutydesk.toml"
        config.write_text(config.read_text(encoding="utf-8") + toml, encoding="utf-8")
        _polled(house.open_folder(city.folder), seconds)
        gaps = sorted(later - earlier for times in healthy for earlier, later in pairwise(times))
        polls = sum(map(len, healthy))
        wanted = 80 * seconds / interval
        print(f"100 sources, 20 of them dead, slow, endless or bombs; every {interval} s for {seconds} s")
        print(f"  healthy: {polls} polls of {wanted:.0f} ({polls / wanted:.2f}); apart, as a share of the interval: "
              f"median {gaps[len(gaps) // 2] / interval:.2f}, 99% {gaps[len(gaps) * 99 // 100] / interval:.2f}, "
              f"longest {gaps[-1] / interval:.2f}", flush=True)


def _fresh() -> tuple[int, dict[str, str], bytes]:
    return 200, {}, index(word=str(time.monotonic_ns()))


def _polled(folder: house.Folder, seconds: int) -> None:
    """Poll in real time, with an engine beside it."""
    clock = WallClock()
    store = stores.open(house.store_url(folder.path, folder.setup.config.store), key=b"bench")
    ctx = house.context(folder, {"exchange": house.exchange(folder, clock)})
    poller, rounds, ended = Poller(ctx, store, clock, lambda: None), Rounds(ctx, store), threading.Event()

    def engine() -> None:
        while not ended.wait(0.2):
            rounds.run_once(clock.now(), sends=False)

    thread = threading.Thread(target=engine)
    thread.start()
    poller.start()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        poller.look()
        time.sleep(0.25)
    ended.set()
    thread.join()
    poller.stop()
    time.sleep(1)
    store.close()


def rush(alerts: int, within: float, interval: int) -> float:
    """Seconds from a red being listed to its first ring, with so many oranges around it."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        server: Server = stack.enter_context(serving())
        city: City = build(Path(name) / "site", towns=30, villages=10, within="5m", tries=1)
        config = city.folder / "dutydesk.toml"
        config.write_text(config.read_text(encoding="utf-8") + source("web", server.url("/index"), interval, 10),
                          encoding="utf-8")
        listed: list[tuple[str, datetime | None]] = []
        titles: dict[str, str] = {}
        server.says("/index", index())
        hooks = free_port()
        phones = stack.enter_context(Phones(Path(name) / "arrivals.jsonl", hooks, *PHONES))
        desk = DeskProcess(city.folder, phones.url, hooks_port=hooks).start().ready(120)
        stack.callback(desk.kill)
        time.sleep(2)

        def publish(serial: int, town: int, *, red: bool) -> None:
            now = datetime.now(UTC)
            body = city.warning(serial, town, now - timedelta(minutes=1))
            if not red:
                body = body.replace("红色", "橙色").replace("Extreme", "Severe")
            server.says(f"/{serial}.xml", body.encode())
            listed.append((f"{serial}.xml", now))
            titles[f"{serial}.xml"] = f"试验区气象台发布暴雨{'红' if red else '橙'}色预警信号"
            if pause or serial == alerts + 1:
                server.says("/index", index(*reversed(listed[-300:]), titles=titles))

        pause = within / max(alerts, 1)
        landed = datetime.now(UTC)
        for serial in range(1, alerts + 2):
            if serial == alerts // 2 + 1:
                landed = datetime.now(UTC)
                publish(serial, 30, red=True)
            else:
                publish(serial, 1 + serial % 29, red=False)
            time.sleep(pause)
        return _first_ring(Path(name) / "arrivals.jsonl", landed, {f"{each}-1" for each in city.places(30)})


def _first_ring(file: Path, landed: datetime, wanted: set[str]) -> float:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        rows: list[dict[str, Any]] = [json.loads(line) for line in file.read_bytes().splitlines()]
        times = [datetime.fromisoformat(row["at"]) for row in rows if row["person"] in wanted]
        if times:
            return (min(times) - landed).total_seconds()
        time.sleep(0.2)
    return float("inf")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--interval", type=int, default=2)
    parser.add_argument("--alerts", type=int, default=218)
    parser.add_argument("--within", type=float, default=40)
    options = parser.parse_args()
    hundred(options.seconds, options.interval)
    limit = options.interval * 1.1 + 2
    print(f"a red among {options.alerts} warnings; from listed to first ring (limit {limit:.1f} s)")
    quiet = rush(0, 0, options.interval)
    for within in (options.within, 0):
        busy = rush(options.alerts, within, options.interval)
        how = f"all within {within:.0f} s" if within else "all in one list"
        print(f"  quiet {quiet:.2f} s, {how} {busy:.2f} s ({busy / quiet:.2f} of quiet)  "
              f"{'within' if busy <= limit else 'OVER'} the limit", flush=True)


if __name__ == "__main__":
    main()
