"""What a rule of `check` is: a name, a level, a meaning, and one function over a loaded site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from dutydesk.content.load import Loaded
from dutydesk.content.texts import SiteTexts
from dutydesk.domain.finding import Finding, Level
from dutydesk.domain.playbook import Playbook, Step
from dutydesk.domain.reach import Reached, reach_step
from dutydesk.domain.site import Place, Post
from dutydesk.domain.values import Colour

#: Tries the site's channels; returns what is wrong with the settings of those that cannot be made.
Tried = Callable[[], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing a rule found: `at` is file and line, `about` the id a waiver may name."""

    at: tuple[str, int]
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One way a post is asked: by which playbook, at which colour, with which steps.

    `seats` is a single one where every seat is a callout of its own (`answer: each`).
    """

    post: Post
    place: Place
    playbook: Playbook
    colour: Colour
    steps: tuple[Step, ...]
    seats: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A loaded site and the day it is judged on, with what several rules need."""

    loaded: Loaded
    day: date
    channels: Tried = dict

    @cached_property
    def texts(self) -> SiteTexts:
        """The site's wordings, each compiled once."""
        return SiteTexts(self.loaded.texts)

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """Every post of the site with every ladder that can ask it."""
        return tuple(self._asked())

    def _asked(self) -> Iterator[Asked]:
        ladders: dict[tuple[str, str], list[tuple[Playbook, Colour]]] = {}
        for kind in {place.kind for place in self.loaded.site.places.values()}:
            for playbook in self.loaded.playbooks.values():
                for colour in playbook.ladder:
                    for duty in playbook.asks(kind, colour):
                        ladders.setdefault((kind, duty), []).append((playbook, colour))
        for post in self.loaded.site.posts.values():
            place = self.loaded.site.places[post.place]
            for playbook, colour in ladders.get((place.kind, post.duty), ()):
                each = playbook.answer.get(place.kind) == "each"
                for seats in [(seat,) for seat in post.seats] if each and post.seats else [post.seats]:
                    yield Asked(post, place, playbook, colour, playbook.ladder[colour], seats)

    def reached(self, asked: Asked, step: int) -> tuple[Reached, ...]:
        """Return whom a step would ring or write to, as the desk itself looks it up."""
        key = (asked.post.id, asked.seats, asked.steps[step].whom)
        if key not in self._reached:
            self._reached[key] = tuple(
                each for each in reach_step(self.loaded.site, asked.post, asked.steps[step], seats=asked.seats).reached)
        by = asked.steps[step].by
        return tuple(each for each in self._reached[key] if any(each.numbers(via) for via in by))

    @cached_property
    def _reached(self) -> dict[object, tuple[Reached, ...]]:
        return {}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; `find` returns what it found in file order where it can."""

    name: str
    level: Level
    meaning: str
    find: Callable[[Case], Iterable[Hit]]

    def run(self, case: Case) -> Iterator[Finding]:
        """Yield its findings."""
        for hit in self.find(case):
            yield Finding(*hit.at, self.level, self.name, hit.text, hit.about)
