"""What came of a replay, counted from the rows."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Any

from dutydesk.domain.records import Callout, Closed, State
from dutydesk.engine.books import is_officer
from dutydesk.ports.store import Reads

SHARES = {"t50_s": 0.5, "t90_s": 0.9, "t100_s": 1.0}


def summary(reads: Reads, *, doubles: int) -> dict[str, Any]:
    """Count callouts, each once under the first true of: superseded, answered (by its own people, ever), taken
    over, stood down, unanswered; the five add up to `callouts`. Times run over each post's last round, from
    its opening to the answer; null where that share was never reached.
    """
    callouts: list[Callout] = []
    alarms = calls = escalated = 0
    taken: set[str] = set()
    for incident in reads.incidents(open_only=False):
        rows = reads.callouts_of(incident.id, open_only=False)
        callouts += [row for row in rows if not is_officer(row)]
        alarms += sum(1 for row in rows if is_officer(row) and row.climb)
        calls += len(reads.calls_of(incident.id))
        taken.update(fact.callout for fact in reads.facts_of(incident.id) if fact.what in ("taken_over", "relayed"))
    counts = dict.fromkeys(("answered", "taken_over", "unanswered", "superseded", "stood_down"), 0)
    for callout in callouts:
        counts[_sort(callout, taken)] += 1
        escalated += callout.step > 0 or callout.state is State.WITH_OFFICER or bool(callout.memo.get("shown"))
    return {
        "kind": "summary", "callouts": len(callouts), **counts,
        "acted": sum(1 for callout in callouts if callout.acted_at), "escalated": escalated,
        "officer_alarms": alarms, "calls": calls, "doubles": doubles, **_times(callouts),
    }


def _sort(callout: Callout, taken: set[str]) -> str:
    if callout.closed_as is Closed.SUPERSEDED:
        return "superseded"
    if callout.answered_at is not None:
        return "answered"
    if callout.id in taken:
        return "taken_over"
    return "stood_down" if callout.closed_as is Closed.STOOD_DOWN else "unanswered"


def _times(callouts: Iterable[Callout]) -> dict[str, float | None]:
    """Seconds until the given shares of posts had answered, over each post's last round."""
    last: dict[tuple[str, str, str], Callout] = {}
    for callout in callouts:
        key = (callout.incident, callout.post, "".join(callout.memo.get("seats", ())))
        if key not in last or callout.round > last[key].round:
            last[key] = callout
    waits = sorted((row.answered_at - row.opened_at).total_seconds() for row in last.values() if row.answered_at)
    times: dict[str, float | None] = {}
    for name, share in SHARES.items():
        need = ceil(share * len(last))
        times[name] = round(waits[need - 1], 1) if 0 < need <= len(waits) else None
    return times
