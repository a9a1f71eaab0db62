"""Copies into a Feishu group by its custom robot, signed where the robot has a secret.

Its documentation: 100 messages a minute and 5 a second, 20 KB each; better not on the full or the half hour.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from dutydesk.channels.copies.posting import CopySettings, root, say, text_of
from dutydesk.channels.settings import Secret
from dutydesk.ports.copy import Digest


class Settings(CopySettings):
    """`url`: the robot's address; `secret`: its signing key, where it has one."""

    url: Secret
    secret: Secret = SecretStr("")


class Feishu:
    """The copy of kind `feishu`."""

    most = 15_000
    per_minute = 60

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self._settings = settings

    def addresses(self) -> list[str]:
        """Where it connects to, without what is secret of it."""
        return [root(self._settings.url.get_secret_value())]

    def send(self, digest: Digest) -> None:
        """Say it in the group. The signature is an HMAC of nothing under `timestamp\\nsecret`."""
        payload: dict[str, Any] = {"msg_type": "text", "content": {"text": text_of(digest, self.most)}}
        if secret := self._settings.secret.get_secret_value():
            stamp = str(int(digest.at.timestamp()))
            sign = hmac.digest(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256)
            payload |= {"timestamp": stamp, "sign": base64.b64encode(sign).decode()}
        say(self.name, self._settings.url.get_secret_value(), payload, codes=("code", "StatusCode"),
            throttled=frozenset({11232, 9499}), wait=60.0)


def make(name: str, settings: Mapping[str, Any]) -> Feishu:
    """Make it from `[copy.NAME]`."""
    return Feishu(name, Settings.read(name, settings))
