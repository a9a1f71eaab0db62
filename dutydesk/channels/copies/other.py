"""Copies to whatever else Apprise reaches (extra `apprise`).

Apprise calls a robot's refusal a success (2.2 tried): for DingTalk, Feishu and WeCom use our own adapters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from dutydesk.channels.copies.posting import CopySettings, text_of
from dutydesk.channels.settings import Secret
from dutydesk.errors import SendError, UsageError
from dutydesk.ports.copy import Digest


class Settings(CopySettings):
    """`urls`: addresses as Apprise writes them."""

    urls: Annotated[tuple[Secret, ...], Field(min_length=1)]


class Other:
    """The copy of kind `apprise`."""

    most = 3_000
    per_minute = 18

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self._settings = settings

    def addresses(self) -> list[str]:
        """Where it connects to: only Apprise knows."""
        return []

    def send(self, digest: Digest) -> None:
        """Say it everywhere; one place that fails is a failure, and all are told again."""
        try:
            import apprise
        except ImportError as error:
            raise UsageError("a copy of kind apprise needs the extra: pip install 'dutydesk[apprise]'") from error
        teller = apprise.Apprise()
        for url in self._settings.urls:
            if not teller.add(url.get_secret_value()):
                raise SendError(f"{self.name}: Apprise does not know one of the addresses", permanent=True)
        if not teller.notify(title=digest.title, body=text_of(digest, self.most)):
            raise SendError(f"{self.name}: not everybody could be told", permanent=False)


def make(name: str, settings: Mapping[str, Any]) -> Other:
    """Make it from `[copy.NAME]`."""
    return Other(name, Settings.read(name, settings))
