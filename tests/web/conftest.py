"""A console over plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fake import FakeClock, FakeHand, FakeViews
from fake_command import FakeCommand
from fake_phones import FakePhones
from fake_registers import FakeResources
from starlette.testclient import TestClient

from dutydesk.web.app import create


@dataclass
class Console:
    """A console, what stands behind it, and a browser without eyes."""

    views: FakeViews
    hand: FakeHand
    phones: FakePhones
    clock: FakeClock
    client: TestClient
    command: FakeCommand

    def sit(self, officer: str = "o1") -> None:
        """Choose who sits here."""
        assert self.client.post("/officer", data={"person": officer}).status_code == 204


@pytest.fixture
def console() -> Iterator[Console]:
    views = FakeViews()
    command = FakeCommand()
    hand, phones, clock = FakeHand(views), FakePhones(), FakeClock()
    with TestClient(create(views, hand, phones, clock, name="示例值班台",
                           resources=FakeResources(), command=command)) as client:
        yield Console(views, hand, phones, clock, client, command)


@pytest.fixture
def served() -> Iterator[Any]:
    """A console on a port of its own."""
    from test_browser import Served

    console = Served()
    yield console
    console.stop()
