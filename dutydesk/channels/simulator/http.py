"""The switchboard as a process of its own: `python -m dutydesk.channels.simulator.http --port N --state FILE`.

It hands what it hears to the desk's hook until the desk says 200. Every hand-over is written to the state file
before it is acknowledged, so it can judge a desk that was killed. For trials on this machine only.

| request | what |
|---|---|
| POST /send | one message: `{id, channel, via, number, person, text, code, asks, drill}` |
| GET /status?call= | what is known of a call; 404 if it never arrived |
| GET /history, /doubles, /phones, /phone?number= | what arrived, what arrived twice, the phones, one phone |
| POST /pick_up, /press, /reply, /hang_up, /release | a hand at a phone: `{number, keys, text}` |
| POST /faults | `{gateway, hangs, seconds}` or `{numbers, seconds}`: broken from now for so long |
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from dutydesk.channels.simulator import wire
from dutydesk.channels.simulator.behaviour import hurried
from dutydesk.channels.simulator.exchange import Exchange
from dutydesk.channels.simulator.network import Capacity
from dutydesk.channels.simulator.phone import Arrival
from dutydesk.channels.simulator.population import Population
from dutydesk.domain.records import Inbound
from dutydesk.domain.scenario import Crowd
from dutydesk.errors import SendError

CHANNELS = ("simulator-sms", "simulator-voice")
MOST = 1_000_000   # bytes of one request


class NetworkClock:
    """The telephone network's own clock: the wall at the start, monotonic from there."""

    def __init__(self) -> None:
        self._start = datetime.now(UTC)  # noqa: TID251 - another process than the desk, like any provider
        self._zero = time.monotonic()

    def now(self) -> datetime:
        """Return the time now, in UTC."""
        return self._start + timedelta(seconds=time.monotonic() - self._zero)

    def seconds_until(self, moment: datetime) -> float:
        """Return how many seconds it is to a moment, 0 if past."""
        return max(0.0, (moment - self.now()).total_seconds())


class Hook:
    """Pushes the rows of one channel to the desk; raises when the desk did not take them, to be tried again."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key
        self._session = requests.Session()
        self._session.trust_env = False

    def __call__(self, rows: Sequence[Inbound]) -> None:
        """Post rows and return once the desk said 200."""
        body = wire.rows_to_json(rows)
        headers = {wire.SIGNATURE: wire.sign(self._key, body), "Content-Type": "application/json"}
        answer = self._session.post(self._url, data=body, headers=headers, timeout=5)
        answer.raise_for_status()


class Server(ThreadingHTTPServer):
    """Answers for one exchange. `latency`: seconds a hand-over takes, half before it counts and half after."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, exchange: Exchange, *, latency: float = 0.0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.exchange = exchange
        self.latency = latency

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])


Answer = tuple[int, object]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self._respond(_GET.get(url.path), dict(parse_qsl(url.query)))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if length > MOST:
            self.close_connection = True
            self._answer(413, {"error": "too long"})
            return
        try:
            fields = json.loads(self.rfile.read(length) or b"{}")
        except ValueError:
            self._answer(400, {"error": "this is no JSON"})
            return
        self._respond(_POST.get(self.path), fields)

    def _respond(self, act: Callable[[Server, Mapping[str, Any]], Answer] | None, fields: Mapping[str, Any]) -> None:
        if act is None:
            self._answer(404, {"error": "there is no such thing here"})
            return
        try:
            self._answer(*act(self.server, fields))
        except SendError as error:
            self._answer(503, {"error": str(error), "permanent": error.permanent})
        except (KeyError, ValueError, TypeError) as error:
            self._answer(400, {"error": repr(error), "permanent": True})

    def _answer(self, status: int, value: object) -> None:
        body = wire.dumps(value)
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the state file is the record."""


def _send(server: Server, fields: Mapping[str, Any]) -> Answer:
    time.sleep(server.latency / 2)
    handed = server.exchange.hand_over(fields["channel"], wire.outgoing(fields))
    time.sleep(server.latency / 2)
    return 200, {"outcome": handed.outcome, "provider": handed.provider}


def _status(server: Server, fields: Mapping[str, Any]) -> Answer:
    try:
        return 200, {"outcome": server.exchange.status(fields["call"])}
    except SendError as error:
        return 404, {"error": str(error)}


def _faults(server: Server, fields: Mapping[str, Any]) -> Answer:
    start = server.exchange.clock.now()
    until = start + timedelta(seconds=fields["seconds"])
    if "gateway" in fields:
        server.exchange.faults.gateway_down(fields["gateway"], start, until, hangs=bool(fields.get("hangs")))
    else:
        server.exchange.faults.area_dark(fields["numbers"], start, until)
    return 200, {}


def _hand(act: Callable[[Exchange, Mapping[str, Any]], None]) -> Callable[[Server, Mapping[str, Any]], Answer]:
    def acted(server: Server, fields: Mapping[str, Any]) -> Answer:
        act(server.exchange, fields)
        return 200, {}
    return acted


_GET: dict[str, Callable[[Server, Mapping[str, Any]], Answer]] = {
    "/status": _status,
    "/history": lambda server, _: (200, [asdict(each) for each in server.exchange.history]),
    "/doubles": lambda server, _: (200, server.exchange.doubles),
    "/phones": lambda server, _: (200, [asdict(line) for line in server.exchange.lines()]),
    "/phone": lambda server, fields: (200, asdict(server.exchange.handset(fields["number"]))),
}
_POST: dict[str, Callable[[Server, Mapping[str, Any]], Answer]] = {
    "/send": _send,
    "/faults": _faults,
    "/pick_up": _hand(lambda exchange, fields: exchange.pick_up(fields["number"])),
    "/press": _hand(lambda exchange, fields: exchange.press(fields["number"], fields["keys"])),
    "/reply": _hand(lambda exchange, fields: exchange.reply(fields["number"], fields["text"])),
    "/hang_up": _hand(lambda exchange, fields: exchange.hang_up(fields["number"])),
    "/release": _hand(lambda exchange, fields: exchange.release(fields["number"])),
}


def keep(exchange: Exchange, state: Path) -> None:
    """Remember what an earlier run wrote, and write every new arrival before it is acknowledged.

    A last line cut off by a kill was never acknowledged: it is taken away.
    """
    file = state.open("ab", buffering=0)
    whole, _, _ = state.read_bytes().rpartition(b"\n")
    file.truncate(len(whole) + 1 if whole else 0)
    exchange.remember(wire.arrival(json.loads(line)) for line in whole.splitlines())

    def write(arrival: Arrival) -> None:
        file.write(wire.dumps(asdict(arrival)) + b"\n")
    exchange.arrived = write


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the switchboard; prints one line `{"port": N}` when it listens."""
    options = _options().parse_args(arguments)
    crowd = Crowd(options.answer, options.answer if options.night is None else options.night, options.act,
                  timedelta(seconds=options.median), timedelta(seconds=options.p95))
    capacity = Capacity(options.lines, options.per_second, options.per_second, timedelta(seconds=options.ring))
    behave = hurried(Population(crowd, seed=options.seed).behave, options.hurry)
    exchange = Exchange(NetworkClock(), behave, capacity=capacity)
    if options.state:
        keep(exchange, options.state)
    for channel in CHANNELS if options.hook else ():
        exchange.listen(channel, Hook(f"{options.hook.rstrip('/')}/{channel}", options.key))
    server = Server(options.port, exchange, latency=options.latency)
    sys.stdout.write(json.dumps({"port": server.port}) + "\n")
    sys.stdout.flush()
    server.serve_forever()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Simulated telephones as a process of their own.")
    parser.add_argument("--port", type=int, default=0, help="0: any free one, printed")
    parser.add_argument("--state", type=Path, help="file that every arrival is appended to")
    parser.add_argument("--hook", default="", help="rows are posted to HOOK/<channel>")
    parser.add_argument("--key", default="simulated", help="secret of the hook's signature")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--answer", type=float, default=0.9, help="share of calls answered by day")
    parser.add_argument("--night", type=float, help="the same by night; without it as by day")
    parser.add_argument("--act", type=float, default=0.0, help="share of people who report an act")
    parser.add_argument("--median", type=float, default=60.0, help="seconds until a text is answered")
    parser.add_argument("--p95", type=float, default=600.0, help="seconds within which 95 of 100 are")
    parser.add_argument("--hurry", type=float, default=1.0, help="everybody acts so many times as fast")
    parser.add_argument("--lines", type=int, default=64)
    parser.add_argument("--ring", type=float, default=30.0, help="seconds a phone rings")
    parser.add_argument("--per-second", type=float, default=1000.0, help="hand-overs per second and way")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds a hand-over takes")
    return parser


if __name__ == "__main__":
    main()
