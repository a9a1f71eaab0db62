"""The door through which the commander's map looks: what never changes once, what changes as small sections.

Times are aware and UTC, coordinates EPSG:4326, longitude first. Nothing here changes a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Section = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AreaTally:
    """Callouts of one place and below, each post in its latest round then: 应叫 已叫 已应 到岗 未应 待值班员."""

    due: int = 0
    called: int = 0
    answered: int = 0
    acted: int = 0
    silent: int = 0
    with_officer: int = 0


@dataclass(frozen=True, slots=True)
class Rung:
    """An alarm the journal tells of: when, why, and the place (id) it is about, empty for none."""

    at: datetime
    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class Moment:
    """An incident as it stood at a moment. `states`: place -> the worst state of its callouts; `tallies`: county or
    town -> its counts; `ringing`: an officer's alarm was not taken; `alarms`: the newest last.
    """

    colours: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    tallies: Mapping[str, AreaTally] = field(default_factory=dict)
    ringing: bool = False
    alarms: tuple[Rung, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when an incident can be played back."""

    since: datetime
    until: datetime


class Command(Protocol):
    """What the commander's map asks."""

    def base(self) -> Mapping[str, Any]:
        """Return what does not change while the desk runs: places, registers and stations as rows, the extent."""
        ...

    def tiles(self) -> tuple[str, ...]:
        """Return the addresses of the pictures under the map, lowest first; empty for none."""
        ...

    def span(self, incident: str, now: datetime) -> Span | None:
        """Return from when to when an incident can be played back; None for an unknown one."""
        ...

    def sections(self, incident: str, now: datetime, at: datetime | None = None) -> Mapping[str, Section]:
        """Return what the map shows of an incident (empty: of none), as sections of small values; `at`: as it was
        then. Raises Refused for an unknown incident.
        """
        ...

    def geojson(self, layer: str, box: tuple[float, float, float, float] | None, zoom: float,
                incident: str, now: datetime) -> Mapping[str, Any]:
        """Return a layer as a GeoJSON FeatureCollection: what lies in the box (west, south, east, north), lines and
        areas no finer than the zoom shows. Raises Refused for an unknown layer or incident.
        """
        ...
