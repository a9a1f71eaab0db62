"""Fires, their pixels and earthquakes come back as they were kept; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dutydesk.domain.hotspots import Fire
from dutydesk.domain.observed import Hotspot, Point, Quake
from dutydesk.domain.quakes import Shock
from dutydesk.errors import Conflict
from dutydesk.store import SqlStore

NOON = datetime(2031, 4, 5, 4, tzinfo=UTC)
SPOTS = [Hotspot("a", NOON, Point(122.04, 37.45), "N20", 55.0, 12.5, 0.39, 0.44),
         Hotspot("b", NOON - timedelta(minutes=90), Point(122.05, 37.45), "T", None, None, 2.05, 1.39)]
FIRE = Fire("w1", "firms", SPOTS[1].at, NOON, 122.045, 37.45, 2, 1, "i1", 1, "hotspot-w1-001", "")


def test_pixels_and_fires_come_back(store: SqlStore) -> None:
    store.write(lambda tx: (tx.add_hotspots(SPOTS, "firms", "w1", "", NOON), tx.save_fire(FIRE)))
    assert store.write(lambda tx: tx.add_hotspots(SPOTS, "other", "w2", "works", NOON)) == 0
    with store.read() as reads:
        assert reads.hotspots_of("w1") == SPOTS[::-1]
        assert reads.known_hotspots(["a", "x"]) == {"a"}
        assert reads.fire("w1") == FIRE
        assert reads.fires_of("i1") == [FIRE]
        assert reads.fires(NOON, NOON) == [FIRE]
        assert reads.fires(NOON + timedelta(seconds=1), NOON + timedelta(hours=1)) == []
        assert reads.fires(NOON - timedelta(hours=9), NOON - timedelta(hours=3)) == []
    store.write(lambda tx: (tx.move_hotspots("w1", "w0"), tx.save_fire(replace(FIRE, into="w0"))))
    with store.read() as reads:
        assert len(reads.hotspots_of("w0")) == 2
        assert reads.fires(NOON, NOON) == []
        assert [fire.into for fire in reads.fires_of("i1")] == ["w0"]


def test_a_fire_that_moved_meanwhile_is_not_overwritten(store: SqlStore) -> None:
    store.write(lambda tx: tx.save_fire(FIRE))
    store.write(lambda tx: tx.save_fire(replace(FIRE, result="fire")))
    with pytest.raises(Conflict):
        store.write(lambda tx: tx.save_fire(replace(FIRE, result="none")))


def test_earthquakes_come_back_with_all_reports(store: SqlStore) -> None:
    full = Quake("us1", NOON, NOON, Point(122.9, 37.2), 6.2, 10.0, "黄海海域", "reviewed", "earthquake")
    gone = Quake("c1", NOON, NOON, None, None, None, "", "deleted", "explosion")
    shock = Shock("q1", "usgs", NOON, {"usgs/us1": full, "cenc/c1": gone}, 2, "quake-q1-002", "6.2", open=True)
    store.write(lambda tx: tx.save_shock(shock))
    with store.read() as reads:
        assert reads.shocks(NOON) == [shock]
        assert reads.shocks(NOON + timedelta(seconds=1)) == []
