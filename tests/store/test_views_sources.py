"""What is shown of the sources: how fast each is, how far it reached, how well it could be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dutydesk.domain.records import Document, Version
from dutydesk.domain.setup import Config, Setup
from dutydesk.domain.site import Place, Site
from dutydesk.domain.values import Colour
from dutydesk.ports.shown_sources import SourceView
from dutydesk.store import SqlStore
from dutydesk.store.views import SqlViews

NOW = datetime(2026, 7, 20, tzinfo=UTC)
PLACES = {id: Place(id, id, "town", desk="d") for id in ("a", "b", "c", "d")}
SOURCE = {"id": "web", "kind": "cap", "name": "网上", "auto": True, "url": "https://x.example/", "interval":
          timedelta(minutes=1), "delay": timedelta(minutes=5), "trust": "relay", "lifts": False}


def version(number: int, sent: datetime, delay: float, sort: str = "Alert",
            chain: str = "") -> tuple[Document, Version]:
    came = sent + timedelta(minutes=delay)
    faults = ("missing-scope: x",) if number == 1 else ()
    return (Document(f"h{number}", "web", f"{number}.xml", came, b"x", "done", faults),
            Version(f"v{number}", chain or f"c{number}", f"h{number}", f"id{number}", "s", sort, "Actual", sent, came,
                    "暴雨", Colour.RED, "t", "t", None, "first"))


def looked(store: SqlStore, *rows: tuple[Document, Version], since: datetime = NOW - timedelta(days=1)) -> SourceView:
    def work(tx: object) -> None:
        tx.save_site(Site(places=PLACES))  # type: ignore[attr-defined]
        tx.watch_source("web", since)  # type: ignore[attr-defined]
        tx.add_reached("web", ["a", "b"], NOW)  # type: ignore[attr-defined]
        tx.add_reached("web", ["b", "c"], NOW)  # type: ignore[attr-defined]
        for document, each in rows:
            tx.add_document(document)  # type: ignore[attr-defined]
            tx.add_version(each)  # type: ignore[attr-defined]
    store.write(work)
    config = Config("n", "s", "1", "", (0, 0, 1, 1), sources=(SOURCE,))
    return SqlViews(store, Setup(config, Site(places=PLACES), {}, {})).sources(NOW)[0]


def test_timeliness_is_reckoned_from_sending_to_receipt(store: SqlStore) -> None:
    hour = NOW - timedelta(hours=1)
    figures = looked(store, *(version(n, hour, delay) for n, delay in enumerate((1, 2, 3, 4, 60)))).figures
    assert (figures.median, figures.p95) == (timedelta(minutes=3), timedelta(minutes=60))
    assert figures.late == pytest.approx(0.2)
    assert figures.alerts == 5
    assert figures.newest_sent == hour


def test_what_was_sent_before_the_source_was_watched_says_nothing_of_its_speed(store: SqlStore) -> None:
    old = version(1, NOW - timedelta(days=3), 3000)
    figures = looked(store, old, version(2, NOW - timedelta(hours=1), 2)).figures
    assert (figures.alerts, figures.median) == (2, timedelta(minutes=2))


def test_a_clock_that_runs_ahead_is_counted_and_makes_no_source_fast(store: SqlStore) -> None:
    figures = looked(store, version(1, NOW - timedelta(hours=1), -480), version(2, NOW - timedelta(hours=1), 8)).figures
    assert (figures.ahead, figures.median, figures.p95) == (1, timedelta(), timedelta(minutes=8))


def test_coverage_and_accuracy(store: SqlStore) -> None:
    hour = NOW - timedelta(hours=1)
    view = looked(store, version(1, hour, 1), version(2, hour, 1),
                  version(3, hour + timedelta(minutes=20), 1, "Cancel", "c2"), version(4, hour, 1),
                  version(5, hour + timedelta(minutes=50), 1, "Cancel", "c4"))
    assert (view.figures.reached, view.figures.places) == (3, 4)
    assert view.figures.clean == pytest.approx(0.8)
    assert view.figures.taken_back == pytest.approx(1 / 3)


def test_a_source_that_never_said_anything_has_no_figures(store: SqlStore) -> None:
    view = looked(store)
    assert (view.figures.median, view.figures.late, view.figures.clean, view.figures.taken_back) == (None,) * 4
    assert (view.way, view.cycle, view.trust, view.lifts) == ("poll", timedelta(minutes=1), "relay", False)
