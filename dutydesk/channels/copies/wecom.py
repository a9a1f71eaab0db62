"""Copies into a WeCom (企业微信) group by its robot.

Its documentation: 20 messages a minute, a text of at most 2,048 bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dutydesk.channels.copies.posting import CopySettings, root, say, text_of
from dutydesk.channels.settings import Secret
from dutydesk.ports.copy import Digest


class Settings(CopySettings):
    """`url`: the robot's address with its key."""

    url: Secret


class WeCom:
    """The copy of kind `wecom`."""

    most = 2_048
    per_minute = 18

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self._settings = settings

    def addresses(self) -> list[str]:
        """Where it connects to, without what is secret of it."""
        return [root(self._settings.url.get_secret_value())]

    def send(self, digest: Digest) -> None:
        """Say it in the group."""
        payload = {"msgtype": "text", "text": {"content": text_of(digest, self.most)}}
        say(self.name, self._settings.url.get_secret_value(), payload, codes=("errcode",),
            throttled=frozenset({45009, 45033}), wait=60.0)


def make(name: str, settings: Mapping[str, Any]) -> WeCom:
    """Make it from `[copy.NAME]`."""
    return WeCom(name, Settings.read(name, settings))
