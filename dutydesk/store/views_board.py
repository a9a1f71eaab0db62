"""The board: incidents with their counts by county and town, what is late, the alarms, the map. Counted in SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, case, cast, func, literal_column, select

from dutydesk.domain.records import Incident, State
from dutydesk.domain.values import Colour, Kind
from dutydesk.engine.house import FAMILY as HOUSE
from dutydesk.ports.shown import (
    AlarmRow,
    BoardIncident,
    BoardRow,
    CalloutRow,
    Dot,
    MapState,
    Tally,
    Unfolded,
)
from dutydesk.store.alert_rows import _incident as read_incident
from dutydesk.store.codec import colour_of, micros_or_none, moment, moment_or_none
from dutydesk.store.dialect import Dialect
from dutydesk.store.tables import callout, fact, incident, place, version
from dutydesk.store.views_common import (
    OFFICER_POSTS,
    Look,
    RowSql,
    alarm_items,
    counted,
    deadline,
    silent,
    unreachable,
)

#: worst first: the state a place shows on the map when it has several callouts
WORST = (State.WITH_OFFICER, State.CALLING, State.SCHEDULED, State.TAKEN_OVER, State.REMINDING, State.ANSWERED,
         State.CLOSED)
_NAMED = 5   # places an alarm names before it says "and so many more"
Area = tuple[str, str, str]   # incident, county, town
Headline = tuple[str, datetime | None, datetime | None]   # text, sent, received
Counts = dict[Area, tuple[Tally, Colour]]


class BoardSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        c = callout.c

        def count(condition: Any) -> Any:
            return func.sum(cast(case((condition, 1), else_=0), Integer))

        nowhere: ColumnElement[str] = literal_column("''")   # no parameter: GROUP BY must see the same expression
        county, town = func.coalesce(place.c.county, nowhere), func.coalesce(place.c.town, nowhere)
        wanted = dialect.among(c.incident, "incidents")
        self.open = select(*incident.c).where(incident.c.closed_at.is_(None)).order_by(incident.c.opened_at)
        self.every = select(*incident.c).order_by(
            incident.c.closed_at.is_not(None), incident.c.opened_at.desc(), incident.c.id
        ).limit(bindparam("most"))
        self.tallies = select(
            c.incident, county, town, func.count(), count(c.called_at.is_not(None)),
            count(c.answered_at.is_not(None)), count((c.taken_by != "") & c.answered_at.is_(None)),
            count(c.acted_at.is_not(None)), count(silent()), count(unreachable()),
            count(c.state == State.WITH_OFFICER.value), func.max(c.colour),
        ).outerjoin_from(callout, place, place.c.id == c.place).where(wanted, counted()).group_by(
            c.incident, county, town)
        newest = func.row_number().over(
            partition_by=(fact.c.incident, fact.c.person), order_by=(fact.c.at.desc(), fact.c.id.desc()))
        last = select(fact.c.incident, fact.c.callout, fact.c.n, newest.label("rank")).where(
            dialect.among(fact.c.incident, "incidents"), fact.c.act == "moved", fact.c.n.is_not(None),
            fact.c.what == "acted").subquery()
        self.moved = select(last.c.incident, county, town, func.sum(last.c.n)).join_from(
            last, callout, callout.c.id == last.c.callout).outerjoin(place, place.c.id == c.place).where(
            last.c.rank == 1).group_by(last.c.incident, county, town)
        self.headlines = select(version.c.chain, version.c.headline, version.c.sent, version.c.received_at).where(
            dialect.among(version.c.chain, "chains")).order_by(version.c.sent)
        of_area = {"": county == "", "county": (county == bindparam("place")) & (town == ""),
                   "town": town == bindparam("place")}
        rows = RowSql(dialect).columns
        self.under = {level: rows.where(c.incident == bindparam("incident"), counted(), where).order_by(
            danger(), c.place, c.id).limit(500) for level, where in of_area.items()}
        self.taken = select(c.incident, c.taken_by).where(
            wanted, c.post.like(OFFICER_POSTS), c.state == State.ANSWERED.value)
        self.ringing = select(c.incident, c.opened_at, c.memo).where(
            c.post.like(OFFICER_POSTS), c.state.in_([State.SCHEDULED.value, State.CALLING.value])
        ).order_by(c.opened_at)


def danger() -> Any:
    """Return the order of states for ORDER BY, the one an officer must see first in front."""
    order = {state.value: rank for rank, state in enumerate(WORST)}
    return case(order, value=callout.c.state, else_=len(order))


class BoardLook(Look):
    """Looks at the board."""

    def open_incidents(self) -> list[Incident]:
        """Return the open incidents of dangers, without the standing ones of the duty rooms themselves."""
        rows = self.reading.rows(self.reading.home.statements(BoardSql).open)
        return [each for each in map(read_incident, rows) if each.family != HOUSE]

    def board(self) -> tuple[BoardIncident, ...]:
        """Return the open incidents with county rows."""
        found = self.open_incidents()
        counts = self.counts(found)
        headlines = self.headlines(found)
        taken = self._taken(found)
        shown = [replace(self.head(each, counts, headlines, rows=True), taken_by=taken.get(each.id, ""))
                 for each in found]
        return tuple(sorted(shown, key=lambda each: (each.kind is not Kind.REAL, -(each.colour or 0),
                                                     each.opened_at, each.id)))

    def incidents(self, limit: int) -> tuple[BoardIncident, ...]:
        """Return incidents without rows, open ones first."""
        rows = self.reading.rows(self.reading.home.statements(BoardSql).every, {"most": limit})
        found = [each for each in map(read_incident, rows) if each.family != HOUSE]
        counts, headlines = self.counts(found), self.headlines(found)
        return tuple(self.head(each, counts, headlines, rows=False) for each in found)

    def head(self, it: Incident, counts: Counts, headlines: Mapping[str, Headline], *, rows: bool) -> BoardIncident:
        """Make one incident of the board."""
        own = {area: told for area, told in counts.items() if area[0] == it.id}
        desk = self.site.desks.get(it.desk)
        headline, sent, received = headlines.get(it.id, ("手工启动" if it.by_hand else "", None, None))
        return BoardIncident(
            it.id, it.number, it.family, it.kind, desk.name if desk else it.desk,
            max(it.colours.values(), default=None), it.opened_at, it.closed_at, it.round,
            headline, sum((told[0] for told in own.values()), Tally()), self._counties(it, own) if rows else (),
            sent_at=sent, received_at=received)

    def counts(self, incidents: Sequence[Incident]) -> Counts:
        """Count the callouts of incidents by county and town."""
        if not incidents:
            return {}
        sql, home = self.reading.home.statements(BoardSql), self.reading.home
        wanted = {"incidents": home.dialect.many([each.id for each in incidents])}
        moved = {(row[0], row[1], row[2]): int(row[3]) for row in self.reading.rows(sql.moved, wanted)}
        found: Counts = {}
        for row in self.reading.rows(sql.tallies, wanted):
            area: Area = (row[0], row[1], row[2])
            due, called, answered, relayed, on_post, quiet, lost, officer = map(int, row[3:11])
            found[area] = (Tally(due, called, answered, relayed, on_post, moved.get(area, 0), quiet, lost,
                                 officer), colour_of(row[11]))
        return found

    def headlines(self, incidents: Iterable[Incident]) -> dict[str, Headline]:
        """Return incident -> the headline of its newest version, when it was sent and when it came."""
        feeds: dict[str, list[str]] = {}   # one chain may feed an incident of several desks
        for each in incidents:
            for chain in each.chains:
                feeds.setdefault(chain, []).append(each.id)
        if not feeds:
            return {}
        sql, home = self.reading.home.statements(BoardSql), self.reading.home
        rows = self.reading.rows(sql.headlines, {"chains": home.dialect.many(list(feeds))})
        return {id_: (headline, moment(sent), moment(received)) for chain, headline, sent, received in rows
                for id_ in feeds[chain]}

    def _taken(self, incidents: Sequence[Incident]) -> dict[str, str]:
        """Return incident -> the name of the officer who has its alarm."""
        wanted = {"incidents": self.reading.home.dialect.many([each.id for each in incidents])}
        rows = self.reading.rows(self.reading.home.statements(BoardSql).taken, wanted) if incidents else ()
        return {id_: self.person_name(person) for id_, person in rows}

    def _counties(self, it: Incident, own: Counts) -> tuple[BoardRow, ...]:
        """One row for each county, one for what lies above all of them; danger first, then by code."""
        sums: dict[str, Tally] = {}
        worst: dict[str, Colour] = {}
        for (_, county, _), (tally, colour) in own.items():
            sums[county] = sums.get(county, Tally()) + tally
            worst[county] = max(worst.get(county, colour), colour)
        rows = [BoardRow(county, self.place_name(county) if county else "市本级", "county" if county else "city",
                         self._colour(it, county, worst[county]), tally, True) for county, tally in sums.items()]
        return tuple(sorted(rows, key=_row_rank))

    def _colour(self, it: Incident, place: str, worst: Colour) -> Colour:
        """The colour a row shows: the place's own now; above all counties ("") the city's; once ended, what it was."""
        cities = [colour for id_, colour in it.colours.items()
                  if id_ in self.site.places and self.site.places[id_].kind == "city"]
        return it.colours.get(place, worst) if place else max(cities, default=worst)

    def unfold(self, id: str, place: str) -> Unfolded:
        """Return towns and own callouts of a county, or all callouts of a town."""
        it = self.reading.incident(id)
        if it is None:
            return Unfolded(place, (), ())
        known = self.site.places.get(place)
        level = known.kind if known and known.kind in ("county", "town") else ""
        rows: list[BoardRow] = []
        if level == "county":
            rows = [BoardRow(town, self.place_name(town), "town", self._colour(it, town, colour), tally, True)
                    for (_, county, town), (tally, colour) in self.counts([it]).items() if county == place and town]
        statement = self.reading.home.statements(BoardSql).under[level]
        found = self.reading.rows(statement, {"incident": id, "place": place} if level else {"incident": id})
        return Unfolded(place, tuple(sorted(rows, key=_row_rank)), tuple(self.rows(found, {id: it})))

    def late(self, limit: int, only: str | None) -> tuple[CalloutRow, ...]:
        """Return open callouts, the one longest past its deadline first."""
        incidents = {each.id: each for each in self.open_incidents() if only in (None, each.id)}
        if not incidents:
            return ()
        sql, home = self.reading.home.statements(RowSql), self.reading.home
        wanted = {"incidents": home.dialect.many(list(incidents))}
        since = self.officer_since(incidents)
        due: list[tuple[int, str]] = []
        for id_, _, state, policy, opened, answered, timer in self.reading.rows(sql.waiting, wanted):
            late = deadline(State(state), self.reading.policy(policy), moment(opened), moment_or_none(answered),
                            moment_or_none(timer), since.get(id_))
            due.append((micros_or_none(late) or 0, id_))
        ids = [id_ for _, id_ in sorted(due)[:limit]]
        rows = self.reading.rows(sql.by_ids, {"ids": home.dialect.many(ids)})
        order = {id_: rank for rank, id_ in enumerate(ids)}
        return tuple(sorted(self.rows(rows, incidents), key=lambda row: order[row.id]))

    def alarms(self) -> tuple[AlarmRow, ...]:
        """Return the officers' callouts that ring."""
        found: list[AlarmRow] = []
        for id_, opened, memo in self.reading.rows(self.reading.home.statements(BoardSql).ringing):
            it = self.reading.incident(id_)
            if it is None:
                continue
            items = sorted(alarm_items(memo), key=lambda item: str(item["at"]))
            fresh = [item for item in items if not item["taken"]] or items
            since = datetime.fromisoformat(str(fresh[0]["at"])) if fresh else moment(opened)
            places = list(dict.fromkeys(str(item["place"]) for item in items if item["place"]))
            found.append(AlarmRow(it.id, it.number, it.family, it.kind, max(it.colours.values(), default=None),
                                  _reasons(items), since, tuple(map(self.full_name, places[:_NAMED])),
                                  len(places)))
        return tuple(sorted(found, key=lambda alarm: (alarm.kind is not Kind.REAL, alarm.since, alarm.incident)))

    def map_state(self, id: str) -> MapState:
        """Return colours, silent counts by county and town, and a dot for every place asked."""
        it = self.reading.incident(id)
        if it is None:
            return MapState()
        areas: Counter[str] = Counter()
        due: Counter[str] = Counter()
        for (_, county, town), (tally, _) in self.counts([it]).items():
            for each in filter(None, (county, town)):
                areas[each] += tally.silent
                due[each] += tally.due
        levels = {place: colour for place, colour in it.colours.items()
                  if place in self.site.places and self.site.places[place].kind in ("county", "town")}
        return MapState(levels, dict(areas), dict(due), tuple(self._dots(it)))

    def _dots(self, it: Incident) -> list[Dot]:
        rank = {state.value: number for number, state in enumerate(WORST)}
        worst: dict[str, str] = {}
        for id_, state in self.reading.rows(self.reading.home.statements(RowSql).states, {"incident": it.id}):
            if id_ not in worst or rank[state] < rank[worst[id_]]:
                worst[id_] = state
        dots: list[Dot] = []
        for id_, state in sorted(worst.items()):
            known = self.site.places.get(id_)
            if known is None or known.geometry is None or known.level not in ("village", "site"):
                continue
            point = known.geometry.representative_point()
            dots.append(Dot(id_, known.name, round(point.x, 5), round(point.y, 5), it.colours.get(id_), state))
        return dots


def _row_rank(row: BoardRow) -> tuple[int, str]:
    return -row.tally.danger, row.place


def _reasons(items: Sequence[Mapping[str, Any]]) -> str:
    """Say why it rings: each reason once, with its count."""
    counted = Counter(str(item["text"]) for item in items)
    return "；".join(text if number == 1 else f"{text} {number} 处" for text, number in counted.items())
