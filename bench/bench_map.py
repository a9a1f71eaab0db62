"""50,000 places on one map: ways of folium side by side, by time to make, size, and time until a browser obeys again.

Each way makes the same picture: every place with its name, in one of three states. `ready` is the time from opening
the file in headless Chromium until the page has painted, moved at one turn of the wheel and painted again.
`Marker` is made for a twentieth of the places and reckoned up; nobody has the patience for more. Libraries of the
other ways come from npm into a temporary folder.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import folium
import numpy as np
from branca.element import Element
from folium.plugins import FastMarkerCluster
from shapely.geometry import Point

from dutydesk.app.mapping import LEAFLET, draw
from dutydesk.maps.picture import Feature, Layer, Picture, Style

sys.path.insert(0, str(Path(__file__).parents[1]))
from tools.assets import npm

N = 50_000
STATES = {"answered": Style("已应", "dot", "ink"), "calling": Style("正在叫", "ring", "ink"),
          "with_officer": Style("待值班员", "diamond", "ink")}
BOUNDS = (121.2, 36.7, 122.7, 37.6)
LIMIT = 2.0        # seconds


def places(number: int) -> list[tuple[float, float, str, str]]:
    """Longitude, latitude, name, state."""
    chance = np.random.default_rng(7)
    lon, lat = chance.uniform(BOUNDS[0], BOUNDS[2], number), chance.uniform(BOUNDS[1], BOUNDS[3], number)
    states = list(STATES)
    return [(float(x), float(y), f"第{n}村", states[n % 3]) for n, (x, y) in enumerate(zip(lon, lat, strict=True))]


def ours(rows: list[tuple[float, float, str, str]]) -> bytes:
    """What `dutydesk map` does."""
    layer = Layer("callouts", "叫应", STATES, tuple(
        Feature(Point(x, y), state, (name, STATES[state].word), {}) for x, y, name, state in rows))
    return draw(Picture("五万处", "测量", datetime(2026, 7, 20, tzinfo=UTC), "Asia/Shanghai", (layer,), BOUNDS))


class Embedded:
    """The other ways, with their libraries inside the file as ours has them."""

    def __init__(self, folder: Path) -> None:
        subprocess.run([*npm(), "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error",
                        "--prefix", str(folder), "leaflet@1.9.4", "leaflet.markercluster@1.5.3"], check=True)
        modules = folder / "node_modules"
        self.js = [(modules / "leaflet/dist/leaflet.js").read_text(),
                   (modules / "leaflet.markercluster/dist/leaflet.markercluster.js").read_text()]
        self.css = [(modules / "leaflet/dist/leaflet.css").read_text(),
                    *((modules / f"leaflet.markercluster/dist/MarkerCluster{each}.css").read_text()
                      for each in ("", ".Default"))]

    def page(self, add: Callable[[folium.Map], None]) -> bytes:
        drawn = folium.Map(tiles=None, prefer_canvas=True, location=[37.15, 121.95], zoom_start=9, max_zoom=17)
        drawn.default_js = drawn.default_css = []
        add(drawn)
        head = drawn.get_root().header
        parts = [*(f"<style>{each}</style>" for each in self.css), *(f"<script>{each}</script>" for each in self.js)]
        for number, part in enumerate(parts):
            head.add_child(Element("{% raw %}" + part + "{% endraw %}"), name=f"own{number}", index=number)
        return str(drawn.get_root().render()).encode()

    def markers(self, rows: list[tuple[float, float, str, str]]) -> bytes:
        def add(drawn: folium.Map) -> None:
            for x, y, name, state in rows:
                folium.CircleMarker([y, x], 3, tooltip=f"{name} {state}").add_to(drawn)
        return self.page(add)

    def cluster(self, rows: list[tuple[float, float, str, str]]) -> bytes:
        callback = "function (row) { return L.circleMarker([row[0], row[1]], {radius: 3}).bindTooltip(row[2]); }"

        def add(drawn: folium.Map) -> None:
            made = FastMarkerCluster([[y, x, f"{name} {state}"] for x, y, name, state in rows], callback)
            made.default_js = made.default_css = []
            made.add_to(drawn)
        return self.page(add)

    def geojson(self, rows: list[tuple[float, float, str, str]]) -> bytes:
        found = {"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"name": name, "state": state},
             "geometry": {"type": "Point", "coordinates": [round(x, 5), round(y, 5)]}} for x, y, name, state in rows]}

        def add(drawn: folium.Map) -> None:
            folium.GeoJson(found, marker=folium.CircleMarker(radius=3),
                           tooltip=folium.GeoJsonTooltip(["name", "state"])).add_to(drawn)
        return self.page(add)


OBEYED = """() => new Promise((done) => {
  const map = Object.values(window).find((each) => each instanceof L.Map);
  requestAnimationFrame(() => setTimeout(() => {
    map.once('moveend', () => requestAnimationFrame(() => setTimeout(done, 0)));
    map.setZoom(map.getZoom() + 1, { animate: false });
  }, 0));
})"""


def obeyed(browser: Any, path: Path) -> float:
    """Seconds from opening a file until it has painted, zoomed in once and painted again; the best of three."""
    best = float("inf")
    for _ in range(3):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        began = time.perf_counter()
        page.goto(path.as_uri(), wait_until="load", timeout=300_000)
        page.evaluate(OBEYED)
        best = min(best, time.perf_counter() - began)
        page.close()
    return best


def main() -> None:
    from playwright.sync_api import sync_playwright

    if not (LEAFLET / "leaflet.js").is_file():
        raise SystemExit("the browser's libraries are not built: python -m tools.assets")
    rows, share = places(N), 20
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        work = Path(folder)
        other = Embedded(work)
        ways: list[tuple[str, Callable[..., bytes], int]] = [
            ("ours (canvas)", ours, 1), ("FastMarkerCluster", other.cluster, 1), ("GeoJson", other.geojson, 1),
            ("CircleMarker", other.markers, share)]
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        print(f"{N:,} places{'':<13} make s     size MB   ready s")
        results = {}
        for name, way, part in ways:
            began = time.perf_counter()
            body = way(rows[:N // part])
            made = time.perf_counter() - began
            (work / "map.html").write_bytes(body)
            ready = obeyed(browser, work / "map.html")
            results[name] = ready * part
            about = "" if part == 1 else f"   reckoned from {N // part:,}"
            print(f"{name:<24} {made * part:8.2f} {len(body) * part / 1e6:11.1f} {ready * part:9.2f}{about}")
        browser.close()
    mine = results["ours (canvas)"]
    print(f"ours is ready in {mine / LIMIT:.0%} of the limit of {LIMIT:g} s, "
          f"{results['FastMarkerCluster'] / mine:.1f} times as fast as FastMarkerCluster, "
          f"{results['GeoJson'] / mine:.1f} times as fast as GeoJson")


if __name__ == "__main__":
    main()
