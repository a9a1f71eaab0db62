"""A small site with shelters and teams, its store, and an officer at it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from city import COUNTY, build

from dutydesk.app import house
from dutydesk.app.resources import LiveResources
from dutydesk.clock import VirtualClock
from dutydesk.domain.records import Document
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.rounds import Rounds
from dutydesk.store.store import SqlStore, open_store

NOON = datetime(2026, 7, 20, 4, 0, tzinfo=UTC)
TOWN = f"{COUNTY}101"
#: Its villages lie at 121.21 E, from 37.201 N upwards; this drawing holds the first two and the school.
DRAWN = "37.195,121.20 37.195,121.22 37.2025,121.22 37.2025,121.20 37.195,121.20"


def point(lon: float, lat: float) -> dict[str, object]:
    return {"type": "Point", "coordinates": [lon, lat]}


def layer(folder: Path, name: str, rows: list[tuple[dict[str, object], dict[str, object]]]) -> None:
    features = [{"type": "Feature", "properties": row, "geometry": geometry} for row, geometry in rows]
    (folder / f"geo/{name}.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")


def registers(folder: Path) -> None:
    keeper = {"place": TOWN, "keepers": [f"{TOWN}-1"], "inspected": "2026-05-01"}
    layer(folder, "shelters", [
        ({"id": "school", "name": "小学", "capacity": 100, **keeper}, point(121.21, 37.2)),
        ({"id": "hall", "name": "展览中心一号馆", "capacity": 1000, **keeper}, point(121.21, 37.21)),
        ({"id": "hall-2", "name": "展览中心二号馆", "capacity": 1000, **keeper}, point(121.21, 37.22)),
        ({"id": "square", "name": "广场", "capacity": 500, "unfit": ["flood"], **keeper}, point(121.212, 37.203))])
    layer(folder, "teams", [
        ({"id": "near", "name": "近队", "place": TOWN, "level": "town", "size": 20, "muster": "30m"},
         point(121.21, 37.2)),
        ({"id": "far", "name": "远队", "place": TOWN, "level": "city", "size": 40, "muster": "10m", "crosses": True},
         point(121.3, 37.2))])


@dataclass
class Office:
    """A site with its store and an officer at it."""

    store: SqlStore
    hand: Hand
    rounds: Rounds
    resources: LiveResources
    clock: VirtualClock

    def warn(self, polygon: str = "") -> str:
        """Let a red warning of heavy rain land; return the incident's id."""
        area = f"<polygon>{polygon}</polygon>" if polygon else ""
        body = ('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>99010241600000_20260720120000'
                "</identifier><sender>office</sender><sent>2026-07-20T12:00:00+08:00</sent><status>Actual</status>"
                "<msgType>Alert</msgType><scope>Public</scope><info><language>zh-CN</language><category>Met</category>"
                "<event>暴雨</event><urgency>Immediate</urgency><severity>Extreme</severity>"
                "<certainty>Observed</certainty><headline>发布暴雨红色预警信号</headline><area><areaDesc>1号镇</areaDesc>"
                f"{area}<geocode><valueName>CPEAS Geographic Code</valueName><value>{TOWN}000</value></geocode></area>"
                "</info></alert>").encode()
        self.store.write(lambda tx: tx.add_document(Document("d1", "cma", "1.xml", self.clock.now(), body)))
        self.rounds.run_once(self.clock.now(), sends=False)
        with self.store.read() as reads:
            return next(each.id for each in reads.incidents() if each.family == "flood")

    def shelter(self, id: str) -> object:
        return next(row for row in self.resources.shelters() if row.shelter.id == id)


@contextmanager
def at_work(tmp_path: Path) -> Iterator[Office]:
    """Give an office over a new folder and database."""
    folder = build(tmp_path / "site", towns=2, villages=4).folder
    registers(folder)
    opened = house.open_folder(folder)
    assert [str(each) for each in opened.loaded.findings] == []
    clock = VirtualClock(NOON)
    store = open_store(f"sqlite:///{tmp_path / 'desk.sqlite3'}", key=b"k", inline=True, durable=False)
    ctx = house.context(opened, {"exchange": house.exchange(opened, clock)})
    store.write(lambda tx: tx.save_site(opened.setup.site))
    yield Office(store, Hand(ctx, store, clock), Rounds(ctx, store), LiveResources(store, ctx), clock)
    store.close()
