"""`[channel.NAME]` with kind = "aliyun-sms" or "aliyun-voice"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from dutydesk.channels.clouds.settings import Address, ByName, CloudSettings, Word

Key = Annotated[str, StringConstraints(pattern=r"^[0124]$")]


class AliyunSmsSettings(CloudSettings):
    """What SMS needs."""

    signature: str = Field(min_length=2, description="the approved signature, without 【】")
    templates: Mapping[str, ByName] = Field(min_length=1, description="wording -> approved template")
    extension: str = Field(default="", pattern=r"^\d*$", description="stands behind the number a reply is sent to")
    api_url: Address = Field(default="https://dysmsapi.aliyuncs.com", description="address of the interface")


class AliyunVoiceSettings(CloudSettings):
    """What voice needs. With `keys` a call asks (IvrCall); without, it only tells (SingleCallByTts) and nobody can
    answer it.
    """

    caller: str = Field(default="", pattern=r"^\d*$", description="our number at Aliyun; calls that ask need one")
    templates: Mapping[str, ByName] = Field(min_length=1, description="wording -> approved text template")
    keys: Mapping[Key, Word] = Field(default={}, description="key -> template said when it is pressed")
    bye: str = Field(default="", description="template said at the end")
    times: int = Field(default=2, ge=1, le=3, description="how often the message is said")
    wait: int = Field(default=8, ge=3, le=30, description="seconds for a key")
    speed: int = Field(default=-200, ge=-500, le=500, description="how fast it is said where nothing is asked")
    api_url: Address = Field(default="https://dyvmsapi.aliyuncs.com", description="address of the interface")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.keys and not self.caller:
            raise ValueError("calls that ask by keys need our number: write caller")
        if not self.limits.per_number:
            raise ValueError("Aliyun rings one number once a minute, 5 times an hour, 20 times a day: write "
                             'per_number = ["1/1m", "5/1h", "20/1d"] into [limits] of this channel')
        return self
