"""`[channel.NAME]` with kind = "ferry"."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from dutydesk.channels.settings import ChannelSettings, Folder, Span
from dutydesk.domain.values import Via


class FerrySettings(ChannelSettings):
    """The folders of the gate, and how long its files may take. With an inbox every message must be receipted."""

    via: Via = Field(default=Via.SMS, description="what the far side makes of a message: sms or voice")
    outbox: Folder = Field(description="where the gate takes files from")
    inbox: Folder | None = Field(default=None, description="where the gate puts files of the far side")
    keep: Folder = Field(description="a folder of the desk alone: copies of what went and came, numbers")
    valid: Span = Field(default=timedelta(minutes=30), description="so long after it was made the far side may send it")
    taken_within: Span = Field(default=timedelta(minutes=2), description="a file lying longer means: the gate is shut")
    every: Span = Field(default=timedelta(seconds=2), description="between two looks into the inbox")
    settle: Span = Field(default=timedelta(minutes=1), description="what stood still so long and is not whole is bad")
    gap_after: Span = Field(default=timedelta(minutes=1), description="a number missing so long is told to the officer")
    country: str = Field(default="86", description="country of numbers that come back without one")
