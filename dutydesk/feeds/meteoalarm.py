"""Reads MeteoAlarm's JSON, which is CAP in other brackets: the same names, lists for what repeats."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dutydesk.domain.alert import Alert, Request
from dutydesk.errors import Declined
from dutydesk.feeds.as_cap import alert_of
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.json_text import part, read_json, text_in
from dutydesk.feeds.lists import rows_of, told
from dutydesk.ports.feed import Source


class Meteoalarm:
    """The feed of kind `meteoalarm`: `{"warnings": [{"alert": {...}, "uuid": ...}]}`.

    The colour is that of `awareness_level` where title and text name none; its areas have EMMA codes, some polygons.
    """

    kind = "meteoalarm"

    def parse(self, body: bytes, source: Source, received_at: datetime) -> list[Alert | Request]:
        """Return the alert of every warning.

        Raises TooLarge, NotWellFormed, WrongFormat without a list of warnings, Declined for an error of the source.
        """
        notes = Notes()
        document = read_json(body, source.max_bytes, notes)
        refusal = isinstance(document, Mapping) and "warnings" not in document and text_in(
            document, "error", "message", "detail")
        if refusal:
            raise Declined(f"来源返回错误：{refusal[:200]}")
        found = []
        for where, row in rows_of(part(document, "warnings"), notes, "warnings"):
            alert = row.get("alert")
            if isinstance(alert, Mapping) and (text_in(alert, "identifier") or alert.get("info")):
                found.append(alert_of(alert, source, received_at))
            else:
                notes.add("row-unreadable", where, text_in(row, "uuid"))
        return told(found, notes)
