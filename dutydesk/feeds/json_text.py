"""Reads a JSON document from a stranger, JSONP and a JavaScript assignment too, and looks things up in it safely."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dutydesk.domain.alert import Alert, Request
from dutydesk.errors import NotWellFormed, TooLarge, WrongFormat
from dutydesk.feeds.encoding import text_of
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.xml import HARD_LIMIT

Row = Mapping[str, Any]

_WRAPPED = re.compile(r"\s*(?:(?:var|let|const|window\.)\s*)?[A-Za-z_$][\w$.]{0,80}\s*(?P<how>[=(])\s*(?=[\[{])")


def read_json(body: bytes, max_bytes: int, notes: Notes) -> Any:
    """Return the value of a document of at most `max_bytes` bytes, whatever its content type claimed.

    `name(...)` and `var name = ...;` around it are taken off. NaN and Infinity, which are no JSON, become None.
    Raises TooLarge, and NotWellFormed for what is no JSON, was cut off, or is nested beyond reason.
    """
    limit = min(max_bytes, HARD_LIMIT)
    if len(body) > limit:
        raise TooLarge(f"文件有 {len(body):,} 字节，超过该来源允许的 {limit:,} 字节")
    text = text_of(body, notes)
    if not text:
        raise NotWellFormed("文件是空的")
    if text.startswith("<"):
        raise NotWellFormed("文件是网页或 XML，不是 JSON")
    try:
        return json.loads(_unwrapped(text), strict=False, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        raise NotWellFormed(f"文件不是完整的 JSON：第 {error.lineno} 行第 {error.colno} 列") from None
    except (RecursionError, ValueError):    # nested too deep; a whole number of thousands of digits
        raise NotWellFormed("文件不是可读的 JSON：嵌套太深或数字太长") from None


def text_in(row: Row, *names: str) -> str:
    """Return the first of these fields that holds text or a number, outer blanks removed; empty where none does."""
    for name in names:
        value = row.get(name)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def part(value: object, *names: str) -> Any:
    """Return what lies under these names, one inside the other; None where one of them is missing."""
    for name in names:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def rows_of(value: object, notes: Notes, where: str) -> Iterator[tuple[str, Row]]:
    """Yield path and row of every mapping in a list; what is no mapping is noted as row-unreadable.

    Raises WrongFormat where there is no list.
    """
    if not isinstance(value, list):
        raise WrongFormat(f"文件中没有应有的列表 {where}")
    for n, row in enumerate(value, 1):
        if isinstance(row, Mapping):
            yield f"{where}[{n}]", row
        else:
            notes.add("row-unreadable", f"{where}[{n}]", str(row)[:60])


def told(found: Iterable[Alert | Request], notes: Notes) -> list[Alert | Request]:
    """Return what was found, the faults of the document as a whole riding on the first of it.

    Raises WrongFormat where there are faults and nothing to carry them: such a document must not pass for an empty one.
    """
    everything, faults = list(found), notes.all()
    if faults and not everything:
        raise WrongFormat("文件中没有一条可读：" + "；".join(fault.text for fault in faults[:5]))
    if faults:
        everything[0] = replace(everything[0], faults=everything[0].faults + faults)
    return everything


def _unwrapped(text: str) -> str:
    match = _WRAPPED.match(text)
    return text[match.end():].rstrip(" \t\r\n;)") if match else text
