"""A commander's map made of plain values; what it shows is changed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dutydesk.errors import Refused
from dutydesk.ports.command import Section, Span


@dataclass
class FakeCommand:
    """`ports.command.Command` over dictionaries."""

    parts: dict[str, dict[str, Any]] = field(default_factory=lambda: {
        "states": {"371003101": "wca-"}, "tallies": {"371003101": [3, 2, 1, 0, 2, 1]},
        "drawings": {"d1": ["note", "水泵", [[122.1, 37.2]], 1, 0, "林某值"]}})
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def base(self) -> Mapping[str, Any]:
        return {"scale": 100_000, "places": {"371003101": [["371003101001", "东庄村", 12_210_000, 3_720_000]]}}

    def tiles(self) -> tuple[str, ...]:
        return ("https://tiles.example/{z}/{x}/{y}.png",)

    def span(self, incident: str, now: datetime) -> Span | None:
        return Span(now - timedelta(hours=1), now) if incident else None

    def sections(self, incident: str, now: datetime, at: datetime | None = None) -> Mapping[str, Section]:
        if incident == "gone":
            raise Refused("没有这个事件")
        self.asked.append((incident, at))
        return {name: dict(part) for name, part in self.parts.items()}

    def geojson(self, layer: str, box: tuple[float, float, float, float] | None, zoom: float,
                incident: str, now: datetime) -> Mapping[str, Any]:
        self.asked.append((layer, box, zoom, incident))
        return {"type": "FeatureCollection", "features": []}
