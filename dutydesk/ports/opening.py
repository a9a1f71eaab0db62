"""What an officer opens by hand, and what he is shown before he says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dutydesk.domain.values import Colour, Kind, Via


@dataclass(frozen=True, slots=True)
class Opening:
    """An incident to open by hand, or to widen: an open one of that desk, family and kind takes the places in.

    A place of `places` brings everything below it; `area` is a ring drawn on a map, (longitude, latitude) in
    EPSG:4326, which touches what a warning of that shape would touch. `text` names the danger in the messages.
    """

    kind: Kind
    family: str
    colour: Colour
    places: tuple[str, ...] = ()
    text: str = ""
    area: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody who would be called: his post and place, in which step (from 1), and why."""

    place: str
    place_name: str
    duty: str
    person: str
    person_name: str
    title: str
    step: int
    reason: str


@dataclass(frozen=True, slots=True)
class Read:
    """What one of the first to be called would read or hear."""

    person_name: str
    title: str
    via: Via
    text: str


@dataclass(frozen=True, slots=True)
class OpeningPreview:
    """Whom an opening would call now: by which playbook, at how many places of which desks, and what they would read.

    `standing` places have that colour or a higher one already and are asked no more. `at_once` persons are called by
    the first step. `called` is in order of steps and may be cut; `read` has one example for each level of place.
    """

    playbook: str
    desks: tuple[str, ...]
    places: int
    standing: int
    posts: int
    at_once: int
    called: Sequence[Called]
    read: Sequence[Read]
