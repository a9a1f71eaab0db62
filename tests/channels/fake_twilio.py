"""Twilio on loopback, after its official description: takes messages and calls, and then lives a call as Twilio does:
asks our addresses, signed, says what they answer, presses keys.

What becomes of a request is told by the last digit of its number: 7 refused (unsubscribed), 5 too many requests, 4 no
such number, 6 come later, 3 the line is cut after it was taken, 2 an answer that makes no sense.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from aiohttp import web
from starlette.testclient import TestClient
from twilio.request_validator import RequestValidator

ACCOUNT, TOKEN = "AC" + "0123456789abcdef" * 2, "token of the tests"
OURS = "+12025550100"
PUBLIC = "https://hooks.example.org"


@dataclass
class FakeTwilio:
    """The interface: `asked` are the requests it took, as (kind, fields)."""

    asked: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    port: int = 0
    status: str = "active"

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post(f"/2010-04-01/Accounts/{ACCOUNT}/{{kind}}.json", self.create)
        app.router.add_get(f"/2010-04-01/Accounts/{ACCOUNT}.json", self.account)
        return app

    def stranger(self, request: web.Request) -> web.Response | None:
        known = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") == f"Basic {known}":
            return None
        return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)

    async def account(self, request: web.Request) -> web.Response:
        return self.stranger(request) or web.json_response({"sid": ACCOUNT, "status": self.status})

    async def create(self, request: web.Request) -> web.Response:
        refused = self.stranger(request)
        if refused is not None:
            return refused
        kind = request.match_info["kind"]
        fields = parse_qsl((await request.read()).decode(), keep_blank_values=True)
        end = dict(fields)["To"][-1]
        errors = {"7": (400, 21610), "5": (429, 20429), "4": (400, 21211), "6": (503, 0)}
        if end in errors:
            status, code = errors[end]
            return web.json_response({"code": code, "message": "no", "status": status}, status=status)
        self.asked.append((kind, fields))
        if end == "3":
            assert request.transport is not None
            request.transport.abort()
        if end == "2":
            return web.Response(status=201, text="<html>")
        sid = ("SM" if kind == "Messages" else "CA") + f"{len(self.asked):032x}"
        return web.json_response({"sid": sid, "status": "queued", "account_sid": ACCOUNT}, status=201)


@asynccontextmanager
async def serving(fake: FakeTwilio) -> Any:
    runner = web.AppRunner(fake.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.port = runner.addresses[0][1]
    try:
        yield fake
    finally:
        await runner.cleanup()


@dataclass
class Line:
    """One call as Twilio lives it: `hears` is what was said so far, `client` reaches our hooks."""

    client: TestClient
    sid: str = "CA" + "1" * 32
    number: str = "+8612000000001"
    hears: list[str] = field(default_factory=list)
    over: bool = False
    action: str = ""
    statuses: list[int] = field(default_factory=list)

    def post(self, url: str, **fields: str) -> Any:
        """Ask an address of ours, signed over all of it."""
        given = {"CallSid": self.sid, "AccountSid": ACCOUNT, "From": OURS, "To": self.number,
                 "Direction": "outbound-api", "ApiVersion": "2010-04-01", **fields}
        signature = RequestValidator(TOKEN).compute_signature(url, given)
        done = self.client.post(url.removeprefix(PUBLIC), data=given, headers={"X-Twilio-Signature": signature})
        self.statuses.append(done.status_code)
        return done

    def goes(self, url: str, **fields: str) -> Line:
        """Ask an address and do what it answers, as far as the next key."""
        done = self.post(url, CallStatus="in-progress", **fields)
        assert done.status_code == 200, done.text
        self.follow(ElementTree.fromstring(done.text))
        return self

    def follow(self, twiml: ElementTree.Element) -> None:
        for verb in twiml:
            if verb.tag == "Say":
                self.hears.append("".join(verb.itertext()))
            elif verb.tag == "Gather":
                self.hears += ["".join(say.itertext()) for say in verb.iter("Say")]
                assert verb.get("actionOnEmptyResult") == "true"
                self.action, self.ends = verb.attrib["action"], verb.get("finishOnKey", "")
                return
            elif verb.tag == "Redirect":
                self.goes(verb.text or "")
                return
            elif verb.tag == "Hangup":
                self.over = True
                return

    def presses(self, digits: str) -> str:
        """Press keys (empty: none in time) and return the last thing heard."""
        assert not self.over, "the call is over"
        pressed = digits.rstrip("#") if self.ends == "#" else digits
        self.goes(self.action, **({"Digits": pressed} if pressed else {}))
        return self.hears[-1]


def report(line: Line, url: str, state: str, sequence: int, at: datetime, **more: str) -> int:
    """Push one report of a call; return the status we answered with."""
    done = line.post(url, CallStatus=state, SequenceNumber=str(sequence), Timestamp=format_datetime(at),
                     CallbackSource="call-progress-events", **more)
    return int(done.status_code)


def push(client: TestClient, url: str, fields: Sequence[tuple[str, str]], *, token: str = TOKEN) -> Any:
    """Push a form, signed."""
    signature = RequestValidator(token).compute_signature(url, dict(fields))
    return client.post(url.removeprefix(PUBLIC), data=dict(fields), headers={"X-Twilio-Signature": signature})
