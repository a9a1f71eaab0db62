"""Reads EDXL-DE, the envelope of OASIS: yields the CAP messages inside it, and asks for those it only points to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from lxml import etree

from dutydesk.domain.alert import Alert, Request
from dutydesk.errors import NotCap, WrongFormat
from dutydesk.feeds.cap import Cap, read_alert, says_cap
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.fields import Fields
from dutydesk.feeds.lists import capped, told
from dutydesk.feeds.xml import local_name, read
from dutydesk.ports.feed import Source

_PARTS = frozenset({"contentobject", "content"})
_NOT_REAL = {"exercise": "Exercise", "test": "Test", "system": "System"}


class Edxl:
    """The feed of kind `edxl`: EDXL-DE 1.0 and 2.0."""

    kind = "edxl"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Alert | Request]:
        """Return the alerts of all parts, in order; of a single CAP message, as a request brings it, that one.

        1. An envelope that says exercise or test makes its actual messages so; never the other way round.
        2. An envelope that cancels a distribution cancels no warning: the officer reads that it did.
        Raises TooLarge, Dangerous, NotWellFormed, WrongFormat for another root, NotCap for an envelope without any.
        """
        notes = Notes()
        root = read(body, source.max_bytes, notes)
        if local_name(root) == "alert":
            return [*Cap().parse(body, source, received_at)]
        if local_name(root) != "edxldistribution":
            raise WrongFormat(f"文件的根元素是 {local_name(root)[:40]}，不是 EDXL-DE")
        fields = Fields(root, "", notes)
        if fields.text("distributionType").casefold() == "cancel":
            notes.add("wrapped-cancel", "distributionType")
        status = _NOT_REAL.get(fields.text("distributionStatus").casefold(), "")
        found = [_under(status, each) for each in _messages(root, source, received_at, notes)]
        if not found:
            raise NotCap("EDXL-DE 文件里没有 CAP 预警")
        return told(found, notes)


def _messages(root: etree._Element, source: Source, received_at: datetime, notes: Notes) -> Iterator[Alert | Request]:
    parts = [each for each in root if isinstance(each.tag, str) and local_name(each) in _PARTS] or [root]
    for n, part in enumerate(capped(parts, notes, "contentObject"), 1):
        alerts = [each for each in part.iter() if isinstance(each.tag, str) and says_cap(each)]
        for alert in capped(alerts, notes, f"contentObject[{n}]"):
            yield read_alert(alert, etree.tostring(alert, with_tail=False), source, received_at, Notes())
        link = "" if alerts else _link(part)
        if link:
            yield Request(link, Fields(part, "", notes).text("contentDescription"))
        elif not alerts:
            notes.add("content-not-cap", f"contentObject[{n}]", Fields(part, "", notes).text("contentDescription"))


def _link(part: etree._Element) -> str:
    """Return the address of a CAP message that lies elsewhere; empty where the part points to none."""
    for each in part.iter():
        if isinstance(each.tag, str) and local_name(each) == "nonxmlcontent":
            fields = Fields(each, "", Notes())
            address = fields.text("uri")
            if "cap" in fields.text("mimeType").casefold() and address.startswith(("http://", "https://")):
                return address
    return ""


def _under(status: str, found: Alert | Request) -> Alert | Request:
    """Return a message as its envelope lets it count."""
    if not status or not isinstance(found, Alert) or found.status != "Actual":
        return found
    notes = Notes()
    notes.add("wrapped-status", "distributionStatus", status)
    return replace(found, status=status, faults=found.faults + notes.all())
