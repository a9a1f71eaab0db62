"""Reads the warnings in Caiyun's answers: a list of its own, or the `alert` part of a forecast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from dutydesk.domain.alert import Alert, Request
from dutydesk.errors import Declined
from dutydesk.feeds.as_cap import Line
from dutydesk.feeds.compact import danger_and_colour
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.json_text import Row, part, read_json, text_in
from dutydesk.feeds.lists import lines_of, rows_of, told
from dutydesk.ports.feed import Source

# Seconds to the years 1973 and 2100: a smaller number is none at all, a greater one counts milliseconds.
_FIRST, _LAST = 100_000_000, 4_102_444_800


class Caiyun:
    """The feed of kind `caiyun`. Its point is where it was asked for and no area; the area is the code's."""

    kind = "caiyun"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Alert | Request]:
        """Return the alert of every row.

        Raises TooLarge, NotWellFormed, WrongFormat without a list, Declined where the status is no success.
        """
        notes = Notes()
        document = read_json(body, source.max_bytes, notes)
        for answer in (document, part(document, "result", "alert")):
            status = text_in(answer, "status") if isinstance(answer, Mapping) else ""
            if status.casefold() not in ("", "ok"):
                raise Declined(f"彩云返回错误：{text_in(answer, 'error', 'status')[:200]}")
        rows = next((rows for rows in (part(document, "result", "alert", "content"), part(document, "alert", "content"),
                                       part(document, "content")) if isinstance(rows, list)), None)
        return told(lines_of(rows_of(rows, notes, "content"), _line, source, received_at, notes), notes)


def _line(row: Row) -> Line:
    danger, colour = danger_and_colour(text_in(row, "code"))
    return Line(
        identifier=text_in(row, "alertId"), headline=text_in(row, "title"), sent=_time(row),
        sender="", msg_type="Cancel" if "解除" in text_in(row, "status") else "", event=danger, colour=colour,
        description=text_in(row, "description"), adcode=text_in(row, "adcode"), area=text_in(row, "location"))


def _time(row: Row) -> str:
    """Return seconds since 1970 (or thousandths of them) as a time in UTC; anything else as it stands."""
    written = text_in(row, "pubtimestamp")
    try:
        number = float(written)
        number = number / 1000 if number > _LAST else number
        return datetime.fromtimestamp(number, UTC).isoformat() if _FIRST <= number <= _LAST else written
    except ValueError:
        return written
