"""JSON Schemas of a site's files, made from the models, for editors and for officers who want to know a column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from dutydesk.content.models.config import ConfigFile
from dutydesk.content.models.contacts import NumberRow, PersonRow, PostRow, ShiftRow, WaiverRow
from dutydesk.content.models.heat_sources import HeatSourceProperties
from dutydesk.content.models.places import PlaceProperties
from dutydesk.content.models.playbook import PlaybookFile
from dutydesk.content.models.registers import (
    DepotProperties,
    ShelterProperties,
    TeamProperties,
    WaterPointProperties,
    ZoneProperties,
)
from dutydesk.content.models.scenario import ScenarioFile
from dutydesk.content.models.stations import StationProperties
from dutydesk.content.models.thresholds import ThresholdsFile

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: File of a site -> the model it shows. Tables are described row by row.
FILES: dict[str, type[BaseModel]] = {
    "contacts/people.schema.json": PersonRow,
    "contacts/numbers.schema.json": NumberRow,
    "contacts/posts.schema.json": PostRow,
    "contacts/roster.schema.json": ShiftRow,
    "contacts/waivers.schema.json": WaiverRow,
    "geo/places.schema.json": PlaceProperties,
    "geo/stations.schema.json": StationProperties,
    "geo/shelters.schema.json": ShelterProperties,
    "geo/teams.schema.json": TeamProperties,
    "geo/depots.schema.json": DepotProperties,
    "geo/water_points.schema.json": WaterPointProperties,
    "geo/zones.schema.json": ZoneProperties,
    "geo/heat_sources.schema.json": HeatSourceProperties,
    "playbooks/playbook.schema.json": PlaybookFile,
    "playbooks/thresholds.schema.json": ThresholdsFile,
    "scenarios/scenario.schema.json": ScenarioFile,
    "dutydesk.schema.json": ConfigFile,
}


def schema(file: str) -> dict[str, Any]:
    """Return the schema of one of `FILES`; those of `geo/` are schemas of a whole GeoJSON layer."""
    made = FILES[file].model_json_schema(by_alias=True)
    if file.startswith("geo/"):
        made = _layer(made, file.removeprefix("geo/").partition(".")[0])
    return {"$schema": _DIALECT, **made}


def _layer(properties: dict[str, Any], name: str) -> dict[str, Any]:
    """Wrap a feature's properties in a FeatureCollection; what else a layer carries is not forbidden."""
    defined = {"$defs": properties["$defs"]} if "$defs" in properties else {}
    inner = {key: value for key, value in properties.items() if key != "$defs"} | {"additionalProperties": True}
    feature = {"type": "object", "required": ["type", "properties", "geometry"], "properties": {
        "type": {"const": "Feature"}, "properties": inner, "geometry": {"type": ["object", "null"]}}}
    return {"title": name.replace("_", " ").capitalize(), "type": "object", "required": ["type", "features"], **defined,
            "description": f"A layer of {name.replace('_', ' ')}: GeoJSON, longitude before latitude, EPSG:4326 unless "
                           "`crs` names another system; GCJ-02 and BD-09 are converted and marked approximate.",
            "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": feature}}}


def text(file: str) -> str:
    """Return a schema as it stands in its file."""
    return json.dumps(schema(file), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write(folder: Path) -> tuple[str, ...]:
    """Write all schemas beside the files of a site; return the names of those that changed."""
    changed = []
    for file in FILES:
        path, new = folder / file, text(file)
        if not path.is_file() or path.read_text(encoding="utf-8") != new:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(new, encoding="utf-8")
            changed.append(file)
    return tuple(changed)
