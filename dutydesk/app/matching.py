"""Who would be called for a document: parsed, matched and asked of the playbook, with nothing stored."""

from __future__ import annotations

from dataclasses import dataclass
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


def match_file(folder: Folder, file: Path, kind: str) -> list[Matched]:
    """Match every alert of a document; raises DocumentError for one that cannot be read, UsageError for no file."""
    if not file.is_file():
        raise UsageError(f"there is no file {file}")
    site = folder.setup.site
    fences, gazetteer = Fences.build(site.places.values()), Gazetteer.build(site)
    results = []
    for alert in feed(kind).parse(file.read_bytes(), Source(file.name, kind), WallClock().now()):
        if not isinstance(alert, Alert):
            continue
        found = match(alert, site, fences, gazetteer)
        playbook = folder.setup.playbooks.get(alert.event.family) or folder.setup.playbooks.get("default")
        rows = who(found, site, playbook, False) if playbook and alert.msg_type != "Cancel" else []
        results.append(Matched(alert, found, rows))
    return results
