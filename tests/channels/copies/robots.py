"""Chat robots on loopback that behave as their documentation says, refusals with HTTP 200 included."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "SECinvented-for-tests"


@dataclass
class Heard:
    """One request."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[[Heard], tuple[int, Any]]


@dataclass
class Robot:
    """A running one: `heard` is what was said to it and accepted or not."""

    url: str
    heard: list[Heard] = field(default_factory=list)


@contextmanager
def robot(answer: Answer) -> Iterator[Robot]:
    """Serve on a free port; `answer` gives status and JSON for each request."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            split = urlsplit(self.path)
            heard = Heard(split.path, {k: v[0] for k, v in parse_qs(split.query).items()},
                          {k.lower(): v for k, v in self.headers.items()}, body)
            running.heard.append(heard)
            status, said = answer(heard)
            text = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Robot(f"http://127.0.0.1:{server.server_address[1]}/robot/send?access_token=t0ken")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def dingtalk(heard: Heard) -> tuple[int, Any]:
    """A robot with a signing key: the sign in the address covers `timestamp\\nsecret`."""
    stamp = heard.query.get("timestamp", "")
    sign = base64.b64encode(hmac.digest(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256)).decode()
    if heard.query.get("sign") != sign:
        return 200, {"errcode": 310000, "errmsg": "sign not match"}
    good = heard.json["msgtype"] == "text" and heard.json["text"]["content"]
    return 200, {"errcode": 0 if good else 40035, "errmsg": "ok" if good else "missing parameter"}


def feishu(heard: Heard) -> tuple[int, Any]:
    """A robot with a signing key: the sign in the body is an HMAC of nothing under `timestamp\\nsecret`."""
    said = heard.json
    sign = base64.b64encode(hmac.digest(f"{said.get('timestamp')}\n{SECRET}".encode(), b"", hashlib.sha256)).decode()
    if said.get("sign") != sign:
        return 200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
    return 200, {"code": 0, "msg": "success"} if said["content"]["text"] else {"code": 9499, "msg": "Bad Request"}


def wecom(heard: Heard) -> tuple[int, Any]:
    """A robot that counts bytes."""
    size = len(heard.json["text"]["content"].encode())
    return 200, {"errcode": 0, "errmsg": "ok"} if size <= 2048 else {"errcode": 40058, "errmsg": "content too long"}
