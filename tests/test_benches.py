"""Every measurement still runs, small, and prints what it compares itself with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"
SMALL = {
    "bench_engine": ["--places", "40", "--rounds", "1", "--history", "1000"],
    "bench_first_ring": ["--posts", "40", "--runs", "1"],
    "bench_inbound": ["--seconds", "0.5", "--connections", "4"],
    "bench_lives": ["--lives", "100", "--batch", "50", "--rounds", "1", "--history", "1000"],
    "bench_sending": ["--posts", "20", "--runs", "1"],
}
#: of these what they measure (the example site, the corpus, slow sources, an outage) makes even a small run long
LONG = {"bench_map", "bench_match", "bench_outage", "bench_parse", "bench_sources"}


def test_every_measurement_is_known_here():
    assert {path.stem for path in BENCH.glob("bench_*.py")} == {*SMALL, *LONG}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", SMALL)
def test_a_small_measurement_runs_and_compares_itself(name):
    said = subprocess.run([sys.executable, BENCH / f"{name}.py", *SMALL[name]], capture_output=True, text=True,
                          timeout=110, env={**os.environ, "PYTHONPATH": str(BENCH)})
    assert said.returncode == 0, said.stderr[-2000:]
    assert any(word in said.stdout for word in ("ratio", "limit", "aim", "against", " of ")), said.stdout
