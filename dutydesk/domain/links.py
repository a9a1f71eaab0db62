"""Links that carry their own permission: for one purpose, about one thing, until a time.

A token is `BODY.SEAL`, both base64url without padding (RFC 4648, 5). The body is canonical JSON of purpose, subject
and expiry; the seal is HMAC-SHA256 (RFC 2104) with a key derived for the purpose, so that a token of one purpose can
never be taken for another's. Whoever has the link has what it opens: keep the expiry short and the purpose narrow.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from datetime import UTC, datetime

from dutydesk.errors import DutydeskError

LONGEST = 1024
"""Characters of a token; a longer one is not looked at."""


class BadLink(DutydeskError):
    """The link opens nothing: changed, of another purpose, signed by another key, or its time is over."""


class LinkOver(BadLink):
    """The link was good, and its time is over."""


def sign(purpose: str, subject: str, until: datetime, key: bytes) -> str:
    """Return the token of a link.

    `purpose` says what may be done with it (`phone-card`), `subject` about what (an id), `until` (aware) is the first
    moment it opens nothing. Raises ValueError for an empty key, purpose or subject, or a token nobody could verify.
    """
    if not key or not purpose or not subject:
        raise ValueError("a link needs a key, a purpose and a subject")
    body = json.dumps([purpose, subject, int(until.timestamp())], ensure_ascii=False, separators=(",", ":")).encode()
    token = f"{_text(body)}.{_text(_seal(purpose, body, key))}"
    if len(token) > LONGEST:
        raise ValueError(f"a link's token has {LONGEST} characters at most; use an id as its subject")
    return token


def verify(token: str, purpose: str, key: bytes, now: datetime) -> str:
    """Return the subject of a link that is good for `purpose` at `now` (aware).

    1. Both parts can be read and are written the one way they can be: a changed letter is a changed link.
    2. The seal is that of the body, this purpose and this key; compared in constant time.
    3. The body names the purpose. 4. Its time is not over.

    Raises BadLink, and LinkOver where only the time stands against it; ValueError for an empty key.
    """
    if not key:
        raise ValueError("links are verified with a key")
    told, _, seal = token.partition(".")
    body, mark = _bytes(told), _bytes(seal)
    if len(token) > LONGEST or not hmac.compare_digest(mark, _seal(purpose, body, key)):
        raise BadLink("the link is not valid: ask for a new one")
    named, subject, until = json.loads(body)
    if named != purpose:
        raise BadLink("the link is for another purpose: ask for a new one")
    if now >= datetime.fromtimestamp(until, UTC):
        raise LinkOver("the time of this link is over: ask for a new one")
    return str(subject)


def _seal(purpose: str, body: bytes, key: bytes) -> bytes:
    own = hmac.digest(key, b"dutydesk link\0" + purpose.encode(), "sha256")
    return hmac.digest(own, body, "sha256")


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    """Read base64url; raises BadLink for what `_text` would not have written."""
    try:
        value = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise BadLink("the link is cut off or changed: open it as it was sent") from error
    if _text(value) != text:
        raise BadLink("the link is cut off or changed: open it as it was sent")
    return value
