"""SMS and voice calls by Aliyun, through its official library (`pip install 'dutydesk[aliyun]'`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dutydesk.ports.channel import Channel


def make_sms(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the SMS channel; raises UsageError for settings that cannot be used, or without the library."""
    from dutydesk.channels.aliyun.settings import AliyunSmsSettings
    from dutydesk.channels.aliyun.sms import AliyunSms
    from dutydesk.channels.clouds.account import needed

    needed("alibabacloud_tea_openapi", "Aliyun", "aliyun")
    return AliyunSms(name, AliyunSmsSettings.read(name, settings))


def make_voice(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the voice channel; raises UsageError for settings that cannot be used, or without the library."""
    from dutydesk.channels.aliyun.settings import AliyunVoiceSettings
    from dutydesk.channels.aliyun.voice import AliyunVoice
    from dutydesk.channels.clouds.account import needed

    needed("alibabacloud_tea_openapi", "Aliyun", "aliyun")
    return AliyunVoice(name, AliyunVoiceSettings.read(name, settings))
