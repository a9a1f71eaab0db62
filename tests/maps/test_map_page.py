"""The HTML file: whole by itself, quiet towards the network, and what it shows, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from nasty import NASTY

from dutydesk.app.mapping import LEAFLET, draw, save
from dutydesk.errors import Refused
from dutydesk.maps.picture import Feature, Picture
from tests import chromium

pytestmark = [
    chromium.needed,
    pytest.mark.skipif(not (LEAFLET / "leaflet.js").is_file(),
                       reason="the browser's libraries are not built: python -m tools.assets"),
]


class Sheet:
    """A map opened in a browser, with everything it asked for."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page = page
        self.asked: list[str] = []
        self.trouble: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda message: self.trouble.append(message.text) if message.type == "error" else None)
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready='1']")
        self.own = path.as_uri()

    def inked(self, point: tuple[float, float], colour: tuple[int, int, int]) -> bool:
        """Whether that colour was drawn within a few pixels of a place (longitude, latitude)."""
        script = """([lon, lat, colour]) => {
          const map = Object.values(window).find((each) => each instanceof L.Map);
          const at = map.latLngToLayerPoint([lat, lon]);
          return [...document.querySelectorAll('.leaflet-pane canvas')].some((sheet) => {
            const from = L.DomUtil.getPosition(sheet) || L.point(0, 0), dots = sheet.width / sheet.offsetWidth;
            const x = (at.x - from.x) * dots, y = (at.y - from.y) * dots;
            const data = sheet.getContext('2d').getImageData(x - 6, y - 6, 12, 12).data;
            for (let i = 0; i < data.length; i += 4)
              if (data[i + 3] > 200 && colour.every((c, k) => Math.abs(data[i + k] - c) < 12)) return true;
            return false;
          });
        }"""
        return bool(self.page.evaluate(script, [*point, list(colour)]))

    def pixel(self, point: tuple[float, float]) -> tuple[int, int]:
        """Where a place is on the screen."""
        found = self.page.evaluate(
            "([lon, lat]) => { const map = Object.values(window).find((each) => each instanceof L.Map);"
            " const at = map.latLngToContainerPoint([lat, lon]); return [at.x, at.y]; }", list(point))
        return int(found[0]), int(found[1])


GREEN, INK = (31, 107, 82), (20, 25, 29)


@pytest.fixture
def sheet(browser: Any, picture: Picture, tmp_path: Path) -> Iterator[Sheet]:
    (tmp_path / "map.html").write_bytes(draw(picture))
    page = browser.new_page(viewport={"width": 1200, "height": 800})
    yield Sheet(page, tmp_path / "map.html")
    page.close()


def test_no_request_leaves_the_file(sheet: Sheet) -> None:
    sheet.page.mouse.move(400, 400)
    sheet.page.mouse.wheel(0, -300)
    sheet.page.wait_for_timeout(500)
    assert sheet.asked == [sheet.own]
    assert sheet.trouble == []


def test_a_map_becomes_a_picture_and_a_page_of_paper(picture: Picture, tmp_path: Path) -> None:
    save(picture, "png", tmp_path / "map.png")
    save(picture, "pdf", tmp_path / "map.pdf")
    png = (tmp_path / "map.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") == 1754
    assert len(png) > 20_000       # an empty sheet has a few thousand
    assert (tmp_path / "map.pdf").read_bytes().startswith(b"%PDF")


def test_without_chromium_a_map_is_no_picture(picture: Picture, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="Chromium"):
        save(picture, "png", tmp_path / "map.png")


def test_the_file_links_to_nothing_and_forbids_itself_to_ask(picture: Picture) -> None:
    text = draw(picture).decode()
    page = html.document_fromstring(text)
    assert page.xpath("//@src | //@href | //link | //img | //iframe | //object") == []
    assert not re.search(r"url\((?!data:|#)|@import", "".join(page.xpath("//style/text()")))
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy[0].startswith("default-src 'none';")
    assert page.xpath("//head/*")[0].get("http-equiv") == "Content-Security-Policy", "first, so that all obeys it"


def test_title_time_approval_and_whose_data_stand_on_it(sheet: Sheet) -> None:
    told = sheet.page.inner_text("body")
    for words in ("防汛 红色", "20210720-371000-flood · 第 2 轮", "02:32", "2021-07-20 周二 的情况",
                  "审图号 鲁SG(2024)001号", "© OpenStreetMap contributors", "没有画出范围", "公里"):
        assert words in told
    assert sheet.page.get_attribute(".foot svg", "aria-label") == "上北"


def test_the_legend_counts_and_only_what_is_shown_is_drawn(sheet: Sheet) -> None:
    rows = sheet.page.eval_on_selector_all(
        ".legend section", "all => all.map((each) => [each.dataset.layer, each.querySelector('small').textContent,"
                           " each.querySelector('input').checked])")
    assert rows == [["village_teams", "1", False], ["shelters", "2", True], ["callouts", "1", True],
                    ["towns", "2", True], ["counties", "1", True]]
    assert sheet.inked((122.3, 37.1), GREEN)
    sheet.page.uncheck("section[data-layer=shelters] input")
    assert not sheet.inked((122.3, 37.1), GREEN)
    sheet.page.check("section[data-layer=shelters] input")
    assert sheet.inked((122.3, 37.1), GREEN)


def test_an_unsafe_shelter_does_not_look_like_a_free_one(sheet: Sheet) -> None:
    assert not sheet.inked((122.15, 37.15), GREEN)
    assert sheet.inked((122.15, 37.15), INK)


@pytest.mark.parametrize(("point", "lines"), [
    ((122.3, 37.1), ["一号馆", "空位 187 / 容量 1000"]), ((122.1, 37.1), [NASTY, "已应"]),
    ((122.05, 37.05), ["大水泊镇", "预警 红色"]),
])
def test_the_hand_over_a_place_reads_about_it_and_text_is_never_markup(sheet: Sheet, point: tuple[float, float],
                                                                       lines: list[str]) -> None:
    sheet.page.mouse.move(*sheet.pixel(point))
    sheet.page.wait_for_selector(".told b")
    assert sheet.page.eval_on_selector_all(".told > *", "all => all.map((each) => each.textContent)") == lines


def test_a_map_of_no_approval_number_shows_none(browser: Any, picture: Picture, tmp_path: Path) -> None:
    (tmp_path / "map.html").write_bytes(draw(replace(picture, approval="")))
    page = browser.new_page()
    assert "审图号" not in Sheet(page, tmp_path / "map.html").page.inner_text("body")
    page.close()


def test_fifty_thousand_places_are_rows_of_data_and_no_markers(picture: Picture) -> None:
    callouts = picture.layers[2]
    one = callouts.features[0]
    many = tuple(Feature(one.geometry, one.style, (f"村{n}", "已应"), one.values) for n in range(50_000))
    text = draw(replace(picture, layers=(replace(callouts, features=many),))).decode()
    assert text.count("L.marker(") < 5
    assert len(text) < 4_000_000
