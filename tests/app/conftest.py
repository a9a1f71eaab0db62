"""Lets the helpers of these tests be imported by their full name, as `python -m tests.app.killing` does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

ROOT = str(Path(__file__).parents[2])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

if TYPE_CHECKING:
    from tests.app.office import Office
    from tests.app.processes import DeskProcess, Phones
    from tests.app.watching import Watch
    from tests.fetch.odd_servers import Server


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    """Whatever a test started ends with it."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def phones(tmp_path: Path, ending: ExitStack) -> Callable[..., Phones]:
    """Start telephones: `phones(hooks_port, *options)`."""
    from tests.app.processes import Phones

    def start(hooks_port: int, *options: str) -> Phones:
        return ending.enter_context(Phones(tmp_path / "arrivals.jsonl", hooks_port, *options))
    return start


@pytest.fixture
def desk(ending: ExitStack) -> Callable[..., DeskProcess]:
    """Make a desk's process that is killed at the end: arguments as of `DeskProcess`."""
    from tests.app.processes import DeskProcess

    def make(*args: object, **kwargs: object) -> DeskProcess:
        made = DeskProcess(*args, **kwargs)  # type: ignore[arg-type]
        ending.callback(made.kill)
        return made
    return make


@pytest.fixture
def server(ending: ExitStack) -> Server:
    """A server on loopback that says what it is told to."""
    from tests.fetch.odd_servers import serving

    return ending.enter_context(serving())


@pytest.fixture
def watching(tmp_path: Path, sqlite_url: str, ending: ExitStack) -> Callable[..., Watch]:
    """Make a desk that polls: `watching(*sources)`, each a piece of dutydesk.toml."""
    from tests.app.watching import Watch

    def make(*sources: str, **more: Any) -> Watch:
        made = Watch(tmp_path / "site", "".join(sources), sqlite_url, **more)
        ending.callback(made.close)
        return made
    return make


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A small site with shelters and teams, its store, and an officer at it."""
    from office import at_work

    with at_work(tmp_path) as found:
        yield found
