"""Texts over CMPP 2.0 or 3.0, straight to a gateway of China Mobile; our own module, for no library is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dutydesk.ports.channel import Channel


def make(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the channel; raises UsageError for settings that cannot be used."""
    from dutydesk.channels.cmpp.channel import Cmpp
    from dutydesk.channels.cmpp.settings import CmppSettings

    return Cmpp(name, CmppSettings.read(name, settings))
