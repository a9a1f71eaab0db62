"""Reads a JSON document from a stranger, JSONP and a JavaScript assignment too, and looks things up in it safely."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from dutydesk.errors import NotWellFormed, TooLarge
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


def _unwrapped(text: str) -> str:
    match = _WRAPPED.match(text)
    return text[match.end():].rstrip(" \t\r\n;)") if match else text
