"""Which shelters people can be sent to: fit for the danger, outside the warned area, with places left, and near.

Distances come from outside as a function, by road or straight; every coordinate is EPSG:4326, longitude first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dutydesk.domain.geofence import MEETS, Fences
from dutydesk.domain.registers import Zone
from dutydesk.domain.shelter import Shelter, ShelterState

Points = NDArray[np.float64]      # n x 2: longitude, latitude
Metres = NDArray[np.float64]      # n x m; infinite where there is no way


class Located(Protocol):
    """Anything of a register that stands somewhere."""

    @property
    def geometry(self) -> BaseGeometry | None:
        """Where, in EPSG:4326."""
        ...


@dataclass(frozen=True, slots=True)
class Distances:
    """How far it is: `metres(sources, targets)`, and whether that is along roads or a straight line (geodesic)."""

    metres: Callable[[Points, Points], Metres]
    by_road: bool = False


class Why(StrEnum):
    """Why a shelter is not proposed; the word stands in JSON, the sentence for the officer in `REASONS`."""

    CLOSED = "closed"
    UNFIT = "unfit"
    ZONE = "zone"
    AREA = "area"
    FULL = "full"
    NOWHERE = "nowhere"


REASONS = {
    Why.CLOSED: "停用", Why.UNFIT: "不适用于该灾种", Why.ZONE: "在危险区内", Why.AREA: "在预警区内", Why.FULL: "已满",
    Why.NOWHERE: "没有位置",
}
#: Kinds of places beside villages whose people may have to be taken elsewhere.
LIVED_IN = frozenset({"care_home", "school", "hospital", "construction"})
#: Reasons that make it dangerous to be there, whoever asks.
UNSAFE = frozenset({Why.UNFIT, Why.ZONE, Why.AREA})


@dataclass(frozen=True, slots=True)
class Danger:
    """What threatens: the family, the areas warned of (as the warnings drew them), the zones of that family."""

    family: str
    areas: tuple[BaseGeometry, ...] = ()
    zones: tuple[Zone, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A shelter against one danger. `why` None: it can be used. `doubtful`: its position is given so roughly that it
    may lie in the area all the same; it comes after those that surely do not.
    """

    shelter: Shelter
    why: Why | None = None
    detail: str = ""
    doubtful: bool = False

    @property
    def unsafe(self) -> bool:
        """Whether people must not be there."""
        return self.why in UNSAFE


@dataclass(frozen=True, slots=True)
class Proposal:
    """A shelter to send people to, how far it is, and how that was measured."""

    shelter: Shelter
    metres: float
    by_road: bool
    doubtful: bool = False


def unfit_reason(shelter: Shelter, family: str) -> str:
    """Say why a shelter is not for a family of dangers; empty where it is."""
    if family in shelter.unfit:
        return f"unfit for {family}"
    return f"fit for {', '.join(shelter.fit)} only" if shelter.fit and family not in shelter.fit else ""


def hazards_at(shelter: Shelter, zones: Iterable[Zone]) -> list[Zone]:
    """Return the zones a shelter lies in or touches."""
    here = shelter.geometry
    return [zone for zone in zones if here is not None and zone.geometry is not None
            and zone.geometry.intersects(here)]


def judge(shelters: Iterable[Shelter], danger: Danger) -> list[Judged]:
    """Say of each shelter whether it can be used in a danger, and why not.

    In this order, the first that holds: closed; unfit for the family; without a position; inside a zone of the
    family; inside an area warned of; full. A boundary counts as inside.
    """
    shelters = list(shelters)
    fences = Fences.build(shelters)
    inside: dict[str, Why] = {}
    doubtful: set[str] = set()
    where = [(Why.ZONE, zone.geometry) for zone in danger.zones if zone.family == danger.family]
    for why, area in [*where, *((Why.AREA, area) for area in danger.areas)]:
        for id, how in fences.touched(area):
            if how == MEETS:
                inside.setdefault(id, why)
            else:
                doubtful.add(id)
    return [_judged(shelter, danger.family, inside.get(shelter.id), shelter.id in doubtful) for shelter in shelters]


def _judged(shelter: Shelter, family: str, inside: Why | None, doubtful: bool) -> Judged:
    if shelter.state is ShelterState.CLOSED:
        return Judged(shelter, Why.CLOSED)
    if reason := unfit_reason(shelter, family):
        return Judged(shelter, Why.UNFIT, reason)
    if shelter.geometry is None:
        return Judged(shelter, Why.NOWHERE)
    if inside is not None:
        return Judged(shelter, inside)
    return Judged(shelter, None if shelter.free else Why.FULL, doubtful=doubtful)


def propose(judged: Iterable[Judged], origins: Points, distances: Distances, *, people: int = 1,
            most: int = 3) -> list[tuple[Proposal, ...]]:
    """Return for each origin the nearest shelters that can be used, best first.

    A shelter with places for all `people` goes before one without, one surely outside the area before a doubtful
    one, then the nearer, then the smaller id. What no road reaches is left out.
    """
    usable = [each for each in judged if each.why is None]
    if not usable or not len(origins):
        return [() for _ in origins]
    targets = positions([each.shelter for each in usable])
    matrix = distances.metres(origins, targets)
    small = np.array([each.shelter.free < people for each in usable])
    rough = np.array([each.doubtful for each in usable])
    ids = np.array([each.shelter.id for each in usable])
    found = []
    for row in matrix:
        order = np.lexsort((ids, row, rough, small))
        best = [index for index in order.tolist() if np.isfinite(row[index])][:most]
        found.append(tuple(Proposal(usable[index].shelter, float(row[index]), distances.by_road,
                                    usable[index].doubtful) for index in best))
    return found


def positions(things: Sequence[Located]) -> Points:
    """Return a point of each: the point itself, or one inside its shape."""
    points = [thing.geometry.representative_point() for thing in things if thing.geometry is not None]
    return np.array([(point.x, point.y) for point in points], dtype=np.float64).reshape(-1, 2)


def with_state(shelter: Shelter, state: ShelterState | None, registered: int | None) -> Shelter:
    """Return the shelter as the desk knows it now; what the desk never entered stays as the register has it."""
    return replace(shelter, state=shelter.state if state is None else state,
                   registered=shelter.registered if registered is None else registered)
