"""Shelters and teams of a site with a database: what officers enter holds, what a warning draws makes unsafe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from city import COUNTY, build
from shapely.geometry import Point

from dutydesk.app import house
from dutydesk.app.resources import LiveResources
from dutydesk.clock import VirtualClock
from dutydesk.domain.records import Document
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.team import Readiness
from dutydesk.domain.values import Colour, Kind
from dutydesk.engine.by_hand import Hand
from dutydesk.engine.rounds import Rounds
from dutydesk.errors import Refused, UsageError
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


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
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


def test_what_an_officer_enters_holds_over_the_register(office: Office) -> None:
    office.hand.set_shelter("hall", ShelterState.OPEN, None, "officer")
    office.hand.set_shelter("hall", None, 813, "officer", "05:00 清点")
    row = office.shelter("hall")
    assert (row.shelter.state, row.shelter.registered, row.shelter.free) == (ShelterState.OPEN, 813, 187)
    assert (row.set.by, row.set.at, row.set.note) == ("值班0", NOON, "05:00 清点")
    assert office.shelter("hall-2").shelter.free == 1000, "the other hall keeps its own places"
    assert [(each.registered, each.state) for each in office.resources.history("shelter", "hall")] == [
        (813, "open"), (0, "open")]


def test_what_was_entered_stands_in_the_sealed_journal(office: Office) -> None:
    office.hand.set_shelter("hall", ShelterState.OPEN, 12, "officer")
    office.hand.set_team("near", Readiness.ON_SCENE, "officer", "里口山")
    office.rounds.supervise.seal(NOON)
    with office.store.read() as reads:
        rows = [(row.what, row.person, dict(row.facts)) for row in reads.journal()]
    assert rows == [
        ("shelter_set", "officer", {"shelter": "hall", "shelter_state": "open", "n": 12, "text": ""}),
        ("team_set", "officer", {"team": "near", "team_state": "on_scene", "text": "里口山"})]


@pytest.mark.parametrize(("state", "registered", "says"), [
    (None, 5, "先启用"), (ShelterState.STANDBY, 5, "先启用"), (ShelterState.CLOSED, 5, "先把人数改为 0"),
    (ShelterState.OPEN, -1, "负数"), (ShelterState.OPEN, 10_001, "不像是真的"),
])
def test_what_cannot_be_is_refused_and_changes_nothing(office: Office, state, registered, says) -> None:
    with pytest.raises(Refused, match=says):
        office.hand.set_shelter("hall", state, registered, "officer")
    assert office.shelter("hall").set is None


def test_a_shelter_with_people_in_it_is_not_closed_and_one_too_many_is_believed(office: Office) -> None:
    office.hand.set_shelter("hall", ShelterState.OPEN, 1200, "officer")
    assert office.shelter("hall").shelter.free == 0
    for state in (ShelterState.CLOSED, ShelterState.STANDBY):
        with pytest.raises(Refused):
            office.hand.set_shelter("hall", state, None, "officer")
    office.hand.set_shelter("hall", ShelterState.CLOSED, 0, "officer")
    assert office.shelter("hall").shelter.state is ShelterState.CLOSED


def test_only_officers_and_only_entries_of_the_register(office: Office) -> None:
    with pytest.raises(Refused, match="值班表"):
        office.hand.set_shelter("hall", ShelterState.OPEN, None, f"{TOWN}-1")
    with pytest.raises(Refused, match="castle"):
        office.hand.set_shelter("castle", ShelterState.OPEN, None, "officer")
    with pytest.raises(Refused, match="legion"):
        office.hand.set_team("legion", Readiness.RESTING, "officer")


def test_a_shelter_inside_the_drawn_area_is_unsafe_and_never_proposed(office: Office) -> None:
    incident = office.warn(DRAWN)
    assert {row.shelter.id: [each.reason for each in row.unsafe] for row in office.resources.shelters()} == {
        "school": ["在预警区内"], "square": ["不适用于该灾种"], "hall": [], "hall-2": []}
    found = office.resources.sheltering(incident)
    assert (found.drawn, found.usable, found.unsafe, found.free, found.by_road) == (True, 2, 2, 2000, False)
    assert {tuple(each.shelter.id for each in row.proposals) for row in found.rows} == {("hall", "hall-2")}
    assert [row.name for row in found.rows] == [f"1号镇{rank}村" for rank in (1, 2, 3, 4)]


def test_where_a_warning_names_units_only_shelters_are_judged_by_fitness(office: Office) -> None:
    incident = office.warn()
    found = office.resources.sheltering(incident)
    assert not found.drawn
    assert {tuple(each.shelter.id for each in row.proposals) for row in found.rows} == {("school", "hall", "hall-2")}
    assert office.shelter("school").unsafe == ()


def test_a_closed_or_full_shelter_is_not_proposed(office: Office) -> None:
    office.hand.set_shelter("school", ShelterState.CLOSED, None, "officer")
    office.hand.set_shelter("hall", ShelterState.OPEN, 1000, "officer")
    office.hand.open_incident(Kind.REAL, "flood", Colour.RED, [TOWN], "officer", "漫坝")
    with office.store.read() as reads:
        incident = next(each.id for each in reads.incidents() if each.family == "flood")
    assert {tuple(each.shelter.id for each in row.proposals)
            for row in office.resources.sheltering(incident).rows} == {("hall-2",)}
    assert office.resources.sheltering("nothing") is None


def test_the_nearest_shelters_of_a_place_and_of_a_point(office: Office) -> None:
    village = f"{TOWN}201"
    near = office.resources.near_shelters(village, "flood", people=1, most=2)
    assert [each.shelter.id for each in near] == ["school", "hall"]
    assert near[0].metres == pytest.approx(111, abs=1)
    by_point = office.resources.near_shelters("121.21,37.219", "fire", people=200, most=9)
    assert [each.shelter.id for each in by_point] == ["hall-2", "hall", "square", "school"]
    office.warn(DRAWN)
    assert [each.shelter.id for each in office.resources.near_shelters(village, "flood", people=1, most=1)] == ["hall"]
    for wrong in (("nowhere", "flood"), ("37.2,121.2", "flood"), (village, "floods")):
        with pytest.raises(UsageError):
            office.resources.near_shelters(*wrong, people=1, most=1)


def test_a_layer_of_roads_that_cannot_be_used_leaves_straight_lines(office: Office,
                                                                    caplog: pytest.LogCaptureFixture) -> None:
    broken = LiveResources(office.store, office.resources.ctx, (Point(121.2, 37.2),))
    assert not broken.distances.by_road
    assert "straight lines" in caplog.text


def test_teams_by_readiness_then_time(office: Office) -> None:
    assert [each.team.id for each in office.resources.near_teams(f"{TOWN}201")] == ["far", "near"]
    office.hand.set_team("far", Readiness.UNDER_WAY, "officer")
    assert [each.team.id for each in office.resources.near_teams(f"{TOWN}201")] == ["near", "far"]
    assert [row.team.id for row in office.resources.teams(["city", "town"])] == ["far", "near"]
    assert office.resources.coverage().town_teams == (0, 2), "twenty people are no town's team"
