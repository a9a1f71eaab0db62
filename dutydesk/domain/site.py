"""A site: the places of an area, the posts at them, the people on the posts, the registers.

Every geometry is in EPSG:4326 (WGS-84), longitude first. Values only; reading files is `dutydesk.content`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property

from shapely.geometry.base import BaseGeometry

from dutydesk.domain.registers import Registers
from dutydesk.domain.values import Role

GENERAL = "general"
OFFICER = "officer"
LEVELS = ("city", "county", "town", "village")


@dataclass(frozen=True, slots=True)
class Desk:
    """A duty room (值班室) with its own officer; `id` is the adcode it answers for."""

    id: str
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Anything somebody answers for: a unit of any level, a reservoir, a hill, a school.

    `approximate` is how many metres the position may be off; None means exact.
    `covered_by` lists the adcodes whose warnings reach it beside its own id and its parents'.
    """

    id: str
    name: str
    kind: str
    parents: tuple[str, ...] = ()
    covered_by: tuple[str, ...] = ()
    desk: str = ""
    risk: int = 0
    population: int = 0
    approximate: float | None = None
    geometry: BaseGeometry | None = None

    @property
    def level(self) -> str:
        """`city`, `county`, `town`, `village`, or `site` for everything else."""
        return self.kind if self.kind in LEVELS else "site"


@dataclass(frozen=True, slots=True)
class Number:
    """One way to reach a person. `kind`: mobile, landline, satellite, neighbour."""

    person: str
    kind: str
    number: str
    confirmed: date | None = None

    @property
    def imaginary(self) -> bool:
        """Whether it belongs to no country (+999): never to be handed to a real channel."""
        return self.number.startswith("+999")


@dataclass(frozen=True, slots=True)
class Person:
    """A responsible person (责任人); the numbers in the order they are tried."""

    id: str
    name: str
    organisation: str = ""
    title: str = ""
    numbers: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """One duty at one place (责任岗位): seat 1 holds it, the others are deputies.

    `superior` is the id of another post; None means the default (see `Site.superior`).
    """

    place: str
    duty: str
    seats: tuple[str, ...] = ()
    superior: str | None = None

    @property
    def id(self) -> str:
        """`place/duty`."""
        return f"{self.place}/{self.duty}"


@dataclass(frozen=True, slots=True)
class Shift:
    """A weekly pattern of a roster; `end <= start` runs past midnight. Local time of the site.

    `days` are ISO weekdays (1 Monday ... 7 Sunday) of the shift's start; `since`/`until` bound its first days.
    """

    desk: str
    role: Role
    days: frozenset[int]
    start: time
    end: time
    person: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Site:
    """Everything static about one area, with the look-ups the desks need."""

    desks: Mapping[str, Desk] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    posts: Mapping[str, Post] = field(default_factory=dict)
    roster: tuple[Shift, ...] = ()
    timezone: str = "Asia/Shanghai"
    registers: Registers = field(default_factory=Registers)

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Place id -> ids of the places that name it as a parent, in file order."""
        found: dict[str, list[str]] = {}
        for place in self.places.values():
            for parent in place.parents:
                found.setdefault(parent, []).append(place.id)
        return {parent: tuple(ids) for parent, ids in found.items()}

    @cached_property
    def posts_at(self) -> Mapping[str, tuple[Post, ...]]:
        """Place id -> its posts, in file order."""
        found: dict[str, list[Post]] = {}
        for post in self.posts.values():
            found.setdefault(post.place, []).append(post)
        return {place: tuple(posts) for place, posts in found.items()}

    @cached_property
    def posts_of(self) -> Mapping[str, tuple[Post, ...]]:
        """Person id -> posts with a seat of theirs, in file order."""
        found: dict[str, list[Post]] = {}
        for post in self.posts.values():
            for person in dict.fromkeys(post.seats):
                found.setdefault(person, []).append(post)
        return {person: tuple(posts) for person, posts in found.items()}

    @cached_property
    def number_owners(self) -> Mapping[str, tuple[Number, ...]]:
        """Dialled number -> the `Number` rows that carry it (one phone may serve several people)."""
        found: dict[str, list[Number]] = {}
        for person in self.people.values():
            for number in person.numbers:
                found.setdefault(number.number, []).append(number)
        return {number: tuple(rows) for number, rows in found.items()}

    def ancestors(self, place: str) -> Iterator[Place]:
        """Yield the places above one place, nearest first, each once; unknown parents are skipped."""
        seen = {place}
        ring = [place]
        while ring:
            above: list[str] = []
            for lower in ring:
                known = self.places.get(lower)
                above.extend(known.parents if known else ())
            ring = [each for each in dict.fromkeys(above) if each not in seen]
            seen.update(ring)
            yield from (self.places[each] for each in ring if each in self.places)

    @cached_property
    def _towns(self) -> dict[str, str]:
        return {}

    def town_of(self, place: str) -> str:
        """Return the id of the town a place lies in, a town's own; empty for what lies in none."""
        if place not in self._towns:
            line = (*filter(None, [self.places.get(place)]), *self.ancestors(place))
            self._towns[place] = next((each.id for each in line if each.kind == "town"), "")
        return self._towns[place]

    def superior(self, post: Post) -> Post | None:
        """Return the post to climb to: the one named, else the same duty at the nearest ancestor that has
        it, else the nearest ancestor's general post; None when there is nobody above.
        """
        if post.superior:
            return self.posts.get(post.superior)
        ancestors = list(self.ancestors(post.place))
        for duty in (post.duty, GENERAL):
            for place in ancestors:
                found = self.posts.get(f"{place.id}/{duty}")
                if found and found.seats:
                    return found
        return None

    def under(self, places: Iterable[str]) -> frozenset[str]:
        """Return the places and everything below them."""
        found: set[str] = set()
        waiting = list(places)
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting.extend(self.children.get(place, ()))
        return frozenset(found)
