"""Reads a file of the far side, JSON or CSV, into rows; says of each bad row what is wrong with it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dutydesk.channels.numbers import international
from dutydesk.domain.ids import derive
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome

KINDS = ("reply", "receipt", "key")


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of one file, and its faults, each `name: words`."""

    rows: tuple[Inbound, ...] = ()
    faults: tuple[str, ...] = ()


def read(body: bytes, form: str, channel: str, country: str, now: datetime) -> Read:
    """Read one file (`form`: json or csv). A bad row keeps no good one away. `now` is aware."""
    try:
        given = list(_json(body) if form == "json" else _csv(body))
    except (ValueError, RecursionError, csv.Error) as error:
        return Read(faults=(f"unreadable: {error}",))
    rows: list[Inbound] = []
    faults: list[str] = []
    for place, each in enumerate(given, 1):
        try:
            rows.append(_row(each, channel, country, now))
        except ValueError as error:
            faults.append(f"row {place}: {error}")
    return Read(tuple(rows), tuple(faults))


def _json(body: bytes) -> Iterable[Mapping[str, Any]]:
    document = json.loads(body.decode("utf-8-sig"))
    rows = document.get("rows") if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("there is no list of rows in it")
    return rows


def _csv(body: bytes) -> Iterable[Mapping[str, Any]]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("gb18030")
    rows = csv.DictReader(io.StringIO(text), strict=True, restkey="?", restval="")
    if not {"kind", "at"} <= set(rows.fieldnames or ()):
        raise ValueError("its first line does not name the columns kind and at")
    return rows


def _row(given: Mapping[str, Any], channel: str, country: str, now: datetime) -> Inbound:
    """One row. Its id derives from the far side's own, else from all that is said; raises ValueError."""
    kind, id, number, text, call, state, at = (str(given.get(name) or "").strip() for name in
                                               ("kind", "id", "number", "text", "call", "outcome", "at"))
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    if kind == "reply" and not number:
        raise ValueError("a reply without number")
    if kind != "reply" and not call:
        raise ValueError(f"a {kind} without call")
    try:
        outcome = Outcome(state) if kind == "receipt" else None
    except ValueError:
        raise ValueError(f"outcome {state!r} is none of {', '.join(Outcome)}") from None
    unique = (id,) if id else (number, text, call, state, at)
    return Inbound(derive("i", channel, kind, *unique), channel, kind,
                   international(number, country) if number else "", text, "" if kind == "reply" else call,
                   min(_moment(at), now), outcome)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"at {text!r} is no time; write it like 2026-07-20T12:00:30+08:00") from None
    if found.tzinfo is None:
        raise ValueError(f"at {text!r} has no zone; write +08:00 behind it")
    return found.astimezone(UTC)
