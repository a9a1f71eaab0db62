"""Rules about the registers: shelters, teams, depots, water points, zones; and the targets they are measured by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from dutydesk.content.check.rule import Case, Hit, Rule
from dutydesk.domain.finding import Level
from dutydesk.domain.forces import target_of, towns_without_depot
from dutydesk.domain.registers import Targets
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.sheltering import hazards_at, unfit_reason

_SHOWN = 5


def _targets(case: Case) -> Targets:
    return case.loaded.config.targets if case.loaded.config else Targets()


def _entries(case: Case) -> Iterator[tuple[str, Any]]:
    """Yield (table, entry) of every register, in file order."""
    registers = case.loaded.site.registers
    for table, entries in (("shelter", registers.shelters), ("team", registers.teams), ("depot", registers.depots),
                           ("water_point", registers.water_points), ("zone", registers.zones)):
        for entry in entries.values():
            yield table, entry


def _people(entry: Any) -> tuple[str, ...]:
    return getattr(entry, "keepers", ()) + getattr(entry, "leaders", ())


def unknown_place(case: Case) -> Iterator[Hit]:
    """Find entries at a place that is in no layer."""
    places = case.loaded.site.places
    for table, entry in _entries(case):
        for place in (entry.place, *getattr(entry, "serves", ())):
            if place and place not in places and ("place", place) not in case.loaded.broken:
                yield Hit(case.loaded.at(table, entry.id), f"{entry.id} {entry.name} names the place {place}, which is "
                                                           f"in no layer; correct the id", entry.id)


def unknown_person(case: Case) -> Iterator[Hit]:
    """Find keepers and leaders who are not in people.csv."""
    for table, entry in _entries(case):
        for person in _people(entry):
            if person not in case.loaded.site.people and ("person", person) not in case.loaded.broken:
                yield Hit(case.loaded.at(table, entry.id), f"{entry.id} {entry.name} names {person}, who is not in "
                                                           f"people.csv; correct the id, or add the person", entry.id)


def nobody(case: Case) -> Iterator[Hit]:
    """Find shelters, teams and depots that nobody can be rung about."""
    people = case.loaded.site.people
    for table, entry in _entries(case):
        if table in ("shelter", "team", "depot") and not entry.phone and not any(
                people[each].numbers for each in _people(entry) if each in people):
            yield Hit(case.loaded.at(table, entry.id), f"{entry.id} {entry.name}: nobody with a number answers for it; "
                                                       f"name {'leaders' if table == 'team' else 'keepers'}", entry.id)


def shelter_full(case: Case) -> Iterator[Hit]:
    """Find shelters with more people than they hold."""
    for shelter in case.loaded.site.registers.shelters.values():
        if shelter.registered > shelter.capacity:
            yield Hit(case.loaded.at("shelter", shelter.id),
                      f"{shelter.id} {shelter.name} holds {shelter.capacity} and {shelter.registered} are registered; "
                      f"correct the one or the other", shelter.id)


def shelter_idle(case: Case) -> Iterator[Hit]:
    """Find shelters with people in them that are not open."""
    for shelter in case.loaded.site.registers.shelters.values():
        if shelter.registered and shelter.state is not ShelterState.OPEN:
            yield Hit(case.loaded.at("shelter", shelter.id),
                      f"{shelter.id} {shelter.name} is {shelter.state} and {shelter.registered} are registered; write "
                      f"state open, or registered 0", shelter.id)


def shelter_narrow(case: Case) -> Iterator[Hit]:
    """Find shelters with less area for each person than the target."""
    wanted = _targets(case).shelter_area
    for shelter in case.loaded.site.registers.shelters.values():
        if shelter.area and shelter.area / shelter.capacity < wanted:
            yield Hit(case.loaded.at("shelter", shelter.id),
                      f"{shelter.id} {shelter.name} has {shelter.area / shelter.capacity:.1f} m² a person, the target "
                      f"is {wanted:g}; lower the capacity to {int(shelter.area / wanted)}, or correct the area",
                      shelter.id)


def shelter_unfit(case: Case) -> Iterator[Hit]:
    """Find shelters that are fit for no family of dangers."""
    for shelter in case.loaded.site.registers.shelters.values():
        if shelter.fit and not set(shelter.fit) - set(shelter.unfit):
            yield Hit(case.loaded.at("shelter", shelter.id), f"{shelter.id} {shelter.name} is fit for nothing: every "
                                                             f"family in fit is in unfit too; correct one", shelter.id)


def shelter_in_zone(case: Case) -> Iterator[Hit]:
    """Find shelters inside a zone of a family they are said to be fit for: people would be sent into it."""
    registers = case.loaded.site.registers
    for shelter in registers.shelters.values():
        for zone in hazards_at(shelter, registers.zones.values()):
            if not unfit_reason(shelter, zone.family):
                yield Hit(case.loaded.at("shelter", shelter.id),
                          f"{shelter.id} {shelter.name} lies in {zone.id} {zone.name} and counts as fit for "
                          f"{zone.family}; add {zone.family} to unfit, or correct its position", shelter.id)


def overdue(case: Case) -> Iterator[Hit]:
    """Find shelters, depots and water points not looked at, and teams not drilled, for too long."""
    targets = _targets(case)
    for table, entry in _entries(case):
        if table == "zone":
            continue
        name, every = ("drilled", targets.drill_every) if table == "team" else ("inspected", targets.inspect_every)
        wrong = _late(getattr(entry, name), every, case.day)
        if wrong:
            yield Hit(case.loaded.at(table, entry.id), f"{entry.id} {entry.name}: {wrong.format(name)}", entry.id)


def _late(day: date | None, every: timedelta, today: date) -> str:
    """Say what is wrong with the day of the last look; empty where nothing is."""
    if day is None:
        return "never {}; do it, and write the day"
    if day > today:
        return f"{{}} {day}, which is still to come; correct the day"
    return f"last {{}} {day}, more than {every.days} days ago; do it, and write the day" if today - day > every else ""


def team_small(case: Case) -> Iterator[Hit]:
    """Find teams smaller than the target of their level."""
    for team in case.loaded.site.registers.teams.values():
        wanted = target_of(team, _targets(case))
        if team.size < wanted:
            yield Hit(case.loaded.at("team", team.id),
                      f"{team.id} {team.name} has {team.size} people, a {team.level}'s team should have {wanted}; add "
                      f"people", team.id)


def teams_short(case: Case) -> Iterator[Hit]:
    """Find levels where too few units have a team of the wanted size; a site without teams is not judged."""
    site, targets = case.loaded.site, _targets(case)
    teams = site.registers.teams.values()
    if not teams:
        return
    at = (case.loaded.at("team", next(iter(site.registers.teams)))[0], 1)
    city = sum(team.level == "city" for team in teams)
    if city < targets.city_teams:
        yield Hit(at, f"the city has {city} teams of its own, the target is {targets.city_teams}; add some", "city")
    for level in ("town", "village"):
        units = {place.id for place in site.places.values() if place.kind == level}
        served = units & {team.place for team in teams if team.level == level and team.size >= target_of(team, targets)}
        if units and len(served) < targets.teams_share * len(units):
            yield Hit(at, f"{len(served)} of {len(units)} {level}s have a team of the wanted size, the target is "
                          f"{targets.teams_share:.0%}; add some", level)


def no_depot(case: Case) -> Iterator[Hit]:
    """Find towns without a depot, where too few have one; a site without depots is not judged."""
    site = case.loaded.site
    if not site.registers.depots:
        return
    towns = [place for place in site.places.values() if place.kind == "town"]
    bare = towns_without_depot(site)
    if len(towns) - len(bare) < _targets(case).depots_share * len(towns):
        shown = ", ".join(f"{place.id} {place.name}" for place in bare[:_SHOWN])
        more = f" and {len(bare) - _SHOWN} more" if len(bare) > _SHOWN else ""
        yield Hit((case.loaded.at("depot", next(iter(site.registers.depots)))[0], 1),
                  f"{len(bare)} of {len(towns)} towns have no depot: {shown}{more}; add one, or name the town in "
                  f"`serves` of another", bare[0].id)


RULES = (
    Rule("register-place", Level.ERROR, "an entry of a register is at a place that is in no layer", unknown_place),
    Rule("register-person", Level.ERROR, "a keeper or leader is not in people.csv", unknown_person),
    Rule("register-nobody", Level.ERROR, "nobody can be rung about a shelter, team or depot", nobody),
    Rule("shelter-full", Level.ERROR, "a shelter has more people than it holds", shelter_full),
    Rule("shelter-idle", Level.ERROR, "a shelter that is not open has people in it", shelter_idle),
    Rule("shelter-narrow", Level.WARNING, "a shelter has too little area for each person", shelter_narrow),
    Rule("shelter-unfit", Level.ERROR, "a shelter is fit for no danger", shelter_unfit),
    Rule("shelter-in-zone", Level.ERROR, "a shelter lies in a zone of danger it counts as fit for", shelter_in_zone),
    Rule("register-overdue", Level.WARNING, "a shelter, depot or water point was not inspected, or a team not "
                                            "drilled, for too long", overdue),
    Rule("team-small", Level.WARNING, "a team is smaller than the target of its level", team_small),
    Rule("teams-short", Level.WARNING, "too few units have a team of the wanted size", teams_short),
    Rule("no-depot", Level.WARNING, "towns without a depot", no_depot),
)
