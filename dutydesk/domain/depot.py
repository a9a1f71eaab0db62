"""储备库 and 取水点: goods for an emergency, and where water can be drawn to fight a fire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Goods:
    """One kind of goods with its amount: 帐篷 120 顶."""

    name: str
    amount: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.amount:g} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Depot:
    """One depot of the register.

    `place` is the unit it belongs to; `serves` are the towns that count on it beside. `keepers` are person ids.
    Geometry EPSG:4326; `approximate` as of a `Place`.
    """

    id: str
    name: str
    place: str
    level: str = "town"
    serves: tuple[str, ...] = ()
    goods: tuple[Goods, ...] = ()
    keepers: tuple[str, ...] = ()
    phone: str = ""
    inspected: date | None = None
    approximate: float | None = None
    geometry: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class WaterPoint:
    """Where water can be drawn. `volume` in cubic metres, 0 where unknown; `access` are the means that reach it:
    truck, pump, helicopter. Geometry EPSG:4326; `approximate` as of a `Place`.
    """

    id: str
    name: str
    place: str
    kind: str = ""
    volume: float = 0.0
    access: tuple[str, ...] = ()
    all_year: bool = False
    inspected: date | None = None
    approximate: float | None = None
    geometry: BaseGeometry | None = None
