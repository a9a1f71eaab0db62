from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from hand_clock import START, ring, sent, text

from dutydesk.channels.simulator import wire
from dutydesk.channels.simulator.remote import RemoteSms, RemoteVoice
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome
from dutydesk.errors import Refused, SendError
from dutydesk.ports.channel import Callback, Hears, Limits, Tracks

KEY = "a secret of the tests"


def pushed(headers: Sequence[tuple[str, str]], body: bytes) -> Callback:
    return Callback("POST", "/hooks/simulator-sms", "", (), headers, body, START)


@dataclass
class Desk:
    """A desk's hook: keeps the rows it acknowledges, fails while it is told to."""

    channel: RemoteSms
    port: int = 0
    rows: list[Inbound] = field(default_factory=list)
    fail: int = 0


@contextmanager
def desk() -> Iterator[Desk]:
    state = Desk(RemoteSms("http://127.0.0.1:1", KEY))

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = 200
            if state.fail > 0:
                state.fail, status = state.fail - 1, 500
            else:
                state.rows += state.channel.read_callback(pushed(list(self.headers.items()), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    state.port = int(server.server_address[1])
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def switchboard(*options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "dutydesk.channels.simulator.http", "--key", KEY, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        finally:
            process.kill()


@contextmanager
def sending(channel: RemoteSms | RemoteVoice) -> Iterator[RemoteSms | RemoteVoice]:
    try:
        yield channel
    finally:
        asyncio.run(channel.close())


def look(url: str) -> Any:
    return requests.get(url, timeout=5).json()


def until(true: Callable[[], bool], within: float = 10) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_a_text_goes_out_is_answered_and_comes_back_signed_until_the_desk_takes_it() -> None:
    with desk() as hook, switchboard("--hook", f"http://127.0.0.1:{hook.port}/hooks", "--answer", "1",
                                     "--hurry", "1000") as url, sending(RemoteSms(url, KEY)) as sms:
        hook.fail = 2
        assert sent(sms, text("c1", code="B")).outcome is Outcome.HANDED_OVER
        until(lambda: any(row.kind == "reply" for row in hook.rows))
        assert {(row.channel, row.number, row.kind, row.text) for row in hook.rows if row.kind == "reply"} == {
            ("simulator-sms", "+99901", "reply", "B1")}
        assert asyncio.run(sms.status("c1")) in (Outcome.HANDED_OVER, Outcome.ON_HANDSET)


def test_a_call_can_be_picked_up_and_answered_from_outside() -> None:
    with desk() as hook, switchboard("--hook", f"http://127.0.0.1:{hook.port}/hooks", "--answer", "0") as url, \
            sending(RemoteVoice(url, KEY)) as voice:
        number = "+99907"
        for call in range(30):          # one that rings: a silent crowd is busy or off now and then
            number = f"+9990{call}"
            sent(voice, ring(f"c{call}", number))
            if look(f"{url}/phone?number=%2B9990{call}")["state"] == "ringing":
                break
        for act in ({"do": "pick_up"}, {"do": "press", "keys": "1"}, {"do": "hang_up"}):
            assert requests.post(f"{url}/{act['do']}", json={"number": number, **act}, timeout=5).status_code == 200
        until(lambda: any(row.kind == "key" for row in hook.rows))
        assert [(row.kind, row.text, row.outcome) for row in hook.rows if row.number == number] == [
            ("receipt", "", Outcome.PICKED_UP), ("key", "1", None)]
        assert {row.channel for row in hook.rows} == {"simulator-voice"}


def test_where_nobody_listens_nothing_left_and_a_later_try_may_help() -> None:
    with sending(RemoteSms("http://127.0.0.1:1", KEY)) as sms:
        with pytest.raises(SendError) as refused:
            sent(sms, text("c1"))
        assert not refused.value.permanent
        with pytest.raises(SendError):
            asyncio.run(sms.status("c1"))


def test_of_a_hand_over_that_took_too_long_nothing_is_known() -> None:
    with switchboard("--latency", "1") as url, sending(
            RemoteSms(url, KEY, limits=Limits(timeout=0.2))) as sms:
        assert sent(sms, text("c1")).outcome is Outcome.UNKNOWN
        until(lambda: len(look(f"{url}/history")) == 1)
        assert asyncio.run(sms.status("c1")).called
        with pytest.raises(SendError, match="never"):
            asyncio.run(sms.status("c2"))


def test_a_gateway_broken_from_outside_refuses_for_now() -> None:
    with switchboard() as url, sending(RemoteSms(url, KEY)) as sms:
        requests.post(f"{url}/faults", json={"gateway": "sms", "seconds": 60}, timeout=5)
        with pytest.raises(SendError) as refused:
            sent(sms, text("c1"))
        assert not refused.value.permanent
        requests.post(f"{url}/faults", json={"numbers": ["+99902"], "seconds": 60}, timeout=5)
        with sending(RemoteVoice(url, KEY)) as voice:
            sent(voice, ring("c2", "+99902"))
        assert look(f"{url}/history")[0]["reached"] == "dark"


def test_a_killed_switchboard_still_knows_what_it_had_acknowledged(tmp_path: Path) -> None:
    state = tmp_path / "arrivals.jsonl"
    with switchboard("--state", str(state)) as url, sending(RemoteSms(url, KEY)) as sms:
        sent(sms, text("c1"))
        sent(sms, text("c1"))
    with state.open("a") as file:
        file.write('{"at": "20')     # cut off by the kill
    with switchboard("--state", str(state)) as url, sending(RemoteSms(url, KEY)) as sms:
        assert look(f"{url}/doubles") == {"c1": 2}
        assert asyncio.run(sms.status("c1")) is Outcome.HANDED_OVER
        sent(sms, text("c2"))
    with switchboard("--state", str(state)) as url:
        assert [each["call"] for each in look(f"{url}/history")] == ["c1", "c1", "c2"]
        assert len(look(f"{url}/phones")) == 1


def test_many_go_out_at_once() -> None:
    with switchboard() as url, sending(RemoteSms(url, KEY)) as sms, ThreadPoolExecutor(1):
        async def storm() -> list[Outcome]:
            handed = await asyncio.gather(*(sms.send(text(f"c{each}", f"+9990{each}")) for each in range(300)))
            return [each.outcome for each in handed]
        assert asyncio.run(storm()) == [Outcome.HANDED_OVER] * 300
        assert len(look(f"{url}/history")) == 300


@pytest.mark.parametrize(("path", "body", "status"), [
    ("/send", b"{", 400), ("/send", b"{}", 400), ("/nothing", b"{}", 404), ("/pick_up", b'{"number": "+1"}', 400),
    ("/send", b'{"id": "c", "channel": "simulator-sms", "via": "pigeon", "number": "1", "person": "p", "text": ""}',
     400),
])
def test_nonsense_is_told_off_and_harms_nothing(path: str, body: bytes, status: int) -> None:
    with switchboard() as url:
        assert requests.post(url + path, data=body, timeout=5).status_code == status
        assert look(f"{url}/history") == []


def test_a_call_back_without_our_signature_is_refused() -> None:
    channel = RemoteSms("http://127.0.0.1:1", KEY)
    row = Inbound("i1", "simulator-sms", "receipt", "+99901", "", "c1", START, Outcome.ON_HANDSET)
    body = wire.rows_to_json([row])
    good = [(wire.SIGNATURE.lower(), wire.sign(KEY, body))]
    assert channel.read_callback(pushed(good, body)) == [row]
    for headers, forged in (([], body), (good, body + b" "), ([(wire.SIGNATURE, wire.sign("guess", body))], body)):
        with pytest.raises(Refused):
            channel.read_callback(pushed(headers, forged))
    for nonsense in (b"{}x", b"[1]", b'[{"id": 1}]', b"\xff"):
        with pytest.raises(Refused):
            channel.read_callback(pushed([(wire.SIGNATURE, wire.sign(KEY, nonsense))], nonsense))
    assert isinstance(channel, Tracks)
    assert isinstance(channel, Hears)
