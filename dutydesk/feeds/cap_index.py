"""Reads indexes of CAP, in Atom, RSS or JSON, into requests for the messages they name.

A message that lies in the index itself is read at once. What an index says of a message in passing (its event, its
severity) is not read: the message says it itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from lxml import etree

from dutydesk.domain.alert import Alert, Request
from dutydesk.errors import WrongFormat
from dutydesk.feeds.cap import Cap, read_alert, says_cap
from dutydesk.feeds.edxl import Edxl
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.fields import Fields, text_of
from dutydesk.feeds.json_text import Row, read_json, text_in
from dutydesk.feeds.lists import capped, told
from dutydesk.feeds.times import read_time
from dutydesk.feeds.xml import local_name, read
from dutydesk.ports.feed import Source

# WMO's Severe Weather Information Centre lists paths below this address, not addresses.
_SWIC = "https://severeweather.wmo.int/v2/cap-alerts/"
_ROOTS = frozenset({"feed", "rss", "rdf"})
_ENTRIES = frozenset({"entry", "item"})
_LINKS = ("capURL", "cap_url", "capUrl", "capAlertFeed", "url", "link", "href", "external_url")
_TITLES = ("title", "headline", "name", "event", "sourceId", "id")
_TIMES = ("updated", "date_modified", "sent", "published", "date_published", "pubDate")
_DEEPEST = 8


class CapIndex:
    """The feed of kind `cap-index`: requests in the order of the index, and the alerts that lie in it."""

    kind = "cap-index"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Alert | Request]:
        """Return what the index names; of a single message or an EDXL-DE envelope, as requests bring them, itself.

        An index without entries gives nothing. Messages in a wrapper of another name (`alerts` of IPAWS, SOAP) are
        read too. Raises TooLarge, Dangerous, NotWellFormed, and WrongFormat for a
        document that is no index or whose entries all lead nowhere.
        """
        notes = Notes()
        if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            return told(_json_requests(read_json(body, source.max_bytes, notes), source, notes), notes)
        root = read(body, source.max_bytes, notes)
        if local_name(root) in ("alert", "edxldistribution"):
            return [*(Cap() if local_name(root) == "alert" else Edxl()).parse(body, source, received_at)]
        if local_name(root) not in _ROOTS and not any(map(says_cap, root.iter(etree.Element))):
            raise WrongFormat(f"文件的根元素是 {local_name(root)[:40]}，不是 Atom 或 RSS 列表")
        return told(_entries(root, source, received_at, notes), notes)


def _entries(root: etree._Element, source: Source, received_at: datetime, notes: Notes) -> Iterator[Alert | Request]:
    """Yield the alert or the request of each entry, then the alerts that stand outside every entry."""
    seen = set()
    elements = [each for each in root.iter() if isinstance(each.tag, str) and local_name(each) in _ENTRIES]
    kept = capped(elements, notes, "entry")
    for n, entry in enumerate(kept, 1):
        found = [each for each in entry.iter() if isinstance(each.tag, str) and each not in seen and says_cap(each)]
        seen.update(found)
        # Some indexes hold the head of a message without any info; the message lies behind the link.
        inside = [each for each in found if any(local_name(child) == "info" for child in each)] or (
            [] if _link(Fields(entry, "", Notes())) else found)
        yield from (_alert(each, source, received_at) for each in inside)
        request = None if inside else _request(entry, f"entry[{n}]", source, notes)
        if request:
            yield request
    if len(kept) < len(elements):
        return      # what lies in the entries that were cut off is not outside
    loose = [each for each in root.iter() if isinstance(each.tag, str) and each not in seen and says_cap(each)]
    for alert in capped(loose, notes, "alert"):
        if local_name(root) in _ROOTS:
            notes.add("outside-entry", local_name(alert))
        yield _alert(alert, source, received_at)


def _alert(element: etree._Element, source: Source, received_at: datetime) -> Alert:
    return read_alert(element, etree.tostring(element, with_tail=False), source, received_at, Notes())


def _request(entry: etree._Element, where: str, source: Source, notes: Notes) -> Request | None:
    fields = Fields(entry, where, notes)
    link = _link(fields)
    if not link:
        notes.add("entry-without-link", where, fields.text("title"))
        return None
    updated = fields.text("updated", "pubDate", "published", "date")
    # An RSS time is RFC 2822 by design: its form is no fault.
    return _checked(urljoin(entry.base or "", link), fields.text("title"), updated, where, source, notes)


def _link(fields: Fields) -> str:
    """Return the address of an entry's message, best first: said to be CAP, the entry's own, any XML, any other."""
    links = [str(each.get("href") or text_of(each)).strip() for each in fields.children("link")]
    kinds = [(each.get("rel") or "alternate", (each.get("type") or "").casefold()) for each in fields.children("link")]
    rated = [(_worth(rel, kind), -n, link) for n, ((rel, kind), link) in enumerate(zip(kinds, links, strict=True))
             if link and rel not in ("self", "edit")]
    rated += [(_worth("alternate", (each.get("type") or "").casefold()), -90, str(each.get("src")))
              for each in fields.children("content") if each.get("src")]
    rated += [(0, -99, fields.text("guid")) for each in fields.children("guid")
              if each.get("isPermaLink", "true").casefold() == "true" and "://" in fields.text("guid")]
    return max(rated)[2] if rated else ""


def _worth(rel: str, kind: str) -> int:
    if "cap" in kind:
        return 4
    if rel == "alternate" and (not kind or "xml" in kind):
        return 3
    return 2 if "xml" in kind else 1


def _checked(url: str, title: str, updated: str, where: str, source: Source, notes: Notes) -> Request | None:
    """Return the request, unless its address is none of the web."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https", "") and (bool(parts.netloc) == bool(parts.scheme))
    except ValueError:
        usable = False
    if not usable:
        notes.add("link-refused", where, url)
        return None
    return Request(url.strip(), title[:500], read_time(updated, ZoneInfo(source.zone), Notes(), where))


def _json_requests(value: object, source: Source, notes: Notes) -> Iterator[Request]:
    """Yield a request for every mapping with an address, wherever it stands in the document.

    An index may have an address of its own, which is none of a message: beside a list of entries it does not count.
    """
    if not isinstance(value, (list, Mapping)):
        raise WrongFormat("文件是 JSON，但里面没有列表")
    parts = [value] if isinstance(value, list) else [each for each in value.values() if isinstance(each, list)]
    if parts:
        for each in parts:
            yield from _below(each, source, notes, "", 0)
        return
    found = list(_below(value, source, notes, "", 0))
    if not found:
        raise WrongFormat("文件是 JSON，但里面没有列表")
    yield from found


def _below(value: object, source: Source, notes: Notes, where: str, depth: int) -> Iterator[Request]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for n, row in enumerate(capped(value, notes, where), 1):
            yield from _entry(row, source, notes, f"{where}[{n}]", depth)
    elif isinstance(value, Mapping) and text_in(value, *_LINKS):
        request = _json_request(value, where, source, notes)
        if request:
            yield request
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _below(each, source, notes, f"{where}/{name}"[-200:], depth + 1)


def _entry(row: object, source: Source, notes: Notes, where: str, depth: int) -> Iterator[Request]:
    """Yield what an entry of a list asks for; note one that asks for nothing."""
    found = list(_below(row, source, notes, where, depth + 1))
    if not found and not (isinstance(row, Mapping) and text_in(row, *_LINKS)):
        notes.add("entry-without-link", where, text_in(row, *_TITLES) if isinstance(row, Mapping) else str(row)[:60])
    yield from found


def _json_request(row: Row, where: str, source: Source, notes: Notes) -> Request | None:
    url = text_in(row, *_LINKS)
    if "://" not in url and ("capURL" in row or {"s", "u", "c"} <= set(row)):
        url = urljoin(_SWIC, url)
    return _checked(url, text_in(row, *_TITLES), text_in(row, *_TIMES), where, source, notes)
