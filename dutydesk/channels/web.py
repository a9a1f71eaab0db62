"""Requests to providers: one session in the loop that sends, and the truth about what may have left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from dutydesk.domain.values import Outcome
from dutydesk.errors import SendError

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from yarl import URL

LATER = (429, 503)          # come again: not taken
REFUSED = range(400, 500)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: its status, its body (empty where the line broke), and what it means where the body says nothing."""

    status: int
    body: bytes
    outcome: Outcome
    why: str = ""

    @property
    def good(self) -> bool:
        """Whether the provider did what it was asked."""
        return 200 <= self.status < 300


class Web:
    """A provider's address. Use inside one event loop; the session is made at the first request."""

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._session: ClientSession | None = None

    async def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None,
                  fields: Mapping[str, str], encoding: str, *, in_url: bool) -> Answered:
        """Make one request.

        1. Nobody listens there: SendError (not permanent), nothing went out.
        2. The line broke, or the server failed in the middle: UNKNOWN, it may have gone out.
        3. Told to come later: FAILED_NOW; refused by status: REFUSED; otherwise HANDED_OVER.
        """
        import aiohttp

        headers = dict(headers)
        if fields and in_url:
            url += ("&" if "?" in url else "?") + urlencode(fields, encoding=encoding)
        elif fields:
            body = urlencode(fields, encoding=encoding).encode("ascii")
            headers.setdefault("Content-Type", f"application/x-www-form-urlencoded; charset={encoding}")
        try:
            async with self._open().request(method, _url(url), data=body, headers=headers,
                                            allow_redirects=False) as answer:
                return _answered(answer.status, await answer.read())
        except aiohttp.ClientConnectorError as error:
            raise SendError(f"{self._name}: nobody listens there ({error.os_error.strerror})",
                            permanent=False) from error
        except aiohttp.ClientError as error:
            return Answered(0, b"", Outcome.UNKNOWN, f"the line broke: {type(error).__name__}")

    async def close(self) -> None:
        """End the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> ClientSession:
        if self._session is None or self._session.closed:
            import aiohttp

            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._most), timeout=aiohttp.ClientTimeout(total=None),
                trust_env=False, cookie_jar=aiohttp.DummyCookieJar())
        return self._session


def _url(url: str) -> URL:
    from yarl import URL

    return URL(url, encoded=True)


def _answered(status: int, body: bytes) -> Answered:
    if 200 <= status < 300:
        return Answered(status, body, Outcome.UNKNOWN, "an answer that makes no sense")
    outcome = Outcome.FAILED_NOW if status in LATER else Outcome.REFUSED if status in REFUSED else Outcome.UNKNOWN
    return Answered(status, body, outcome, f"HTTP {status}")
