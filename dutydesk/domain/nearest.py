"""What lies nearest to something on the map. EPSG:4326 in, kilometres out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dutydesk.domain.geofence import metres_per_degree
from dutydesk.domain.site import Place

Points = NDArray[np.float64]
P = TypeVar("P", bound=Place)


def kilometres(a: BaseGeometry, b: BaseGeometry) -> float:
    """Return the shortest distance of two shapes in km, on a flat frame at the latitude of the first one's middle.

    Good to half a percent over 50 km below 55 degrees of latitude.
    """
    across, along = metres_per_degree(a.centroid.y)
    flat = [shapely.transform(each, lambda points: points * (across / 1000, along / 1000)) for each in (a, b)]
    return float(flat[0].distance(flat[1]))


def straight_metres(sources: Points, targets: Points) -> Points:
    """Return the distances of points (n x 2, m x 2: longitude, latitude) in metres, n x m; straight as `kilometres`."""
    scale = np.array([metres_per_degree(float(lat)) for _, lat in sources])[:, None, :]
    found: Points = np.linalg.norm((targets[None, :, :] - sources[:, None, :]) * scale, axis=2)
    return found


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
