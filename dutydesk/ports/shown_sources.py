"""What the console shows of the sources, as frozen values: how each does, and how well it serves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dutydesk.domain.sources import SourceState


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """How well a source served in the last 90 days: coverage, accuracy and timeliness as far as a desk can know them.

    `alerts`: distinct versions it brought; `newest_sent` of them. Timeliness: `median` and `p95` from `sent` to
    receipt, of what was sent since the source is watched; `late`: share beyond the delay the source declares; `ahead`:
    versions sent more than two minutes after they came, which is a wrong clock or zone.
    Coverage: `reached` of `places` of the site were ever touched by its warnings.
    Accuracy: `clean`: share of its documents that were read without any fault; `taken_back`: share of its warnings
    lifted within 30 minutes of their first version. Whether the weather came as warned, no desk knows.
    """

    alerts: int = 0
    newest_sent: datetime | None = None
    median: timedelta | None = None
    p95: timedelta | None = None
    late: float | None = None
    ahead: int = 0
    reached: int = 0
    places: int = 0
    clean: float | None = None
    taken_back: float | None = None


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source of documents. `last_at` None: nothing ever came.

    `way`: folder, poll, push, or an empty text. `cycle`: how often it should be heard. `state` None: never watched or
    heard. `fetching`: documents its lists name that are still to be fetched; `lost`: given up.
    """

    id: str
    name: str
    auto: bool
    last_at: datetime | None
    last_name: str
    total: int
    waiting: int
    held: int
    bad: int
    kind: str = ""
    way: str = ""
    trust: str = ""
    lifts: bool = True
    absence: str = "nothing"
    zone: str = ""
    cycle: timedelta | None = None
    state: SourceState | None = None
    due_at: datetime | None = None
    etag: str = ""
    fetching: int = 0
    lost: int = 0
    figures: SourceFigures = SourceFigures()
