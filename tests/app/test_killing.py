"""Kill -9 at random moments. The long run is `python -m tests.app.killing --kills 200 --seed N`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.judge import IN_FLIGHT
from tests.app.killing import storm_with_kills

KILLS = 12


def judge(folder: Path, url: str, seed: int, capsys: pytest.CaptureFixture[str], *, workers: bool = False) -> None:
    lines: list[str] = []
    found = storm_with_kills(folder, url, kills=KILLS, seed=seed, workers=workers, tell=lines.append)
    with capsys.disabled():
        lines.append(f"seed {seed}, {KILLS} kills: {found.line()}")
    assert found.faults == [], "\n".join(lines)
    assert found.double_needs <= IN_FLIGHT * KILLS, "\n".join(lines)
    assert found.replies > 50, "\n".join(lines)


@pytest.mark.timeout(600)
def test_a_desk_killed_again_and_again_misses_nobody_and_loses_no_reply(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judge(tmp_path, "sqlite:///var/desk.sqlite3", 1, capsys)


@pytest.mark.timeout(600)
def test_two_workers_killed_again_and_again_miss_nobody_and_lose_no_reply(
        tmp_path: Path, postgresql_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    judge(tmp_path, postgresql_url, 2, capsys, workers=True)
