"""A watched folder in front of a store that is away for a while."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dutydesk.app.doors import Door
from dutydesk.clock import WallClock
from dutydesk.errors import Refused
from dutydesk.fetch.folder import FolderDoor
from dutydesk.ports.feed import Source
from dutydesk.store import SqlStore


class Away:
    """A store that refuses until it is back."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.back = False

    def write(self, work: Callable[[Any], Any]) -> Any:
        if not self.back:
            raise Refused("the disk is full")
        return self.store.write(work)


def test_what_a_store_could_not_take_is_handed_over_again_and_told_once(
        tmp_path: Path, inline_store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    store, woken = Away(inline_store), []
    door = Door(FolderDoor(inbox, Source("cma", "cap")), store, WallClock(), lambda: woken.append(1))  # type: ignore[arg-type]
    (inbox / "1.xml").write_text("<alert/></alert>")
    with caplog.at_level(logging.WARNING):
        assert [door.poll() for _ in range(3)] == [0, 0, 0]
    assert len(caplog.records) == 1
    store.back = True
    assert [door.poll() for _ in range(3)] == [1, 0, 0]
    assert woken == [1]
    with inline_store.read() as reads:
        assert [each.name for each in reads.documents("waiting", 9)] == ["1.xml"]


def test_a_folder_that_vanishes_is_told_once_and_watched_again_when_it_is_back(
        tmp_path: Path, inline_store: SqlStore, caplog: pytest.LogCaptureFixture) -> None:
    inbox = tmp_path / "inbox"
    door = Door(FolderDoor(inbox, Source("cma", "cap")), inline_store, WallClock(), lambda: None)
    with caplog.at_level(logging.WARNING):
        assert [door.poll() for _ in range(3)] == [0, 0, 0]
    assert len(caplog.records) == 1
    inbox.mkdir()
    (inbox / "1.xml").write_text("<alert/></alert>")
    assert door.poll() == 1
