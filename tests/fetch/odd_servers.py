"""Real servers on loopback: one that behaves as told, and raw sockets that behave as no server should."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Asked"], tuple[int, dict[str, str], bytes]]


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]


@dataclass
class Server:
    """A server of its own thread. `answers`: path -> what it says; `asked`: what it was asked, in order."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def says(self, path: str, body: bytes, status: int = 200, **headers: str) -> None:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = lambda asked: (status, told, body)

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]


@contextmanager
def serving() -> Iterator[Server]:
    """Serve whatever the yielded server is told to say."""
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = Asked(self.path, dict(self.headers.items()))
            told.asked.append(asked)
            answer = told.answers.get(self.path) or told.answers.get(self.path.partition("?")[0])
            status, headers, body = answer(asked) if answer else (404, {}, b"")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def raw(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """Listen, read each request, then let `talk` say what it wants; yields the port."""
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def one(peer: socket.socket) -> None:
        with closing(peer), suppress(OSError):
            peer.recv(65536)
            talk(peer, ended)

    def serve() -> None:
        while not ended.is_set():
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(peer,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def slow_headers(peer: socket.socket, ended: threading.Event) -> None:
    """One letter of a header now and then, for ever."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not ended.wait(0.05):
        peer.sendall(b"x")


def slow_body(peer: socket.socket, ended: threading.Event) -> None:
    """A body of a megabyte, a byte now and then."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not ended.wait(0.05):
        peer.sendall(b"x")


def silent(peer: socket.socket, ended: threading.Event) -> None:
    """Not a word."""
    ended.wait(60)


def endless_chunks(peer: socket.socket, ended: threading.Event) -> None:
    """Chunks as fast as they are taken, without an end."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    while not ended.is_set():
        peer.sendall(chunk)


def cut_off(peer: socket.socket, ended: threading.Event) -> None:
    """Less than was announced."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<alert>")


def no_http(peer: socket.socket, ended: threading.Event) -> None:
    """Another protocol."""
    peer.sendall(b"220 mail.example ESMTP\r\n")
    time.sleep(0.05)
