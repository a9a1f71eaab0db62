"""An alert as a source said it, after reading and before any decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shapely.geometry.base import BaseGeometry

from dutydesk.domain.values import Colour


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a document that did not stop it: `where` is a path in the document or a line."""

    name: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """The kind of danger. `code` is the 12379 code or empty; `family` is our hazard family
    (flood, fire, wind, snow, quake, geohazard, fog, heat, thunder, drought, sea, other); `name` as read.
    """

    code: str
    name: str
    family: str


@dataclass(frozen=True, slots=True)
class Geocode:
    """A coded area: `name` says in which system, `value` is kept as written."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Area:
    """One area of an alert. Geometry in EPSG:4326, longitude first; None where only codes are given."""

    name: str
    geocodes: tuple[Geocode, ...] = ()
    geometry: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class Info:
    """One language block of an alert; texts as received, times with their zone."""

    language: str
    event: Event
    severity: str
    urgency: str
    certainty: str
    colour: Colour | None
    effective: datetime | None
    onset: datetime | None
    expires: datetime | None
    sender_name: str
    headline: str
    description: str
    instruction: str
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A pointer to an earlier message; only the identifier is trusted to match."""

    identifier: str
    sender: str = ""
    sent: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One message of a warning. `event` and `colour` are those of the site's language.

    `status`: Actual, Exercise, System, Test, Draft. `msg_type`: Alert, Update, Cancel, Ack, Error.
    `asks_officer` is true where the colour had to be assumed.
    """

    identifier: str
    sender: str
    sent: datetime
    status: str
    msg_type: str
    scope: str
    references: tuple[Reference, ...]
    source: str
    infos: tuple[Info, ...]
    event: Event
    colour: Colour
    office: str
    asks_officer: bool = False
    faults: tuple[Fault, ...] = ()

    @property
    def main(self) -> Info | None:
        """The block the event and the colour were taken from (the first one in the site's language)."""
        return next((info for info in self.infos if info.event == self.event and info.colour == self.colour),
                    self.infos[0] if self.infos else None)


@dataclass(frozen=True, slots=True)
class Request:
    """A wish for a further document: a list names a message, the message itself lies elsewhere.

    `url` is absolute, or relative to the address the list came from. `updated` has its zone; None where the list does
    not say when. `faults` are those of the list.
    """

    url: str
    title: str = ""
    updated: datetime | None = None
    faults: tuple[Fault, ...] = ()
