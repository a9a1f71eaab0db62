"""Taking what providers push: signed replies, durable before the 200, beside an endpoint that only checks signatures.

Run: python bench/bench_inbound.py [--seconds 5] [--connections 64]

Both are Starlette on uvicorn, each in a process of its own, under the same load in the same run. Printed: the share of
the bare endpoint's rate that ours keeps (limit: 0.5), and our p99 at half of our peak (limit: 50 ms).
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.app.processes import free_port, listening, until

SHARE, P99 = 0.5, 0.050
ACCOUNT, TOKEN, PUBLIC = "AC" + "0" * 32, "token of the bench", "https://hooks.example.org"


def serve(kind: str, port: int, folder: str) -> None:
    """Be one of the two servers, for ever."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    from dutydesk import store as stores
    from dutydesk.channels import registry
    from dutydesk.channels.settings import Filled
    from dutydesk.clock import WallClock
    from dutydesk.ports.channel import Callback
    from dutydesk.web.hooks import hooks

    channel = registry.make("twilio-sms", "sms", {"account": ACCOUNT, "token": Filled(TOKEN),
                                                  "number": "+12025550100", "public_url": PUBLIC})
    if kind == "ours":
        app = hooks(stores.open(f"sqlite:///{folder}/desk.sqlite3", key=b"bench"), {"sms": channel}, WallClock())
    else:
        async def bare(request: Request) -> Response:
            channel.form(Callback("POST", "/hooks/sms/in", "in", (), request.headers.items(), await request.body(),
                                  WallClock().now()))
            return PlainTextResponse("")
        app = Starlette(routes=[Route("/hooks/sms/in", bare, methods=["POST"])])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


def bodies(count: int, run: str) -> list[tuple[bytes, dict[str, str]]]:
    """So many different replies, signed."""
    from twilio.request_validator import RequestValidator

    signer, made = RequestValidator(TOKEN), []
    for number in range(count):
        fields = {"MessageSid": f"SM{run}{number}", "AccountSid": ACCOUNT, "From": f"+9991{number:07}",
                  "To": "+12025550100", "Body": "1收到，已到岗", "NumMedia": "0"}
        signature = signer.compute_signature(f"{PUBLIC}/hooks/sms/in", fields)
        made.append((urlencode(fields).encode(), {
            "X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}))
    return made


async def load(port: int, pushes: list[tuple[bytes, dict[str, str]]], connections: int,
               rate: float = 0) -> tuple[float, float]:
    """Push everything, as fast as it goes or at a rate; return pushes a second and the p99 of an answer in seconds."""
    import aiohttp

    times: list[float] = []
    todo = iter(enumerate(pushes))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:
        began = time.perf_counter()

        async def work() -> None:
            for place, (body, headers) in todo:
                due = began + place / rate if rate else 0.0
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                start = max(due, 0.0) or time.perf_counter()
                async with session.post(f"http://127.0.0.1:{port}/hooks/sms/in", data=body, headers=headers) as answer:
                    if answer.status != 200:
                        raise SystemExit(f"a push was answered {answer.status}: {await answer.text()}")
                times.append(time.perf_counter() - start)
        await asyncio.gather(*(work() for _ in range(connections)))
        took = time.perf_counter() - began
    return len(times) / took, sorted(times)[int(len(times) * 0.99)]


def measure(kind: str, seconds: float, connections: int) -> tuple[float, float]:
    """The peak of a server, and its p99 at half of it."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([sys.executable, __file__, "--serve", kind, str(port), folder])
        try:
            until(lambda: listening(port), 60, "the server")
            asyncio.run(load(port, bodies(500, "warm"), connections))
            peak, _ = asyncio.run(load(port, bodies(int(1500 * seconds), "peak"), connections))
            _, late = asyncio.run(load(port, bodies(int(peak / 2 * seconds), "half"), connections, peak / 2))
        finally:
            server.terminate()
            server.wait()
    return peak, late


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--serve", nargs=3, metavar=("KIND", "PORT", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve[0], int(options.serve[1]), options.serve[2])
        return
    bare, bare_late = measure("bare", options.seconds, options.connections)
    ours, late = measure("ours", options.seconds, options.connections)
    print(f"bare   {bare:7.0f} a second                  p99 at half of the peak {bare_late * 1000:6.1f} ms")
    print(f"ours   {ours:7.0f} a second  {ours / bare:4.2f} (limit {SHARE})  p99 at half of the peak "
          f"{late * 1000:6.1f} ms (limit {P99 * 1000:.0f})")


if __name__ == "__main__":
    main()
