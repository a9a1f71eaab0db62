"""The door through which the console looks at the durable rows.

It only tells; nothing here changes a row. Times are aware and UTC, coordinates EPSG:4326, longitude first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from dutydesk.ports.shown import (
    AlarmRow,
    BoardIncident,
    CalloutPage,
    CalloutRow,
    CallView,
    Candidate,
    DocumentView,
    FactView,
    Found,
    IncidentPage,
    JournalView,
    MapState,
    OfficerView,
    PersonPage,
    PhoneOwner,
    TaskView,
    Unfolded,
)
from dutydesk.ports.shown_sources import SourceView


class Views(Protocol):
    """Read models over the durable rows. Every method is one set-based look and safe from any thread."""

    def head(self) -> int:
        """Return the `seq` of the newest sealed journal row, 0 when there is none."""
        ...

    def alarms(self, now: datetime) -> tuple[AlarmRow, ...]:
        """Return the alarms nobody has taken, longest waiting first."""
        ...

    def board(self, now: datetime) -> tuple[BoardIncident, ...]:
        """Return the open incidents, worst colour first, real before drills."""
        ...

    def unfold(self, incident: str, place: str, now: datetime) -> Unfolded:
        """Return the next level under a place: towns under a county, callouts under a town."""
        ...

    def late(self, now: datetime, *, limit: int = 200, incident: str | None = None) -> tuple[CalloutRow, ...]:
        """Return open callouts, the one longest past its deadline first."""
        ...

    def incidents(self, *, limit: int = 100) -> tuple[BoardIncident, ...]:
        """Return incidents without rows: open ones first, then the newest closed."""
        ...

    def incident(self, id: str) -> IncidentPage | None:
        """Return one incident with chains, versions and colours."""
        ...

    def callouts(self, incident: str, now: datetime, *, state: str = "", place: str = "",
                 limit: int = 300) -> tuple[CalloutRow, ...]:
        """Return callouts of an incident, superseded ones last; `state` is a State or empty."""
        ...

    def callout(self, id: str, now: datetime) -> CalloutPage | None:
        """Return one callout with asks, reach, facts and its journal."""
        ...

    def calls(self, incident: str, *, limit: int = 300) -> tuple[CallView, ...]:
        """Return calls of an incident, newest first."""
        ...

    def facts(self, incident: str, *, limit: int = 300) -> tuple[FactView, ...]:
        """Return facts of an incident, newest first."""
        ...

    def tasks(self, incident: str) -> tuple[TaskView, ...]:
        """Return tasks of an incident, open ones first, by time due."""
        ...

    def journal(self, *, before: int | None = None, incident: str | None = None,
                limit: int = 200) -> tuple[JournalView, ...]:
        """Return sealed rows, newest first, with `seq` below `before`."""
        ...

    def sources(self, now: datetime) -> tuple[SourceView, ...]:
        """Return every source that is configured or ever sent a document."""
        ...

    def documents(self, *, states: Sequence[str] = (), limit: int = 50) -> tuple[DocumentView, ...]:
        """Return documents without text, newest first; no states means all."""
        ...

    def document(self, hash: str) -> DocumentView | None:
        """Return one document with its text."""
        ...

    def body(self, hash: str) -> bytes | None:
        """Return the bytes of a document as they were received."""
        ...

    def search(self, text: str, *, limit: int = 40) -> tuple[Found, ...]:
        """Return people and places whose name or id contains the text."""
        ...

    def person(self, id: str, now: datetime) -> PersonPage | None:
        """Return one person."""
        ...

    def candidates(self, callouts: Sequence[str]) -> tuple[Candidate, ...]:
        """Return who may have spoken for these callouts, the one covering most first."""
        ...

    def officers(self, now: datetime) -> tuple[OfficerView, ...]:
        """Return who is on any roster, those on duty now first."""
        ...

    def owners(self, numbers: Sequence[str]) -> Mapping[str, PhoneOwner]:
        """Return whose these numbers are; unknown numbers are left out."""
        ...

    def outlines(self) -> Mapping[str, Any]:
        """Return the boundaries of county and town level as a GeoJSON FeatureCollection (id, name, level)."""
        ...

    def map_state(self, incident: str) -> MapState:
        """Return what the map of an incident shows now."""
        ...
