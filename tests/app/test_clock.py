"""The clock of a live desk: it never runs backwards, whatever the wall does, and a jump is told and taken up slowly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dutydesk import store as stores
from dutydesk.app import house
from dutydesk.app.running import shared_clock
from dutydesk.app.ticking import TOO_FAR, Ticking
from dutydesk.clock import WallClock
from dutydesk.errors import Refused
from dutydesk.store import SqlStore
from tests.app.city import build

NOON = datetime(2026, 7, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Wall:
    """A wall clock set by hand; it also runs, by as much as really passes."""

    def __init__(self) -> None:
        self._inner = WallClock()
        self._start = self._inner.now()
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return NOON + (self._inner.now() - self._start) + self.ahead


@pytest.mark.parametrize("jump", [timedelta(seconds=-50), timedelta(seconds=50), timedelta(milliseconds=-300)])
def test_a_jump_of_the_wall_moves_no_timer_and_is_taken_up_in_small_steps(jump: timedelta) -> None:
    wall = Wall()
    clock = WallClock(wall)
    before = clock.now()
    wall.ahead = jump
    assert clock.now() - before < SECOND / 2
    assert abs(clock.drift() - jump) < SECOND / 10
    seen = [clock.now()]
    looks = 0
    while abs(clock.slew(clock.drift())) > timedelta(milliseconds=20):
        looks += 1
        seen += [clock.now() for _ in range(3)]
        assert looks < 500
    assert looks >= abs(jump) / (SECOND / 2) - 2
    assert all(later >= earlier for earlier, later in pairwise(seen))
    assert all(later - earlier < SECOND for earlier, later in pairwise(seen))
    assert abs(clock.drift()) < SECOND / 10


def test_workers_on_postgresql_share_the_clock_of_their_server(postgresql_url: str, sqlite_url: str) -> None:
    store = stores.open(postgresql_url, key=b"key")
    wall = WallClock()
    assert abs(shared_clock(store).now() - wall.now()) < 2 * SECOND
    assert store.now().tzinfo is UTC
    store.close()
    alone = stores.open(sqlite_url, key=b"key")
    with pytest.raises(Refused):
        alone.now()
    alone.close()


@pytest.fixture
def ticking(tmp_path: Path, inline_store: SqlStore) -> tuple[Wall, Ticking, SqlStore]:
    folder = house.open_folder(build(tmp_path / "site", towns=1, villages=1).folder)
    wall = Wall()
    clock = WallClock(wall)
    ctx = house.context(folder, {"exchange": house.exchange(folder, clock)})
    return wall, Ticking(clock, ctx, inline_store), inline_store


def alarms(store: SqlStore) -> list[Any]:
    store.write(lambda tx: tx.seal(NOON, 1000))
    with store.read() as reads:
        return [row.facts for row in reads.journal() if row.what == "alarm"]


def test_a_drift_beyond_thirty_seconds_alarms_the_officer_once_until_it_is_taken_up(
        ticking: tuple[Wall, Ticking, stores.SqlStore]) -> None:
    wall, desk, store = ticking
    desk.tick()
    wall.ahead = TOO_FAR - 2 * SECOND
    desk.tick()
    assert alarms(store) == []
    wall.ahead = TOO_FAR + 5 * SECOND
    for _ in range(3):
        desk.tick()
    told, = alarms(store)
    assert told["reason"] == "clock"
    assert "快了3" in told["text"]
    for _ in range(100):
        desk.tick()
    wall.ahead -= TOO_FAR + 5 * SECOND
    desk.tick()
    assert len(alarms(store)) == 2
    assert "慢了3" in alarms(store)[1]["text"]
