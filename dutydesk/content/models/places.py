"""Properties of a place in geo/*.geojson."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from dutydesk.content.models.words import Filled, Id, MaybeFloat, MaybeInt, Strict


def _ids(value: Any) -> Any:
    """A layer without lists writes `371002;371003`; an absent value is an empty list."""
    if value is None:
        return []
    if isinstance(value, str):
        return [part for part in re.split(r"[\s;,|、，；\[\]\"']+", value) if part]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else value


Ids = Annotated[tuple[Id, ...], BeforeValidator(_ids)]


class PlaceProperties(Strict):
    """A place somebody answers for: a unit of any level, a reservoir, a hill, a school."""

    id: Id = Field(description="area code of 6, 9 or 12 digits; a site: code of its town, hyphen, letter and number")
    name: Filled = Field(description="name as the people there say it")
    kind: Id = Field(description="city, county, town, village, or what a site is: reservoir, hill, school, ...")
    parents: Ids = Field(
        default=(), description="ids of the places it belongs to, nearest first; a hill may have two")
    covered_by: Ids = Field(
        default=(), description="area codes whose warnings hold here beside its own and its parents'")
    desk: Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))] = Field(
        default="", description="id of the duty desk that answers for it")
    risk: Annotated[MaybeInt, Field(ge=0, le=3)] = Field(default=0, description="0 none to 3 highest")
    population: Annotated[MaybeInt, Field(ge=0)] = Field(
        default=0, description="people who live or stay there")
    approximate: Annotated[MaybeFloat, Field(ge=0, le=100_000)] = Field(
        default=None, description="metres the position may be off; absent: exact")
