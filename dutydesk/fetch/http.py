"""Fetches one document over HTTP: bounded in time and size, careful where it leads, and silent about secrets."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from dutydesk.errors import FetchFailed
from dutydesk.fetch.body import ACCEPTED, read_body
from dutydesk.fetch.dialling import Line, Resolve, is_public, pools
from dutydesk.fetch.manners import origin
from dutydesk.fetch.secrets import Secrets
from dutydesk.ports.feed import Polling

REDIRECTS = 5
_MOVED = frozenset({301, 302, 303, 307, 308})
_STEP = 64 * 1024
_LONGEST_NOTE = 300   # characters of an ETag or a date that are sent back


@dataclass(frozen=True, slots=True)
class Got:
    """What an address answered. `body` None: nothing new since last time. `url` is where it lay in the end.

    `etag` and `modified` are to be sent back the next time; `headers` are those of the answer. Secrets are hidden in
    `url`.
    """

    body: bytes | None
    url: str
    etag: str = ""
    modified: str = ""
    headers: Mapping[str, str] | None = None


class Fetcher:
    """Fetches for one source. Safe from any thread: every fetch has connections of its own.

    `environment` holds the secrets and, if the source may use it, the proxy. `resolve` is how names are looked up.
    """

    def __init__(self, polling: Polling, most: int, *, environment: Mapping[str, str] = os.environ,
                 resolve: Resolve = socket.getaddrinfo) -> None:
        self._polling = polling
        self._most = most
        self._resolve = resolve
        self.secrets = Secrets((*polling.urls, *polling.headers.values()), environment)
        self._own = frozenset(origin(url) for url in polling.urls)
        self._lines: set[Line] = set()
        logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)   # below, it tells whole addresses

    def get(self, url: str, *, now: datetime, etag: str = "", modified: str = "", own: bool = True) -> Got:
        """Return what lies at an address (as configured or listed, secrets as `${NAME}`) at the time `now`.

        `own`: the address stands in the source's settings; one that a list named gets secrets and headers only on the
        source's own servers.
        Raises FetchFailed for everything but a whole answer, Refused for a secret that is not set.
        """
        real = self.secrets.fill_url(url) if own or origin(url) in self._own else url
        seconds = self._polling.timeout.total_seconds()
        with Line(seconds, private=self._polling.allow_private, resolve=self._resolve) as line:
            self._lines.add(line)
            try:
                found = self._follow(real, line, {"If-None-Match": etag, "If-Modified-Since": modified}, now)
                if line.over:   # cut in its headers, an answer would pass for a whole one without a body
                    raise FetchFailed("late")
                return found
            except FetchFailed as error:
                raise self._told(error, line) from None
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                raise self._told(error, line) from None
            finally:
                self._lines.discard(line)

    def cut(self) -> None:
        """Let every fetch that is under way fail now."""
        for line in tuple(self._lines):
            line.cut()

    def _told(self, error: Exception, line: Line) -> FetchFailed:
        """Return the failure with its secrets hidden; whatever broke at the deadline broke because of it."""
        if line.over:
            return FetchFailed(f"no whole answer within {self._polling.timeout.total_seconds():g} s (timeout)")
        text = self.secrets.hide(str(error) if isinstance(error, FetchFailed) else _plain(error))
        if isinstance(error, FetchFailed):
            return FetchFailed(text, retry_after=error.retry_after, beginning=error.beginning)
        return FetchFailed(text)

    def _follow(self, url: str, line: Line, known: Mapping[str, str], now: datetime) -> Got:
        """Ask, and follow redirects: never to another scheme but from http to https, never with secrets to others."""
        asked = url
        for _ in range(REDIRECTS + 1):
            with requests.Session() as session:
                _prepare(session, line, self._proxies(asked, line))
                with closing(self._ask(session, asked, line, known if asked == url else {})) as answer:
                    if answer.status_code not in _MOVED:
                        return self._read(answer, asked, now)
                    asked = _next(asked, answer.headers.get("Location", ""))
        raise FetchFailed(f"it was redirected more than {REDIRECTS} times")

    def _proxies(self, url: str, line: Line) -> Mapping[str, str]:
        """Return the proxies for an address, none unless the source may use one. Behind a proxy only an address
        written in digits can be judged.
        """
        proxies: Mapping[str, str] = get_environ_proxies(url) if self._polling.proxy else {}
        host = urlsplit(url).hostname or ""
        line.vetted = not proxies
        if proxies and not self._polling.allow_private and _is_digits(host) and not is_public(host):
            raise FetchFailed(f"{host} is no public address; if that is meant, write allow_private = true")
        return proxies

    def _ask(self, session: requests.Session, url: str, line: Line, known: Mapping[str, str]) -> requests.Response:
        headers: dict[str, str | bytes] = {"User-Agent": f"dutydesk/{version('dutydesk')}", "Accept": "*/*",
                                           "Accept-Encoding": ACCEPTED}
        if origin(url) in self._own:
            headers |= {name: self.secrets.fill(value).encode() for name, value in self._polling.headers.items()}
        headers |= {name: value for name, value in known.items() if value}
        left = max(0.05, line.left)
        return session.get(url, headers=headers, stream=True, allow_redirects=False, timeout=(left, left),
                           verify=self._polling.ca or True)

    def _read(self, answer: requests.Response, url: str, now: datetime) -> Got:
        """Take an answer for what it is: new bytes, nothing new, or a failure."""
        status, headers = answer.status_code, answer.headers
        etag, modified = _note(headers.get("ETag", "")), _note(headers.get("Last-Modified", ""))
        shown = self.secrets.hide(_without_fragment(url))
        if status in (204, 304):
            return Got(None, shown, etag, modified)
        if status != 200:
            raise FetchFailed(f"the server answered {status} {answer.reason or ''}".rstrip(),
                              retry_after=_seconds(headers.get("Retry-After", ""), now))
        body = read_body(answer.raw.stream(_STEP, decode_content=False), headers.get("Content-Encoding", ""),
                         self._most)
        return Got(body, shown, etag, modified, dict(headers))


def _prepare(session: requests.Session, line: Line, proxies: Mapping[str, str]) -> None:
    """Let every connection of a session be made by the line, proxy or not; no cookies, no .netrc."""
    session.trust_env = False
    session.proxies = dict(proxies)
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(line))


class _Adapter(HTTPAdapter):
    """An adapter whose pools are those of a line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__(max_retries=0, pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = pools(self._line)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = pools(self._line)
        return manager


def _is_digits(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _next(url: str, location: str) -> str:
    """Return where a redirect leads; raises FetchFailed where it leads nowhere we go."""
    where = urljoin(url, location.strip())
    parts = urlsplit(where)
    if not location or parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchFailed(f"it was redirected to no address of the web ({parts.scheme or 'without a scheme'})")
    if urlsplit(url).scheme == "https" and parts.scheme == "http":
        raise FetchFailed(f"it was redirected from https to http ({parts.hostname}); unsigned answers are not taken")
    return where


def _without_fragment(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(fragment=""))


def _note(value: str) -> str:
    """Return a header that is sent back the next time; a damaged one is forgotten."""
    return value if len(value) <= _LONGEST_NOTE and value.isprintable() else ""


def _seconds(value: str, now: datetime) -> float | None:
    """Read Retry-After: seconds, or a date (RFC 9110, 10.2.3); None where it says nothing."""
    if value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def _plain(error: BaseException) -> str:
    """Return what went wrong without the address, which the library likes to repeat with all its parts."""
    reason = getattr(error, "reason", None) or (error.args[0] if error.args else None)
    if isinstance(reason, BaseException) and reason is not error:
        return _plain(reason)
    if isinstance(error, requests.exceptions.SSLError) or "SSL" in type(error).__name__:
        return f"the certificate was not accepted ({str(reason or error)[:200]})"
    return f"the connection failed ({str(reason or error)[:200]})"
