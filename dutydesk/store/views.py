"""The console's views over a store: each method is one snapshot, a few set-based SELECTs, no lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from dutydesk.domain.setup import Setup
from dutydesk.ports import shown
from dutydesk.ports.shown_sources import SourceView
from dutydesk.store.store import SqlStore
from dutydesk.store.tables import journal
from dutydesk.store.views_sources import SourceLook

_HEAD = select(func.max(journal.c.seq))


class SqlViews:
    """`ports.views.Views` over SQLite or PostgreSQL. `setup` tells which sources are configured.

    The site shown is the one in the store. Safe from any thread: every look has a connection of its own.
    """

    def __init__(self, store: SqlStore, setup: Setup | None = None) -> None:
        self._store = store
        self._sources = setup.config.sources if setup else ()

    @contextmanager
    def _look(self) -> Iterator[SourceLook]:
        with self._store.read() as reading:
            yield SourceLook(reading, reading.site())

    def head(self) -> int:
        """Return the newest sealed seq."""
        with self._store.read() as reading:
            row = reading.first(_HEAD)
            return int(row[0] or 0)

    def alarms(self, now: datetime) -> tuple[shown.AlarmRow, ...]:
        """Return alarms nobody has taken."""
        with self._look() as look:
            return look.alarms()

    def board(self, now: datetime) -> tuple[shown.BoardIncident, ...]:
        """Return open incidents by county."""
        with self._look() as look:
            return look.board()

    def unfold(self, incident: str, place: str, now: datetime) -> shown.Unfolded:
        """Return the next level under a place."""
        with self._look() as look:
            return look.unfold(incident, place)

    def late(self, now: datetime, *, limit: int = 200, incident: str | None = None) -> tuple[shown.CalloutRow, ...]:
        """Return open callouts by time past the deadline."""
        with self._look() as look:
            return look.late(limit, incident)

    def incidents(self, *, limit: int = 100) -> tuple[shown.BoardIncident, ...]:
        """Return incidents, open ones first."""
        with self._look() as look:
            return look.incidents(limit)

    def incident(self, id: str) -> shown.IncidentPage | None:
        """Return one incident."""
        with self._look() as look:
            return look.incident_page(id)

    def callouts(self, incident: str, now: datetime, *, state: str = "", place: str = "",
                 limit: int = 300) -> tuple[shown.CalloutRow, ...]:
        """Return callouts of an incident."""
        with self._look() as look:
            return look.callouts(incident, state, place, limit)

    def callout(self, id: str, now: datetime) -> shown.CalloutPage | None:
        """Return one callout."""
        with self._look() as look:
            return look.callout_page(id)

    def calls(self, incident: str, *, limit: int = 300) -> tuple[shown.CallView, ...]:
        """Return calls of an incident."""
        with self._look() as look:
            return look.calls(incident, limit)

    def facts(self, incident: str, *, limit: int = 300) -> tuple[shown.FactView, ...]:
        """Return facts of an incident."""
        with self._look() as look:
            return look.facts(incident, limit)

    def tasks(self, incident: str) -> tuple[shown.TaskView, ...]:
        """Return tasks of an incident."""
        with self._look() as look:
            return look.tasks(incident)

    def journal(self, *, before: int | None = None, incident: str | None = None,
                limit: int = 200) -> tuple[shown.JournalView, ...]:
        """Return sealed journal rows."""
        with self._look() as look:
            return look.journal(before, incident, limit)

    def sources(self, now: datetime) -> tuple[SourceView, ...]:
        """Return the sources."""
        with self._look() as look:
            return look.sources(self._sources, now)

    def documents(self, *, states: Sequence[str] = (), limit: int = 50) -> tuple[shown.DocumentView, ...]:
        """Return documents without text."""
        with self._look() as look:
            return look.documents(states, limit)

    def document(self, hash: str) -> shown.DocumentView | None:
        """Return one document."""
        with self._look() as look:
            return look.document(hash)

    def body(self, hash: str) -> bytes | None:
        """Return the bytes of a document."""
        with self._look() as look:
            return look.body(hash)

    def search(self, text: str, *, limit: int = 40) -> tuple[shown.Found, ...]:
        """Return people and places."""
        with self._look() as look:
            return look.search(text, limit)

    def person(self, id: str, now: datetime) -> shown.PersonPage | None:
        """Return one person."""
        with self._look() as look:
            return look.person_page(id)

    def candidates(self, callouts: Sequence[str]) -> tuple[shown.Candidate, ...]:
        """Return who may have spoken."""
        with self._look() as look:
            return look.candidates(callouts)

    def officers(self, now: datetime) -> tuple[shown.OfficerView, ...]:
        """Return who is on the rosters."""
        with self._look() as look:
            return look.officers(now)

    def owners(self, numbers: Sequence[str]) -> Mapping[str, shown.PhoneOwner]:
        """Return whose numbers these are."""
        with self._look() as look:
            return look.owners(numbers)

    def outlines(self) -> Mapping[str, Any]:
        """Return the map's boundaries."""
        with self._look() as look:
            return look.outlines()

    def map_state(self, incident: str) -> shown.MapState:
        """Return what the map shows now."""
        with self._look() as look:
            return look.map_state(incident)
