"""What all copies by HTTP share: one POST, its answer read as JSON, and honest errors without the address.

The address of a robot is its password; it stands in no error and in no log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from dutydesk.channels.settings import ChannelSettings
from dutydesk.errors import SendError, Throttled
from dutydesk.ports.copy import Digest

TIMEOUT = (5, 10)     # seconds to connect, and between two bytes of the answer
_REST = "……其余{}条请看值班台"


class CopySettings(ChannelSettings):
    """Base of every copy's settings."""

    table: ClassVar[str] = "copy"


def root(url: str) -> str:
    """An address without its path, which may be a password."""
    where = urlsplit(url)
    return f"{where.scheme}://{where.netloc.rpartition('@')[2]}"


def post(name: str, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """POST once, without following redirects; return status and answer. Raises SendError where no answer came."""
    import requests

    session = requests.Session()
    session.trust_env = False
    try:
        answer = session.post(url, data=body, headers=dict(headers), timeout=TIMEOUT, allow_redirects=False,
                              stream=True)
        with answer:
            return answer.status_code, answer.raw.read(65536, decode_content=True) or b""
    except (requests.RequestException, OSError, ValueError) as error:
        raise SendError(f"{name}: {type(error).__name__}, no answer", permanent=False) from None


def say(name: str, url: str, payload: Mapping[str, Any], *, codes: tuple[str, ...], throttled: frozenset[int],
        wait: float) -> None:
    """POST JSON and read the service's own code from the first of `codes` its answer has; 0 is the only good one.

    HTTP 200 alone means nothing: a robot that refuses says 200 too. Raises SendError (permanent for any other code),
    Throttled with `wait` seconds for the codes in `throttled` and for HTTP 429.
    """
    import json

    body = json.dumps(payload, ensure_ascii=False).encode()
    status, text = post(name, url, body, {"Content-Type": "application/json; charset=utf-8"})
    if status == 429:
        raise Throttled(f"{name}: HTTP 429", wait=wait)
    if status != 200:
        raise SendError(f"{name}: HTTP {status}", permanent=400 <= status < 500)
    try:
        answer = json.loads(text)
        code = next(int(answer[each]) for each in codes if each in answer)
    except (ValueError, TypeError, StopIteration):
        raise SendError(f"{name}: the answer is not the service's", permanent=False) from None
    if code in throttled:
        raise Throttled(f"{name}: code {code}", wait=wait)
    if code:
        raise SendError(f"{name}: refused with code {code}: {str(answer.get('errmsg') or answer.get('msg'))[:200]}",
                        permanent=True)


def text_of(digest: Digest, most: int) -> str:
    """The digest as one text of at most `most` bytes of UTF-8: whole lines, and how many were left out."""
    kept, size = [digest.title], len(digest.title.encode())
    for n, line in enumerate(digest.lines):
        rest = len(digest.lines) - n
        more = len(_REST.format(rest).encode()) + 1 if rest > 1 else 0
        size += len(line.encode()) + 1
        if size + more > most:
            kept.append(_REST.format(rest))
            break
        kept.append(line)
    return "\n".join(kept)
