"""How warnings move an incident: the colour of every place, what rose, was renewed, fell or was lifted.

A place has the highest colour of its open chains; a place above has the worst colour of those below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dutydesk.domain.records import Incident
from dutydesk.domain.values import Colour

Colours = Mapping[str, Colour]


class What(StrEnum):
    """What a version did to one place."""

    RAISED = "raised"
    RENEWED = "renewed"
    LOWERED = "lowered"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Change:
    """One place of an incident before and after. `count` numbers the renewals since the last rise."""

    place: str
    what: What
    old: Colour | None
    new: Colour | None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Fed:
    """What one version of one chain gives to the places of one desk: its colours before and after it."""

    chain: str
    before: Colours
    after: Colours
    renewal: bool = True   # False: a first version, or text and times unchanged
    spoken: Set[str] | None = None   # the places the text names; None: it speaks of all of them


def highest(*layers: Colours) -> dict[str, Colour]:
    """Merge colour maps, the highest winning at each place."""
    merged: dict[str, Colour] = {}
    for layer in layers:
        for place, colour in layer.items():
            if colour > merged.get(place, 0):
                merged[place] = colour
    return merged


def touch(incident: Incident, version: Fed, *, others: Colours, now: datetime) -> tuple[Incident, tuple[Change, ...]]:
    """Apply one version of a chain.

    `others` is what the other open chains of the incident give. A second chain at the same or a lower colour
    changes nothing and is no renewal; a lift lowers a place only as far as the others let it.
    Returns the incident with its new colours and the changes, in the order of places.
    """
    standing = highest(others, incident.by_hand)
    changes: list[Change] = []
    colours, renewals = dict(incident.colours), dict(incident.renewals)
    for place in sorted({*version.before, *version.after}):
        old = colours.get(place)
        given = version.after.get(place)
        new = max((each for each in (given, standing.get(place)) if each is not None), default=None)
        change = _change(place, old, new, given, version, renewals.get(place, 0))
        if new is None:
            colours.pop(place, None)
        else:
            colours[place] = new
        if change is not None:
            changes.append(change)
            renewals[place] = change.count
    chains = incident.chains if version.chain in incident.chains else (*incident.chains, version.chain)
    moved = replace(incident, colours=colours, chains=chains, closed_at=None,
                    renewals={place: count for place, count in renewals.items() if count})
    return moved, tuple(changes)


def _change(place: str, old: Colour | None, new: Colour | None, given: Colour | None, version: Fed,
            renewals: int) -> Change | None:
    """Name what happened to one place; None if nothing did."""
    if new is None:
        return None if old is None else Change(place, What.LIFTED, old, None)
    if old is None or new > old:
        return Change(place, What.RAISED, old, new)
    if new < old:
        return Change(place, What.LOWERED, old, new)
    same_chain = version.before.get(place) == given == new
    renewed = version.renewal and same_chain and (version.spoken is None or place in version.spoken)
    return Change(place, What.RENEWED, old, new, renewals + 1) if renewed else None


def net(batches: Iterable[Iterable[Change]]) -> tuple[Change, ...]:
    """Sum up the changes of several versions taken in together: only first and last colour count.

    An alert and its cancel in one poll touch nobody.
    """
    first: dict[str, Colour | None] = {}
    last: dict[str, Change] = {}
    for changes in batches:
        for change in changes:
            first.setdefault(change.place, change.old)
            last[change.place] = change
    summed = (_sum(first[place], change) for place, change in sorted(last.items()))
    return tuple(change for change in summed if change is not None)


def _sum(old: Colour | None, last: Change) -> Change | None:
    new = last.new
    if new is None:
        return None if old is None else Change(last.place, What.LIFTED, old, None)
    if old is None or new > old:
        return Change(last.place, What.RAISED, old, new)
    if new < old:
        return Change(last.place, What.LOWERED, old, new)
    return replace(last, old=old) if last.what is What.RENEWED else None


def over(incident: Incident, *, open_callouts: int, now: datetime) -> Incident:
    """Close an incident that no chain and no callout keeps open."""
    if incident.closed_at is None and not incident.colours and open_callouts == 0:
        return replace(incident, closed_at=now)
    return incident
