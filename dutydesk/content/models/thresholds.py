"""playbooks/thresholds.yaml: from which reading on somebody is called, and its turning into `Thresholds`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from dutydesk.content.models.words import ColourWord, Duration, Filled, Id, Strict, Text
from dutydesk.domain.sums import WINDOWS
from dutydesk.domain.thresholds import NOW, Fall, Levels, Table, Thresholds
from dutydesk.domain.values import Colour

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


def _rising(levels: dict[Colour, float]) -> dict[Colour, float]:
    """A higher colour wants a higher value."""
    ordered = [levels[colour] for colour in sorted(levels)]
    if any(later <= earlier for earlier, later in pairwise(ordered)):
        raise ValueError("a higher colour needs a higher value; correct the order")
    return levels


def _margin(value: object) -> tuple[float, bool]:
    """Read `10%` as a part of the threshold, `0.2` as so many of its unit; raises ValueError."""
    if isinstance(value, tuple):
        return value
    found = _PERCENT.fullmatch(str(value).strip())
    if found and float(found[1]) < 100:
        return float(found[1]) / 100, True
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value), False
    raise ValueError(f"{value!r} is no margin; write 10% of the threshold, or a number in its unit")


Ladder = Annotated[dict[ColourWord, float], Field(min_length=1), AfterValidator(_rising)]
Window = Annotated[Duration, AfterValidator(lambda value: _window(value))]
Rain = Annotated[dict[Window, Ladder], WithJsonSchema({
    "type": "object", "propertyNames": {"enum": ["1h", "3h", "6h", "24h"]},
    "additionalProperties": {"type": "object", "additionalProperties": {"type": "number"}}})]
Margin = Annotated[tuple[float, bool], BeforeValidator(_margin), WithJsonSchema(
    {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^\d+(\.\d+)?\s*%$"}]})]
Where = Literal["here", "downstream", "upstream"]


def _window(value: timedelta) -> timedelta:
    if value not in WINDOWS:
        raise ValueError("rain is summed over 1h, 3h, 6h or 24h; write one of these")
    return value


class RainEntry(Strict):
    """Thresholds of rain."""

    rain: Rain = Field(default={}, description="1h, 3h, 6h, 24h -> colour -> mm")

    def tables(self) -> dict[str, Table]:
        """Return what -> table."""
        return {"rain": self.rain} if self.rain else {}


class GaugeEntry(RainEntry):
    """Thresholds of rain, level and flow."""

    level: Ladder | None = Field(default=None, description="colour -> m, as the gauge counts")
    flow: Ladder | None = Field(default=None, description="colour -> m³/s")

    def tables(self) -> dict[str, Table]:
        """Return what -> table; a level or flow counts as it is."""
        single: dict[str, Levels | None] = {"level": self.level, "flow": self.flow}
        return super().tables() | {what: {NOW: levels} for what, levels in single.items() if levels}


class StationEntry(GaugeEntry):
    """Thresholds of one station; `for` are those of single places."""

    only: dict[Id, GaugeEntry] = Field(
        default={}, alias="for", description="place -> thresholds that hold for it alone")


class FallEntry(Strict):
    """How a colour falls again."""

    below: Margin = Field(default=(0.1, True), description="under its threshold by 10%, or by a number in its unit")
    hold: Duration = Field(default=timedelta(minutes=30), alias="for", description="for so long, without a hole")

    def fall(self) -> Fall:
        """Return the domain's value."""
        return Fall(self.below[0], self.below[1], self.hold)


What = Literal["rain", "level", "flow"]


class ThresholdsFile(Strict):
    """Thresholds of the site: what is nearest to a place counts."""

    origin: Text = Field(default="", description="where the site's own table comes from")
    default: RainEntry = Field(default=RainEntry(), description="holds where nothing nearer does")
    places: dict[Id, RainEntry] = Field(default={}, description="place -> its own critical rain, whatever the station")
    stations: dict[Id, StationEntry] = Field(default={}, description="station -> its own thresholds")
    fall: dict[What, FallEntry] = Field(default={}, description="rain, level, flow -> how its colours fall")
    call: dict[What, tuple[Where, ...]] = Field(
        default={}, description="rain, level, flow -> which places are called: here, downstream, upstream")
    event: dict[What, Filled] = Field(default={}, description="rain, level, flow -> name of the danger in the messages")

    def thresholds(self) -> Thresholds:
        """Return the domain's thresholds."""
        stations: dict[str, Mapping[str, Table]] = {id: each.tables() for id, each in self.stations.items()}
        return Thresholds(
            site=self.default.tables(),
            places={id: each.tables() for id, each in self.places.items()},
            stations=stations,
            pairs={(id, place): entry.tables() for id, each in self.stations.items()
                   for place, entry in each.only.items()},
            fall={str(what): each.fall() for what, each in self.fall.items()},
            call={str(what): tuple(map(str, wheres)) for what, wheres in self.call.items()},
            events={str(what): name for what, name in self.event.items()},
            origin=self.origin,
        )
