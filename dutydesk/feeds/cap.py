"""Reads CAP 1.0, 1.1 and 1.2, and 12379's relatives of it, into alerts.

What the standard demands and a document lacks becomes a fault and a safe default: validation is a record of
conformance, never a gate. Documents that wrap CAP (EDXL-DE, Atom) are not read here.
"""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from lxml import etree

from dutydesk.domain.alert import Alert, Event, Info
from dutydesk.domain.events import type_key
from dutydesk.errors import NotCap
from dutydesk.feeds.cap_info import read_info
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.fields import Fields, text_of
from dutydesk.feeds.references import read_references
from dutydesk.feeds.shapes import Shapes
from dutydesk.feeds.signatures import check
from dutydesk.feeds.times import read_time
from dutydesk.feeds.xml import local_name, namespace, read
from dutydesk.ports.feed import Source

NAMESPACES = frozenset({
    "http://www.incident.com/cap/1.0",
    "urn:oasis:names:tc:emergency:cap:1.0",
    "urn:oasis:names:tc:emergency:cap:1.1",
    "urn:oasis:names:tc:emergency:cap:1.2",
})

_STATUS = ("Actual", "Exercise", "System", "Test", "Draft")
_MSG_TYPE = ("Alert", "Update", "Cancel", "Ack", "Error")
_SCOPE = ("Public", "Restricted", "Private")
_OWN_WORDS = frozenset({"identifier", "info", "sent", "sendtime", "msgtype", "sender", "status"})

_MOST = 5_000   # info blocks; real documents have up to nine

# 6-digit adcode + 8-digit issuer + "_" + Beijing time, and in the standard one serial digit more (29 or 31 long).
_CHINESE_ID = re.compile(r"(\d{14})_(\d{14})(?:_\d)?\Z")
_ALMOST_CHINESE = re.compile(r"\d{10,}_\d{8,}(?:_\d+)?\Z")


class Cap:
    """The feed of kind `cap`: one document, one alert."""

    kind = "cap"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Alert]:
        """Return the alert of one document.

        Naive times are read in `source.zone`; `received_at` stands in for a missing time of sending. Raises
        TooLarge, Dangerous, NotWellFormed or NotCap; everything less rides along as a fault.
        """
        notes = Notes()
        root = read(body, source.max_bytes, notes)
        _require_cap(root, notes)
        return [read_alert(root, body, source, received_at, notes)]


def office_of(identifier: str, sender: str, source: str) -> str:
    """Return the key of the issuing office: the 14 digits of a Chinese id, else the sender in one spelling,
    else the source. Chains are joined within one office.
    """
    match = _CHINESE_ID.match(identifier)
    return match.group(1) if match else re.sub(r"[\s_]+", "_", sender.strip()).casefold() or f"source:{source}"


def adcode_of(identifier: str) -> str:
    """Return the 6-digit area code (GB/T 2260) of the office in a Chinese warning id; empty for any other id."""
    return identifier[:6] if _CHINESE_ID.match(identifier) else ""


def says_cap(root: etree._Element) -> bool:
    """Tell whether an element is an `alert` with anything of CAP in it."""
    return local_name(root) == "alert" and any(
        isinstance(child.tag, str) and local_name(child) in _OWN_WORDS for child in root)


def _require_cap(root: etree._Element, notes: Notes) -> None:
    if local_name(root) != "alert":
        raise NotCap(f"文件的根元素是 {local_name(root)[:40]}，不是 CAP 的 alert")
    if not says_cap(root):
        raise NotCap("文件的根元素是 alert，但里面没有任何 CAP 内容")
    if not namespace(root):
        notes.add("namespace-missing", "")
    elif namespace(root) not in NAMESPACES:
        notes.add("namespace-unknown", "", namespace(root))


def read_alert(root: etree._Element, body: bytes, source: Source, received_at: datetime, notes: Notes) -> Alert:
    """Return the alert of an `alert` element, wherever it stood; what was forgiven is noted.

    `body` is what an identifier is derived from where none is given. Naive times are read in `source.zone`. Where the
    source pins certificates, a message none of them signed says so among its faults.
    """
    fields = Fields(root, "", notes)
    zone = ZoneInfo(source.zone)
    if source.certificates:
        check(root, source.certificates, received_at, notes)
    identifier = _identifier(fields, source, body, notes)
    sender = fields.required("sender", "missing-sender", also=("senderCode",))
    msg_type = _msg_type(fields, notes)
    sent = read_time(fields.required("sent", "missing-sent", also=("sendTime",)), zone, notes, "sent")
    status = fields.one_of("status", _STATUS, "missing-status", "Actual")
    scope = fields.one_of("scope", _SCOPE, "missing-scope", "Public")
    shapes = Shapes(notes)
    infos = tuple(read_info(element, f"info[{n}]", zone, shapes, notes)
                  for n, element in enumerate(_blocks(fields, notes), 1))
    if not infos:
        notes.add("no-info", "")
    main = main_block(infos, source.language)
    colour = main.colour if main else None
    colour = colour or max((info.colour for info in infos if info.colour), default=None)
    if colour is None:
        notes.add("colour-assumed", "", source.unknown_colour.zh)
    return Alert(
        identifier=identifier, sender=sender, sent=sent or received_at, status=status, msg_type=msg_type,
        scope=scope, references=read_references(_refers(fields), identifier, notes), source=source.id,
        infos=infos, event=main.event if main else Event("", "", "other"), colour=colour or source.unknown_colour,
        office=office_of(identifier, sender, source.id),
        asks_officer=colour is None and msg_type in ("Alert", "Update"), faults=notes.all(),
    )


def _refers(fields: Fields) -> str:
    """Return what all `references` say: the standard knows one, some write one for each message."""
    return " ".join(text_of(each) for each in fields.children("references")).strip()


def _blocks(fields: Fields, notes: Notes) -> list[etree._Element]:
    """Return the info blocks, not more than any real document has."""
    blocks = fields.children("info")
    if len(blocks) > _MOST:
        notes.add("list-cut", "info", f"{_MOST}/{len(blocks)}")
    return blocks[:_MOST]


def main_block(infos: tuple[Info, ...], language: str) -> Info | None:
    """Return the block that speaks for the alert; None where there is no block.

    1. Those in the site's language: the same tag, else the same language, else without a tag but in its script.
    2. Where there is none, the first whose event is known, else the first.
    3. Of several about the same event (an area each), the one of the highest colour.
    """
    own = _in_language(infos, language)
    if not own:
        return next((info for info in infos if info.event.family != "other"), infos[0] if infos else None)
    same = [info for info in own if type_key(info.event) == type_key(own[0].event)]
    return max(same, key=lambda info: info.colour or 0)


def _in_language(infos: tuple[Info, ...], language: str) -> list[Info]:
    wanted = language.casefold().replace("_", "-")
    primary = wanted.partition("-")[0]
    tags = [(info, info.language.casefold().replace("_", "-")) for info in infos]
    return (
        [info for info, tag in tags if tag == wanted]
        or [info for info, tag in tags if tag.partition("-")[0] == primary]
        or [info for info, tag in tags if not tag and primary == "zh"
            and re.search("[\u4e00-\u9fff]", info.headline + info.event.name)]
    )


def _identifier(fields: Fields, source: Source, body: bytes, notes: Notes) -> str:
    """Return the identifier, derived from source and content where it is missing; never refuse its form."""
    identifier = fields.text("identifier")
    if not identifier:
        notes.add("missing-identifier", "")
        return f"no-id-{blake2b(source.id.encode() + body, digest_size=10).hexdigest()}"
    if _ALMOST_CHINESE.match(identifier) and not _CHINESE_ID.match(identifier):
        notes.add("identifier-form", "identifier", identifier)
    return identifier


def _msg_type(fields: Fields, notes: Notes) -> str:
    if fields.text("msgType").casefold() == "cancle":   # one government client spells it so
        notes.add("cancel-misspelt", "msgType")
        return "Cancel"
    return fields.one_of("msgType", _MSG_TYPE, "missing-msg-type", "Alert")
