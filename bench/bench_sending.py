"""Sending through an HTTP gateway, every step of it recorded durably, beside a bare aiohttp client.

Run: python bench/bench_sending.py [--posts 2000] [--answer-ms 50] [--runs 3]

One red asks every post by message. The gateway is a stub in a process of its own; it answers after `--answer-ms`. The
bare client posts the same number of the same requests, 64 at once, and keeps nothing. Limit: 0.8 of its rate.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
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

SHARE = 0.8
LIMITS = Limits(per_second=100_000, max_in_flight=64, timeout=30)


def serve(port: int, pause: float) -> None:
    """Be the gateway, for ever."""
    from aiohttp import web

    async def take(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(pause)
        return web.json_response({"code": "0", "id": "1"})
    app = web.Application()
    app.router.add_post("/send", take)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


async def bare(url: str, count: int) -> float:
    """Messages a second of a client that keeps nothing."""
    import aiohttp

    todo = iter(range(count))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:
        async def work() -> None:
            for number in todo:
                fields = {"key": f"k{number:020}", "to": f"+9991{number:07}", "text": "【试验应急】暴雨" + "。" * 60}
                async with session.post(url, data=fields) as answer:
                    await answer.read()
        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(64)))
        return count / (time.perf_counter() - began)


def ours(url: str, posts: int) -> tuple[float, int]:
    """Messages a second of the desk, from the first claim until the last outcome is durable; and how many."""
    with tempfile.TemporaryDirectory() as name:
        towns = max(1, posts // 100)
        city = build(Path(name) / "site", towns=towns, villages=posts // towns - 1)
        book = city.folder / "playbooks" / "flood.yaml"
        book.write_text(book.read_text("utf-8").replace("by: [voice, sms]", "by: [sms]"), "utf-8")
        folder, clock = house.open_folder(city.folder), WallClock()
        file = Path(name) / "desk.sqlite3"
        store = stores.open(f"sqlite:///{file}", key=b"bench")
        channel = registry.make("http", "gateway", {
            "url": url, "fields": {"key": "{key}", "to": "{number}", "text": "{text}"}, "limits": LIMITS,
            "answer": {"code": "code", "id": "id"}, "now": clock.now})
        ctx = Context(folder.setup, SiteTexts(folder.setup.texts), house.sources(folder), feed,
                      {Via.SMS: (channel,)})
        rounds = Rounds(ctx, store)
        now = clock.now()
        body = city.warning(1, None, datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)).encode()
        store.write(lambda tx: (tx.save_site(folder.setup.site), tx.add_document(
            Document(document_hash("cma", body), "cma", "red.xml", now, body))))
        rounds.run_once(clock.now(), sends=False)
        with sqlite3.connect(file) as look:
            due, = look.execute("SELECT count(*) FROM ask WHERE via = 'sms' AND state = 'queued'").fetchone()
            sender = Sender(rounds.dispatch, clock, lambda: None)
            began = time.perf_counter()
            sender.start()
            left = due
            while left and time.perf_counter() - began < 120:
                time.sleep(0.02)
                left, = look.execute("SELECT count(*) FROM ask WHERE via = 'sms' AND state IN ('queued', 'sending')"
                                     ).fetchone()
            took = time.perf_counter() - began
            sent, = look.execute("SELECT count(*) FROM call WHERE outcome = 'handed_over'").fetchone()
        sender.stop()
        store.close()
    return sent / took, sent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--answer-ms", type=float, default=50)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--serve", nargs=2, metavar=("PORT", "PAUSE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(int(options.serve[0]), float(options.serve[1]))
        return
    port = free_port()
    stub = subprocess.Popen([sys.executable, __file__, "--serve", str(port), str(options.answer_ms / 1000)])
    url = f"http://127.0.0.1:{port}/send"
    try:
        until(lambda: listening(port), 60, "the gateway")
        shares = []
        for _ in range(options.runs):
            peer = asyncio.run(bare(url, options.posts))
            rate, sent = ours(url, options.posts)
            shares.append(rate / peer)
            print(f"bare {peer:6.0f} a second   ours {rate:6.0f} a second ({sent} messages)   {rate / peer:4.2f}")
        print(f"median share {statistics.median(shares):4.2f} (limit {SHARE})")
    finally:
        stub.terminate()
        stub.wait()


if __name__ == "__main__":
    main()
