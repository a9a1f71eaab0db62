"""Properties of a known source of heat in geo/heat_sources."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dutydesk.content.models.words import Day, Filled, Id, Strict


class HeatSourceProperties(Strict):
    """geo/heat_sources: what is hot and no fire (已知热源): its hot pixels ring nobody until a day."""

    id: Id = Field(description="code of the source of heat")
    name: Filled = Field(description="its name")
    reason: Filled = Field(description="why its heat is no fire")
    until: Day = Field(description="last day it counts; afterwards its pixels ring again")
    radius: Annotated[float, Field(gt=0, le=10_000)] = Field(
        default=500.0, description="metres round it that count, where it is drawn as a point")
