"""A station of the site: a rain gauge or a river level, where it stands and which places its readings speak for."""

from __future__ import annotations

from dataclasses import dataclass

from dutydesk.domain.observed import Point

WHERES = ("here", "downstream", "upstream")
"""The words under which a station names places."""


@dataclass(frozen=True, slots=True)
class Station:
    """One gauge. `source` is the id of the source its readings come from, `code` the name that source has for it.

    `places` are the ids of those it stands at or is kept for; what lies below a place belongs to it.
    """

    id: str
    name: str
    kind: str
    source: str
    code: str
    point: Point | None = None
    places: tuple[str, ...] = ()
    downstream: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()

    def speaks_for(self, wheres: tuple[str, ...]) -> tuple[str, ...]:
        """Return the places it names under these words of `WHERES`, each once."""
        named = {"here": self.places, "downstream": self.downstream, "upstream": self.upstream}
        return tuple(dict.fromkeys(place for where in wheres for place in named[where]))
