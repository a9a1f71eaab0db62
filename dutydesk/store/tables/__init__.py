"""All tables of dutydesk, by group."""

from __future__ import annotations

from dutydesk.store.tables.alerts import chain, document, incident, version
from dutydesk.store.tables.base import CLASSES, metadata
from dutydesk.store.tables.callouts import ask, call, callout, policy
from dutydesk.store.tables.papers import code, fact, inbound, journal, journal_head, notice, task
from dutydesk.store.tables.site import desk, number, person, place, post, seat, setting, shift
from dutydesk.store.tables.sources import address, source_place, source_state

__all__ = [
    "CLASSES",
    "address",
    "ask",
    "call",
    "callout",
    "chain",
    "code",
    "desk",
    "document",
    "fact",
    "inbound",
    "incident",
    "journal",
    "journal_head",
    "metadata",
    "notice",
    "number",
    "person",
    "place",
    "policy",
    "post",
    "seat",
    "setting",
    "shift",
    "source_place",
    "source_state",
    "task",
    "version",
]
