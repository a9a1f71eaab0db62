"""What lies nearest to something on the map. EPSG:4326 in, kilometres out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from dutydesk.domain.geofence import metres_per_degree
from dutydesk.domain.site import Place

P = TypeVar("P", bound=Place)


def kilometres(a: BaseGeometry, b: BaseGeometry) -> float:
    """Return the shortest distance of two shapes in km, on a flat frame at the latitude of the first one's middle.

    Good to half a percent over 50 km below 55 degrees of latitude.
    """
    across, along = metres_per_degree(a.centroid.y)
    flat = [shapely.transform(each, lambda points: points * (across / 1000, along / 1000)) for each in (a, b)]
    return float(flat[0].distance(flat[1]))


def nearest(shape: BaseGeometry, places: Iterable[P], within: float) -> list[tuple[float, P]]:
    """Return the places within so many km of a shape, nearest first, with their distance.

    A place marked `approximate` may lie that much nearer: that counts for whether it is near, and not for the order.
    """
    found = []
    for place in places:
        if place.geometry is None or place.geometry.is_empty:
            continue
        far = kilometres(shape, place.geometry)
        if far - (place.approximate or 0.0) / 1000 <= within:
            found.append((far, place))
    return sorted(found, key=lambda row: (row[0], row[1].id))
