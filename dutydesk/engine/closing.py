"""The end of an incident: its letters get free, its alarm falls silent, unless somebody cries for help."""

from __future__ import annotations

from dataclasses import replace

from dutydesk.domain.alarm import items
from dutydesk.domain.incident import over
from dutydesk.domain.records import Incident
from dutydesk.engine.books import Books


def save(books: Books, incident: Incident, open_callouts: int) -> Incident:
    """Save an incident in its newest state, closed if nothing keeps it open; returns it as it stands then."""
    ended = over(incident, open_callouts=open_callouts, now=books.now)
    if ended.closed_at is not None:
        end(books, ended)
    books.save_incident(ended)
    return books.incidents[ended.id]


def end(books: Books, incident: Incident) -> None:
    """Do what goes with the end of an incident; saving it is the caller's."""
    books.tx.free_codes(incident.id, books.now + books.ctx.rules.code_rest)
    books.note("incident_closed", incident=incident.id)
    books.alarms[incident.id] = [item for item in books.alarms.get(incident.id, []) if item.reason == "help"]
    alarm = books.officer(incident.id)
    if alarm is not None and not any(item["reason"] == "help" for item in items(alarm).values()):
        books.hush(replace(alarm, memo=alarm.memo | {"items": {}}))
