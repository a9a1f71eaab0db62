"""Reads the lists of the National Meteorological Centre (findAlarm) and of weather.cma.cn.

They hold what is in force: no lift ever comes, and a warning that is gone from the list may still hold. The centre's
rows have no text; picture codes (`p` + 4-digit danger + 3-digit level, 001 red to 004 blue) are their only codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dutydesk.domain.alert import Alert, Request
from dutydesk.domain.colours import colour_of_picture, colour_of_word
from dutydesk.errors import Declined
from dutydesk.feeds.as_cap import Line
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.json_text import Row, part, read_json, text_in
from dutydesk.feeds.lists import lines_of, rows_of, told
from dutydesk.ports.feed import Source

_PICTURE = re.compile(r"p(\d{4})\d{3}(?!\d)")
_NATIONAL = re.compile(r"1[1-4][A-Z]\d{2}")
_ID = re.compile(r"\d{14}_\d{14}(?:_\d)?")

# The 4 digits of a picture code -> the danger, as far as the pictures are known.
PICTURES = {
    "0001": "台风", "0002": "暴雨", "0003": "高温", "0004": "寒潮", "0005": "大雾", "0006": "暴雪", "0007": "大风",
    "0008": "沙尘暴", "0009": "冰雹", "0010": "干旱", "0011": "道路结冰", "0012": "雷电", "0013": "霜冻", "0014": "霾",
    "0015": "雷雨大风", "0016": "雪灾", "0017": "严寒", "0018": "低温", "0019": "低温冻害", "0021": "地质灾害",
    "0022": "大雪", "0023": "寒冷", "0024": "山洪灾害", "0025": "干热风", "0026": "强对流", "0027": "强降温",
    "0028": "强降雨", "0029": "持续低温", "0030": "森林火险", "0031": "沙尘", "0033": "海上大雾", "0034": "海上大风",
    "0037": "草原火险", "0039": "重污染", "0040": "降温", "0041": "雷暴", "0042": "雷暴大风", "0043": "重污染",
    "0044": "森林火险",
}


class Nmc:
    """The feed of kind `nmc`: findAlarm's pages, and the `alarm` and `data` lists of weather.cma.cn."""

    kind = "nmc"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Alert | Request]:
        """Return the alert of every row; a list that says it has further pages is noted as list-partial.

        Raises TooLarge, NotWellFormed, WrongFormat for other JSON, Declined for an answer that is no success.
        """
        notes = Notes()
        document = read_json(body, source.max_bytes, notes)
        if isinstance(document, Mapping) and text_in(document, "code") not in ("", "0", "200"):
            raise Declined(f"来源返回错误：{text_in(document, 'code')} {text_in(document, 'msg')[:200]}")
        rows, where = _rows(document)
        found = list(lines_of(rows_of(rows, notes, where), _line, source, received_at, notes))
        announced = text_in({"count": part(document, "data", "page", "count")}, "count")
        if announced.isdecimal() and len(announced) < 9 and int(announced) > len(found):
            notes.add("list-partial", "data/page", f"{len(found)}/{announced}")
        return told(found, notes)


def _rows(document: Any) -> tuple[Any, str]:
    """Return the list and its path; a list without a page around it is one too."""
    for path in (("data", "page", "list"), ("page", "list"), ("data", "alarm"), ("alarm",), ("data",)):
        rows = part(document, *path)
        if isinstance(rows, list):
            return rows, "/".join(path)
    return document, "data/page/list"


def _line(row: Row) -> Line:
    """Return one row. weather.cma.cn gives text, level and a national code besides; never an area's own code."""
    picture, kind = text_in(row, "pic", "type"), text_in(row, "eventType", "type")
    danger, national = _PICTURE.search(picture), _NATIONAL.match(kind)
    word = text_in(row, "signallevel", "severity") or kind.rpartition("_")[2]
    address = _ID.search(text_in(row, "url"))
    return Line(
        identifier=text_in(row, "alertid", "id") or (address.group() if address else ""),
        headline=text_in(row, "headline", "title"), sent=text_in(row, "issuetime", "effective", "sendTime"),
        event=text_in(row, "signaltype") or PICTURES.get(danger.group(1) if danger else "", ""),
        code=national.group() if national else "",
        colour=colour_of_picture(picture) or colour_of_word(word), description=text_in(row, "description"))
