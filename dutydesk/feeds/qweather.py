"""Reads QWeather's warnings: v7 `warning/now` and the newer `weatheralert`.

It gives no area: it was asked for a place. Its identifiers are its own, in no relation to the national ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dutydesk.domain.alert import Alert, Request
from dutydesk.domain.colours import colour_of_word
from dutydesk.errors import Declined, WrongFormat
from dutydesk.feeds.as_cap import Line, unit_of
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.json_text import Row, part, read_json, text_in
from dutydesk.feeds.lists import lines_of, rows_of, told
from dutydesk.ports.feed import Source

_MSG_TYPES = {"active": "Alert", "alert": "Alert", "update": "Update", "cancel": "Cancel"}
_LAST_SHIFTED = 1059      # 1001 to 1059 are the national 11B01 to 11B59; beyond, the two tables part


class Qweather:
    """The feed of kind `qweather`, both forms told apart by what they hold."""

    kind = "qweather"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Alert | Request]:
        """Return the alert of every warning; an empty answer gives nothing and ends nothing.

        Raises TooLarge, NotWellFormed, WrongFormat for other JSON, Declined for an error code of the service.
        """
        notes = Notes()
        document = read_json(body, source.max_bytes, notes)
        if not isinstance(document, Mapping):
            raise WrongFormat("文件不是和风天气的预警")
        code = text_in(document, "code")
        if code not in ("", "200", "204") or "error" in document:
            raise Declined(f"和风天气返回错误：{code or str(document.get('error'))[:200]}")
        read, name = (_newer, "alerts") if "alerts" in document else (_v7, "warning")
        if name not in document and (code == "204" or part(document, "metadata", "zeroResult") is True):
            return told([], notes)
        return told(lines_of(rows_of(document.get(name), notes, name), read, source, received_at, notes), notes)


def _v7(row: Row) -> Line:
    sender = text_in(row, "sender")
    return Line(
        identifier=text_in(row, "id"), headline=text_in(row, "title"), sender=sender, sent=text_in(row, "pubTime"),
        msg_type=_MSG_TYPES.get(text_in(row, "status").casefold(), ""), references=tuple(_split(row.get("related"))),
        event=text_in(row, "typeName"), code=_national(text_in(row, "type")),
        colour=colour_of_word(text_in(row, "severityColor", "level")), severity=_word(row, "severity"),
        urgency=_word(row, "urgency"), certainty=_word(row, "certainty"), language=_language(text_in(row, "title")),
        onset=text_in(row, "startTime"), expires=text_in(row, "endTime"), description=text_in(row, "text"),
        area=unit_of(sender))


def _newer(row: Row) -> Line:
    """Return one warning of the newer form; the criteria that came with it stand below its text."""
    sender = text_in(row, "senderName")
    text = "\n".join(said for said in (text_in(row, "description"), text_in(row, "criteria")) if said)
    return Line(
        identifier=text_in(row, "id"), headline=text_in(row, "headline"), sender=sender,
        sent=text_in(row, "issuedTime"), msg_type=_MSG_TYPES.get(str(part(row, "messageType", "code")).casefold(), ""),
        references=tuple(_split(part(row, "messageType", "supersedes"))),
        event=text_in(row.get("eventType") or {}, "name") if isinstance(row.get("eventType"), Mapping) else "",
        code=_national(str(part(row, "eventType", "code"))), colour=colour_of_word(str(part(row, "color", "code"))),
        severity=_word(row, "severity"), urgency=_word(row, "urgency"), certainty=_word(row, "certainty"),
        language=_language(text_in(row, "headline")), effective=text_in(row, "effectiveTime"),
        onset=text_in(row, "onsetTime"), expires=text_in(row, "expireTime"), description=text,
        instruction=text_in(row, "instruction"), area=unit_of(sender))


def _word(row: Row, name: str) -> str:
    return text_in(row, name).capitalize() or "Unknown"


def _language(text: str) -> str:
    return "zh-CN" if any("\u4e00" <= char <= "\u9fff" for char in text) else "en"


def _national(code: str) -> str:
    """Return the 12379 code of one of QWeather's, where the two tables are the same but for a shift."""
    return f"11B{code[2:]}" if code.isdecimal() and 1001 <= int(code[:6]) <= _LAST_SHIFTED else ""


def _split(value: Any) -> list[str]:
    """Return the identifiers in a list, or in a text with commas."""
    parts = value if isinstance(value, list) else str(value or "").split(",")
    return [str(each).strip() for each in parts if str(each).strip()]
