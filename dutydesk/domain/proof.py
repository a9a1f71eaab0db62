"""What the outcome of a call proves, whatever has become of the callout in the meantime."""

from __future__ import annotations

from dutydesk.domain.happenings import Happened
from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Outcome
from dutydesk.domain.work import Work


def on_late_outcome(work: Work, happening: Happened) -> None:
    """Keep what the outcome proves: that the person was called, or that a number is dead.

    Whoever was still rung after all was over hears of it.
    """
    if happening.outcome.called:
        if work.callout.called_at is None or happening.at < work.callout.called_at:
            work.callout.called_at = happening.at
        if work.add_once("called", happening.person):
            work.record("called", happening.person, happening.via, happening.at)
            _rung_in_vain(work, happening.person)
    if happening.outcome is Outcome.NUMBER_DEAD and work.add_once("dead", happening.number):
        work.task("contact", "officer", happening.at, about=happening.person)


def _rung_in_vain(work: Work, person: str) -> None:
    """His call had left before the answer or the lift was known: a notice says what has become of it."""
    callout = work.callout
    if person in work.memo.get("said", []) or person in work.memo.get("out", []):
        return
    if work.memo.get("wrong"):
        work.notice(person, "notice.correction", why=str(work.memo["wrong"]))
    elif callout.closed_as is Closed.STOOD_DOWN:
        work.notice(person, "notice.lifted")
    elif callout.state in (State.ANSWERED, State.REMINDING) or callout.closed_as is Closed.DONE:
        own = work.memo.get("own", [])
        work.notice(person, "notice.taken", by=own[0] if own else callout.taken_by)
