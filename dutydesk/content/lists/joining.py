"""Entries of several lists against the people the site has: one man is one person, whatever lists he stands in.

A shared number and a shared name make one man. A shared name alone, or a shared number alone, is doubtful and taken
by nobody but an officer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dutydesk.content.lists.entries import Entry
from dutydesk.content.lists.marks import Marks
from dutydesk.domain.site import Number, Person, Post, Site


@dataclass
class Plan:
    """What taking the lists in would change. `people`: new or changed ones; `seats`: (post, seat) -> person id."""

    people: dict[str, Person] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    seats: dict[tuple[str, int], str] = field(default_factory=dict)
    before: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not self.people and not self.seats


class Joining:
    """Joins entries to persons and seats, list after list."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.plan = Plan()
        self._by_number: dict[str, set[str]] = defaultdict(set)
        self._by_name: dict[str, set[str]] = defaultdict(set)
        self._at: dict[str, set[str]] = defaultdict(set)      # person -> places of his posts
        self._named: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)   # seats the lists gave so far
        self._next = 1 + max((int(id[1:]) for id in site.people if id[1:].isdigit()), default=0)
        for person in site.people.values():
            self._remember(person)
        for post in site.posts.values():
            for id in post.seats:
                self._at[id].add(post.place)

    def take(self, entries: Iterable[Entry], marks: Marks) -> None:
        """Take in the entries of one file; what is doubtful is marked and left."""
        for entry in entries:
            person = self._person(entry, marks)
            if person is not None:
                self._seat(entry, person, marks)

    # -- who ------------------------------------------------------------------------------------------
    def _person(self, entry: Entry, marks: Marks) -> str | None:
        owners = {id for _, number in entry.numbers for id in self._by_number[number]}
        same = {id for id in owners if self._known(id).name == entry.name}
        if len(same) == 1:
            return self._renew(same.pop(), entry)
        row, column = entry.at
        if owners:
            names = "、".join(sorted(self._known(id).name for id in owners))
            marks.doubtful(entry.sheet, row, column, f"号码是{names}的，姓名却是{entry.name}")
            return None
        near = sorted(id for id in self._by_name[entry.name] if self._is_near(id, entry.place))
        if near:
            marks.doubtful(entry.sheet, row, column,
                           f"同一镇街已有{entry.name}（{'、'.join(near)}），号码不同，是不是一个人？")
            return None
        return self._add(entry)

    def _is_near(self, person: str, place: str) -> bool:
        """Whether a person answers for something in the same town."""
        return any(self._town(each) == self._town(place) for each in self._at[person])

    def _town(self, place: str) -> str:
        chain = (self._site.places.get(place), *self._site.ancestors(place))
        return next((each.id for each in chain if each is not None and each.kind == "town"), place)

    def _add(self, entry: Entry) -> str:
        id = f"p{self._next:04d}"
        self._next += 1
        numbers = tuple(Number(id, kind, number) for kind, number in entry.numbers)
        person = Person(id, entry.name, entry.organisation, entry.title, numbers)
        self.plan.people[id] = person
        self.plan.new.add(id)
        self._remember(person)
        return id

    def _renew(self, id: str, entry: Entry) -> str:
        """Add to a known person what the list knows more of him; nothing he has is taken away."""
        known = self._known(id)
        has = {number.number for number in known.numbers}
        more = tuple(Number(id, kind, number) for kind, number in entry.numbers if number not in has)
        renewed = replace(known, numbers=known.numbers + more, organisation=known.organisation or entry.organisation,
                          title=known.title or entry.title)
        if renewed != known:
            self.plan.people[id] = renewed
            self._remember(renewed)
        return id

    def _known(self, id: str) -> Person:
        return self.plan.people.get(id) or self._site.people[id]

    def _remember(self, person: Person) -> None:
        self._by_name[person.name].add(person.id)
        for number in person.numbers:
            self._by_number[number.number].add(person.id)

    # -- which seat -----------------------------------------------------------------------------------
    def _seat(self, entry: Entry, person: str, marks: Marks) -> None:
        given = self._named[entry.place, entry.duty]
        if given.get(person) is not None:
            return                                      # the same man at the same post, in two lists
        seat = entry.seat or 1 + max(given.values(), default=0)
        row, column = entry.at
        if seat in given.values():
            marks.doubtful(entry.sheet, row, column, f"这个岗位的第{seat}席已经有人了")
            return
        given[person] = seat
        self._at[person].add(entry.place)
        post = Post(entry.place, entry.duty)
        known = self._site.posts.get(post.id)
        before = known.seats[seat - 1] if known and len(known.seats) >= seat else ""
        if before != person:
            self.plan.seats[post.id, seat] = person
            self.plan.before[post.id, seat] = before
            if before:
                marks.note(entry.sheet, row, column, f"接替{self._known(before).name}（{before}）")
