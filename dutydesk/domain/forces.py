"""Which teams can be where and when, how strong they should be, and which towns have no depot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from dutydesk.domain.registers import Targets
from dutydesk.domain.sheltering import Distances, Points, positions
from dutydesk.domain.site import Place, Site
from dutydesk.domain.team import Readiness, Team

#: Who is asked first: a team that stands by, one that rests, then those already busy.
_ORDER = {Readiness.STANDBY: 0, Readiness.RESTING: 1, Readiness.CALLED_OUT: 2, Readiness.UNDER_WAY: 3,
          Readiness.ON_SCENE: 4}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A team that can be sent, and when it would be there: muster time and drive together."""

    team: Team
    metres: float
    by_road: bool
    after: timedelta


def arrivals(teams: Iterable[Team], origin: Points, county: str, site: Site, distances: Distances,
             targets: Targets) -> list[Arrival]:
    """Return the teams that may be sent to a point (1 x 2), in the order they are asked.

    Readiness first, then the time of arrival, then the id. A team that does not cross county borders is only sent
    within its own `county` (id; empty: no border is asked). A straight line is stretched by `targets.detour`.
    """
    able = [team for team in teams if team.geometry is not None
            and (team.crosses or not county or county in counties(site, team.place))]
    if not able:
        return []
    metres = distances.metres(origin, positions(able))[0]
    stretch = 1.0 if distances.by_road else targets.detour
    found = [Arrival(team, float(far), distances.by_road,
                     team.muster + timedelta(hours=float(far) * stretch / 1000 / targets.road_speed))
             for team, far in zip(able, metres, strict=True) if np.isfinite(far)]
    return sorted(found, key=lambda each: (_ORDER[each.team.state], each.after, each.team.id))


def counties(site: Site, place: str) -> frozenset[str]:
    """Return the counties a place lies in (or is); empty for a city."""
    own = [site.places[place]] if place in site.places else []
    return frozenset(each.id for each in (*own, *site.ancestors(place)) if each.kind == "county")


def target_of(team: Team, targets: Targets) -> int:
    """Return how many people a team of its level should have; 0 where no target is set."""
    return {"town": targets.town_team, "village": targets.village_team}.get(team.level, 0)


def towns_without_depot(site: Site) -> list[Place]:
    """Return the towns no depot stands in or serves, in file order."""
    served: set[str] = set()
    for depot in site.registers.depots.values():
        served.update((depot.place, *depot.serves, *(each.id for each in site.ancestors(depot.place))))
    return [place for place in site.places.values() if place.kind == "town" and place.id not in served]
