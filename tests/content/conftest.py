"""Fixtures for everything that reads sites."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content.small_site import SmallSite, build


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    """A small site without a fault."""
    return build(tmp_path / "site")
