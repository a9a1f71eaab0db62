"""The coverage table, and the bound: for each hazard and level who answers, and when the officer has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from dutydesk.content.check.rule import Asked, Case, Hit, Rule
from dutydesk.domain.finding import Level
from dutydesk.domain.site import LEVELS, Place

TABLE_LEVELS = (*LEVELS, "site")
_SHOWN_TOWNS = 5


@dataclass(frozen=True, slots=True)
class Covered:
    """One line of the table. `total`: places of that level whose kind the playbook asks; `silent`: ids of those
    where nobody with a number sits on any post asked.
    """

    family: str
    level: str
    total: int
    silent: tuple[str, ...]

    @property
    def answered(self) -> int:
        """How many places somebody answers for."""
        return self.total - len(self.silent)


def coverage(case: Case) -> tuple[Covered, ...]:
    """Work out the table: playbooks in file order, levels from the city down to sites."""
    site = case.loaded.site
    spoken = {post.id for post in site.posts.values() if any(site.people[seat].numbers for seat in post.seats)}
    table = []
    for family, playbook in case.loaded.playbooks.items():
        for level in TABLE_LEVELS:
            places = [place for place in site.places.values()
                      if place.level == level and playbook.posts.get(place.kind)]
            silent = [place.id for place in places
                      if not any(f"{place.id}/{duty}" in spoken for duty in playbook.posts[place.kind])]
            table.append(Covered(family, level, len(places), tuple(silent)))
    return tuple(table)


def uncovered(case: Case) -> Iterator[Hit]:
    """Tell each line of the table that has places nobody answers for, gathered by town."""
    for row in coverage(case):
        if row.silent:
            yield Hit(("contacts/posts.csv", 1),
                      f"{row.family}: nobody answers for {len(row.silent)} of {row.total} {_plural(row.level)}: "
                      f"{_by_town(case, row.silent)}; add posts", f"{row.family}/{row.level}")


def _plural(level: str) -> str:
    return {"city": "cities", "county": "counties"}.get(level, f"{level}s")


def _by_town(case: Case, ids: tuple[str, ...]) -> str:
    counted = Counter(_town(case, id) for id in ids)
    if len(ids) <= _SHOWN_TOWNS:
        return ", ".join(f"{id} {case.loaded.site.places[id].name}" for id in ids)
    shown = [f"{name} {count}" for name, count in counted.most_common(_SHOWN_TOWNS)]
    more = len(counted) - len(shown)
    return ", ".join(shown) + (f" and {more} more towns" if more else "")


def _town(case: Case, id: str) -> str:
    site = case.loaded.site
    line: list[Place] = [site.places[id], *site.ancestors(id)]
    return next((place.name for place in line if place.kind == "town"), line[-1].name)


@dataclass(frozen=True, slots=True)
class Bound:
    """How long a silent place of a county stays with its own people before the officer has it.

    `longest` over its posts (steps on which nobody can be reached are passed at once), `at_once` posts that go
    straight to the officer, `hold` the wait before the first ring where the source is not auto.
    """

    family: str
    colour: str
    county: str
    name: str
    posts: int
    longest: timedelta
    at_once: int
    hold: timedelta


def bounds(case: Case) -> tuple[Bound, ...]:
    """Work out the bound of every playbook, colour and county (and of what lies above the counties)."""
    config = case.loaded.config
    auto = config is None or any(source.get("auto") for source in config.sources)
    hold = timedelta() if auto or config is None else config.rules.hold
    spans: dict[tuple[str, str, str], list[timedelta]] = {}
    counties = {place.id: counties_of(case, place) for place in case.loaded.site.places.values()}
    for asked in case.asked:
        span = _span(case, asked)
        for county in counties[asked.place.id]:
            spans.setdefault((asked.playbook.family, asked.colour.word, county), []).append(span)
    return tuple(
        Bound(family, colour, county, case.loaded.site.places[county].name, len(found), max(found),
              sum(not span for span in found), hold)
        for (family, colour, county), found in sorted(spans.items(), key=lambda each: _order(case, each[0])))


def _order(case: Case, key: tuple[str, str, str]) -> tuple[int, int, str]:
    family, colour, county = key
    return (list(case.loaded.playbooks).index(family), ("red", "orange", "yellow", "blue").index(colour), county)


def _span(case: Case, asked: Asked) -> timedelta:
    return sum((step.within for number, step in enumerate(asked.steps) if case.reached(asked, number)), timedelta())


def counties_of(case: Case, place: Place) -> tuple[str, ...]:
    """Return the counties a place lies in; the topmost place where there is none."""
    line = [place, *case.loaded.site.ancestors(place.id)]
    return tuple(each.id for each in line if each.kind == "county") or (line[-1].id,)


RULES = (
    Rule("uncovered", Level.WARNING, "places of a level that nobody answers for in a hazard", uncovered),
)
