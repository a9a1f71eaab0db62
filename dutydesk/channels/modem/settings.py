"""`[channel.NAME]` with kind = "modem"."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from dutydesk.channels.settings import ChannelSettings, Folder, Span, Zone


class ModemSettings(ChannelSettings):
    """The folders named in gammu-smsd's own settings, and one of the desk."""

    outbox: Folder = Field(description="outboxpath of gammu-smsd")
    sent: Folder = Field(description="sentsmspath")
    error: Folder = Field(description="errorsmspath")
    inbox: Folder = Field(description="inboxpath; inboxformat must be detail")
    keep: Folder = Field(description="a folder of the desk alone: what was sent, what came, what is bad")
    receipts: bool = Field(default=True, description="ask the network for delivery reports")
    stuck_after: Span = Field(default=timedelta(minutes=2), description="what lies so long in the outbox is taken back")
    every: Span = Field(default=timedelta(seconds=1), description="between two looks into the folders")
    zone: Zone = Field(default="Asia/Shanghai", description="zone of the network's times that name none")
    country: str = Field(default="86", description="country of numbers that come without one")
