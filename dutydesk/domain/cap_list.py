"""Writes the Atom feed (RFC 4287) that names a desk's CAP messages, as our own feed of kind `cap-index` reads it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

NAMESPACE = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"
INDEX = "index.atom"

_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Atom wants a time of change even where there was none; a constant keeps an empty list unchanged."""


def cap_list(messages: Iterable[tuple[str, str, datetime]], *, name: str, address: str) -> bytes:
    """Return the feed as UTF-8 XML; `messages` are (identifier, title, time of sending).

    Links are absolute below `address`, or relative to the feed where it is empty (a folder of files).
    """
    rows = sorted(messages, key=lambda row: (row[2], row[0]), reverse=True)
    root = Xml.Element("feed", {"xmlns": NAMESPACE, "xml:lang": "zh-CN"})
    base = f"{address.rstrip('/')}/" if address else ""
    _leaf(root, "id", f"{base}{INDEX}" if base else f"urn:dutydesk:{name}")
    _leaf(root, "title", f"{name}：当前预警")
    _leaf(root, "updated", _time(rows[0][2] if rows else _NEVER))
    Xml.SubElement(root, "link", rel="self", type="application/atom+xml", href=f"{base}{INDEX}")
    _leaf(Xml.SubElement(root, "author"), "name", name)
    for identifier, title, sent in rows:
        entry = Xml.SubElement(root, "entry")
        _leaf(entry, "id", f"urn:dutydesk:{identifier}")
        _leaf(entry, "title", title)
        _leaf(entry, "updated", _time(sent))
        Xml.SubElement(entry, "link", rel="alternate", type=CAP_TYPE, href=f"{base}{identifier}.xml")
    text: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _leaf(block: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(block, name).text = text


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
