"""Messages as files, for networks joined only by a gate that carries files: an outbox there, an inbox back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dutydesk.ports.channel import Channel


def make(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the channel; raises UsageError for settings that cannot be used."""
    from dutydesk.channels.ferry.channel import Ferry, FerryBack
    from dutydesk.channels.ferry.settings import FerrySettings

    read = FerrySettings.read(name, settings)
    return FerryBack(name, read, read.inbox) if read.inbox else Ferry(name, read)
