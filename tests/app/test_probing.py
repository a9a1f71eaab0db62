"""The way to a provider: what its server, its certificate and its clock are like, told by real sockets."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dutydesk.app.probing import way_back, way_to
from dutydesk.clock import WallClock

CLOCK = WallClock()


@contextmanager
def server(*, ahead: timedelta = timedelta(), body: bytes = b"", secure: Path | None = None) -> Iterator[int]:
    """A server whose clock is ahead, and which answers 404 with a body; with a certificate where one is given."""
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(404)
            self.send_header("Date", format_datetime(CLOCK.now() + ahead, usegmt=False))
            self.end_headers()
            self.wfile.write(body if self.command == "GET" else b"")

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    made = HTTPServer(("127.0.0.1", 0), Handler)
    made.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    if secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(secure)
        made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield made.server_port
    finally:
        made.shutdown()
        thread.join(10)
        made.server_close()


def certificate(folder: Path, *, days: float) -> Path:
    """A certificate for localhost that signed itself and ends in some days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(7).not_valid_before(now - timedelta(days=9)).not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(key, hashes.SHA256()))
    path = folder / "cert.pem"
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                       serialization.NoEncryption()) + made.public_bytes(serialization.Encoding.PEM))
    return path


def looked(url: str) -> dict[str, bool | None]:
    return {check.what: check.good for check in way_to(url, CLOCK)}


@pytest.mark.parametrize(("ahead", "good"), [
    (timedelta(), True), (timedelta(seconds=20), True), (timedelta(minutes=2), False), (timedelta(minutes=-2), False)])
def test_a_clock_that_is_wrong_by_more_than_half_a_minute_is_a_fault(ahead: timedelta, good: bool) -> None:
    with server(ahead=ahead) as port:
        assert looked(f"http://127.0.0.1:{port}") == {"address": True, "port": True, "clock": good}


def test_each_step_is_looked_at_only_if_the_one_before_was_good() -> None:
    assert looked("https://nowhere.invalid") == {"address": False}
    assert looked("http://127.0.0.1:1") == {"address": True, "port": False}


@pytest.mark.parametrize(("days", "trusted", "good"), [(100, True, True), (5, True, None), (-1, True, False),
                                                       (100, False, False)])
def test_a_certificate_must_be_trusted_and_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: float,
                                                trusted: bool, good: bool | None) -> None:
    path = certificate(tmp_path, days=days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with server(secure=path) as port:
        found = looked(f"https://localhost:{port}")
    assert found["certificate"] is good


@pytest.mark.parametrize(("body", "good"), [(b"no such channel\n", True), (b"not found", False)])
def test_only_our_own_hooks_are_taken_for_our_hooks(body: bytes, good: bool) -> None:
    with server(body=body) as port:
        assert way_back(f"http://127.0.0.1:{port}").good is good
    assert way_back("http://127.0.0.1:1").good is False
