"""Texts over SMPP 3.4, straight to an operator's message centre (`pip install 'dutydesk[smpp]'`)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from dutydesk.errors import UsageError
from dutydesk.ports.channel import Channel


def make(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the channel; raises UsageError for settings that cannot be used, or without the library."""
    from dutydesk.channels.smpp.settings import SmppSettings

    if find_spec("aiosmpplib") is None:
        raise UsageError("the library for SMPP is not installed: pip install 'dutydesk[smpp]'")
    from dutydesk.channels.smpp.channel import Smpp

    return Smpp(name, SmppSettings.read(name, settings))
