"""Properties of a station in geo/stations.geojson."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dutydesk.content.models.places import Ids
from dutydesk.content.models.words import Filled, Id, Strict, Text


class StationProperties(Strict):
    """A gauge: rain, a river's or a reservoir's level. Its point is where it stands."""

    id: Id = Field(description="name of the station in this site; thresholds and pages use it")
    name: Filled = Field(description="name as the messages say it, ending in 站: 米山水库水文站")
    kind: Literal["rain", "river", "reservoir", "tide", "weather"] = Field(description="what it measures first of all")
    source: Id = Field(description="id of the [[source]] its readings come from")
    code: Text = Field(default="", description="name the source has for it; absent: the id")
    places: Ids = Field(default=(), description="ids of the places it stands at or is kept for")
    downstream: Ids = Field(default=(), description="ids of the places the water reaches after it")
    upstream: Ids = Field(default=(), description="ids of the places its water comes from (backwater)")
