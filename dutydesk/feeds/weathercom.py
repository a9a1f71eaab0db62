"""Reads weather.com.cn: the positional rows of its lists and map, and the page of one warning.

The documents come as JSON under text/html or as a JavaScript assignment; numbers are strings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dutydesk.domain.alert import Alert, Request
from dutydesk.domain.colours import colour_of_compact, colour_of_word
from dutydesk.errors import Declined, WrongFormat
from dutydesk.feeds.as_cap import Line, alert_of_line
from dutydesk.feeds.compact import DANGERS, danger_and_colour
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.json_text import Row, part, read_json, text_in
from dutydesk.feeds.lists import capped, says_something, told
from dutydesk.ports.feed import Source

# 101131007-20261006212927-0902.html: its own place number, Beijing time, danger and level.
_FILE = re.compile(r"(\d{5,12})-(\d{14})-(\d{4})(?:\.html?)?")
_ID = re.compile(r"\d{14}_\d{14}(?:_\d)?")
_TITLE = re.compile(r"发布|解除|变更|更新")


class WeatherCom:
    """The feed of kind `weathercom`: rows of a list, the page of one warning, or a list of such pages."""

    kind = "weathercom"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Alert | Request]:
        """Return the alert of every row.

        Raises TooLarge, NotWellFormed, WrongFormat for other JSON, Declined where the status is no success.
        """
        notes = Notes()
        document = read_json(body, source.max_bytes, notes)
        status = part(document, "status")
        if isinstance(status, str) and status.casefold() not in ("success", "ok", "0", "200"):
            raise Declined(f"来源返回错误：{text_in(document, 'errMsg', 'status')[:200]}")
        lines = [_line(row, f"[{n}]", notes) for n, row in enumerate(capped(_rows(document), notes, "data"), 1)]
        return told([alert_of_line(line, source, received_at) for line in lines if line], notes)


def _rows(document: Any) -> list[Any]:
    for rows in (part(document, "result", "data"), part(document, "data"), document):
        if isinstance(rows, list):
            return rows
    if isinstance(document, Mapping) and ("head" in document or "ISSUECONTENT" in document):
        return [document]
    raise WrongFormat("文件中没有中国天气网的预警列表，也不是预警正文")


def _line(row: Any, where: str, notes: Notes) -> Line | None:
    """Return one row, whichever of the three forms it has; None, noted, where it has none of them."""
    line = _from_row(row) if isinstance(row, list) else _from_page(row) if isinstance(row, Mapping) else None
    if line is None or not says_something(line):
        notes.add("row-unreadable", where, str(row)[:60])
        return None
    return line


def _from_row(row: list[Any]) -> Line | None:
    """Return a positional row: place, file, longitude, latitude, id, first id, title; short rows end after the file.

    The point is where a symbol stands on their map and no area.
    """
    texts = [each for each in row if isinstance(each, str)]
    file = next((match for match in map(_FILE.match, texts) if match), None)
    if file is None or not texts:
        return None
    place = texts[0]
    danger, colour = danger_and_colour(file.group(3))
    known = [each for each in texts if _ID.fullmatch(each)]
    title = next((each for each in texts[1:] if _TITLE.search(each)), "")
    word = colour.zh if colour else ""
    return Line(
        identifier=known[0] if known else "", references=tuple(each for each in known[1:2] if each != known[0]),
        headline=title or f"{place}发布{danger}{word}预警", sent=file.group(2), event=danger, colour=colour, area=place)


def _from_page(row: Row) -> Line | None:
    """Return the page of one warning, in the site's own names or in those of a list made of such pages."""
    kind = text_in(row, "msgType").capitalize()
    level = colour_of_compact(text_in(row, "LEVELCODE"))
    own, first = text_in(row, "identifier"), text_in(row, "references")
    area = "".join(text_in(row, name) for name in ("PROVINCE", "CITY", "STATIONNAME"))
    return Line(
        identifier=own, references=tuple(each for each in (first,) if each and each != own),
        headline=text_in(row, "head", "headline", "title"), sent=text_in(row, "ISSUETIME", "published_at", "TIME"),
        msg_type=kind if kind in ("Alert", "Update", "Cancel") else "",
        event=text_in(row, "SIGNALTYPE", "warning_type") or DANGERS.get(text_in(row, "TYPECODE"), ""),
        colour=level or colour_of_word(text_in(row, "SIGNALLEVEL", "level")), expires=text_in(row, "RELIEVETIME"),
        description=text_in(row, "ISSUECONTENT", "description"), area=area or text_in(row, "area"))
