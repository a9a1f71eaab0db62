"""Tells a journal as happenings: one mapping per line, for the terminal and for whoever reads the JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from dutydesk.domain.records import JournalRow
from dutydesk.domain.setup import Setup
from dutydesk.ports.store import Reads, Store

#: Journal word -> kind of happening. What is not listed is the machine's own bookkeeping.
KINDS = {
    "version": "version", "round": "round", "call": "call", "heard": "heard", "fact": "fact", "alarm": "alarm",
    "closed": "closed", "officer_rung": "officer", "incident_opened": "incident", "opened_by_hand": "incident",
    "incident_closed": "incident", "bad_document": "document", "notice": "notice", "passed": "passed",
    "duplicate": "duplicate", "late_version": "late", "unclear": "unclear", "stalled": "stalled",
    "by_hand": "order", "rest_waits": "rest", "kept_red": "kept", "notice_dropped": "notice",
    "drill_stopped": "drill",
}


def masked(number: str) -> str:
    """A number as it may be shown: invented ones whole, others with the middle hidden."""
    return number if number.startswith("+999") else f"{number[:3]}****{number[-4:]}"


class Teller:
    """Follows the sealed journal and tells what is new after `seq`; only some kinds of happenings, if named."""

    def __init__(self, setup: Setup, store: Store, *, after: int = 0, kinds: Collection[str] | None = None) -> None:
        self._setup = setup
        self._store = store
        self._kinds = kinds
        self.seq = after

    def tell(self, *, most: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield what was sealed since the last time; out of at most that many rows, where it is said."""
        left = most
        while left is None or left > 0:
            limit = 1000 if left is None else min(1000, left)
            with self._store.read() as reads:
                rows = reads.journal(after=self.seq, limit=limit)
                lines = [line for row in rows if (line := self._line(reads, row)) is not None]
            if not rows:
                return
            self.seq = rows[-1].seq or self.seq
            left = None if left is None else left - len(rows)
            yield from lines

    def _line(self, reads: Reads, row: JournalRow) -> dict[str, Any] | None:
        kind = KINDS.get(row.what)
        if kind is None or (self._kinds is not None and kind not in self._kinds):
            return None
        line: dict[str, Any] = {"at": row.at.isoformat(), "kind": kind, "incident": row.incident}
        if kind == "call":
            return line | self._call(reads, str(row.facts["call"]))
        if row.callout:
            line["callout"] = row.callout
        if row.person:
            line["person"] = row.person
        if kind == "incident":
            line["what"] = row.what
        return dict(row.facts) | line

    def _call(self, reads: Reads, id: str) -> dict[str, Any]:
        call = reads.call(id)
        if call is None:
            return {"id": id}
        asks = reads.asks(call.asks[:1])
        return {"id": call.id, "places": list(call.places), "person": call.person, "number": masked(call.number),
                "channel": call.via.value, "climb": asks[0].climb if asks else 0, "try": asks[0].tries if asks else 0,
                "role": asks[0].role.value if asks else "", "round": call.round, "code": call.code, "text": call.text,
                "asks": list(call.asks)}
