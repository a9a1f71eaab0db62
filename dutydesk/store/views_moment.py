"""An incident as it stood at a moment: from the callouts' own times, and what the journal tells of their states.

Now and the past go through the same counting; only where the state of a callout comes from differs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from dutydesk.domain.records import State
from dutydesk.ports.command import AreaTally, Moment, Rung
from dutydesk.store.codec import load, micros, moment
from dutydesk.store.dialect import Dialect
from dutydesk.store.tables import callout, journal, place
from dutydesk.store.views_board import WORST
from dutydesk.store.views_common import OFFICER_POSTS, Look, posts_only

_RANK: Mapping[str, int] = {state.value: number for number, state in enumerate(WORST)}
_SILENT = frozenset({State.SCHEDULED.value, State.CALLING.value, State.WITH_OFFICER.value})
_RINGING = frozenset({State.SCHEDULED.value, State.CALLING.value})
_TOLD = ("state", "closed", "colour", "alarm")
_MOST_ALARMS = 12


class MomentSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        c, j = callout.c, journal.c
        of = c.incident == bindparam("incident")
        columns = (c.id, c.post, c.place, place.c.county, place.c.town, c.round, c.opened_at, c.called_at,
                   c.answered_at, c.acted_at, c.state)
        self.callouts = select(*columns).outerjoin(place, place.c.id == c.place).where(of, posts_only()).order_by(
            c.round, c.id)
        self.officers = select(c.id, c.opened_at, c.state).where(of, c.post.like(OFFICER_POSTS))
        self.told = select(j.at, j.what, j.callout, j.facts).where(
            j.incident == bindparam("incident"), j.what.in_(_TOLD), j.at <= bindparam("until")).order_by(j.row)
        self.alarms = select(j.at, j.what, j.callout, j.facts).where(
            j.incident == bindparam("incident"), j.what == "alarm").order_by(j.row.desc()).limit(_MOST_ALARMS)


class _Told:
    """What the journal told until a moment."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.states: dict[str, str] = {}
        self.colours: dict[str, str] = {}
        self.alarms: list[Rung] = []
        for at, what, of, facts in rows:
            getattr(self, f"_{what}")(at, of, load(facts))

    def _state(self, at: int, of: str, facts: Mapping[str, Any]) -> None:
        self.states[of] = facts["now"]

    def _closed(self, at: int, of: str, facts: Mapping[str, Any]) -> None:
        self.states[of] = State.CLOSED.value

    def _colour(self, at: int, of: str, facts: Mapping[str, Any]) -> None:
        if facts["now"]:
            self.colours[facts["place"]] = facts["now"]
        else:
            self.colours.pop(facts["place"], None)

    def _alarm(self, at: int, of: str, facts: Mapping[str, Any]) -> None:
        self.alarms.append(Rung(moment(at), str(facts["reason"]), str(facts["place"])))


class MomentLook(Look):
    """Looks at an incident now or at a moment of the past."""

    def moment(self, id: str, at: datetime | None) -> Moment | None:
        """Return the incident at a moment (None: now); None for an unknown one."""
        it = self.reading.incident(id)
        if it is None:
            return None
        sql = self.reading.home.statements(MomentSql)
        until = micros(at) if at else 2 ** 62
        own = {"incident": id}
        if at is None:
            told = _Told(reversed(self.reading.rows(sql.alarms, own)))
            colours = {place: colour.word for place, colour in it.colours.items()}
        else:
            told = _Told(self.reading.rows(sql.told, {**own, "until": until}))
            colours = told.colours

        def state(of: str, stored: str) -> str:
            return stored if at is None else told.states.get(of, State.SCHEDULED.value)

        opened = [row for row in self.reading.rows(sql.callouts, own) if row[6] <= until]
        newest = {row[1]: row[5] for row in opened}     # post -> its latest round: they come in the order of rounds
        states, tallies = self._count([row for row in opened if row[5] == newest[row[1]]], until, state)
        officers = self.reading.rows(sql.officers, own)
        ringing = any(since <= until and state(of, stored) in _RINGING for of, since, stored in officers)
        shown = {place: colour for place, colour in colours.items()
                 if place in self.site.places and self.site.places[place].kind in ("county", "town")}
        return Moment(shown, states, tallies, ringing, tuple(told.alarms[-_MOST_ALARMS:]))

    def _count(self, rows: Iterable[Any], until: int, state: Any) -> tuple[dict[str, str], dict[str, AreaTally]]:
        """Return the worst state of each place, and the counts of each county and town (empty: above all)."""
        states: dict[str, str] = {}
        counts: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
        for of, _, at, county, town, _, _, called, answered, acted, stored in rows:
            now = state(of, stored)
            if at not in states or _RANK[now] < _RANK[states[at]]:
                states[at] = now
            done = [moment is not None and moment <= until for moment in (called, answered, acted)]
            told = [True, *done, not done[1] and now in _SILENT, now == State.WITH_OFFICER.value]
            for area in {county or "", town or county or ""}:
                for rank, each in enumerate(told):
                    counts[area][rank] += each
        return states, {area: AreaTally(*row) for area, row in counts.items()}
