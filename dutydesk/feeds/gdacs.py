"""Reads GDACS' RSS: disasters of the whole world, each with a level green, orange or red.

It is no warning of an office of ours: a source of this kind should not be `auto`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from dutydesk.domain.alert import Alert, Request
from dutydesk.domain.colours import colour_of_word
from dutydesk.domain.values import Colour
from dutydesk.errors import WrongFormat
from dutydesk.feeds.as_cap import alert_of, quiet_time
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.fields import Fields
from dutydesk.feeds.lists import capped, told
from dutydesk.feeds.xml import local_name, read
from dutydesk.ports.feed import Source

_SENDER = "info-gdacs@gdacs.org"
_DANGERS = {"EQ": "Earthquake", "TC": "Tropical Cyclone", "FL": "Flood", "VO": "Volcano", "DR": "Drought",
            "WF": "Wildfire", "TS": "Tsunami"}
_LOWEST = "green"        # GDACS has three levels where we have four: its lowest is our lowest


class Gdacs:
    """The feed of kind `gdacs`: one alert an item, under the identifier its CAP has (`GDACS_EQ_1470644_1625617`).

    The area is the point; the bounding box of an item is drawn round it for a map and is none.
    """

    kind = "gdacs"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Alert | Request]:
        """Return the alert of every item.

        Raises TooLarge, Dangerous, NotWellFormed, and WrongFormat for XML that is no RSS.
        """
        notes = Notes()
        root = read(body, source.max_bytes, notes)
        if local_name(root) != "rss":
            raise WrongFormat(f"文件的根元素是 {local_name(root)[:40]}，不是 RSS")
        return told(_alerts(root, source, received_at, notes), notes)


def _alerts(root: etree._Element, source: Source, received_at: datetime, notes: Notes) -> Iterator[Alert]:
    items = [each for each in root.iter() if isinstance(each.tag, str) and local_name(each) == "item"]
    for n, item in enumerate(capped(items, notes, "item"), 1):
        fields = Fields(item, f"item[{n}]", notes)
        if fields.text("title") or fields.text("guid"):
            yield alert_of(_fields(fields, ZoneInfo(source.zone)), source, received_at)
        else:
            notes.add("row-unreadable", f"item[{n}]")


def _fields(item: Fields, zone: ZoneInfo) -> dict[str, Any]:
    """Return the CAP fields of one item."""
    kind, level = item.text("eventtype").upper(), item.text("alertlevel")
    number, episode = item.text("eventid"), item.text("episodeid")
    colour = Colour.BLUE if level.casefold() == _LOWEST else colour_of_word(level)
    name = f"GDACS_{kind}_{number}_{episode}" if kind and number and episode else item.text("guid")
    return {
        "identifier": name, "sender": _SENDER, "status": "Actual", "msgType": "Alert", "scope": "Public",
        "sent": quiet_time(item.text("datemodified", "pubDate"), zone),
        "info": {
            "language": "en", "event": _DANGERS.get(kind, kind) or item.text("title"), "urgency": "Unknown",
            "severity": "Unknown", "certainty": "Unknown", "onset": quiet_time(item.text("fromdate"), zone),
            "headline": item.text("title"), "description": item.text("description"),
            "parameter": {"valueName": "alert_color", "value": colour.word} if colour else None,
            "area": {"areaDesc": item.text("country"), "circle": _point(item)},
        },
    }


def _point(item: Fields) -> str:
    """Return the point (latitude first, EPSG:4326) as a CAP circle of radius 0; empty where there is none."""
    written = item.text("point").split()      # georss:point; geo:Point has elements instead
    for point in item.children("point"):
        inner = Fields(point, "", Notes())
        if inner.text("lat") and inner.text("long"):
            written = [inner.text("lat"), inner.text("long")]
    return f"{written[0]},{written[1]} 0" if len(written) == 2 else ""
