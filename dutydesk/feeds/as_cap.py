"""Writes what another format says in the names of CAP, so that one reader reads every format.

A feed only says which of its fields is which; times, colours, types, shapes and faults are the business of
`dutydesk.feeds.cap`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from dutydesk.domain.alert import Alert
from dutydesk.domain.events import says_lifted
from dutydesk.domain.values import Colour
from dutydesk.feeds.cap import adcode_of, read_alert
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.times import read_time
from dutydesk.ports.feed import Source

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,40}")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DEEPEST = 6
_TITLE = 500

_VERB = re.compile(r"(?:继续|重新)?(?:发布|更新|变更|解除|升级|降级|调整|取消|撤销)")
_CHANGED = re.compile(r"继续|更新|变更|升级|降级|调整为|上调|下调|升为|降为")
_DEPARTMENT = re.compile(r"(?:中心)?(?:气象|水利|水务|自然资源|应急|林业|海洋|地震|农业|生态环境|住建|防汛|人民政府|"
                         r"预警信息)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One warning as a Chinese list says it; every text as written, empty where the list does not say.

    `colour` is what the source's own code says; `area` the name of its area, `adcode` the code of it (GB/T 2260).
    `references` are identifiers. `sent`, `effective` and `expires` are read in the source's zone where they name none.
    """

    headline: str
    sent: str
    identifier: str = ""
    sender: str = ""
    msg_type: str = ""
    references: tuple[str, ...] = ()
    event: str = ""
    code: str = ""
    colour: Colour | None = None
    severity: str = "Unknown"
    urgency: str = "Unknown"
    certainty: str = "Unknown"
    language: str = "zh-CN"
    effective: str = ""
    onset: str = ""
    expires: str = ""
    description: str = ""
    instruction: str = ""
    area: str = ""
    adcode: str = ""
    status: str = "Actual"


def alert_of(fields: Mapping[str, Any], source: Source, received_at: datetime, notes: Notes | None = None) -> Alert:
    """Return the alert whose CAP fields are in a mapping, lists for fields that repeat.

    Nothing and blanks count as missing; an identifier is derived from all fields where there is none.
    """
    notes = Notes() if notes is None else notes
    root = _element("alert", fields, notes, 0)
    return read_alert(root, etree.tostring(root, encoding="utf-8"), source, received_at, notes)


def alert_of_line(line: Line, source: Source, received_at: datetime) -> Alert:
    """Return the alert of one line of a Chinese list.

    1. Identifier: the source's, else a key of title, time of sending and area, the same from any source.
    2. Message type: the source's, else from the title: a lift is Cancel, 更新 and its like are Update.
    3. Area: the code the source gives, else the office's in a Chinese id; named as given, else after the office.
    """
    notes, zone = Notes(), ZoneInfo(source.zone)
    sent, effective, onset, expires = (
        quiet_time(text, zone) for text in (line.sent, line.effective, line.onset, line.expires))
    office = office_in(line.headline)
    sender = line.sender or office or source.name or source.id
    adcode = line.adcode or adcode_of(line.identifier)
    area = line.area or unit_of(office)
    codes = [{"valueName": "adcode", "value": adcode}] if adcode else []
    colour = [{"valueName": "alert_color", "value": line.colour.word}] if line.colour else []
    return alert_of({
        "identifier": line.identifier or key_of(line.headline or line.description, sent, area or adcode),
        "sender": sender, "sent": sent, "status": line.status, "scope": "Public",
        "msgType": line.msg_type or msg_type_of(line.headline),
        "references": references(line.references, sender),
        "info": {
            "language": line.language, "event": line.event or line.headline, "severity": line.severity,
            "urgency": line.urgency, "certainty": line.certainty, "effective": effective, "onset": onset,
            "expires": expires, "headline": line.headline, "description": line.description,
            "instruction": line.instruction, "parameter": colour,
            "eventCode": {"valueName": "12379", "value": line.code} if line.code else None,
            "area": {"areaDesc": area or adcode, "geocode": codes} if area or adcode else None,
        },
    }, source, received_at, notes)


def key_of(*parts: str) -> str:
    """Return the content key that stands in for an identifier: `key-` and 20 hex digits of BLAKE2b over the parts."""
    return f"key-{blake2b(chr(31).join(parts).encode('utf-8', 'replace'), digest_size=10).hexdigest()}"


def references(identifiers: Sequence[str], sender: str) -> str:
    """Return CAP's references to these messages of one sender; their times are not known."""
    return " ".join(f"{sender.replace(',', ' ')},{identifier}," for identifier in identifiers if identifier)


def msg_type_of(headline: str) -> str:
    """Return Cancel for a title that only lifts, Update for one that changes or goes on, else Alert."""
    if says_lifted(headline):
        return "Cancel"
    return "Update" if _CHANGED.search(headline[:_TITLE]) else "Alert"


def office_in(headline: str) -> str:
    """Return what stands before the verb of a title: 海角市气象台 of `海角市气象台发布暴雨…`; empty without a verb."""
    match = _VERB.search(headline[:_TITLE])
    return headline[:match.start()].strip("【[ ") if match else ""


def unit_of(office: str) -> str:
    """Return the unit an office is named after: 海角市气象台 gives 海角市; the whole name where none can be told."""
    match = _DEPARTMENT.search(office)
    return office[:match.start()] if match and match.start() else office


def quiet_time(text: str, zone: ZoneInfo) -> str:
    """Return a time as CAP writes it, or as it stands where it cannot be read; `zone` is that of a time without one.

    How a format writes its times, and that it names no zone, is no fault of a document.
    """
    moment = read_time(text, zone, Notes(), "")
    return moment.isoformat() if moment else text


def _element(name: str, value: object, notes: Notes, depth: int) -> etree._Element:
    node = etree.Element(name)
    if isinstance(value, Mapping):
        for key, below in value.items():
            if depth < _DEEPEST and _NAME.fullmatch(key):
                for each in below if isinstance(below, (list, tuple)) else (below,):
                    if each is not None and each != "":
                        node.append(_element(key, each, notes, depth + 1))
    elif isinstance(value, (str, int, float)):
        text = str(value)
        clean = _FORBIDDEN.sub("", text)
        if clean != text:
            notes.add("control-characters", name)
        node.text = clean
    return node
