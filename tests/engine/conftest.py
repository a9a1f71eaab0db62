from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "channels")]   # the harness here, the oracle of replies there

from harness import Story  # noqa: E402  # after the path


@pytest.fixture
def tell(_sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[..., Story]]:
    """Makes stories; each database starts from the empty template."""
    told: list[Story] = []

    def make(**more: Any) -> Story:
        path = tmp_path / f"story-{len(told)}.sqlite3"
        shutil.copy(_sqlite_template, path)
        told.append(Story(tmp_path, url=f"sqlite:///{path}", **more))
        return told[-1]

    yield make
    for story in told:
        story.close()


@pytest.fixture
def desk(tell: Callable[..., Story]) -> Story:
    """A desk with the usual site at noon, when nobody answers anything."""
    return tell()
