"""What a map shows, as values: layers of features with the words for them. How it is drawn is another's work.

All geometry is EPSG:4326 (WGS-84), longitude first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing on a map. `style` names how it looks within its layer; `lines` is what is told about it, name first;
    `values` are the columns it has in a file.
    """

    geometry: BaseGeometry
    style: str
    lines: tuple[str, ...]
    values: Mapping[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class Style:
    """One line of the legend: `shape` and `paint` are names that the drawing knows."""

    word: str
    shape: str
    paint: str


@dataclass(frozen=True, slots=True)
class Layer:
    """Features of one kind. `key` names it in files, `word` in the legend; `shown` at once, or only on demand."""

    key: str
    word: str
    styles: Mapping[str, Style]
    features: tuple[Feature, ...]
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole map: what of, as of when (aware), and what must stand on it.

    `approval` is the map's approval number (审图号), empty where it has none. `bounds` is west, south, east, north.
    """

    title: str
    subtitle: str
    at: datetime
    timezone: str
    layers: tuple[Layer, ...]
    bounds: tuple[float, float, float, float]
    approval: str = ""
    attribution: str = ""
    notes: tuple[str, ...] = field(default=())
