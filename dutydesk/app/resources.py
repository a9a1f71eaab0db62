"""Shelters, teams and depots as they are now: the registers of the folder, what officers set, and open incidents."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

import numpy as np
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from dutydesk.domain.alert import Alert
from dutydesk.domain.event_table import FAMILIES
from dutydesk.domain.forces import Arrival, arrivals, counties, target_of, towns_without_depot
from dutydesk.domain.records import Chain, Document, Incident, RegisterChange
from dutydesk.domain.registers import Registers
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.sheltering import (
    LIVED_IN,
    REASONS,
    Danger,
    Distances,
    Points,
    Proposal,
    judge,
    positions,
    propose,
    with_state,
)
from dutydesk.domain.site import Site
from dutydesk.domain.team import TEAM_LEVELS, Readiness, Team
from dutydesk.engine.context import Context
from dutydesk.engine.registers import SHELTER, TEAM
from dutydesk.errors import DocumentError, Refused, UsageError
from dutydesk.maps.distance import Roads, straight
from dutydesk.ports.resources import (
    Coverage,
    DepotRow,
    HistoryRow,
    ProposalRow,
    Set,
    Sheltering,
    ShelterRow,
    TeamRow,
    Unsafe,
)
from dutydesk.ports.store import Reads
from dutydesk.store.store import SqlStore

logger = logging.getLogger(__name__)

_MOST_READ = 500      # documents whose areas are remembered
_FIRST = {ShelterState.OPEN: 0, ShelterState.STANDBY: 1, ShelterState.CLOSED: 2}


def live(reads: Reads) -> Registers:
    """Return the registers with what officers set since."""
    registers = reads.site().registers
    shelters, teams = reads.register_states(SHELTER), reads.register_states(TEAM)
    return replace(
        registers,
        shelters={id: with_state(it, ShelterState(shelters[id].state), shelters[id].registered)
                  if id in shelters else it for id, it in registers.shelters.items()},
        teams={id: replace(it, state=Readiness(teams[id].state)) if id in teams else it
               for id, it in registers.teams.items()})


class Dangers:
    """What threatens in each incident: read from the documents of its open chains, each document once."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._known: dict[str, dict[str, tuple[BaseGeometry, ...]]] = {}

    def of(self, reads: Reads, incident: Incident, registers: Registers) -> Danger:
        """Return the danger of an incident: its family, the areas its open warnings drew, the zones."""
        areas: list[BaseGeometry] = []
        for chain in reads.chains(incident.chains):
            if chain.open:
                areas += self._drawn(reads, chain)
        return Danger(incident.family, tuple(areas), tuple(registers.zones.values()))

    def _drawn(self, reads: Reads, chain: Chain) -> Sequence[BaseGeometry]:
        """Return the areas of a chain: those of its newest version that drew any. A later version that only names
        units, or changes some of them, takes no drawn ground out of danger.
        """
        for version in sorted(reads.versions(chain.id), key=lambda each: (each.sent, each.received_at), reverse=True):
            document = reads.document(version.document)
            areas = self._read(document).get(version.identifier, ()) if document else ()
            if areas:
                return areas
        return ()

    def _read(self, document: Document) -> dict[str, tuple[BaseGeometry, ...]]:
        """Return identifier -> areas drawn, of every alert of a document."""
        known = self._known.get(document.hash)
        if known is None:
            source = self._ctx.source(document.source)
            try:
                found = list(self._ctx.feed(source.kind).parse(document.body, source, document.received_at))
            except DocumentError:
                found = []
            known = {alert.identifier: tuple(area.geometry for info in alert.infos for area in info.areas
                                             if area.geometry is not None)
                     for alert in found if isinstance(alert, Alert)}
            if len(self._known) >= _MOST_READ:
                self._known.clear()
            self._known[document.hash] = known
        return known


class LiveResources:
    """`ports.resources.Resources` over a store. `roads` are lines that can be driven; without them, straight lines."""

    def __init__(self, store: SqlStore, ctx: Context, roads: Sequence[BaseGeometry] = ()) -> None:
        self.store = store
        self.ctx = ctx
        self._roads = roads
        self._dangers = Dangers(ctx)

    @cached_property
    def distances(self) -> Distances:
        """How far it is: by road where there is a layer of roads that can be used, else straight."""
        if not self._roads:
            return straight()
        try:
            return Roads(self._roads).distances()
        except Refused as error:
            logger.warning("%s; until then distances are straight lines", error)
            return straight()

    def shelters(self) -> tuple[ShelterRow, ...]:
        """Return every shelter: those in danger first, then open ones, then by id."""
        with self.store.read() as reads:
            site, registers, sets = reads.site(), live(reads), reads.register_states(SHELTER)
            unsafe = self._unsafe(reads, registers)
        rows = [ShelterRow(it, where(site, it.place), names(site, it.keepers), tuple(unsafe.get(id, ())),
                           _set(site, sets.get(id))) for id, it in registers.shelters.items()]
        return tuple(sorted(rows, key=lambda row: (not (row.unsafe and row.shelter.registered),
                                                   _FIRST[row.shelter.state], row.shelter.id)))

    def _unsafe(self, reads: Reads, registers: Registers) -> dict[str, list[Unsafe]]:
        """Return shelter -> open incidents in which people must not be there."""
        found: dict[str, list[Unsafe]] = {}
        for incident in reads.incidents():
            if incident.colours and incident.family in FAMILIES:
                for judged in judge(registers.shelters.values(), self._dangers.of(reads, incident, registers)):
                    if judged.unsafe and judged.why is not None:
                        found.setdefault(judged.shelter.id, []).append(
                            Unsafe(incident.id, incident.number, REASONS[judged.why]))
        return found

    def teams(self, levels: Sequence[str]) -> tuple[TeamRow, ...]:
        """Return the teams of these levels: those not standing by first, then by level and id."""
        targets = self.ctx.config.targets
        with self.store.read() as reads:
            site, registers, sets = reads.site(), live(reads), reads.register_states(TEAM)
        rows = [TeamRow(it, where(site, it.place), names(site, it.leaders), target_of(it, targets),
                        _set(site, sets.get(id))) for id, it in registers.teams.items() if it.level in levels]
        return tuple(sorted(rows, key=lambda row: (row.team.state is Readiness.STANDBY,
                                                   list(TEAM_LEVELS).index(row.team.level), row.team.id)))

    def depots(self) -> tuple[DepotRow, ...]:
        """Return every depot in file order."""
        with self.store.read() as reads:
            site = reads.site()
        return tuple(DepotRow(it, where(site, it.place), names(site, it.keepers))
                     for it in site.registers.depots.values())

    def coverage(self) -> Coverage:
        """Return how the registers stand against the targets."""
        targets = self.ctx.config.targets
        with self.store.read() as reads:
            site = reads.site()
        teams = site.registers.teams.values()

        def served(level: str) -> tuple[int, int]:
            units = {place.id for place in site.places.values() if place.kind == level}
            return len(units & {team.place for team in teams if _enough(team, level, target_of(team, targets))}), len(
                units)

        bare = towns_without_depot(site)
        towns = served("town")[1]
        return Coverage((sum(team.level == "city" for team in teams), targets.city_teams), served("town"),
                        served("village"), (towns - len(bare), towns), tuple(place.name for place in bare))

    def sheltering(self, incident: str, *, limit: int = 100) -> Sheltering | None:
        """Return where the people an incident touches can be sent; None for an unknown incident.

        Villages, and other places where people are, count; the highest colour first, then the highest risk.
        """
        with self.store.read() as reads:
            found = reads.incident(incident)
            if found is None:
                return None
            site, registers = reads.site(), live(reads)
            danger = self.danger(reads, found)
        judged = judge(registers.shelters.values(), danger)
        touched = [(place, colour) for place, colour in found.colours.items()
                   if place in site.places and site.places[place].geometry is not None
                   and (site.places[place].kind in LIVED_IN or site.places[place].level == "village")]
        touched.sort(key=lambda each: (-each[1], -site.places[each[0]].risk, each[0]))
        shown = touched[:limit]
        origins = positions([site.places[place] for place, _ in shown])
        found_near = propose(judged, origins, self.distances)
        rows = tuple(ProposalRow(place, site.places[place].name, where(site, place, own=False), colour,
                                 site.places[place].population, proposals)
                     for (place, colour), proposals in zip(shown, found_near, strict=True))
        usable = [each.shelter for each in judged if each.why is None]
        return Sheltering(rows, sum(it.free for it in usable), len(usable), sum(each.unsafe for each in judged),
                          bool(danger.areas), self.distances.by_road, len(touched) - len(shown))

    def danger(self, reads: Reads, incident: Incident) -> Danger:
        """Return what threatens in an incident."""
        return self._dangers.of(reads, incident, reads.site().registers)

    def near_shelters(self, place: str, family: str, *, people: int, most: int) -> tuple[Proposal, ...]:
        """Return the nearest shelters that can be used in a family of dangers, for a place id or `lon,lat`.

        The zones count, and of every open incident of the family the areas its warnings drew. Raises UsageError.
        """
        if family not in FAMILIES:
            raise UsageError(f"{family!r} is no family of dangers; write one of {', '.join(FAMILIES)}")
        with self.store.read() as reads:
            site, registers = reads.site(), live(reads)
            areas = [area for incident in reads.incidents() if incident.family == family
                     for area in self.danger(reads, incident).areas]
        danger = Danger(family, tuple(areas), tuple(registers.zones.values()))
        return propose(judge(registers.shelters.values(), danger), _point(site, place), self.distances, people=people,
                       most=most)[0]

    def near_teams(self, place: str) -> list[Arrival]:
        """Return who can be at a place id or `lon,lat`, in the order they are asked. Raises UsageError."""
        with self.store.read() as reads:
            site, registers = reads.site(), live(reads)
        origin = _point(site, place)
        county = min(counties(site, place), default="") or _county_at(site, origin)
        return arrivals(registers.teams.values(), origin, county, site, self.distances, self.ctx.config.targets)

    def history(self, register: str, entry: str) -> tuple[HistoryRow, ...]:
        """Return what was ever set about an entry, newest first."""
        with self.store.read() as reads:
            site, changes = reads.site(), reads.register_history(register, entry)
        return tuple(HistoryRow(each.at, each.by, names(site, (each.by,))[0], each.state, each.registered, each.note)
                     for each in changes)

    def map_page(self, incident: str | None, now: datetime) -> bytes:
        """Return one HTML file that needs no network; raises Refused where it cannot be made."""
        from dutydesk.app.mapping import html_page  # it looks through this class

        return html_page(self, incident, now)


def where(site: Site, place: str, *, own: bool = True) -> str:
    """Name a place shortly: its town and, unless told otherwise, itself."""
    known = site.places.get(place)
    if known is None:
        return place
    town = [each.name for each in site.ancestors(place) if each.kind in ("town", "county")][:1]
    return " ".join([*town, known.name] if own else town)


def names(site: Site, people: Sequence[str]) -> tuple[str, ...]:
    """Return the names of people; an id nobody knows is shown as it is."""
    return tuple(site.people[each].name if each in site.people else each for each in people)


def _set(site: Site, change: RegisterChange | None) -> Set | None:
    return None if change is None else Set(change.at, names(site, (change.by,))[0], change.note)


def _enough(team: Team, level: str, target: int) -> bool:
    return team.level == level and team.size >= target


def _point(site: Site, text: str) -> Points:
    """Return the position of a place, or the longitude and latitude written; raises UsageError."""
    if text in site.places:
        found = positions([site.places[text]])
        if len(found):
            return found
        raise UsageError(f"{text} has no position; write longitude,latitude")
    try:
        lon, lat = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError:
        raise UsageError(f"{text!r} is no place of this site, and no longitude,latitude like 122.12,37.51") from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise UsageError(f"{text!r} is nowhere on earth; write longitude first, in degrees")
    return np.array([[lon, lat]])


def _county_at(site: Site, origin: Points) -> str:
    """Return the county a point lies in, empty where none does."""
    here = Point(*origin[0])
    return next((place.id for place in site.places.values()
                 if place.kind == "county" and place.geometry is not None and place.geometry.intersects(here)), "")
