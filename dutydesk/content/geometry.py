"""Geometry as files have it to geometry as the house needs it: EPSG:4326, longitude first, valid, in the envelope."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from dutydesk.domain.datum import TO_WGS

Envelope = tuple[float, float, float, float]
_GCJ = re.compile(r"gcj[-_ ]?0?2", re.IGNORECASE)
_BD = re.compile(r"bd[-_ ]?0?9", re.IGNORECASE)
_BD_METRES = re.compile(r"bd[-_ ]?0?9[-_ ]?mc", re.IGNORECASE)
_PLAIN = re.compile(r"|wgs[-_ ]?84|(urn:ogc:def:crs:)?ogc:[\d.]*:?crs84|(urn:ogc:def:crs:)?epsg:[\d.]*:?(4326|4490)|"
                    r"cgcs[-_ ]?2000", re.IGNORECASE)


def shifted(crs: str) -> str:
    """Return `GCJ-02` or `BD-09` when the name is one of the shifted Chinese datums, else an empty text."""
    if _GCJ.search(crs):
        return "GCJ-02"
    return "BD-09" if _BD.search(crs) else ""


@lru_cache(maxsize=32)
def projector(crs: str) -> Callable[[BaseGeometry], BaseGeometry] | None:
    """Return what brings geometry of a system to EPSG:4326, longitude first; None when there is nothing to do.

    GCJ-02 and BD-09 are no systems of EPSG and converted by `domain.datum`. CGCS2000 (EPSG:4490) is within centimetres
    of WGS 84 and taken as it is. Raises ValueError for an unknown name.
    """
    if _BD_METRES.search(crs):
        raise ValueError(f"{crs!r} is Baidu's own Mercator in metres; export the layer in degrees (bd09ll)")
    if datum := shifted(crs):
        to_wgs = TO_WGS[datum]
        return lambda geometry: shapely.transform(geometry, to_wgs)
    if _PLAIN.fullmatch(crs):
        return None
    from pyproj import Transformer  # heavy, and most layers need none
    from pyproj.exceptions import ProjError

    try:
        transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except ProjError as error:
        raise ValueError(f"{crs!r} is no coordinate system; write one like EPSG:4490 or EPSG:4549") from error

    def project(geometry: BaseGeometry) -> BaseGeometry:
        def points(xy: Any) -> Any:
            return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

        brought = shapely.transform(geometry, points)
        if not np.isfinite(shapely.get_coordinates(brought)).all():
            raise ValueError(f"has coordinates that {crs} does not have")
        return brought

    return project


def read(geometry: Any) -> BaseGeometry:
    """Build a flat geometry from a GeoJSON mapping; raises ValueError for anything that is none."""
    if not isinstance(geometry, dict):
        raise ValueError("is no GeoJSON geometry")
    try:
        built = shapely.force_2d(shape(geometry))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise ValueError(f"cannot be built ({type(error).__name__}: {error})") from error
    if built.is_empty:
        raise ValueError("is empty")
    if not np.isfinite(shapely.get_coordinates(built)).all():
        raise ValueError("has coordinates that are no numbers")
    return built


@dataclass(frozen=True, slots=True)
class Repaired:
    """A geometry after repair: `what` says what was wrong, empty where nothing was."""

    geometry: BaseGeometry
    what: str = ""


def repair(geometry: BaseGeometry) -> Repaired:
    """Make a geometry valid and say what was done to it; raises ValueError when nothing is left."""
    if geometry.is_valid:
        return Repaired(geometry)
    reason = shapely.is_valid_reason(geometry)
    whole = shapely.make_valid(geometry)
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        parts = [part for part in shapely.get_parts(whole) if part.geom_type in ("Polygon", "MultiPolygon")]
        whole = shapely.union_all(parts) if parts else shapely.Polygon()
    if whole.is_empty:
        raise ValueError(f"is invalid ({reason}) and has no area")
    was, now = geometry.area, whole.area
    change = f", its area changed by {abs(now - was) / max(was, now):.1%}" if max(was, now) else ""
    return Repaired(whole, f"{reason}; made {whole.geom_type}{change}")


def inside(geometry: BaseGeometry, envelope: Envelope) -> bool:
    """Whether all of it lies in the envelope."""
    west, south, east, north = geometry.bounds
    return bool(west >= envelope[0] and south >= envelope[1] and east <= envelope[2] and north <= envelope[3])


def apart(geometry: BaseGeometry, envelope: Envelope) -> bool:
    """Whether none of it lies in the envelope (by its bounds)."""
    west, south, east, north = geometry.bounds
    return bool(east < envelope[0] or north < envelope[1] or west > envelope[2] or south > envelope[3])


def turned(geometry: BaseGeometry) -> BaseGeometry:
    """Exchange the two coordinates of every point."""
    return shapely.transform(geometry, lambda xy: xy[:, ::-1])
