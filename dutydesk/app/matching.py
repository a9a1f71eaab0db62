"""Who would be called for a document: parsed, matched and asked of the playbook, with nothing stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dutydesk.app.house import Folder
from dutydesk.clock import WallClock
from dutydesk.domain.alert import Alert
from dutydesk.domain.gazetteer import Gazetteer
from dutydesk.domain.geofence import Fences
from dutydesk.domain.match import Match, match, who
from dutydesk.errors import UsageError
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source


@dataclass(frozen=True)
class Matched:
    """One alert of a document with what it touches and whom it would ask."""

    alert: Alert
    found: Match
    rows: list[dict[str, object]]


class Matching:
    """Matches against one site; its fences are built once, when first needed."""

    def __init__(self, folder: Folder) -> None:
        self._setup = folder.setup

    @cached_property
    def _ground(self) -> tuple[Fences, Gazetteer]:
        return Fences.build(self._setup.site.places.values()), Gazetteer.build(self._setup.site)

    def of(self, alerts: Iterable[Alert]) -> list[Matched]:
        """Match every alert and ask its playbook whom it would call."""
        return [self._one(alert) for alert in alerts]

    def _one(self, alert: Alert) -> Matched:
        site = self._setup.site
        found = match(alert, site, *self._ground)
        playbook = self._setup.playbooks.get(alert.event.family) or self._setup.playbooks.get("default")
        rows = who(found, site, playbook, False) if playbook and alert.msg_type != "Cancel" else []
        return Matched(alert, found, rows)


def match_file(folder: Folder, file: Path, kind: str) -> list[Matched]:
    """Match every alert of a document; raises DocumentError for one that cannot be read, UsageError for no file."""
    if not file.is_file():
        raise UsageError(f"there is no file {file}")
    found = feed(kind).parse(file.read_bytes(), Source(file.name, kind), WallClock().now())
    return Matching(folder).of(each for each in found if isinstance(each, Alert))
