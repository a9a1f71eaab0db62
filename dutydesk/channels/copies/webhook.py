"""Copies as signed JSON for another program: what happened, persons by their id, once for certain and perhaps twice.

`X-Dutydesk-Signature` is `sha256=` and the hex HMAC-SHA256, under the secret, of the time in `X-Dutydesk-Timestamp`
(seconds), a full stop, and the body. `id` in the body is the same when it comes again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from dutydesk.channels.copies.posting import CopySettings, post, root
from dutydesk.channels.settings import Secret
from dutydesk.errors import SendError, Throttled
from dutydesk.ports.copy import Digest


class Settings(CopySettings):
    """`url`: where to POST; `secret`: the key of the signature, at least 16 characters."""

    url: str
    secret: Annotated[Secret, Field(min_length=16)]


class Webhook:
    """The copy of kind `webhook`."""

    most = 1_000_000
    per_minute = 120

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self._settings = settings

    def addresses(self) -> list[str]:
        """Where it connects to, without what is secret of it."""
        return [root(self._settings.url)]

    def send(self, digest: Digest) -> None:
        """POST it; any 2xx is an acceptance."""
        body = json.dumps({"id": digest.id, "title": digest.title, "drill": digest.drill,
                           "happenings": list(digest.happenings)}, ensure_ascii=False).encode()
        stamp = str(int(digest.at.timestamp()))
        seal = hmac.new(self._settings.secret.get_secret_value().encode(), f"{stamp}.".encode() + body, hashlib.sha256)
        status, _ = post(self.name, self._settings.url, body, {
            "Content-Type": "application/json; charset=utf-8", "X-Dutydesk-Timestamp": stamp,
            "X-Dutydesk-Signature": f"sha256={seal.hexdigest()}"})
        if status == 429:
            raise Throttled(f"{self.name}: HTTP 429", wait=60.0)
        if not 200 <= status < 300:
            raise SendError(f"{self.name}: HTTP {status}", permanent=status in (400, 401, 403, 404, 410))


def make(name: str, settings: Mapping[str, Any]) -> Webhook:
    """Make it from `[copy.NAME]`."""
    return Webhook(name, Settings.read(name, settings))
