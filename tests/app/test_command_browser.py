"""The commander's map in a real browser, on the example site: small on the wire, there without a link, live to all."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from wire_tap import Tap

from dutydesk.app import house
from dutydesk.app.commanding import LiveCommand
from dutydesk.app.console import Server
from dutydesk.app.resources import LiveResources
from dutydesk.clock import VirtualClock
from dutydesk.domain.values import Colour, Kind
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.rounds import Rounds
from dutydesk.store.store import open_store
from dutydesk.store.views import SqlViews
from dutydesk.web.app import create
from dutydesk.web.desk import HERE
from tests import chromium

pytestmark = [
    chromium.needed,
    pytest.mark.skipif(not (HERE / "static" / "vendor" / "leaflet.js").is_file(),
                       reason="the browser's libraries are not built: python -m tools.assets"),
]
ROOT = Path(__file__).parents[2]
START = datetime(2026, 7, 20, 4, 0, tzinfo=UTC)
OFFICER = "p0009"
FIRST, UPDATE = 300_000, 5_000       # bytes over the wire


@dataclass
class Desk:
    """The example site under a red warning, with its console behind a line that can be cut."""

    hand: Hand
    rounds: Rounds
    clock: VirtualClock
    tap: Tap
    browser: Any

    def page(self, *, sits: bool = True, **more: Any) -> Any:
        """Open the map in a browser of its own and wait until it shows what is."""
        context = self.browser.new_context(viewport={"width": 1180, "height": 820}, locale="zh-CN", **more)
        address = f"http://127.0.0.1:{self.tap.port}"
        if sits:
            context.add_cookies([{"name": "officer", "value": OFFICER, "url": address}])
        page = context.new_page()
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.add_init_script("addEventListener('securitypolicyviolation', (e) => console.error(e.blockedURI))")
        page.goto(f"{address}/command")
        page.wait_for_selector("#stamp[data-state=live]", timeout=60_000)
        page.wait_for_selector("#board tbody th")
        return page

    def turn(self, seconds: float) -> None:
        """Let time pass at the desk."""
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))
        self.rounds.run_once(self.clock.now())
        self.rounds.supervise.seal(self.clock.now())


@pytest.fixture
def desk(tmp_path: Path, browser: Any) -> Iterator[Desk]:
    folder, clock = house.open_folder(ROOT), VirtualClock(START)
    with closing(open_store(f"sqlite:///{tmp_path / 'desk.sqlite3'}", key=b"k", durable=False)) as store:
        ctx = house.context(folder, {"exchange": house.exchange(folder, clock)})
        store.write(lambda tx: tx.save_site(folder.setup.site))
        hand, rounds, resources = Hand(ctx, store, clock), Rounds(ctx, store), LiveResources(store, ctx)
        hand.open_incident(Kind.REAL, "flood", Colour.RED, ["371002", "371003"], OFFICER, "暴雨")
        server = Server(create(SqlViews(store, folder.setup), hand, None, clock, resources=resources,
                               command=LiveCommand(resources, {"TILE_KEY": "k1"})), 0)
        server.start()
        tap = Tap(server.port)
        found = Desk(hand, rounds, clock, tap, browser)
        found.turn(1)
        yield found
        for context in browser.contexts:
            context.close()
        tap.close()
        server.stop()


def line(page: Any) -> None:
    """Draw a fire line with the finger."""
    page.click("[data-sort=fire_line]")
    for x, y in ((500, 300), (560, 330), (620, 320)):
        page.mouse.click(x, y)
    page.fill("#pen input", "东线")
    page.click("#pen [type=submit]")


def test_the_first_map_and_each_update_are_small_on_the_wire(desk: Desk) -> None:
    page = desk.page()
    page.wait_for_timeout(3000)       # the page's keeper fetches what it keeps
    assert desk.tap.bytes <= FIRST
    for _ in range(3):
        before = page.inner_text("#stamp b")
        seen = desk.tap.bytes
        desk.turn(90)
        page.wait_for_function("(old) => document.querySelector('#stamp b').textContent !== old", arg=before)
        page.wait_for_timeout(300)
        assert desk.tap.bytes - seen <= UPDATE
    assert desk.problems == []


def test_without_a_link_the_map_says_of_when_it_is_and_orders_wait_visibly(desk: Desk) -> None:
    page = desk.page()
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("() => caches.has('command-1')")
    page.wait_for_timeout(1500)
    shown = page.inner_text("#board tbody")
    desk.tap.sever()
    page.wait_for_selector("#stamp[data-state=lost]", timeout=30_000)
    assert page.inner_text("#stamp").replace("\n", " ").split(maxsplit=1)[0] == "12:00"
    assert "断线" in page.inner_text("#stamp")
    line(page)
    assert "未发送 1" in page.inner_text("#queue")
    page.reload()                      # out of what the browser kept
    page.wait_for_selector("#stamp[data-state=lost]", timeout=30_000)
    page.wait_for_selector("#board tbody th", timeout=30_000)
    assert page.inner_text("#board tbody") == shown
    assert "未发送" in page.inner_text("#queue")
    desk.tap.cut = False
    page.wait_for_selector("#queue", state="hidden", timeout=30_000)
    with desk.hand.store.read() as reads:
        (drawn,) = reads.drawings()
    assert (drawn.text, drawn.version, drawn.by) == ("东线", 1, OFFICER)
    assert desk.problems == []


def test_what_one_draws_the_others_see_and_can_take_back(desk: Desk) -> None:
    first, second = desk.page(), desk.page()
    line(first)
    first.wait_for_selector(".drawn-name:not(.waits)")
    desk.turn(1)
    second.wait_for_selector(".drawn-name", timeout=15_000)
    assert second.inner_text(".drawn-name") == "火线 东线"
    second.click(".drawn-name")
    assert "12:00" in second.inner_text("#told")
    second.click("#told >> text=擦除")
    second.wait_for_selector("#queue", state="hidden")
    desk.turn(1)
    first.wait_for_selector(".drawn-name", state="detached", timeout=15_000)


def test_a_refused_order_stays_and_says_why(desk: Desk) -> None:
    page = desk.page(sits=False)
    line(page)
    page.wait_for_selector("#queue >> text=请先在总览页")
    page.click("#queue >> text=不发了")
    page.wait_for_selector("#queue", state="hidden")


def test_the_incident_can_be_played_back(desk: Desk) -> None:
    desk.turn(120)
    views = SqlViews(desk.hand.store)
    incident = views.board(desk.clock.now())[0].id
    row = next(row for row in views.callouts(incident, desk.clock.now()) if row.person)
    desk.hand.answer_by_phone([row.id], row.person, "answer", None, OFFICER)
    desk.turn(1)
    page = desk.page()
    now = page.inner_text("#board tbody")
    assert sum(int(each.inner_text()) for each in page.query_selector_all("#board td:nth-child(2)")) == (
        views.board(desk.clock.now())[0].tally.due)
    page.click("#replay")
    page.wait_for_selector("#stamp[data-state=past]")
    page.fill("#player input", "0")
    page.wait_for_selector("#stamp b >> text=12:00")
    assert page.inner_text("#board tbody") != now
    page.click("#player >> text=回到现在")
    page.wait_for_selector("#stamp[data-state=live]")
    assert page.inner_text("#board tbody") == now


class Tiles(BaseHTTPRequestHandler):
    """Serves one picture and remembers what was asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "image/svg+xml")
        self.end_headers()
        self.wfile.write(b'<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"/>')

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def test_pictures_of_the_named_host_lie_under_the_map(desk: Desk) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}" + "/t/{z}/{x}/{y}.svg?key=${TILE_KEY}"
    setup = desk.hand.ctx.setup
    noted = replace(setup.config.map, tiles=(address,))
    desk.hand.ctx.setup = replace(setup, config=replace(setup.config, map=noted))
    page = desk.page()
    page.wait_for_selector(".leaflet-tile-loaded", state="attached", timeout=20_000)
    assert all(re.fullmatch(r"/t/\d+/\d+/\d+\.svg\?key=k1", path) for path in Tiles.asked)
    assert desk.problems == []
    server.shutdown()
    server.server_close()


def test_every_layer_has_a_switch_that_says_in_words_what_its_shapes_mean(desk: Desk) -> None:
    page = desk.page()
    for tick in page.query_selector_all("#layers input"):
        if not tick.is_checked():
            tick.check()
    words = page.inner_text("#layers")
    for word in ("预警颜色", "预警画出的范围", "叫应", "避难场所", "此灾种不可用", "救援队伍", "物资储备", "取水点",
                 "卫星热点", "雨量、水位站", "午间风速", "标绘", "待值班员"):
        assert word in words
    assert desk.problems == []
