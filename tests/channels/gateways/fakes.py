"""Three gateways of different shape, each a real server on loopback that checks what it is told and keeps what it
took.

What becomes of a message is told by the last digit of its number: 7 refused, 6 come later, 5 limit, 4 dead number, 3
the line is cut after it was taken, 2 an answer that makes no sense, anything else taken.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

KEY = "loopback secret"


@dataclass
class Fake(ABC):
    """A gateway: `taken` is what it sends on, as dicts with key, number and text; `faults` what it was told wrongly."""

    taken: list[dict[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    kept: list[dict[str, str]] = field(default_factory=list)     # waits to be pulled
    confirmed: list[str] = field(default_factory=list)
    asked: int = 0
    port: int = 0

    def take(self, request: web.Request, key: str, number: str, text: str, **more: str) -> str:
        """Take a message; return the last digit of its number."""
        if number[-1] not in "76542":
            self.taken.append({"key": key, "number": number, "text": text, **more})
        if number[-1] == "3":
            assert request.transport is not None
            request.transport.abort()
        return number[-1]

    def wrong(self, what: str) -> web.Response:
        self.faults.append(what)
        return web.Response(status=500, text=what)

    @abstractmethod
    def app(self) -> web.Application:
        ...


class FormGateway(Fake):
    """POST of a form in GBK, a digest of digests, XML back; pushes by GET with our own key, signed by MD5."""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/sms/send.do", self.send)
        return app

    async def send(self, request: web.Request) -> web.Response:
        told = dict(parse_qsl((await request.read()).decode("ascii"), encoding="gbk"))
        password = hashlib.md5(KEY.encode()).hexdigest()
        if told["sign"] != hashlib.md5(f"bureau{password}{told['stamp']}".encode()).hexdigest().upper():
            return self.wrong("sign")
        if len(told["stamp"]) != 14 or told["ext"] != "01" or told["content"].startswith("【"):
            return self.wrong(str(told))
        end = self.take(request, told["userid"], told["mobile"], told["content"])
        if end == "2":
            return web.Response(text="<html>welcome")
        code = {"7": "108", "6": "103", "5": "109", "4": "107"}.get(end, "0")
        said = {"108": "内容含敏感词", "103": "系统忙"}.get(code, "")
        return web.Response(content_type="text/xml", text=f"<?xml version='1.0'?><response><result>{code}</result>"
                                                          f"<desc>{said}</desc></response>")

    def receipt(self, key: str, state: str, stamp: str) -> str:
        """The query of a push."""
        sign = hashlib.md5(f"{key}{stamp}{KEY}".encode()).hexdigest()
        return f"type=report&userid={key}&stat={state}&stamp={stamp}&sign={sign}"

    def reply(self, number: str, text: str, stamp: str) -> str:
        """The query of a push, in GBK, with the fields of a reply."""
        from urllib.parse import quote

        sign = hashlib.md5(f"{number}{stamp}{KEY}".encode()).hexdigest()
        return f"type=mo&userid={number}&content={quote(text)}&stamp={stamp}&sign={sign}"


class JsonGateway(Fake):
    """POST of nested JSON signed by HMAC in a header, its own ids; pushes JSON signed over the body; keeps what was
    pushed in vain until it is pulled and confirmed.
    """

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/v2/messages", self.send)
        app.router.add_get("/v2/messages/status", self.status)
        app.router.add_get("/v2/inbox", self.inbox)
        app.router.add_post("/v2/inbox/confirm", self.confirm)
        return app

    async def send(self, request: web.Request) -> web.Response:
        told = await request.json()
        said = f"app1\n{told['time']}\n{told['message']['clientId']}"
        wanted = base64.b64encode(hmac.new(KEY.encode(), said.encode(), "sha256").digest()).decode()
        if request.headers.get("X-Signature") != wanted:
            return self.wrong("signature")
        if told["message"]["template"] != "T1":
            return self.wrong("template")
        said = told["message"]
        end = self.take(request, said["clientId"], said["to"][0], said["vars"]["place"])
        if end == "2":
            return web.json_response([])
        errors = {"7": (400, "TEMPLATE_ILLEGAL"), "6": (503, "BUSY"), "5": (200, "FREQ_LIMIT"), "4": (200, "NUMBER")}
        if end in errors:
            status, code = errors[end]
            return web.json_response({"code": code, "message": "no"}, status=status)
        return web.json_response({"code": "OK", "data": [{"msgId": f"J{len(self.taken)}"}]})

    async def status(self, request: web.Request) -> web.Response:
        known = [each for each in self.taken if each["key"] == request.query["clientId"]]
        return web.json_response({"code": "OK", "state": "DELIVRD"} if known else {"code": "NOT_FOUND"})

    def pushed(self, rows: list[dict[str, Any]]) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a push."""
        body = json.dumps({"events": rows}, ensure_ascii=False).encode()
        return body, {"X-Sign": hmac.new(KEY.encode(), body, "sha256").hexdigest()}

    async def inbox(self, request: web.Request) -> web.Response:
        self.asked += 1
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return self.wrong("authorization")
        return web.json_response({"events": self.kept[:2]})

    async def confirm(self, request: web.Request) -> web.Response:
        ids = (await request.json())["ids"].split(",")
        self.confirmed += ids
        self.kept = [each for each in self.kept if each["eventId"] not in ids]
        return web.json_response({"code": "OK"})


class LineGateway(Fake):
    """GET with everything in the address, lines of text back; never pushes, gives what waits once."""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/mt", self.send)
        app.router.add_get("/mo", self.fetch)
        return app

    async def send(self, request: web.Request) -> web.Response:
        told = request.query
        if told["s"] != hashlib.sha1(f"{told['da']}|{told['sm']}|{KEY}".encode()).hexdigest():
            return self.wrong("sign")
        end = self.take(request, told["seq"], told["da"], told["sm"])
        errors = {"7": "-12", "6": "-1", "5": "-20", "4": "-31"}
        if end == "2":
            return web.Response(text="")
        return web.Response(text=f"ERR:{errors[end]}" if end in errors else f"OK:{9000 + len(self.taken)}")

    async def fetch(self, request: web.Request) -> web.Response:
        self.asked += 1
        lines, self.kept = self.kept, []
        return web.Response(text="".join(f"{each['line']}\r\n" for each in lines))
