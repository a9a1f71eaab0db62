"""大面积失联: when most numbers of a town cannot be reached, say so once instead of letting ladders die one by one."""

from __future__ import annotations

from dutydesk.domain.records import Incident
from dutydesk.domain.values import Outcome
from dutydesk.engine.books import Books

_UNREACHABLE = frozenset({Outcome.FAILED_NOW, Outcome.NUMBER_DEAD})
_REACHED = frozenset({Outcome.ON_HANDSET, Outcome.PICKED_UP, Outcome.MACHINE, Outcome.BUSY, Outcome.NO_ANSWER})
FEWEST = 5  # numbers: fewer say nothing about a town


def look(books: Books, incident: Incident) -> None:
    """Raise one alarm for each town where more than the share set of the numbers rung lately is unreachable.

    A message that lies with the provider tells nothing of a town, nor does one that no provider took.
    """
    since = books.now - books.ctx.rules.town_dark_within
    numbers: dict[str, dict[str, bool]] = {}
    for call in books.tx.calls_ended_of(incident.id, _UNREACHABLE | _REACHED, since=since):
        if call.outcome is Outcome.FAILED_NOW and call.handed_at is None:
            continue
        for place in call.places:
            town = books.ctx.site.town_of(place)
            if town:
                lit = numbers.setdefault(town, {})
                lit[call.number] = lit.get(call.number, False) or call.outcome in _REACHED
    known = _told(books, incident)
    for town, lit in sorted(numbers.items()):
        dark = sum(1 for reached in lit.values() if not reached)
        if len(lit) >= FEWEST and dark / len(lit) > books.ctx.rules.town_dark_share and town not in known:
            books.alarm(incident.id, "town_dark", place=town, text=f"{dark}/{len(lit)}")


def _told(books: Books, incident: Incident) -> list[str]:
    """Towns this incident's alarm already names."""
    alarm = books.officer(incident.id)
    return alarm.memo.get("dark", []) if alarm else []
