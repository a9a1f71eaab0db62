"""How far it is: straight on the ellipsoid (WGS-84), or along a layer of roads.

Points are arrays n x 2 of longitude and latitude (EPSG:4326); distances are metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dutydesk.domain.sheltering import Distances, Metres, Points
from dutydesk.errors import Refused

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_ROUND = 6            # decimals of a degree at which two ends of roads are one crossing (0.1 m)
_ALLOWED = ("LineString", "MultiLineString")


def straight() -> Distances:
    """Return distances along the geodesic, the shortest line on the WGS-84 ellipsoid (pyproj, Karney 2013)."""
    return Distances(geodesic)


def geodesic(sources: Points, targets: Points) -> Metres:
    """Return the n x m matrix of geodesic distances."""
    from pyproj import Geod  # takes a while to import, and few commands measure anything

    ellipsoid = Geod(ellps="WGS84")
    n, m = len(sources), len(targets)
    here, there = np.repeat(sources, m, axis=0), np.tile(targets, (n, 1))
    _, _, metres = ellipsoid.inv(here[:, 0], here[:, 1], there[:, 0], there[:, 1])
    return np.asarray(metres, dtype=np.float64).reshape(n, m)


class Roads:
    """A network of roads. Every road can be driven both ways; roads cross where they share a vertex.

    From a point one walks straight to the nearest vertex of a road, and from the last one straight to the target.
    """

    def __init__(self, lines: Sequence[BaseGeometry]) -> None:
        """Build it from LineStrings; raises Refused where there is no line, or scipy is not installed."""
        parts = [part for line in lines if line.geom_type in _ALLOWED for part in shapely.get_parts(line)]
        if not parts:
            raise Refused("the layer of roads holds no line; draw roads as LineString")
        self.nodes, self._graph = _network(parts)
        self._flat = np.array([np.cos(np.radians(self.nodes[:, 1].mean())), 1.0])   # degrees of about one length
        self._tree = shapely.STRtree(shapely.points(self.nodes * self._flat))

    def distances(self) -> Distances:
        """Return distances along the roads; infinite where no road leads."""
        return Distances(self.metres, by_road=True)

    def metres(self, sources: Points, targets: Points) -> Metres:
        """Return the n x m matrix of distances along roads, the ways to and from them included."""
        try:
            from scipy.sparse.csgraph import dijkstra
        except ImportError as error:
            raise Refused("distances along roads need scipy: pip install dutydesk[roads]") from error

        starts, to_start = self._entries(sources)
        ends, from_end = self._entries(targets)
        rows, which = np.unique(starts, return_inverse=True)
        along = dijkstra(self._graph, directed=False, indices=rows)[which][:, ends]
        found: Metres = along + to_start[:, None] + from_end[None, :]
        return found

    def _entries(self, points: Points) -> tuple[NDArray[np.int64], Metres]:
        """Return the vertex nearest to each point, and the metres to it."""
        nearest = self._tree.nearest(shapely.points(points * self._flat))
        far = np.array([geodesic(point[None], self.nodes[index][None])[0, 0]
                        for point, index in zip(points, nearest, strict=True)])
        return nearest, far


def _network(parts: Sequence[BaseGeometry]) -> tuple[Points, csr_matrix]:
    """Return the vertices and the matrix of metres between neighbours."""
    try:
        from scipy.sparse import coo_matrix
    except ImportError as error:
        raise Refused("distances along roads need scipy: pip install dutydesk[roads]") from error
    from pyproj import Geod

    coordinates, owner = shapely.get_coordinates(np.array(parts, dtype=object), return_index=True)
    nodes, index = np.unique(np.round(coordinates, _ROUND), axis=0, return_inverse=True)
    index = index.ravel()
    joined = owner[:-1] == owner[1:]
    a, b = index[:-1][joined], index[1:][joined]
    pairs = np.unique(np.sort(np.column_stack([a, b]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    _, _, metres = Geod(ellps="WGS84").inv(nodes[pairs[:, 0], 0], nodes[pairs[:, 0], 1],
                                           nodes[pairs[:, 1], 0], nodes[pairs[:, 1], 1])
    graph = coo_matrix((metres, (pairs[:, 0], pairs[:, 1])), shape=(len(nodes), len(nodes))).tocsr()
    return nodes, graph
