"""Stations and thresholds for the small site, sound and damaged."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.content.small_site import SmallSite

STATIONS, THRESHOLDS, TOML = "geo/stations.geojson", "playbooks/thresholds.yaml", "dutydesk.toml"
GAUGE = {"id": "g1", "name": "甲雨量站", "kind": "rain", "source": "cma", "places": ["371002100"]}
LAKE = {"id": "w1", "name": "乙水位站", "kind": "reservoir", "source": "cma", "code": "9", "places": ["371002100-r01"],
        "downstream": ["371002100"]}
TABLE = """\
default:
  rain:
    1h: {orange: 60, red: 80}
stations:
  w1:
    level: {orange: 3, red: 4}
    for: {"371002100": {level: {red: 3.5}}}
fall:
  level: {below: 0.1, for: 1h}
event: {rain: 暴雨}
"""


def gauges(*stations: dict[str, object], table: str = TABLE, at: object = (122.1, 37.2), more: str = "",
           head: str = "") -> Callable[[SmallSite], object]:
    """Give the small site these stations, these thresholds, and more lines in dutydesk.toml."""
    rows = [json.dumps({"type": "Feature", "properties": each, "geometry": {"type": "Point", "coordinates": at}
                        if at else None}, ensure_ascii=False) for each in (stations or (GAUGE, LAKE))]
    layer = '{"type":"FeatureCollection",' + head + '"features":[\n' + ",\n".join(rows) + "\n]}\n"

    def change(site: SmallSite) -> None:
        site.write(STATIONS, layer)
        site.write(THRESHOLDS, table)
        if more:
            site.add(TOML, more)
    return change


#: rule, what is damaged, where it must be told, about which id
GAUGE_CASES = [
    ("station-place", gauges(GAUGE | {"places": []}, LAKE), f"{STATIONS}:2", "g1"),
    ("station-place-unknown", gauges(GAUGE, LAKE | {"upstream": ["371002199"]}), f"{STATIONS}:3", "w1"),
    ("station-place-unknown", gauges(table=TABLE + 'places: {"371002199": {rain: {1h: {red: 60}}}}\n'),
     f"{THRESHOLDS}:1", "371002199"),
    ("station-source", gauges(GAUGE | {"source": "hydro"}, LAKE), f"{STATIONS}:2", "g1"),
    ("station-code", gauges(GAUGE, LAKE | {"code": "g1"}), f"{STATIONS}:3", "w1"),
    ("station-threshold", gauges(table="stations: {w1: {level: {red: 4}}}\n"), f"{STATIONS}:2", "g1"),
    ("threshold-station", gauges(table=TABLE.replace("  w1:", "  w2:")), f"{THRESHOLDS}:1", "w2"),
    ("threshold-event", gauges(table=TABLE.replace("暴雨", "好天气")), f"{THRESHOLDS}:1", "好天气"),
    ("source-mapping", gauges(more='[[source]]\nid = "t"\nkind = "table"\nfolder = "inbox/t"\nmapping = "sl32"\n'),
     f"{TOML}:41", "t"),
    ("source-mapping", gauges(more='[[source]]\nid = "c"\nkind = "sighting"\nfolder = "inbox/c"\n'
                                   'mapping = {evnet = "x"}\n'), f"{TOML}:41", "c"),
]
