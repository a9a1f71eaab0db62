"""Properties of the registers: geo/shelters, teams, depots, water_points and zones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from dutydesk.content.models.places import Ids
from dutydesk.content.models.words import Duration, Filled, Id, MaybeDay, MaybeFloat, MaybeInt, Strict, Text
from dutydesk.domain.depot import Goods
from dutydesk.domain.event_table import FAMILIES
from dutydesk.domain.shelter import GRADES, ShelterState, Space, Term
from dutydesk.domain.team import TEAM_LEVELS, Readiness

_GOODS = re.compile(r"(?P<name>.+?)\s*[xX×*]?\s*(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>[^\d\s]*)")


def _words(value: Any) -> Any:
    """A layer without lists writes `冲锋舟;水泵`; an absent value is an empty list."""
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[;,、，；]+", value) if part.strip()]
    return value


def _goods(value: Any) -> Any:
    """Read `帐篷 120 顶`; raises ValueError saying how to write it."""
    if isinstance(value, Goods):
        return value
    found = _GOODS.fullmatch(str(value).strip())
    if not found:
        raise ValueError(f"{value!r} has no amount; write it like 帐篷 120 顶")
    return Goods(found["name"], float(found["amount"]), found["unit"])


def _family(value: str) -> str:
    if value not in FAMILIES:
        raise ValueError(f"{value!r} is no family of dangers; write one of {', '.join(FAMILIES)}")
    return value


def _one_of(names: Iterable[str]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in names:
            raise ValueError(f"{value!r} is not known; write one of {', '.join(names)}")
        return value
    return AfterValidator(check)


Words = Annotated[tuple[Filled, ...], BeforeValidator(_words)]
Family = Annotated[str, AfterValidator(_family), WithJsonSchema({"type": "string", "enum": list(FAMILIES)})]
Families = Annotated[tuple[Family, ...], BeforeValidator(_words)]
Stock = Annotated[Goods, BeforeValidator(_goods), WithJsonSchema(
    {"type": "string", "examples": ["帐篷 120 顶"]})]
Stocks = Annotated[tuple[Stock, ...], BeforeValidator(_words)]
Phone = Annotated[str, StringConstraints(pattern=r"^(\+?[0-9][0-9 ()-]{2,24})?$")]
Off = Annotated[MaybeFloat, Field(ge=0, le=100_000)]
Amount = Annotated[float, Field(ge=0, le=1e9)]
Count = Annotated[MaybeInt, Field(ge=0, le=1_000_000)]


class ShelterProperties(Strict):
    """geo/shelters: a shelter (避难场所), with the fields of GB/T 44013-2024 an officer asks for."""

    id: Id = Field(description="code of the shelter; never given to another later")
    name: Filled = Field(description="name as the people there say it")
    place: Id = Field(description="id of the village or town it belongs to")
    capacity: Annotated[int, Field(ge=1, le=1_000_000)] = Field(description="people it holds")
    category: Text = Field(default="", description="school, stadium, square, park, exhibition, hall, ...")
    grade: Annotated[str, _one_of(GRADES)] = Field(default="town", description="who runs it: " + ", ".join(GRADES))
    space: Space = Field(default=Space.INDOOR, description="indoor or outdoor")
    term: Term = Field(default=Term.DAYS, description="how long people can stay: hours, days (to a fortnight), weeks")
    area: Amount = Field(default=0, description="effective area in square metres")
    radius: Amount = Field(default=0, description="metres it serves")
    fit: Families = Field(default=(), description="families of dangers it is for; absent: all")
    unfit: Families = Field(default=(), description="families in which it must not be used")
    entrance: Text = Field(default="", description="how one gets in")
    keepers: Ids = Field(default=(), description="ids of the people who open it, the first one rung first")
    phone: Phone = Field(default="", description="number at the shelter itself")
    stock: Text = Field(default="", description="what lies ready there")
    water: bool = Field(default=False, description="has water")
    power: bool = Field(default=False, description="has power of its own")
    accessible: bool = Field(default=False, description="a wheelchair gets in")
    medical: bool = Field(default=False, description="has a medical point")
    inspected: MaybeDay = Field(default=None, description="day somebody last looked at it")
    state: ShelterState = Field(
        default=ShelterState.STANDBY, description="standby, open, or closed (cannot be used); the desk's own word "
                                                  "wins once it has one")
    registered: Count = Field(default=0, description="people registered there; the desk's own count wins")
    approximate: Off = Field(default=None, description="metres the position may be off; absent: exact")


class TeamProperties(Strict):
    """geo/teams: a team (救援队伍) that can be sent."""

    id: Id = Field(description="code of the team")
    name: Filled = Field(description="its name")
    place: Id = Field(description="id of the unit that raised it")
    level: Annotated[str, _one_of(TEAM_LEVELS)] = Field(description=", ".join(TEAM_LEVELS))
    size: Annotated[int, Field(ge=1, le=100_000)] = Field(description="people in it")
    skills: Words = Field(default=(), description="what it is trained for: 森林, 水上, 危化, 矿山, 地震, 医疗, ...")
    leaders: Ids = Field(default=(), description="ids of the leader and, after him, his deputies")
    phone: Phone = Field(default="", description="number that is manned day and night")
    equipment: Words = Field(default=(), description="what it brings")
    muster: Duration = Field(default=timedelta(minutes=30), description="time until it can leave")
    crosses: bool = Field(default=False, description="may be sent beyond its own county")
    state: Readiness = Field(default=Readiness.STANDBY, description="standby, called_out, under_way, on_scene, "
                                                                    "resting; the desk's own word wins")
    drilled: MaybeDay = Field(default=None, description="day of its last drill")
    approximate: Off = Field(default=None, description="metres the position may be off; absent: exact")


class DepotProperties(Strict):
    """geo/depots: a depot (储备库) of emergency goods."""

    id: Id = Field(description="code of the depot")
    name: Filled = Field(description="its name")
    place: Id = Field(description="id of the unit it belongs to")
    level: Annotated[str, _one_of(TEAM_LEVELS)] = Field(default="town", description=", ".join(TEAM_LEVELS))
    serves: Ids = Field(default=(), description="ids of further towns that count on it")
    goods: Stocks = Field(default=(), description="what lies there, each with its amount: 帐篷 120 顶")
    keepers: Ids = Field(default=(), description="ids of the people with the key")
    phone: Phone = Field(default="", description="its own number")
    inspected: MaybeDay = Field(default=None, description="day the goods were last counted")
    approximate: Off = Field(default=None, description="metres the position may be off; absent: exact")


class WaterPointProperties(Strict):
    """geo/water_points: where water can be drawn to fight a fire (取水点)."""

    id: Id = Field(description="code of the point")
    name: Filled = Field(description="its name")
    place: Id = Field(description="id of the village or town it belongs to")
    kind: Text = Field(default="", description="reservoir, pond, river, tank, hydrant, ...")
    volume: Amount = Field(default=0, description="cubic metres; absent: unknown")
    access: Words = Field(default=(), description="what reaches it: truck, pump, helicopter")
    all_year: bool = Field(default=False, description="holds water all the year")
    inspected: MaybeDay = Field(default=None, description="day somebody last looked at it")
    approximate: Off = Field(default=None, description="metres the position may be off; absent: exact")


class ZoneProperties(Strict):
    """geo/zones: ground a family of dangers reaches (危险区): a flood plain, a slope."""

    id: Id = Field(description="code of the zone")
    name: Filled = Field(description="its name")
    family: Family = Field(description="the family of dangers")
    place: Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))] = Field(
        default="", description="id of the place it belongs to")
    approximate: Off = Field(default=None, description="metres its edge may be off; absent: exact")


class RoadProperties(Strict):
    """geo/roads: lines that can be driven, both ways; they cross where they share a vertex. No column is needed."""

    name: Text = Field(default="", description="its name")
