"""Shelters and teams of a site with a database: what officers enter holds, what a warning draws makes unsafe."""

from __future__ import annotations

import pytest
from office import DRAWN, NOON, TOWN, Office
from shapely.geometry import Point

from dutydesk.app.resources import LiveResources
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.team import Readiness
from dutydesk.domain.values import Colour, Kind
from dutydesk.errors import Refused, UsageError


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
