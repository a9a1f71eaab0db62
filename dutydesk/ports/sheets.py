"""The call sheet: everybody who must be called by hand, as values, and the door through which it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dutydesk.domain.records import State
from dutydesk.domain.values import Colour, Kind, Role

FORMS = {"pdf": "application/pdf",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
"""Form of a sheet (and ending of its file) -> its media type."""


@dataclass(frozen=True, slots=True)
class SheetPerson:
    """Somebody to call for a place. `numbers`: (kind, number in full) in the order they are tried; `left_out` says why
    he is asked no more, empty where he is.
    """

    name: str
    title: str
    role: Role
    numbers: tuple[tuple[str, str], ...]
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """One place that nobody has answered for: its people, holders first, and what to read out in some twenty seconds.

    `since`: since when it is asked (UTC). `state` is the worst of its callouts.
    """

    place: str
    name: str
    incident: str
    kind: Kind
    colour: Colour
    state: State
    since: datetime
    duties: tuple[str, ...]
    people: tuple[SheetPerson, ...]
    script: str


@dataclass(frozen=True, slots=True)
class CallSheet:
    """The whole sheet, red first. `made_at` is UTC, shown in `zone`; `by` printed it; `areas` are names, empty for all;
    `incident` is the id of the only one it is about, empty for all.
    """

    site: str
    duty_phone: str
    made_at: datetime
    zone: str
    by: str
    areas: tuple[str, ...]
    places: tuple[SheetPlace, ...]
    incident: str = ""


class Sheets(Protocol):
    """Prints call sheets; every one is in the journal before it is handed over."""

    def make(self, form: str, officer: str, *, areas: Sequence[str] = (), incident: str = "") -> bytes:
        """Return the sheet in one of `FORMS`, of some areas (ids of places) or of one incident only; raises Refused for
        whoever is no officer, UsageError where a part of the program is not installed.
        """
        ...
