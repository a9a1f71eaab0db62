"""A storm to be told again: what arrives when, who answers how, what breaks; values only.

Every `at`, `after` and `down` is an offset from `start`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dutydesk.domain.values import Colour


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document that lands: `file` is an absolute path; `source` is whose it is, the site's first where empty."""

    at: timedelta
    file: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """An incident opened by hand, because no warning came."""

    at: timedelta
    family: str
    colour: Colour
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conduct:
    """How one person behaves: `reply` is sent `after` the first ring or text; None is silent for ever."""

    reply: str | None = None
    after: timedelta | None = None

    @property
    def never(self) -> bool:
        """Whether this person never answers."""
        return self.after is None


@dataclass(frozen=True, slots=True)
class Crowd:
    """How everybody else behaves: shares 0 to 1 that answer by day and by night and then report an act, and the
    delay to the answer (log-normal by its median and its 95th percentile).
    """

    answer: float = 0.9
    night: float = 0.9
    act: float = 0.0
    median: timedelta = timedelta(seconds=60)
    p95: timedelta = timedelta(minutes=10)
    persons: Mapping[str, Conduct] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Breakage:
    """Something broken for a while. `gateway` names a way or channel that is down, or `area_dark` a place whose
    phones are dead; `until` None means for good.
    """

    start: timedelta
    until: timedelta | None
    gateway: str = ""
    area_dark: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario file. `site` and the files are absolute paths; `start` is aware; `until` counts from it.

    `officers`: role (officer, backup, leader) -> conduct; a role not named behaves like the crowd.
    """

    name: str
    site: str
    title: str
    about: str
    start: datetime
    until: timedelta
    alerts: tuple[Arrival, ...] = ()
    open: tuple[Opening, ...] = ()
    officers: Mapping[str, Conduct] = field(default_factory=dict)
    people: Crowd = Crowd()
    faults: tuple[Breakage, ...] = ()
    seed: int = 0
