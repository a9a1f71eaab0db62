"""Copies into a DingTalk group by its custom robot, signed where the robot has a secret.

Its documentation: 20 messages a minute; beyond that the robot is throttled for ten minutes (errcode 130101).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from pydantic import SecretStr

from dutydesk.channels.copies.posting import CopySettings, root, say, text_of
from dutydesk.channels.settings import Secret
from dutydesk.ports.copy import Digest

_TEN_MINUTES = 600.0


class Settings(CopySettings):
    """`url`: the robot's address with its token; `secret`: its signing key (SEC...), where it has one."""

    url: Secret
    secret: Secret = SecretStr("")


class DingTalk:
    """The copy of kind `dingtalk`."""

    most = 15_000
    per_minute = 18

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self._settings = settings

    def addresses(self) -> list[str]:
        """Where it connects to, without what is secret of it."""
        return [root(self._settings.url.get_secret_value())]

    def send(self, digest: Digest) -> None:
        """Say it in the group."""
        url = self._settings.url.get_secret_value()
        if secret := self._settings.secret.get_secret_value():
            stamp = str(round(digest.at.timestamp() * 1000))
            sign = base64.b64encode(hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256))
            url += f"{'&' if '?' in url else '?'}timestamp={stamp}&sign={quote_plus(sign)}"
        payload = {"msgtype": "text", "text": {"content": text_of(digest, self.most)}}
        say(self.name, url, payload, codes=("errcode",), throttled=frozenset({130101, 130102}), wait=_TEN_MINUTES)


def make(name: str, settings: Mapping[str, Any]) -> DingTalk:
    """Make it from `[copy.NAME]`."""
    return DingTalk(name, Settings.read(name, settings))
