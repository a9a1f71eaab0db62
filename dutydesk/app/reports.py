"""Whom a caller's report would call, told by a site's folder alone: nothing is stored and no desk is asked."""

from __future__ import annotations

from pathlib import Path

from dutydesk.app import house
from dutydesk.clock import WallClock
from dutydesk.content.texts import SiteTexts
from dutydesk.engine.context import Context
from dutydesk.engine.phone_intake import preview
from dutydesk.feeds.registry import feed
from dutydesk.ports.hand import Preview, Report


def foresee(site: Path, report: Report) -> Preview:
    """Return whom a report would call now; raises Refused for what is no report."""
    folder = house.open_folder(site)
    ctx = Context(folder.setup, SiteTexts(folder.setup.texts), house.sources(folder), feed, {})
    return preview(ctx, report, WallClock().now())
