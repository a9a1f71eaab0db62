"""Two sources as the console is shown them: one that serves well, one that is silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dutydesk.domain.sources import SourceState
from dutydesk.ports.shown_sources import SourceFigures, SourceView

START = datetime(2021, 7, 19, 19, 0, tzinfo=UTC)   # 03:00 local


def sources() -> tuple[SourceView, ...]:
    figures = SourceFigures(14, START, timedelta(seconds=95), timedelta(minutes=12), 0.08, 1, 61, 72, 0.93, 0.0)
    state = SourceState("cma", START, START, START, START + timedelta(minutes=9))
    dark = SourceState("water", START, START, None, None, 7, "the server answered 503", START)
    return (SourceView("cma", "中国气象局预警", True, START + timedelta(minutes=9), "red.xml", 14, 0, 0, 1, "cap",
                       "poll", "official", cycle=timedelta(minutes=1), state=state, due_at=START, fetching=2,
                       lost=1, figures=figures),
            SourceView("water", "水文预警", False, None, "", 1, 0, 1, 0, "cap", "poll", "relay", lifts=False,
                       cycle=timedelta(minutes=5), state=dark))
