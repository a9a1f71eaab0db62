"""Matching, as ratios within one run: a polygon against points beside a bare scan, an alert for the whole city.

Run: python bench/bench_match.py [--site DIR]
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np
import shapely
from shapely.geometry import Polygon

from dutydesk.content.load import load
from dutydesk.domain.alert import Alert, Area, Event, Geocode, Info
from dutydesk.domain.gazetteer import Gazetteer
from dutydesk.domain.geofence import Fences
from dutydesk.domain.match import lift_to_ancestors, match
from dutydesk.domain.site import Place
from dutydesk.domain.values import Colour

EXTENT = (73.0, 18.0, 135.0, 53.0)      # degrees, EPSG:4326


def milliseconds(work: Callable[[], object], times: int) -> float:
    """Median of several runs."""
    taken = []
    for _ in range(times):
        start = perf_counter()
        work()
        taken.append((perf_counter() - start) * 1000)
    return statistics.median(taken)


def star(west: float, south: float, size: float, corners: int) -> Polygon:
    """A ragged polygon of so many corners, `size` degrees across."""
    random = np.random.default_rng(7)
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = size / 2 * random.uniform(0.7, 1.0, corners)
    return Polygon(np.c_[west + size / 2 + reach * np.cos(angles), south + size / 2 + reach * np.sin(angles)])


def points(count: int) -> None:
    """One 500-corner polygon of 3 degrees against so many points: bare scan of two columns, ours, brute force."""
    random = np.random.default_rng(7)
    x, y = random.uniform(EXTENT[0], EXTENT[2], count), random.uniform(EXTENT[1], EXTENT[3], count)
    area = star(110, 33, 3, 500)
    west, south, east, north = area.bounds
    places = [Place(str(row), "", "village", geometry=point) for row, point in enumerate(shapely.points(x, y))]
    rough = [Place(each.id, "", "village", geometry=each.geometry, approximate=1500) for each in places]
    fences, wide = Fences.build(places), Fences.build(rough)
    scan = milliseconds(lambda: np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north)), 51)
    fast = milliseconds(lambda: fences.touched(area), 51)
    near = milliseconds(lambda: wide.touched(area), 21)
    plain = milliseconds(lambda: shapely.intersects_xy(area, x, y), 5)
    print(f"{count:>9,} points: scan {scan:6.3f} ms; fences {fast:6.3f} ({fast / scan:4.1f}x); "
          f"approximate {near:7.3f} ({near / scan:4.1f}x); every point {plain:8.2f} ({plain / scan:5.1f}x); "
          f"{len(fences.touched(area))} touched")


def city(folder: Path) -> None:
    """An alert for the whole city over the example site, naming two towns."""
    site = load(folder).site
    start = perf_counter()
    fences, book = Fences.build(site.places.values()), Gazetteer.build(site)
    built = (perf_counter() - start) * 1000
    event = Event("11B03", "暴雨", "flood")
    text = "预计未来3小时苘山镇、泊于镇将出现100毫米以上降水，其余镇街暴雨橙色预警继续有效，请注意防范。"
    info = Info("zh-CN", event, "Extreme", "", "", Colour.RED, None, None, None, "", "", text, "",
                (Area("威海", (Geocode("CPEAS Geographic Code", "371000000000"),)),))
    alert = Alert("bench", "bench", datetime(2026, 7, 20, tzinfo=UTC), "Actual", "Alert", "Public", (), "bench",
                  (info,), event, Colour.RED, "")
    found = match(alert, site, fences, book)
    taken = milliseconds(lambda: match(alert, site, fences, book), 21)
    lift = milliseconds(lambda: lift_to_ancestors(found.touches, site), 21)
    print(f"whole city, {len(site.places):,} places: built once in {built:.0f} ms; match {taken:.1f} ms "
          f"({len(found.touches):,} touched, {len(found.named)} named); lifted to ancestors {lift:.1f} ms")


def main() -> None:
    """Print every line of this bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=Path())
    options = parser.parse_args()
    for count in (10_000, 100_000, 1_000_000):
        points(count)
    city(options.site)


if __name__ == "__main__":
    main()
