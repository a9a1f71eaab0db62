"""Rules about people and their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from dutydesk.content.check.rule import Case, Hit, Rule
from dutydesk.domain.finding import Level

#: Contact lists are renewed and filed by this day of every year (practice of Shaanxi's 叫应 rules of 2025).
RENEWAL = (4, 20)


def season(day: date) -> date:
    """Return the last 20 April that is not after the day: contacts must have been confirmed since."""
    this = date(day.year, *RENEWAL)
    return this if day >= this else date(day.year - 1, *RENEWAL)


def unknown_person(case: Case) -> Iterator[Hit]:
    """Find rows that name somebody who is not in people.csv."""
    rows = case.loaded.rows
    known = {at.row.id for at in rows.people} | {id for table, id in case.loaded.broken if table == "person"}
    named = [(at.row.person, at.file, at.line) for at in rows.numbers]
    named += [(at.row.person, at.file, at.line) for at in rows.posts]
    named += [(at.row.person, at.file, at.line) for at in rows.roster]
    for person, file, line in named:
        if person and person not in known:
            yield Hit((file, line), f"person {person} is not in people.csv; add the person or correct the id",
                      person)


def unknown_place(case: Case) -> Iterator[Hit]:
    """Find posts and parents at places that are in no layer."""
    places = case.loaded.site.places
    broken = {id for table, id in case.loaded.broken if table == "place"}
    for at in case.loaded.rows.posts:
        if at.row.place not in places and at.row.place not in broken:
            yield Hit((at.file, at.line), f"place {at.row.place} is in no layer of geo/; add it or correct the id",
                      at.row.place)
    for place in places.values():
        for parent in place.parents:
            if parent not in places and parent not in broken:
                yield Hit(case.loaded.at("place", place.id),
                          f"{place.id} belongs to {parent}, which is in no layer of geo/; add it or correct the id",
                          parent)


def no_number(case: Case) -> Iterator[Hit]:
    """Find posts none of whose people can be reached at all."""
    site = case.loaded.site
    for post in site.posts.values():
        if not any(site.people[seat].numbers for seat in post.seats):
            who = f"none of {', '.join(post.seats)} has a number" if post.seats else "nobody sits on it"
            yield Hit(case.loaded.at("post", post.id), f"post {post.id} cannot be called: {who}; add one in "
                                                       f"contacts/numbers.csv", post.id)


def silent_person(case: Case) -> Iterator[Hit]:
    """Find people on posts or rosters who have no number."""
    site = case.loaded.site
    busy = site.posts_of.keys() | {shift.person for shift in site.roster}
    for at in case.loaded.rows.people:
        person = site.people.get(at.row.id)
        if person and not person.numbers and person.id in busy:
            yield Hit((at.file, at.line), f"{person.id} is on a post or a roster and has no number; add one in "
                                          f"contacts/numbers.csv", person.id)


def few_numbers(case: Case) -> Iterator[Hit]:
    """Find posts whose ladder, in red, reaches fewer than two distinct numbers before the officer."""
    told: set[str] = set()
    for asked in case.asked:
        if asked.colour != max(asked.playbook.ladder) or asked.post.id in told:
            continue
        numbers = {number for step in range(len(asked.steps)) for reached in case.reached(asked, step)
                   for via in asked.steps[step].by for number in reached.numbers(via)}
        if len(numbers) < 2:
            told.add(asked.post.id)
            only = f"only {numbers.pop()}" if numbers else "no number"
            yield Hit(case.loaded.at("post", asked.post.id),
                      f"post {asked.post.id}: the {asked.playbook.family} ladder reaches {only} before the officer; "
                      f"add a deputy, a superior or a second number", asked.post.id)


def duplicate_number(case: Case) -> Iterator[Hit]:
    """Find numbers that ring for several people."""
    first: dict[str, tuple[str, int]] = {}
    for at in case.loaded.rows.numbers:
        number, person = at.row.number, at.row.person
        if number in first and first[number][0] != person:
            yield Hit((at.file, at.line),
                      f"{person} has the number of {first[number][0]} (line {first[number][1]}); correct it, or "
                      f"waive it if they share the phone", person)
        first.setdefault(number, (person, at.line))


def imaginary(case: Case) -> Iterator[Hit]:
    """Find numbers of no country in a site that calls for real: they are never dialled."""
    if case.loaded.config is None or case.loaded.config.live is None:
        return
    site = case.loaded.site
    for at in case.loaded.rows.numbers:
        person = site.people.get(at.row.person)
        if person and all(number.imaginary for number in person.numbers):
            yield Hit((at.file, at.line), f"{person.id} has only imaginary numbers (+999) in a [live] site; write "
                                          f"a real one", person.id)


def not_confirmed(case: Case) -> Iterator[Hit]:
    """Find numbers nobody confirmed since the last 20 April."""
    since = season(case.day)
    for at in case.loaded.rows.numbers:
        day = at.row.confirmed
        if day is None or day < since:
            last = f"last confirmed {day}" if day else "never confirmed"
            yield Hit((at.file, at.line), f"{at.row.person} {at.row.kind}: {last}; ring it and write the day (due "
                                          f"since {since})", at.row.person)
        elif day > case.day:
            yield Hit((at.file, at.line), f"{at.row.person} {at.row.kind}: confirmed {day}, which is still to come; "
                                          f"correct the day", at.row.person)


def idle_person(case: Case) -> Iterator[Hit]:
    """Find people with no post, no duty and nothing in a register."""
    loaded = case.loaded
    registers = loaded.site.registers
    needed = {at.row.person for at in loaded.rows.posts} | {at.row.person for at in loaded.rows.roster}
    needed.add(loaded.config.last_resort if loaded.config else "")
    needed.update(person for shelter in registers.shelters.values() for person in shelter.keepers)
    needed.update(person for depot in registers.depots.values() for person in depot.keepers)
    needed.update(person for team in registers.teams.values() for person in team.leaders)
    for at in loaded.rows.people:
        if at.row.id not in needed:
            yield Hit((at.file, at.line), f"{at.row.id} has no post and no duty; add one, or remove the person",
                      at.row.id)


RULES = (
    Rule("unknown-person", Level.ERROR, "a row names a person who is not in people.csv", unknown_person),
    Rule("unknown-place", Level.ERROR, "a post or a parent names a place that is in no layer", unknown_place),
    Rule("no-number", Level.ERROR, "a post none of whose people has a number", no_number),
    Rule("silent-person", Level.WARNING, "a person on a post or roster has no number", silent_person),
    Rule("few-numbers", Level.ERROR, "fewer than two distinct numbers are tried before the officer", few_numbers),
    Rule("duplicate-number", Level.WARNING, "one number belongs to several people", duplicate_number),
    Rule("imaginary-number", Level.ERROR, "a live site has a person with imaginary numbers only", imaginary),
    Rule("not-confirmed", Level.WARNING, "a contact was not confirmed since 20 April", not_confirmed),
    Rule("idle-person", Level.INFO, "a person with no post, no duty and nothing in a register", idle_person),
)
