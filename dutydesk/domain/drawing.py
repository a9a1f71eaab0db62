"""What a commander draws on the map: lines, areas and notes, each change a version of its own, none ever altered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from dutydesk.errors import Refused

MOST_POINTS: Final = 2000     # of one drawing: a finger draws a few dozen
MOST_TEXT: Final = 200


class Sort(StrEnum):
    """What a drawing stands for."""

    FIRE_LINE = "fire_line"
    BREAK = "break"
    SAFE_ZONE = "safe_zone"
    WAY_OUT = "way_out"
    NOTE = "note"

    @property
    def zh(self) -> str:
        """The word people read."""
        return _SORTS[self][0]

    @property
    def shape(self) -> str:
        """The kind of geometry it has: LineString, Polygon or Point."""
        return _SORTS[self][1]


_SORTS: Final[Mapping[Sort, tuple[str, str]]] = {
    Sort.FIRE_LINE: ("火线", "LineString"), Sort.BREAK: ("隔离带", "LineString"), Sort.SAFE_ZONE: ("安全区", "Polygon"),
    Sort.WAY_OUT: ("撤离路线", "LineString"), Sort.NOTE: ("标注", "Point"),
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """One version of something drawn: what it was from `at` (UTC) on, by whom (person id).

    `version` counts from 1; `gone` means taken off the map. `incident` is empty for what belongs to none.
    Geometry EPSG:4326.
    """

    id: str
    version: int
    incident: str
    sort: Sort
    text: str
    geometry: BaseGeometry
    at: datetime
    by: str
    gone: bool = False


def geometry_of(sort: Sort, points: Iterable[tuple[float, float]],
                envelope: tuple[float, float, float, float]) -> BaseGeometry:
    """Return what was drawn through these points (longitude, latitude), its coordinates kept to a centimetre or so.

    Raises Refused where it is not such a thing, or has a point outside the envelope (west, south, east, north).
    """
    row = [(round(lon, 7), round(lat, 7)) for lon, lat in points]
    west, south, east, north = envelope
    if len(row) > MOST_POINTS:
        raise Refused(f"画得太细：{len(row)} 个点，最多 {MOST_POINTS} 个。")
    if not all(west <= lon <= east and south <= lat <= north for lon, lat in row):
        raise Refused("画到辖区外面去了，请检查位置。")
    least = {"Point": 1, "LineString": 2, "Polygon": 3}[sort.shape]
    if len(set(row)) < least or (sort.shape == "Point" and len(row) > 1):
        raise Refused(f"{sort.zh}至少要 {least} 个不同的点。" if least > 1 else f"{sort.zh}只要一个点。")
    if sort.shape == "Point":
        return shapely.Point(row[0])
    if sort.shape == "LineString":
        return shapely.LineString(row)
    area = shapely.Polygon(row)
    if not area.is_valid or not area.area:
        raise Refused(f"{sort.zh}的边线自己交叉了，请重画。")
    return area
