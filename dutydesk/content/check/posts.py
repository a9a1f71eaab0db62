"""Rules about posts: seats, superiors, and people who are called together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dutydesk.content.check.rule import Asked, Case, Hit, Rule
from dutydesk.domain.finding import Level
from dutydesk.domain.playbook import Whom

#: More places than this behind one person is told (rule 13 of the domain rules, a default).
MANY = 5


def vacant_seat(case: Case) -> Iterator[Hit]:
    """Find seats nobody sits on."""
    for at in case.loaded.rows.posts:
        if not at.row.person:
            id = f"{at.row.place}/{at.row.duty}"
            yield Hit((at.file, at.line), f"seat {at.row.seat} of {id} is vacant; name a person", id)


def seat_gap(case: Case) -> Iterator[Hit]:
    """Find posts whose seats do not begin with 1: the first deputy is taken for the holder."""
    lowest: dict[str, int] = {}
    for at in case.loaded.rows.posts:
        id = f"{at.row.place}/{at.row.duty}"
        lowest[id] = min(at.row.seat, lowest.get(id, 99))
    for id, seat in lowest.items():
        if seat != 1:
            yield Hit(case.loaded.at("post", id), f"post {id} begins with seat {seat}; number its seats from 1", id)


def unknown_superior(case: Case) -> Iterator[Hit]:
    """Find superiors that are no post."""
    posts = {f"{at.row.place}/{at.row.duty}" for at in case.loaded.rows.posts}
    for at in case.loaded.rows.posts:
        if at.row.superior and at.row.superior not in posts:
            yield Hit((at.file, at.line),
                      f"the superior {at.row.superior} is no post in posts.csv; correct it, or leave it empty for the "
                      f"nearest post above", f"{at.row.place}/{at.row.duty}")


def no_superior(case: Case) -> Iterator[Hit]:
    """Find posts with places above them and a ladder that climbs, but nobody to climb to."""
    told: set[str] = set()
    for asked in case.asked:
        post = asked.post
        if post.id in told or post.superior or not asked.place.parents or not _climbs(asked):
            continue
        if case.loaded.site.superior(post) is None:
            told.add(post.id)
            yield Hit(case.loaded.at("post", post.id),
                      f"post {post.id} has no superior: no place above it has the duty {post.duty} or general; add one",
                      post.id)


def _climbs(asked: Asked) -> bool:
    return any(Whom.SUPERIOR in step.whom for step in asked.steps)


def superior_loop(case: Case) -> Iterator[Hit]:
    """Find posts that climb back to themselves."""
    site = case.loaded.site
    for post in site.posts.values():
        seen = [post.id]
        above = site.superior(post)
        while above is not None and above.id not in seen:
            seen.append(above.id)
            above = site.superior(above)
        if above is not None and above.id == post.id:
            yield Hit(case.loaded.at("post", post.id),
                      f"post {post.id} climbs back to itself ({' > '.join([*seen, post.id])}); correct a superior",
                      post.id)


def never_asked(case: Case) -> Iterator[Hit]:
    """Find posts no playbook asks and nobody climbs to: most often a misspelt duty."""
    site = case.loaded.site
    asked = {each.post.id for each in case.asked}
    above = {found.id for post in site.posts.values() if post.id in asked and (found := site.superior(post))}
    for post in site.posts.values():
        if post.id not in asked and post.id not in above:
            kind = site.places[post.place].kind
            yield Hit(case.loaded.at("post", post.id),
                      f"post {post.id} is never called: no playbook asks {post.duty} at a {kind}; correct the duty, or "
                      f"add it to `posts` of a playbook", post.id)


def same_person(case: Case) -> Iterator[Hit]:
    """Find ladders in which one person is met twice: as two seats, or as his own superior."""
    site = case.loaded.site
    for post in site.posts.values():
        double = [person for person, count in Counter(post.seats).items() if count > 1]
        if double:
            yield Hit(case.loaded.at("post", post.id),
                      f"{double[0]} sits on {post.id} more than once; name a second person", post.id)
    for id in dict.fromkeys(each.post.id for each in case.asked if _climbs(each)):
        post = site.posts[id]
        above = site.superior(post)
        if above and above.id != id and above.seats[:1] and above.seats[0] in post.seats:
            yield Hit(case.loaded.at("post", id),
                      f"{above.seats[0]} sits on {id} and is its superior too ({above.id}): called together, nobody "
                      f"is left to climb to; name somebody else", id)


def many_places(case: Case) -> Iterator[Hit]:
    """Find people who answer for many places of one hazard: one warning calls them for all of these together."""
    places: dict[tuple[str, str], set[str]] = {}
    for asked in case.asked:
        for person in asked.post.seats[:1]:
            places.setdefault((person, asked.playbook.family), set()).add(asked.post.place)
    worst: dict[str, tuple[int, str]] = {}
    for (person, family), ids in places.items():
        worst[person] = max(worst.get(person, (0, "")), (len(ids), family))
    for person, (count, family) in worst.items():
        if count > MANY:
            yield Hit(case.loaded.at("person", person),
                      f"{person} holds posts at {count} places that one {family} warning calls together; share "
                      f"them out", person)


RULES = (
    Rule("vacant-seat", Level.WARNING, "a seat of a post has no person", vacant_seat),
    Rule("seat-gap", Level.WARNING, "the seats of a post do not begin with 1", seat_gap),
    Rule("unknown-superior", Level.ERROR, "a superior is no post", unknown_superior),
    Rule("no-superior", Level.ERROR, "a ladder climbs to a superior, none is named, and none is above", no_superior),
    Rule("superior-loop", Level.ERROR, "superiors lead back to the post itself", superior_loop),
    Rule("never-asked", Level.WARNING, "no playbook asks a post, and nobody climbs to it", never_asked),
    Rule("called-together", Level.WARNING, "one person is met twice in the same ladder", same_person),
    Rule("many-places", Level.INFO, f"one person holds posts at more than {MANY} places called together", many_places),
)
