"""Drawings in the database: every version is kept, the newest is shown, and a moment of the past as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shapely.geometry import LineString, Point, Polygon

from dutydesk.domain.drawing import Drawing, Sort
from dutydesk.store import SqlStore

NOON = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LINE = LineString([(122.1, 37.2), (122.2, 37.3)])


def line(id: str, version: int, minutes: int, *, text: str = "", gone: bool = False) -> Drawing:
    return Drawing(id, version, "i1", Sort.FIRE_LINE, text, LINE, NOON + minutes * MINUTE, "p1", gone)


def test_every_kind_of_shape_comes_back_as_it_was_drawn(store: SqlStore) -> None:
    drawn = [line("a", 1, 0), Drawing("b", 1, "", Sort.NOTE, "水泵 <坏>", Point(122, 37), NOON + MINUTE, "p2"),
             Drawing("c", 1, "i1", Sort.SAFE_ZONE, "", Polygon([(122, 37), (122.1, 37), (122.1, 37.1)]),
                     NOON + 2 * MINUTE, "p1")]
    for each in drawn:
        store.write(lambda tx, each=each: tx.add_drawing(each))  # type: ignore[misc]
    with store.read() as reads:
        assert reads.drawings() == drawn


def test_the_newest_version_is_shown_and_the_past_as_it_was_then(store: SqlStore) -> None:
    versions = [line("a", 1, 0, text="一"), line("a", 2, 5, text="二"), line("a", 3, 9, text="二", gone=True)]
    for each in versions:
        store.write(lambda tx, each=each: tx.add_drawing(each))  # type: ignore[misc]
    with store.read() as reads:
        assert reads.drawings() == []
        assert reads.drawings(NOON - MINUTE) == []
        assert [each.text for each in reads.drawings(NOON)] == ["一"]
        assert [each.text for each in reads.drawings(NOON + 8 * MINUTE)] == ["二"]
        assert reads.drawing_history("a") == versions


def test_a_token_is_new_once(store: SqlStore) -> None:
    seen = [store.write(lambda tx: tx.first_time("t" * 16, NOON)) for _ in range(3)]
    assert seen == [True, False, False]
