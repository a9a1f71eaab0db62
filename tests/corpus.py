"""The folder of real documents, which is not part of this project; tests that need it skip where it is missing."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("DUTYDESK_CORPUS", Path(__file__).parents[1].parent / "shared" / "corpus"))


def corpus(*parts: str) -> Path:
    """Return a path in the corpus, or skip telling which folder is missing."""
    path = ROOT.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the corpus folder is missing: {ROOT}")
    return path


def nationwide() -> list[dict[str, str]]:
    """Return the distinct pairs of type and colour of a summer of the whole country's warnings."""
    with corpus("china", "cma_warnings_nationwide_2026.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {(row["type"], row["color"]): row for row in csv.DictReader(file)}
    return list(rows.values())
