"""A recording read again: what each document says, whom it would call, and what is wrong in all of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dutydesk.app.house import Folder, sources
from dutydesk.app.matching import Matching
from dutydesk.app.recording import Recorded, each_read
from dutydesk.domain.alert import Alert, Request


def reread(folder: Folder, recorded: Sequence[Recorded], *, as_json: bool) -> int:
    """Print one line a document and a summary; return 1 where any could not be read, else 0."""
    matching = Matching(folder)
    faults: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for one, found, error in each_read(recorded, sources(folder)):
        line = _line(one, found, error, matching)
        faults.update(fault.name for each in found for fault in each.faults)
        totals.update(documents=1, unreadable=bool(error), alerts=len(line["alerts"]), listed=line["listed"])
        print(json.dumps(line, ensure_ascii=False, sort_keys=True) if as_json else _told(line))
    summary: dict[str, Any] = {"kind": "summary", **totals, "faults": dict(sorted(faults.items()))}
    if as_json:
        print(json.dumps(summary, ensure_ascii=False, sort_keys=True))
    else:
        print(f"{totals['documents']} documents, {totals['unreadable']} unreadable, {totals['alerts']} warnings, "
              f"{totals['listed']} listed; faults: {', '.join(f'{name} {n}' for name, n in faults.items()) or 'none'}")
    return 1 if totals["unreadable"] else 0


def _line(one: Recorded, found: Sequence[Any], error: str, matching: Matching) -> dict[str, Any]:
    alerts = matching.of([each for each in found if isinstance(each, Alert)])
    return {
        "kind": "document", "at": one.at.isoformat(), "source": one.source, "name": one.name, "error": error,
        "listed": sum(isinstance(each, Request) for each in found),
        "alerts": [{"identifier": each.alert.identifier, "event": each.alert.event.name,
                    "colour": each.alert.colour.word, "msg_type": each.alert.msg_type,
                    "sent": each.alert.sent.isoformat(), "places": len(each.found.touches),
                    "posts": len({row["post"] for row in each.rows})} for each in alerts],
    }


def _told(line: dict[str, Any]) -> str:
    said = "; ".join(f"{each['event']} {each['colour']} {each['msg_type']}: {each['places']} places, "
                     f"{each['posts']} posts" for each in line["alerts"])
    said = said or (f"lists {line['listed']}" if line["listed"] else "nothing")
    said = f"! {line['error']}" if line["error"] else said
    return f"{line['at'][:19]} {line['source']:<10} {line['name']:<30} {said}"
