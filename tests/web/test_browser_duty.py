"""The page of a responsible person in a real browser of a phone: a thumb, a photo, a position, no line to lose."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from fake import FakeClock
from fake_duty import AT, FakeDuty, token

from dutydesk.domain.records import Inbound
from dutydesk.store import SqlStore
from dutydesk.web.duty_page import DutyPage
from dutydesk.web.hooks import hooks
from tests import chromium

pytestmark = chromium.needed


@pytest.fixture
def duty() -> FakeDuty:
    return FakeDuty()


@pytest.fixture
def url(store: SqlStore, duty: FakeDuty) -> Iterator[str]:
    """Where the public side listens."""
    clock = FakeClock(AT)
    app = hooks(store, {}, clock, more=lambda keeper: DutyPage(duty, keeper, clock, ZoneInfo("Asia/Shanghai")).routes())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def page(browser: Any, url: str) -> Iterator[Any]:
    """A phone that opened its link; afterwards nothing may have failed or left the host."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True,
                                  locale="zh-CN", base_url=url, permissions=["geolocation"],
                                  geolocation={"longitude": 122.05, "latitude": 37.45})
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    errors: list[str] = []
    asked: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(f"/p/{token()}")
    yield opened
    assert [line for line in errors if "favicon" not in line and "404" not in line] == []
    assert [each for each in asked if not each.startswith((url, "blob:", "data:"))] == []
    context.close()


def _rows(store: SqlStore) -> list[Inbound]:
    with store.read() as reads:
        return reads.inbound("new", 100)


def test_one_tap_is_an_answer(page: Any, store: SqlStore) -> None:
    page.tap("text=已到岗")
    page.wait_for_selector("text=值班室已收到：到岗")
    assert [row.text for row in _rows(store)] == ["2\n"]


def test_the_number_moved_must_be_one(page: Any, store: SqlStore) -> None:
    page.tap("text=报转移")
    page.wait_for_timeout(300)
    assert _rows(store) == []
    page.fill("#n", "32")
    page.tap("text=报转移")
    page.wait_for_selector("text=值班室已收到：转移")
    assert [row.text for row in _rows(store)] == ["3 32\n"]


def test_a_patrol_takes_its_place_and_a_photo_that_was_made_small(
        page: Any, store: SqlStore, duty: FakeDuty, tmp_path: Path) -> None:
    page.set_input_files("#photo", _large_picture(page, tmp_path))
    page.tap("text=已巡查")
    page.wait_for_selector("text=值班室已收到：已巡查")
    (name, body), = duty.photos.items()
    assert name.endswith(".jpg")
    assert len(body) < 400_000
    row, = _rows(store)
    assert row.text == f"已巡查\n122.05000,37.45000 {name}"


def _large_picture(page: Any, folder: Path) -> Path:
    """A picture as large as a phone's camera makes."""
    data = page.evaluate("""() => { const c = document.createElement("canvas"); c.width = 3000; c.height = 2000;
        const g = c.getContext("2d"); for (let i = 0; i < 400; i++) { g.fillStyle = `hsl(${i * 37 % 360} 80% 50%)`;
        g.fillRect(i * 71 % 3000, i * 131 % 2000, 300, 200); } return c.toDataURL("image/png").split(",")[1]; }""")
    import base64

    path = folder / "photo.png"
    path.write_bytes(base64.b64decode(data))
    return path


def test_everything_is_large_enough_for_a_thumb_and_nothing_scrolls_sideways(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    rights = page.locator("button, input").evaluate_all("all => all.map((each) => each.getBoundingClientRect().right)")
    assert max(rights) <= 390 - 8
    heights = page.locator("button").evaluate_all("all => all.map((each) => each.getBoundingClientRect().height)")
    assert min(heights) >= 48


def test_the_hour_shown_is_the_sites(page: Any) -> None:
    assert datetime.fromisoformat("2021-07-20T03:21+08:00") == AT
    assert "03:21 转移" in page.inner_text("main")
