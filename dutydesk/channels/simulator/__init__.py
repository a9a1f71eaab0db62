"""Simulated telephones: a switchboard, the phones on it, the people who hold them, and the two channels to it.

Made with `exchange` (in this process) or with `url` and `key` (a switchboard in a process of its own).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dutydesk.domain.values import Via
from dutydesk.errors import UsageError
from dutydesk.ports.channel import Channel


def sms(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the simulated SMS channel; raises UsageError without `exchange` or `url`."""
    return _make(name, Via.SMS, settings)


def voice(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the simulated voice channel; raises UsageError without `exchange` or `url`."""
    return _make(name, Via.VOICE, settings)


def _make(name: str, via: Via, settings: Mapping[str, Any]) -> Channel:
    limits = settings.get("limits")
    if "url" in settings:
        from dutydesk.channels.simulator.remote import RemoteSms, RemoteVoice

        remote = RemoteSms if via is Via.SMS else RemoteVoice
        return remote(settings["url"], settings["key"], name=name, limits=limits)
    if "exchange" in settings:
        from dutydesk.channels.simulator.channel import SimulatorSms, SimulatorVoice

        if via is Via.SMS:
            return SimulatorSms(settings["exchange"], name, limits)
        return SimulatorVoice(settings["exchange"], name, limits)
    raise UsageError(f"{name} needs a switchboard: give it `exchange`, or `url` and `key`")
