"""救援队伍: who can be sent, from where, how many and how soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

#: Levels of a team: who raised it; with the word officers see.
TEAM_LEVELS = {"city": "市级", "county": "区市", "town": "镇街", "village": "村级", "enterprise": "企业"}


class Readiness(StrEnum):
    """What a team is doing, from standing by to resting."""

    STANDBY = "standby"
    CALLED_OUT = "called_out"
    UNDER_WAY = "under_way"
    ON_SCENE = "on_scene"
    RESTING = "resting"

    @property
    def zh(self) -> str:
        """The word officers see."""
        return {"standby": "待命", "called_out": "出动", "under_way": "在途", "on_scene": "到场",
                "resting": "休整"}[self.value]


@dataclass(frozen=True, slots=True)
class Team:
    """One team of the register.

    `place` is the unit that raised it, `size` its people, `muster` the time until it can leave its post. A team that
    does not `cross` is not sent beyond its own county. `leaders` are person ids: the leader, then deputies. `state`
    holds as the register was written; what the desk knows since stands in its database. Geometry (where it stands)
    EPSG:4326; `approximate` as of a `Place`.
    """

    id: str
    name: str
    place: str
    level: str
    size: int
    skills: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()
    phone: str = ""
    equipment: tuple[str, ...] = ()
    muster: timedelta = timedelta(minutes=30)
    crosses: bool = False
    state: Readiness = Readiness.STANDBY
    drilled: date | None = None
    approximate: float | None = None
    geometry: BaseGeometry | None = None
