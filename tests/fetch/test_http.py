"""One document over HTTP: whole and in time, or a failure that says why. Every server here is a real one."""

from __future__ import annotations

import gzip
import random
import socket
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from odd_servers import Asked, Server, cut_off, endless_chunks, no_http, raw, serving, silent, slow_body, slow_headers

from dutydesk.errors import FetchFailed, Refused
from dutydesk.fetch.dialling import is_public
from dutydesk.fetch.http import Fetcher
from dutydesk.ports.feed import Polling

NOW = datetime(2026, 7, 20, tzinfo=UTC)
ENOUGH = 100_000


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


def fetcher(*urls: str, most: int = ENOUGH, timeout: float = 5, environment: dict[str, str] | None = None,
            resolve: Any = socket.getaddrinfo, **more: Any) -> Fetcher:
    polling = Polling(urls, timeout=timedelta(seconds=timeout), **({"allow_private": True} | more))
    return Fetcher(polling, most, environment=environment or {}, resolve=resolve)


def test_bytes_come_as_they_are_with_what_to_ask_for_the_next_time(server: Server) -> None:
    body = bytes(range(256))
    server.says("/a", body, ETag='"7"', Last_Modified="Mon, 20 Jul 2026 00:00:00 GMT")
    found = fetcher(server.url("/a")).get(server.url("/a"), now=NOW)
    assert (found.body, found.etag, found.modified) == (body, '"7"', "Mon, 20 Jul 2026 00:00:00 GMT")


def test_nothing_new_is_asked_for_and_understood(server: Server) -> None:
    def answer(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        return (304, {"ETag": '"7"'}, b"") if asked.headers.get("If-None-Match") == '"7"' else (200, {}, b"all")
    server.answers["/a"] = answer
    get = fetcher(server.url("/a")).get
    assert get(server.url("/a"), now=NOW).body == b"all"
    again = get(server.url("/a"), now=NOW, etag='"7"', modified="Mon, 20 Jul 2026 00:00:00 GMT")
    assert (again.body, again.etag) == (None, '"7"')
    assert server.asked[1].headers["If-Modified-Since"] == "Mon, 20 Jul 2026 00:00:00 GMT"


@pytest.mark.parametrize(("encoding", "pack"), [
    ("gzip", gzip.compress), ("gzip", lambda body: gzip.compress(body[:5]) + gzip.compress(body[5:]) + b"\0\0"),
    ("deflate", zlib.compress), ("deflate", lambda body: zlib.compress(body)[2:-4]), ("identity", bytes)])
def test_a_packed_body_is_unpacked(server: Server, encoding: str, pack: Any) -> None:
    body = "<alert>暴雨</alert>".encode() * 100
    server.says("/a", pack(body), Content_Encoding=encoding)
    assert fetcher(server.url("/a")).get(server.url("/a"), now=NOW).body == body


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_put_out_at_the_limit(server: Server, encoding: str) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()
    server.says("/a", bomb, Content_Encoding=encoding)
    began = time.monotonic()
    with pytest.raises(FetchFailed, match="larger than 100,000") as caught:
        fetcher(server.url("/a")).get(server.url("/a"), now=NOW)
    assert caught.value.beginning == bytes(64 * 1024)
    assert time.monotonic() - began < 2


def test_a_bomb_never_fills_the_memory(server: Server) -> None:
    import tracemalloc

    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()
    server.says("/a", bomb, Content_Encoding="gzip")
    tracemalloc.start()
    with pytest.raises(FetchFailed):
        fetcher(server.url("/a"), most=1_000_000).get(server.url("/a"), now=NOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000, "a hundred megabytes were unpacked"


def test_a_body_too_large_is_left_with_its_beginning_kept(server: Server) -> None:
    server.says("/a", b"<html>" + b"x" * 200_000)
    with pytest.raises(FetchFailed, match="max_bytes") as caught:
        fetcher(server.url("/a")).get(server.url("/a"), now=NOW)
    assert caught.value.beginning.startswith(b"<html>")


@pytest.mark.parametrize(("body", "encoding"), [
    (gzip.compress(b"x" * 9000)[:-9], "gzip"), (zlib.compress(b"abc" * 900)[:-6], "deflate"), (b"no gzip", "gzip"),
    (b"abc", "br"), (b"abc", "gzip, gzip")])
def test_what_is_packed_badly_or_cut_off_is_no_answer(server: Server, body: bytes, encoding: str) -> None:
    server.says("/a", body, Content_Encoding=encoding)
    with pytest.raises(FetchFailed):
        fetcher(server.url("/a")).get(server.url("/a"), now=NOW)


def test_the_unpacking_of_any_cut_is_whole_or_a_failure(server: Server) -> None:
    chance = random.Random(3)
    body = chance.randbytes(3000) + b"x" * 3000
    packed = gzip.compress(body)
    get = fetcher(server.url("/a")).get
    for end in sorted(chance.sample(range(1, len(packed)), 25)):
        server.says("/a", packed[:end], Content_Encoding="gzip")
        with pytest.raises(FetchFailed):
            get(server.url("/a"), now=NOW)


@pytest.mark.parametrize("talk", [slow_headers, slow_body, silent], ids=lambda talk: talk.__name__)
def test_a_slow_server_is_left_at_the_deadline(talk: Any) -> None:
    with raw(talk) as port:
        url = f"http://127.0.0.1:{port}/"
        began = time.monotonic()
        with pytest.raises(FetchFailed, match=r"within 0\.6 s"):
            fetcher(url, timeout=0.6).get(url, now=NOW)
        assert time.monotonic() - began < 2


def test_endless_chunks_end_at_the_limit() -> None:
    with raw(endless_chunks) as port:
        url = f"http://127.0.0.1:{port}/"
        with pytest.raises(FetchFailed, match="larger"):
            fetcher(url).get(url, now=NOW)


@pytest.mark.parametrize("talk", [cut_off, no_http], ids=lambda talk: talk.__name__)
def test_half_an_answer_is_none(talk: Any) -> None:
    with raw(talk) as port:
        url = f"http://127.0.0.1:{port}/"
        with pytest.raises(FetchFailed):
            fetcher(url).get(url, now=NOW)


def test_nobody_there_is_a_failure_that_names_the_host_and_not_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(FetchFailed, match=r"127\.0\.0\.1 cannot be reached"):
        fetcher(f"http://127.0.0.1:{port}/").get(f"http://127.0.0.1:{port}/", now=NOW)


@pytest.mark.parametrize(("told", "seconds"), [
    ("120", 120.0), ("Mon, 20 Jul 2026 00:05:00 GMT", 300.0), ("soon", None), ("", None), ("-5", None)])
def test_a_server_says_how_long_it_wants_to_be_left_alone(server: Server, told: str, seconds: float | None) -> None:
    server.says("/a", b"", 503, Retry_After=told)
    with pytest.raises(FetchFailed, match="503") as caught:
        fetcher(server.url("/a")).get(server.url("/a"), now=NOW)
    assert caught.value.retry_after == seconds


# -- redirects ----------------------------------------------------------------------------------------
def test_redirects_are_followed_and_the_last_address_told(server: Server) -> None:
    server.says("/a", b"", 302, Location="/b?x=1")
    server.says("/b", b"", 308, Location=server.url("/c"))
    server.says("/c", b"here")
    found = fetcher(server.url("/a")).get(server.url("/a"), now=NOW)
    assert (found.body, found.url) == (b"here", server.url("/c"))


def test_a_chain_of_redirects_ends(server: Server) -> None:
    server.says("/a", b"", 301, Location="/a")
    with pytest.raises(FetchFailed, match="more than 5"):
        fetcher(server.url("/a")).get(server.url("/a"), now=NOW)
    assert len(server.asked) == 6


@pytest.mark.parametrize("where", ["file:///etc/passwd", "gopher://127.0.0.1/", "", "//", "javascript:1"])
def test_a_redirect_out_of_the_web_is_refused(server: Server, where: str) -> None:
    server.says("/a", b"", 302, Location=where)
    with pytest.raises(FetchFailed):
        fetcher(server.url("/a")).get(server.url("/a"), now=NOW)


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "ff02::1", "::", "fe80::1%eth0", "no address"])
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


def test_the_first_address_must_be_public_unless_allowed(server: Server) -> None:
    server.says("/a", b"secret of this machine")
    with pytest.raises(FetchFailed, match="allow_private"):
        fetcher(server.url("/a"), allow_private=False).get(server.url("/a"), now=NOW)
    assert server.asked == []


class Names:
    """A name server that tells each time the next answer of its list."""

    def __init__(self, port: int, *answers: str) -> None:
        self.asked = 0
        self._port = port
        self._answers = answers

    def __call__(self, host: str, port: int, **_: object) -> list[Any]:
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer.split()]


def test_a_name_that_leads_inside_is_refused(server: Server) -> None:
    server.says("/a", b"inside")
    url = f"http://warnings.example:{server.port}/a"
    with pytest.raises(FetchFailed, match=r"127\.0\.0\.1, which is no public address"):
        fetcher(url, allow_private=False, resolve=Names(server.port, "127.0.0.1")).get(url, now=NOW)
    assert server.asked == []


def test_a_name_is_asked_once_and_what_was_judged_is_connected_to(server: Server,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    server.says("/a", b"inside")
    names = Names(server.port, "93.184.216.34", "127.0.0.1")    # rebinding: public when judged, inside afterwards
    url = f"http://warnings.example:{server.port}/a"
    with pytest.raises(FetchFailed, match="cannot be reached"):
        fetcher(url, allow_private=False, timeout=1, resolve=names).get(url, now=NOW)
    assert names.asked == 1
    assert server.asked == []


def test_of_several_addresses_only_public_ones_are_tried(server: Server) -> None:
    url = f"http://warnings.example:{server.port}/a"
    server.says("/a", b"inside")
    with pytest.raises(FetchFailed, match="cannot be reached"):
        fetcher(url, allow_private=False, timeout=1,
                resolve=Names(server.port, "127.0.0.1 93.184.216.34")).get(url, now=NOW)
    assert server.asked == []


def test_a_redirect_to_a_private_address_is_refused_at_the_second_step(server: Server) -> None:
    class Split(Names):
        def __call__(self, host: str, port: int, **more: object) -> list[Any]:
            return super().__call__(host, port) if host == "inside.example" else socket.getaddrinfo(
                host, port, **more)  # type: ignore[arg-type]

    server.says("/a", b"", 302, Location=f"http://inside.example:{server.port}/b")
    server.says("/b", b"inside")
    names = Split(server.port, "10.1.2.3")
    with pytest.MonkeyPatch.context() as patch:     # this machine counts as public for this once; 10.1.2.3 does not
        patch.setattr("dutydesk.fetch.dialling.is_public", lambda address: address == "127.0.0.1")
        with pytest.raises(FetchFailed, match=r"10\.1\.2\.3"):
            fetcher(server.url("/a"), allow_private=False, resolve=names).get(server.url("/a"), now=NOW)
    assert server.paths() == ["/a"]


# -- secrets ------------------------------------------------------------------------------------------
KEY = "s3cr3t/+&=钥"


def test_secrets_come_from_the_environment_and_are_told_to_nobody(server: Server) -> None:
    server.says("/a", b"", 302, Location="/b?key=" + "s3cr3t%2F%2B%26%3D%E9%92%A5")
    server.says("/b", b"body")
    url = server.url("/a?key=${KEY}")
    found = fetcher(url, environment={"KEY": KEY, "TOKEN": "abcdef"}, headers={"X-Token": "Bearer ${TOKEN}"}).get(
        url, now=NOW)
    assert server.asked[0].path == "/a?key=s3cr3t%2F%2B%26%3D%E9%92%A5"
    assert server.asked[0].headers["X-Token"] == "Bearer abcdef"
    assert found.url == server.url("/b?key=${KEY}")


def test_a_failure_never_tells_a_secret(server: Server) -> None:
    server.says("/a", b"", 302, Location=f"ftp://x/{KEY}".encode().decode("latin-1"))
    url = server.url("/a?key=${KEY}")
    for address in (url, f"http://127.0.0.1:{server.port}/${{KEY}}", "http://127.0.0.1:1/${KEY}"):
        with pytest.raises(FetchFailed) as caught:
            fetcher(url, environment={"KEY": KEY}).get(address, now=NOW)
        assert "s3cr3t" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert "s3cr3t" not in repr(caught.value)


def test_a_secret_that_is_not_set_is_named(server: Server) -> None:
    with pytest.raises(Refused, match="KEY"):
        fetcher(server.url("/?k=${KEY}")).get(server.url("/?k=${KEY}"), now=NOW)
    assert server.asked == []


def test_secrets_and_headers_go_to_the_source_s_own_servers_only(server: Server) -> None:
    with serving() as stranger:
        stranger.says("/x", b"thanks")
        server.says("/a", b"", 302, Location=stranger.url("/x"))
        own = fetcher(server.url("/a"), environment={"KEY": KEY}, headers={"Authorization": "Bearer ${KEY}"})
        own.get(server.url("/a"), now=NOW)
        listed = own.get(stranger.url("/x?steal=${KEY}"), now=NOW, own=False)
        assert listed.body == b"thanks"
        assert server.asked[0].headers["Authorization"] == f"Bearer {KEY}".encode().decode("latin-1")
        assert all("Authorization" not in each.headers for each in stranger.asked)
        assert all("s3cr3t" not in each.path for each in stranger.asked)


def test_a_list_cannot_ask_for_a_secret_the_source_does_not_use(server: Server) -> None:
    server.says("/b", b"x")
    own = fetcher(server.url("/a?k=${KEY}"), environment={"KEY": KEY, "DATABASE_PASSWORD": "hunter2222"})
    own.get(server.url("/b?p=${DATABASE_PASSWORD}"), now=NOW, own=False)
    assert "hunter2222" not in server.asked[0].path


def test_the_environment_s_proxy_is_used_only_where_the_source_may(server: Server,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url())
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        server.says("/a", b"direct")
        assert fetcher(server.url("/a")).get(server.url("/a"), now=NOW).body == b"direct"
        proxy.answers["http://warnings.example/a"] = lambda asked: (200, {}, b"through the proxy")
        through = fetcher("http://warnings.example/a", proxy=True, allow_private=False)
        assert through.get("http://warnings.example/a", now=NOW).body == b"through the proxy"
        with pytest.raises(FetchFailed, match="no public address"):
            through.get("http://10.0.0.1/a", now=NOW)


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Any) -> None:
    import ssl
    import subprocess

    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                           "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key.pem",
                           "-out", tmp_path / "cert.pem"], capture_output=True, check=False)
    assert made.returncode == 0, made.stderr
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")

    def talk(peer: socket.socket, ended: object) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    listener = socket.create_server(("127.0.0.1", 0))
    url = f"https://127.0.0.1:{listener.getsockname()[1]}/"

    def serve() -> None:
        for _ in range(2):
            peer, _ = listener.accept()
            try:
                with context.wrap_socket(peer, server_side=True) as safe:
                    safe.recv(65536)
                    talk(safe, None)
            except OSError:
                peer.close()

    import threading

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with pytest.raises(FetchFailed, match="certificate"):
        fetcher(url).get(url, now=NOW)
    assert fetcher(url, ca=str(tmp_path / "cert.pem")).get(url, now=NOW).body == b"ok"
    thread.join(5)
    listener.close()
