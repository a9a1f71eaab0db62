"""`[channel.NAME]` with kind = "tencent-sms" or "tencent-voice"."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from dutydesk.channels.clouds.settings import Address, CloudSettings, InOrder, Word


class TencentSettings(CloudSettings):
    """What both ways need."""

    app: Word = Field(description="SdkAppId of the application in the console, 1400...")
    region: str = Field(default="ap-guangzhou", description="region of the interface")
    templates: Mapping[str, InOrder] = Field(min_length=1, description="wording -> approved template")


class TencentSmsSettings(TencentSettings):
    """What SMS needs."""

    signature: str = Field(min_length=2, description="the approved signature, without 【】")
    extension: str = Field(default="", pattern=r"^\d*$", description="stands behind the number a reply is sent to")
    api_url: Address = Field(default="https://sms.tencentcloudapi.com", description="address of the interface")


class TencentVoiceSettings(TencentSettings):
    """What voice needs. Which keys a template asks for is set with it in the console."""

    times: int = Field(default=2, ge=1, le=3, description="how often the message is said")
    api_url: Address = Field(default="https://vms.tencentcloudapi.com", description="address of the interface")
