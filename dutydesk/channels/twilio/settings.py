"""`[channel.NAME]` with kind = "twilio-sms" or "twilio-voice"."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from dutydesk.channels.settings import ChannelSettings, Secret

Sid = Annotated[str, StringConstraints(pattern=r"^AC[0-9a-fA-F]{32}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^?#]+[^/?#]$")]


class TwilioSettings(ChannelSettings):
    """What both ways need."""

    account: Sid = Field(description="account SID, AC and 32 hexadecimal digits")
    token: Secret = Field(description="auth token; call-backs are signed with it")
    number: str = Field(pattern=r"^\+\d{6,15}$", description="our own number: it calls, and is called back")
    public_url: Address = Field(description="how Twilio reaches our hooks: https://..., without a slash at the end")
    api_url: Address = Field(default="https://api.twilio.com", description="another address of the interface")


class TwilioVoiceSettings(TwilioSettings):
    """What voice needs more."""

    language: str = Field(default="zh-CN", description="language the text is said in")
    voice: str = Field(default="", description="voice it is said with; empty: Twilio's own for the language")
    ring: int = Field(default=30, ge=5, le=120, description="seconds a phone rings")
    machine_detection: bool = Field(default=True, description="tell voicemail from people")
    duty_phone: str = Field(default="", description="said to a caller for whom nothing is open")
