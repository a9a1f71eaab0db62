"""All tables of dutydesk, by group."""

from __future__ import annotations

from dutydesk.store.tables.access import account, audit, audit_head, login_session
from dutydesk.store.tables.alerts import chain, document, incident, mark, ruling, telling, version
from dutydesk.store.tables.base import CLASSES, metadata
from dutydesk.store.tables.callouts import ask, call, callout, policy
from dutydesk.store.tables.fires import fire, fire_day, hotspot, shock
from dutydesk.store.tables.observed import forecast, gauge, reading, sighting
from dutydesk.store.tables.papers import (
    code,
    drawing,
    fact,
    inbound,
    journal,
    journal_head,
    notice,
    register_change,
    sent_order,
    task,
)
from dutydesk.store.tables.site import desk, number, person, place, post, register_entry, seat, setting, shift
from dutydesk.store.tables.sources import address, source_place, source_state

__all__ = [
    "CLASSES",
    "account",
    "address",
    "ask",
    "audit",
    "audit_head",
    "call",
    "callout",
    "chain",
    "code",
    "desk",
    "document",
    "drawing",
    "fact",
    "fire",
    "fire_day",
    "forecast",
    "gauge",
    "hotspot",
    "inbound",
    "incident",
    "journal",
    "journal_head",
    "login_session",
    "mark",
    "metadata",
    "notice",
    "number",
    "person",
    "place",
    "policy",
    "post",
    "reading",
    "register_change",
    "register_entry",
    "ruling",
    "seat",
    "sent_order",
    "setting",
    "shift",
    "shock",
    "sighting",
    "source_place",
    "source_state",
    "task",
    "telling",
    "version",
]
