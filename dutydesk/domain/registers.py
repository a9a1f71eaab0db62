"""台账: what a bureau can fall back on (shelters, teams, depots, water points), the zones of danger, the targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from shapely.geometry.base import BaseGeometry

from dutydesk.domain.depot import Depot, WaterPoint
from dutydesk.domain.shelter import Shelter
from dutydesk.domain.team import Team


@dataclass(frozen=True, slots=True)
class Zone:
    """危险区: ground a family of dangers reaches: a flood plain, a slope. Geometry EPSG:4326."""

    id: str
    name: str
    family: str
    place: str = ""
    approximate: float | None = None
    geometry: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class Registers:
    """Every register of a site, by id, in file order."""

    shelters: Mapping[str, Shelter] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    depots: Mapping[str, Depot] = field(default_factory=dict)
    water_points: Mapping[str, WaterPoint] = field(default_factory=dict)
    zones: Mapping[str, Zone] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Targets:
    """What the registers are measured against; the comment behind each is shown beside it to the officer."""

    city_teams: int = 10                               # professional teams of the city (work plan 2024)
    town_team: int = 30                                # people in a town's team (work plan 2024)
    village_team: int = 10                             # people in a village's team (work plan 2024)
    teams_share: float = 0.8                           # of towns, and of villages, with such a team (work plan 2024)
    depots_share: float = 1.0                          # of towns that have a depot (work plan 2024: 全覆盖)
    shelter_area: float = 1.5                          # square metres a person (planning figure; GB 21734-2008)
    inspect_every: timedelta = timedelta(days=365)     # shelters, depots and water points are looked at this often
    drill_every: timedelta = timedelta(days=365)       # teams drill this often
    road_speed: float = 40.0                           # km/h a team is reckoned to drive
    detour: float = 1.3                                # road length over straight line, where there is no road layer
