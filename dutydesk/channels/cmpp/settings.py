"""`[channel.NAME]` with kind = "cmpp"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from dutydesk.channels.settings import ChannelSettings, Secret, Span, Zone
from dutydesk.domain.values import Outcome

Sp = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,6}$")]
Digits = Annotated[str, StringConstraints(pattern=r"^\d*$")]


class CmppSettings(ChannelSettings):
    """What the operator's contract says: address, enterprise code, password, service code."""

    host: str = Field(min_length=1, description="address of the gateway (ISMG)")
    port: int = Field(default=7890, ge=1, le=65535, description="its port")
    version: Literal["2.0", "3.0"] = Field(default="2.0", description="version of the protocol")
    sp: Sp = Field(description="enterprise code: who logs in, and where messages come from")
    password: Secret = Field(description="shared secret")
    number: Annotated[str, StringConstraints(pattern=r"^\d{1,21}$")] = Field(description="service code, 1069...")
    extension: Digits = Field(default="", description="stands behind the service code; only replies to it are ours")
    service: Annotated[str, StringConstraints(pattern=r"^[!-~]{0,10}$")] = Field(
        default="", description="business code of the contract (Service_Id)")
    fee_type: Annotated[str, StringConstraints(pattern=r"^\d\d$")] = Field(default="01", description="01 is free")
    fee_code: Annotated[str, StringConstraints(pattern=r"^\d{0,6}$")] = Field(default="000000", description="in cents")
    numbers: Literal["national", "international"] = Field(default="national", description="13... or 8613...")
    country: str = Field(default="86", description="country of numbers that come without one")
    valid: Span | None = Field(default=None, description="how long the network keeps trying; its own time if not said")
    window: int = Field(default=16, ge=1, le=1000, description="so many messages may wait for their answer")
    heartbeat: Span = Field(default=timedelta(seconds=30), description="a line silent for so long is tested")
    patience: Span = Field(default=timedelta(seconds=10), description="a test unanswered for so long ends the line")
    verify: bool = Field(default=False, description="refuse a gateway that does not prove that it knows the password")
    errors: Mapping[int, Outcome] = Field(default={}, description="results of the gateway -> outcome, before our own")
    states: Mapping[str, Outcome] = Field(default={}, description="words of its reports -> outcome, before our own")
    zone: Zone = Field(default="Asia/Shanghai", description="zone of the time that is signed")

    @property
    def sender(self) -> str:
        """What stands as the sender on phones."""
        return (self.number + self.extension)[:21]
