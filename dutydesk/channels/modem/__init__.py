"""A modem with a SIM card on this machine, driven by gammu-smsd: texts leave with the internet gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dutydesk.ports.channel import Channel


def make(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the channel; raises UsageError for settings that cannot be used."""
    from dutydesk.channels.modem.channel import Modem
    from dutydesk.channels.modem.settings import ModemSettings

    return Modem(name, ModemSettings.read(name, settings))
