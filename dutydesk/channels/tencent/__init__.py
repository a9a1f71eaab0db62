"""SMS and voice calls by Tencent Cloud, through its official library (`pip install 'dutydesk[tencent]'`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dutydesk.ports.channel import Channel


def make_sms(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the SMS channel; raises UsageError for settings that cannot be used, or without the library."""
    from dutydesk.channels.clouds.account import needed
    from dutydesk.channels.tencent.settings import TencentSmsSettings
    from dutydesk.channels.tencent.sms import TencentSms

    needed("tencentcloud", "Tencent", "tencent")
    return TencentSms(name, TencentSmsSettings.read(name, settings))


def make_voice(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the voice channel; raises UsageError for settings that cannot be used, or without the library."""
    from dutydesk.channels.clouds.account import needed
    from dutydesk.channels.tencent.settings import TencentVoiceSettings
    from dutydesk.channels.tencent.voice import TencentVoice

    needed("tencentcloud", "Tencent", "tencent")
    return TencentVoice(name, TencentVoiceSettings.read(name, settings))
