"""A gateway that is gone for 45 seconds in the middle of 2,000 messages: nothing lost, few doubles, quickly made up.

Run: python bench/bench_outage.py [--posts 2000] [--seconds 45] [--per-second 400]

One red asks every post by message and nobody answers. The gateway is a process of its own that writes down what it
takes before it answers; after a third of the messages it is killed with -9, and started again after the outage.
Limits: every post has its message, no more doubles than may be in flight (invariant 3), and all are out within 15
seconds of the gateway's return. The last line is the verdict; the exit code is 1 where a limit is broken.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from dutydesk import store as stores
from dutydesk.app import house
from dutydesk.app.sender import Sender
from dutydesk.channels import registry
from dutydesk.clock import WallClock
from dutydesk.content.texts import SiteTexts
from dutydesk.domain.ids import document_hash
from dutydesk.domain.records import Document
from dutydesk.domain.values import Via
from dutydesk.engine.context import Context
from dutydesk.engine.rounds import Rounds
from dutydesk.feeds.registry import feed
from dutydesk.ports.channel import Limits
from tests.app.city import build
from tests.app.processes import free_port, listening, until

WITHIN = 15.0
PATIENCE = 300.0   # seconds after its return that stragglers are waited for
IN_FLIGHT = 64
PAUSE = 0.02   # seconds the gateway takes for an answer


def serve(port: int, log: Path) -> None:
    """Be the gateway, for ever: write a message down, then answer; tell of a key whether it was taken."""
    import asyncio

    from aiohttp import web

    taken = {line.split()[0] for line in log.read_text().splitlines()} if log.exists() else set()
    file = log.open("a", buffering=1)

    async def take(request: web.Request) -> web.Response:
        form = await request.post()
        taken.add(str(form["key"]))
        file.write(f"{form['key']} {form['to']} {time.time()}\n")
        await asyncio.sleep(PAUSE)
        return web.json_response({"code": "0", "id": "1"})

    async def look(request: web.Request) -> web.Response:
        return web.json_response({"code": "0" if request.query["key"] in taken else "none", "state": "taken"})
    app = web.Application()
    app.add_routes([web.post("/send", take), web.get("/status", look)])
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


class Gateway:
    """The gateway's process, and what it wrote down."""

    def __init__(self, log: Path) -> None:
        self.log, self.port = log, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.process = subprocess.Popen([sys.executable, __file__, "--serve", str(self.port), str(self.log)])
        until(lambda: listening(self.port), 60, "the gateway")

    def kill(self) -> None:
        """Kill it with -9."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def taken(self) -> list[tuple[str, str, float]]:
        """The messages it took: key, number, seconds since 1970."""
        rows = [line.split() for line in self.log.read_text().splitlines()] if self.log.exists() else []
        return [(row[0], row[1], float(row[2])) for row in rows]


class Desk:
    """The desks around a database of their own, with the gateway as their one channel."""

    def __init__(self, folder: Path, gateway: Gateway, options: argparse.Namespace) -> None:
        towns = max(1, options.posts // 100)
        self.city = build(folder / "site", towns=towns, villages=options.posts // towns - 1, tries=3, within="10m")
        book = self.city.folder / "playbooks" / "flood.yaml"
        book.write_text(book.read_text("utf-8").replace("by: [voice, sms]", "by: [sms]"), "utf-8")
        site, self.clock = house.open_folder(self.city.folder), WallClock()
        self.store = stores.open(f"sqlite:///{folder / 'desk.sqlite3'}", key=b"bench")
        url = f"http://127.0.0.1:{gateway.port}"
        channel = registry.make("http", "gateway", {
            "url": f"{url}/send", "fields": {"key": "{key}", "to": "{number}", "text": "{text}"},
            "limits": Limits(per_second=options.per_second, max_in_flight=IN_FLIGHT, timeout=5),
            "answer": {"code": "code", "id": "id"}, "now": self.clock.now,
            "query": {"url": f"{url}/status?key={{key}}", "method": "GET", "code": "code", "never": ["none"],
                      "state": "state"}, "states": {"taken": "handed_over"}})
        ctx = Context(site.setup, SiteTexts(site.setup.texts), house.sources(site), feed, {Via.SMS: (channel,)})
        self.people = ctx.site.people
        self.rounds = Rounds(ctx, self.store)
        self.sender = Sender(self.rounds.dispatch, self.clock, lambda: None)
        self.store.write(lambda tx: tx.save_site(site.setup.site))

    def red(self) -> None:
        """Let the red arrive."""
        now = self.clock.now()
        body = self.city.warning(1, None, datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)).encode()
        self.store.write(lambda tx: tx.add_document(Document(document_hash("cma", body), "cma", "red.xml", now, body)))

    def turn(self) -> None:
        """One turn of all desks but dispatch, which has a thread of its own."""
        if not self.rounds.run_once(self.clock.now(), sends=False):
            time.sleep(0.05)


def run(options: argparse.Namespace, folder: Path) -> bool:
    """Go through the outage, print what came of it, and tell whether every limit held."""
    gateway = Gateway(folder / "taken.log")
    gateway.start()
    desk = Desk(folder, gateway, options)
    wanted = {number.number for person in desk.people.values() for number in person.numbers
              if number.number.startswith("+9991")}
    desk.red()
    desk.sender.start()
    began = time.time()
    while len(gateway.taken()) < options.posts // 3:
        desk.turn()
    gateway.kill()
    down = time.time()
    print(f"{len(gateway.taken())} messages out after {down - began:.1f} s; the gateway is gone", flush=True)
    while time.time() < down + options.seconds:
        desk.turn()
    gateway.start()
    back = time.time()
    while wanted - {number for _, number, _ in gateway.taken()} and time.time() < back + PATIENCE:
        desk.turn()
    settle = time.time() + 3
    while time.time() < settle:
        desk.turn()
    taken = gateway.taken()
    desk.sender.stop()
    desk.store.close()
    gateway.kill()
    return _judge(wanted, taken, back)


def _judge(wanted: set[str], taken: list[tuple[str, str, float]], back: float) -> bool:
    first: dict[str, float] = {}
    for _, number, at in taken:
        first.setdefault(number, at)
    missed = len(wanted - set(first))
    doubles = len(taken) - len({key for key, _, _ in taken})   # a planned second try has a key of its own
    drained = max((at for number, at in first.items() if number in wanted), default=back) - back
    good = not missed and doubles <= IN_FLIGHT and drained <= WITHIN
    print(f"missed {missed} of {len(wanted)} (limit 0); doubles {doubles} (limit {IN_FLIGHT}); all out {drained:.1f} s "
          f"after its return (limit {WITHIN:.0f} s): {'within' if good else 'OVER'} the limits")
    return good


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--per-second", type=float, default=400)
    parser.add_argument("--serve", nargs=2, metavar=("PORT", "LOG"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(int(options.serve[0]), Path(options.serve[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(0 if run(options, Path(folder)) else 1)


if __name__ == "__main__":
    main()
