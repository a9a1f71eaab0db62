"""Rules about places: reached by codes, belonging to a desk and to parents that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dutydesk.content.check.rule import Case, Hit, Rule
from dutydesk.domain.finding import Level
from dutydesk.domain.site import Place

_ADCODE = re.compile(r"[1-9]\d{5}")
_HIGH_RISK = 3


def adcode(code: str) -> bool:
    """Whether warnings carry such a code: six digits, and not 71 to 79 at the end.

    The Bureau of Statistics gives 71-79 to development zones; they are no administrative divisions (GB/T 2260).
    """
    return bool(_ADCODE.fullmatch(code)) and not 71 <= int(code[4:]) <= 79


def county_code(code: str) -> bool:
    """Whether it is the code of a county, district or county-level city, whose own offices warn."""
    return adcode(code) and not code.endswith("00")


def unreached(case: Case) -> Iterator[Hit]:
    """Find places no code reaches.

    A warning's code reaches a place as the beginning of its own id, through a place above it, or by `covered_by`
    of either. Where counties lie between, one of these must be the code of a county that exists: the city's own
    code is not enough, since most warnings come from the counties.
    """
    site = case.loaded.site
    counties = {place.id for place in site.places.values() if place.kind == "county"}
    for place in site.places.values():
        above = list(site.ancestors(place.id))
        line = [place, *above]
        codes = {each.id.split("-")[0][:6] for each in line} | {code[:6] for each in line for code in each.covered_by}
        below_county = place.kind == "county" or any(each.kind == "county" for each in above)
        wanted = [code for code in codes if (county_code(code) if below_county else adcode(code))]
        if not wanted:
            yield Hit(case.loaded.at("place", place.id),
                      f"no code of a warning reaches {place.id} {place.name}: {_tried(codes, counties)}; write the "
                      f"county's code in covered_by", place.id)


def _tried(codes: set[str], counties: set[str]) -> str:
    zones = sorted(code for code in codes if code in counties and not adcode(code))
    if zones:
        return f"{', '.join(zones)} is a statistical code no office warns with"
    return f"{', '.join(sorted(codes)) or 'it has no code'} is no county's code"


def unknown_code(case: Case) -> Iterator[Hit]:
    """Find `covered_by` codes that are no area code at all."""
    for place in case.loaded.site.places.values():
        for code in place.covered_by:
            if not (adcode(code[:6]) and code.isdigit() and len(code) in (6, 9, 12)):
                yield Hit(case.loaded.at("place", place.id),
                          f"{place.id} is covered_by {code}, which no office warns with; write the county's code",
                          place.id)


def desk(case: Case) -> Iterator[Hit]:
    """Find places that belong to no desk, or to one that is not in dutydesk.toml."""
    desks = case.loaded.site.desks
    if not desks:
        return
    for place in case.loaded.site.places.values():
        if place.desk not in desks:
            wrong = f"the desk {place.desk}, which dutydesk.toml does not have" if place.desk else "no desk"
            yield Hit(case.loaded.at("place", place.id), f"{place.id} has {wrong}; write one of {', '.join(desks)}",
                      place.id)


def rootless(case: Case) -> Iterator[Hit]:
    """Find places below a city that nothing is above of, and circles of parents."""
    site = case.loaded.site
    for place in site.places.values():
        if not place.parents and place.kind != "city":
            yield Hit(case.loaded.at("place", place.id), f"{place.id} belongs to nothing; write its parents", place.id)
        elif place.id in place.parents or _circle(case, place):
            yield Hit(case.loaded.at("place", place.id), f"{place.id} is above itself; correct its parents", place.id)


def _circle(case: Case, place: Place) -> bool:
    return any(place.id in each.parents for each in case.loaded.site.ancestors(place.id))


def risk_alone(case: Case) -> Iterator[Hit]:
    """Find places of the highest risk that nobody answers for."""
    site = case.loaded.site
    for place in site.places.values():
        if place.risk >= _HIGH_RISK and not any(post.seats for post in site.posts_at.get(place.id, ())):
            yield Hit(case.loaded.at("place", place.id),
                      f"{place.id} {place.name} has the highest risk and nobody answers for it; add a post", place.id)


def kind_unasked(case: Case) -> Iterator[Hit]:
    """Find kinds of places that no playbook names: most often a misspelt kind."""
    asked = {kind for playbook in case.loaded.playbooks.values() for kind in playbook.posts}
    first: dict[str, list[str]] = {}
    for place in case.loaded.site.places.values():
        if place.kind not in asked:
            first.setdefault(place.kind, []).append(place.id)
    for kind, ids in first.items():
        yield Hit(case.loaded.at("place", ids[0]),
                  f"no playbook asks anybody at a {kind} ({len(ids)} places, the first {ids[0]}); correct the kind, or "
                  f"add it to `posts` of a playbook", kind)


RULES = (
    Rule("unreached", Level.ERROR, "no code of a warning reaches a place", unreached),
    Rule("unknown-code", Level.ERROR, "a covered_by code is one no office warns with", unknown_code),
    Rule("place-desk", Level.ERROR, "a place belongs to no desk of dutydesk.toml", desk),
    Rule("place-parents", Level.ERROR, "a place belongs to nothing, or to itself", rootless),
    Rule("risk-alone", Level.ERROR, "a place of the highest risk has nobody", risk_alone),
    Rule("kind-unasked", Level.WARNING, "no playbook asks anybody at a kind of place", kind_unasked),
)
