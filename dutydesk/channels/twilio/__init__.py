"""SMS and voice calls by Twilio, through its official library (`pip install 'dutydesk[twilio]'`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dutydesk.ports.channel import Channel


def make_sms(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the SMS channel; raises UsageError for settings that cannot be used, or without the library."""
    from dutydesk.channels.twilio.settings import TwilioSettings
    from dutydesk.channels.twilio.talk import needed

    needed()
    from dutydesk.channels.twilio.sms import TwilioSms

    return TwilioSms(name, TwilioSettings.read(name, settings))


def make_voice(name: str, settings: Mapping[str, Any]) -> Channel:
    """Make the voice channel; raises UsageError for settings that cannot be used, or without the library."""
    from dutydesk.channels.twilio.settings import TwilioVoiceSettings
    from dutydesk.channels.twilio.talk import needed

    needed()
    from dutydesk.channels.twilio.voice import TwilioVoice

    return TwilioVoice(name, TwilioVoiceSettings.read(name, settings))
