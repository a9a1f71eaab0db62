"""避难场所: a place people are moved to, what it is good for, and how full it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

#: Grades of GB/T 44013-2024: who runs it.
GRADES = ("province", "city", "county", "town", "village")


class ShelterState(StrEnum):
    """启用状态. STANDBY can be opened at once; CLOSED cannot be used (being rebuilt, lent out)."""

    STANDBY = "standby"
    OPEN = "open"
    CLOSED = "closed"

    @property
    def zh(self) -> str:
        """The word officers see."""
        return {"standby": "待启用", "open": "已启用", "closed": "停用"}[self.value]


class Space(StrEnum):
    """空间类型 of GB/T 44013-2024."""

    INDOOR = "indoor"
    OUTDOOR = "outdoor"


class Term(StrEnum):
    """避难时长: how long people can stay (up to a day, up to a fortnight, longer)."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Shelter:
    """One shelter of the register.

    `place` is the village or town it belongs to. `capacity` and `registered` count people, `area` is the effective
    area in square metres, `radius` the metres it serves. It is fit for the families in `fit` (empty: for all) but
    never for those in `unfit`. `keepers` are person ids, the first one rung first. `state` and `registered` hold as
    the register was written; what the desk knows since stands in its database. Geometry EPSG:4326; `approximate`
    as of a `Place`.
    """

    id: str
    name: str
    place: str
    capacity: int
    category: str = ""
    grade: str = "town"
    space: Space = Space.INDOOR
    term: Term = Term.DAYS
    area: float = 0.0
    radius: float = 0.0
    fit: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()
    entrance: str = ""
    keepers: tuple[str, ...] = ()
    phone: str = ""
    stock: str = ""
    water: bool = False
    power: bool = False
    accessible: bool = False
    medical: bool = False
    inspected: date | None = None
    state: ShelterState = ShelterState.STANDBY
    registered: int = 0
    approximate: float | None = None
    geometry: BaseGeometry | None = None

    @property
    def free(self) -> int:
        """Places left: capacity less those registered, never below none."""
        return max(self.capacity - self.registered, 0)
