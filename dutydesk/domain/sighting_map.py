"""The mapping of alarms that are no warnings: which field of a push is the place, the danger, the confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dutydesk.domain.columns import NOTHING, Column, column
from dutydesk.domain.values import Colour, colour

COLUMNS = ("id", "time", "event", "lon", "lat", "place", "device", "text", "picture", "confidence", "over",
           "colour")

#: What the desk itself writes and what a mapping starts from: plain names, one object or a list of them.
PLAIN: Mapping[str, Any] = {name: name for name in COLUMNS}
_KEYS = frozenset({*COLUMNS, "rows", "events", "colours", "over_when", "confidence_of"})


@dataclass(frozen=True, slots=True)
class SightingMap:
    """A mapping, read and found good. `events`: the source's word -> name of the danger; `over_when`: words of the
    column `over` that say it is; `colours`: the source's word -> colour; `confidence_of`: the number that means
    certain.
    """

    columns: Mapping[str, Column]
    rows: tuple[str, ...] = ()
    events: Mapping[str, str] = field(default_factory=dict)
    over_when: frozenset[str] = frozenset()
    colours: Mapping[str, Colour] = field(default_factory=dict)
    confidence_of: float = 100.0

    def column(self, name: str) -> Column:
        """Return a column, one that finds nothing where the mapping has none."""
        return self.columns.get(name, NOTHING)


def sighting_map(written: object) -> SightingMap:
    """Read the `mapping` of a source of sightings; raises ValueError saying what is wrong and what to do."""
    if not isinstance(written, Mapping):
        raise ValueError(f"mapping is {written!r}; write a table")
    if unknown := set(written) - _KEYS:
        raise ValueError(f"mapping: {', '.join(sorted(map(str, unknown)))} is not known here; "
                         f"known are {', '.join(sorted(_KEYS))}")
    settings = {**PLAIN, **written}
    rows, events, over = settings.get("rows", ()), settings.get("events", {}), settings.get("over_when", ())
    if not isinstance(events, Mapping):
        raise ValueError("mapping.events: write a table, the source's word = the name of the danger")
    colours = settings.get("colours", {})
    if not isinstance(colours, Mapping):
        raise ValueError("mapping.colours: write a table, the source's word = red, orange, yellow or blue")
    certain = settings.get("confidence_of", 100)
    if not isinstance(certain, int | float) or isinstance(certain, bool) or certain <= 0:
        raise ValueError("mapping.confidence_of is the number that means certain: 1 or 100")
    return SightingMap({name: column(settings[name], f"mapping.{name}") for name in COLUMNS},
                       (rows,) if isinstance(rows, str) else tuple(map(str, rows)),
                       {str(word): str(name) for word, name in events.items()},
                       frozenset(str(each).casefold() for each in ([over] if isinstance(over, str) else over))
                       or frozenset({"true", "1", "yes", "over", "closed", "resolved", "解除", "结束", "恢复"}),
                       {each.word: each for each in Colour} | {str(word): colour(str(name))
                                                               for word, name in colours.items()},
                       float(certain))
