"""Thresholds of gauges: which colour a reading gives to which places, without flapping.

Rising counts at once. Falling wants the value to stay under the threshold by a margin for some time, told by whole
readings: a hole in the data never lowers anything. Everything is a fold over the readings in the order of their own
times, so that the order in which they arrived changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dutydesk.domain.stations import Station
from dutydesk.domain.sums import Amount
from dutydesk.domain.values import Colour

NOW = timedelta(0)
"""The window of a value that is no sum: a level, a flow."""

Levels = Mapping[Colour, float]
Table = Mapping[timedelta, Levels]


@dataclass(frozen=True, slots=True)
class Fall:
    """When a colour falls: `below` under its threshold, for `hold`. `share`: below is a part of the threshold."""

    below: float = 0.1
    share: bool = True
    hold: timedelta = timedelta(minutes=30)

    def floor(self, over: float) -> float:
        """Return the value under which a colour with this threshold begins to fall."""
        return over - (abs(over) * self.below if self.share else self.below)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one window of one gauge stands. `since`: its values fell, and no more than `down_to`, since then."""

    colour: Colour | None = None
    since: datetime | None = None
    down_to: Colour | None = None


def step(standing: Standing, amount: Amount, levels: Levels, fall: Fall) -> Standing:
    """Let one value count.

    1. At or over the threshold of a higher colour: that colour, at once.
    2. Not under the floor of the present colour, or not whole: it stays, and a fall that had begun is forgotten.
    3. Under it: the fall has begun; once it lasted `hold`, the colour is the highest any value in that time still
       held up.
    """
    present = standing.colour or 0
    risen = max((colour for colour, over in levels.items() if amount.value >= over), default=None)
    if risen is not None and risen > present:
        return Standing(risen)
    held = max((colour for colour, over in levels.items()
                if colour <= present and amount.value >= fall.floor(over)), default=None)
    if not amount.whole or held == standing.colour:
        return Standing(standing.colour)
    since = standing.since or amount.at
    down_to = held if standing.since is None else max((each for each in (held, standing.down_to) if each is not None),
                                                      default=None)
    if amount.at - since < fall.hold:
        return Standing(standing.colour, since, down_to)
    return Standing(down_to)


def follow(standing: Standing, amounts: Iterable[Amount], levels: Levels, fall: Fall) -> Standing:
    """Let values count in the order of their times."""
    for amount in amounts:
        standing = step(standing, amount, levels, fall)
    return standing


@dataclass(frozen=True, slots=True)
class Group:
    """Places that share one table: those of a station, or one place with thresholds of its own (`place`)."""

    place: str
    places: tuple[str, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All thresholds of a site; each inner mapping is what -> table. The nearest one counts: that of a place for one
    station, of a place, of a station, of the site.

    `pairs`: (station, place). `call`: what -> words of `WHERES`; `events`: what -> name of the danger; `origin`: where
    the site's own table comes from.
    """

    site: Mapping[str, Table] = field(default_factory=dict)
    places: Mapping[str, Mapping[str, Table]] = field(default_factory=dict)
    stations: Mapping[str, Mapping[str, Table]] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], Mapping[str, Table]] = field(default_factory=dict)
    fall: Mapping[str, Fall] = field(default_factory=dict)
    call: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""

    def falls(self, what: str) -> Fall:
        """Return how what is measured falls."""
        return self.fall.get(what, Fall())

    def event(self, what: str) -> str:
        """Return the name of the danger a value over its threshold means."""
        return self.events.get(what, "暴雨" if what == "rain" else "洪水")

    def groups(self, station: Station, what: str) -> tuple[Group, ...]:
        """Return the tables that count for a station's readings and the places each speaks for.

        The site's own tables hold for rain only: a level means nothing without its own river.
        """
        wheres = self.call.get(what, ("here", "downstream"))
        common = self.stations.get(station.id, {}).get(what) or (self.site.get(what) if what == "rain" else None)
        shared: list[str] = []
        own: list[Group] = []
        for place in station.speaks_for(wheres):
            table = self.pairs.get((station.id, place), {}).get(what)
            table = table or (self.places.get(place, {}).get(what) if what == "rain" else None)
            if table:
                own.append(Group(place, (place,), table))
            else:
                shared.append(place)
        return (*([Group("", tuple(shared), common)] if common and shared else []), *own)
