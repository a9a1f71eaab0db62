"""Looks at the way to a provider from this machine (name, port, certificate, clock) and at the way back to our hooks.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

import requests

from dutydesk.ports.channel import Checked
from dutydesk.ports.clock import Clock

WAIT = 5.0                                  # seconds for each step
PORTS = {"https": 443, "http": 80, "smtp": 587, "smtps": 465}
SKEW = timedelta(seconds=30)                # so far a clock may be wrong; signed requests are refused beyond minutes
EXPIRES = timedelta(days=14)                # a certificate that ends sooner is told
NO_CHANNEL = "doctor"                       # our hooks say that there is none, in words nobody else uses


def way_to(url: str, clock: Clock) -> Iterator[Checked]:
    """Yield what can be seen of the way to an address `scheme://host[:port]...`: each step only if the one before it
    was good.
    """
    where = urlsplit(url)
    host, port = where.hostname or "", where.port or PORTS.get(where.scheme, 0)
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        yield Checked("address", False, f"{host}: {getattr(error, 'strerror', None) or 'no name'}",
                      "correct the address in dutydesk.toml, or the DNS of this machine")
        return
    yield Checked("address", True, f"{host} is {', '.join(sorted(found)[:2])}")
    try:
        with socket.create_connection((host, port), WAIT) as line:
            yield Checked("port", True, f"{host}:{port} listens")
            if where.scheme in ("https", "smtps"):
                yield from _certificate(line, host, clock.now())
    except OSError as error:
        yield Checked("port", False, f"{host}:{port}: {error.strerror or type(error).__name__}",
                      "let this machine through the firewall, or ask the provider whether it is down")
        return
    if where.scheme in ("http", "https"):
        yield from _clock(where, clock)


def _certificate(line: socket.socket, host: str, now: datetime) -> Iterator[Checked]:
    try:
        with ssl.create_default_context().wrap_socket(line, server_hostname=host) as safe:
            until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str((safe.getpeercert() or {})["notAfter"])), UTC)
            said = f"{safe.version()}, certificate until {until:%Y-%m-%d}"
    except ssl.SSLError as error:
        yield Checked("certificate", False, str(getattr(error, "verify_message", "") or error.reason or error),
                      "see whether a proxy stands in between, and whether the certificates of this machine are new")
        return
    soon = until - now < EXPIRES
    yield Checked("certificate", None if soon else True, said, "the provider must renew it" if soon else "")


def _clock(where: SplitResult, clock: Clock) -> Iterator[Checked]:
    """Compare our clock with the date an answer bears; a server that gives none tells nothing."""
    before = clock.now()
    try:
        with requests.head(f"{where.scheme}://{where.netloc}/", timeout=WAIT, allow_redirects=False) as answer:
            told = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, ValueError, TypeError):
        return
    off = told - (before + (clock.now() - before) / 2)
    good = abs(off) <= SKEW
    yield Checked("clock", good, f"{-off.total_seconds():+.0f} s beside the provider's" if not good else "right",
                  "" if good else "set the clock of this machine (chrony): signed requests and call-backs fail")


def way_back(url: str) -> Checked:
    """Tell whether our hooks are reached from outside at their public address, by a channel there is none of."""
    try:
        with requests.get(f"{url}/hooks/{NO_CHANNEL}", timeout=WAIT, allow_redirects=False) as answer:
            ours = answer.status_code == 404 and answer.text == "no such channel\n"
            said = f"HTTP {answer.status_code}, not from our hooks"
    except requests.RequestException as error:
        ours, said = False, f"{url} does not answer ({type(error).__name__})"
    if ours:
        return Checked("hooks", True, f"{url} reaches our hooks")
    return Checked("hooks", False, said, "start `dutydesk run`, and lead this address to the port of its hooks")
