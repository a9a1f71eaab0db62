"""Stories of earthquakes: rings of colours, revisions, deletions, two services that speak of one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from harness import NOON, Story
from invented_site import CITY, FLOOD, PLAYBOOKS, Plan

from dutydesk.domain.quakes import QuakeRules
from dutydesk.domain.records import State
from dutydesk.domain.values import Colour

Tell = Callable[..., Story]
QUAKE = replace(FLOOD, family="quake")
EPICENTRE = (121.12, 37.05)      # off the coast, 25 km west of 石桥镇; the towns lie one after the other to the east


@pytest.fixture
def desk(tell: Tell) -> Story:
    return tell(plan=Plan(playbooks={**PLAYBOOKS, "quake": QUAKE}))


def usgs(magnitude: float | None, *, id: str = "us1", updated: float = 2, status: str = "automatic",
         at: tuple[float, float] = EPICENTRE, ago: float = 3) -> bytes:
    """A feed of the USGS with one quake `ago` minutes before noon, written `updated` minutes after it."""
    when = (NOON - timedelta(minutes=ago)).timestamp() * 1000
    said = {"mag": magnitude, "place": "off Nowhere", "time": when, "updated": when + updated * 60_000,
            "status": status, "type": "earthquake"}
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "id": id, "properties": said,
         "geometry": {"type": "Point", "coordinates": [*at, 10]}}]}).encode()


def cenc(magnitude: float, *, id: str = "CC1", updated: float = 4, deleted: bool = False) -> bytes:
    """A row of the center: the same quake two seconds later and some km off."""
    at = NOON - timedelta(minutes=3) + timedelta(seconds=2)
    return json.dumps({"shuju": [{
        "CATA_ID": id, "O_TIME": f"{at:%Y-%m-%d %H:%M:%S}", "SAVE_TIME": f"{at + timedelta(minutes=updated):%F %T}",
        "EPI_LAT": "37.10", "EPI_LON": "121.15", "EPI_DEPTH": 12, "AUTO_FLAG": "M", "M": str(magnitude),
        "LOCATION_C": "某海域", "IS_DEL": "1" if deleted else ""}]}).encode()


TOWNS = ("石桥镇", "柳溪镇", "云台镇", "港湾镇")


def colours(desk: Story) -> list[Colour | None]:
    """The colours of the towns, those nearest to the sea first."""
    return [desk.colour_of(town, "quake") for town in TOWNS]


RED, ORANGE, YELLOW = Colour.RED, Colour.ORANGE, Colour.YELLOW


def test_a_strong_quake_off_the_coast_rings_the_posts_ring_by_ring(desk: Story) -> None:
    desk.lands(usgs(6.8), source="usgs")
    assert colours(desk) == [RED, ORANGE, ORANGE, ORANGE]
    assert {each.desk for each in desk.incidents(family="quake")} == {CITY, "990103"}
    desk["wang"].is_rung("地震红色预警")
    desk["zhang"].is_rung("地震橙色预警")         # his village lies a few km further from the sea than the town's edge
    desk["song"].is_texted("地震橙色预警")
    assert "red" in desk.reasons(desk.alarm(desk.incidents(family="quake")[0]))


def test_a_quake_too_weak_or_too_far_rings_nobody(desk: Story) -> None:
    desk.lands(usgs(4.8), source="usgs")
    desk.lands(usgs(7.0, id="us2", at=(90.0, 30.0)), source="usgs")
    desk.lands(usgs(5.6, id="us3", at=(120.9, 37.05), ago=2), source="usgs")     # felt, below the threshold
    desk.is_quiet()
    assert desk.incidents(family="quake") == []


def test_a_weaker_quake_right_below_the_town_rings_it(desk: Story) -> None:
    desk.lands(usgs(5.5, at=(121.45, 37.05)), source="usgs")
    assert colours(desk)[0] is not None
    desk["zhang"].is_texted("地震")


def test_a_revision_stands_down_only_those_it_no_longer_reaches(desk: Story) -> None:
    desk.lands(usgs(6.6), source="usgs")
    before = colours(desk)
    desk.forward(1)
    desk.lands(usgs(6.2, updated=9), source="usgs")
    after = colours(desk)
    assert (before, after) == ([ORANGE, ORANGE, ORANGE, YELLOW], [ORANGE, YELLOW, YELLOW, YELLOW])
    assert desk.state("东岭村") is State.CALLING                         # still in the orange ring
    assert desk.state("上柳村") is State.CLOSED                          # its ladder is gone with the orange
    [city, pine] = desk.incidents(family="quake")
    assert len(city.chains) == len(pine.chains) == 1


def test_a_revision_below_the_threshold_keeps_whom_it_still_reaches(desk: Story) -> None:
    desk.lands(usgs(6.2), source="usgs")
    assert colours(desk) == [ORANGE, YELLOW, YELLOW, YELLOW]
    desk.forward(1)
    desk.lands(usgs(5.8, updated=9), source="usgs")
    assert colours(desk) == [YELLOW, YELLOW, YELLOW, None]
    assert desk.state("石桥镇") is State.CALLING
    assert desk.state("港湾镇") is State.CLOSED
    assert desk.state("东岭村") is State.CLOSED


def test_a_revision_upwards_opens_a_new_round_for_those_who_rise(desk: Story) -> None:
    desk.lands(usgs(6.2), source="usgs")
    desk.forward(1)
    desk.forget()
    desk.lands(usgs(7.2, updated=9), source="usgs")
    assert colours(desk)[:2] == [RED, RED]
    desk["zhang"].is_rung("地震红色预警")


def test_a_revision_that_changes_nothing_here_says_nothing(desk: Story) -> None:
    desk.lands(usgs(6.2), source="usgs")
    desk.forget()
    desk.lands(usgs(6.2, updated=30, status="reviewed"), source="usgs")
    desk.is_quiet()
    assert len(desk.journal("issued")) == 1


def test_a_deletion_stands_all_down_reds_too(desk: Story) -> None:
    desk.lands(usgs(6.8), source="usgs")
    assert RED in colours(desk)
    desk.forward(1)
    desk.lands(usgs(None, status="deleted", updated=5), source="usgs")
    assert colours(desk) == [None] * 4
    assert desk.state("东岭村") is State.CLOSED
    assert desk.incidents(family="quake") == []
    desk.forget()
    desk.forward(30)
    desk.is_quiet(but=("officer", "backup", "leader", "county officer", "county backup", "county leader"))


def test_absence_from_the_next_list_ends_nothing(desk: Story) -> None:
    desk.lands(usgs(6.2), source="usgs")
    desk.lands(b'{"type": "FeatureCollection", "features": []}', source="usgs")
    assert colours(desk)[0] is ORANGE


def test_two_services_of_one_quake_ask_once_and_the_stronger_counts(desk: Story) -> None:
    desk.lands(usgs(6.2), source="usgs")
    desk.forget()
    desk.lands(cenc(6.1), source="cenc")
    desk.is_quiet()
    desk.lands(cenc(6.9, updated=6), source="cenc")
    assert colours(desk)[0] is RED
    [city, _] = desk.incidents(family="quake")
    assert len(city.chains) == 1
    with desk.store.read() as reads:
        [shock] = reads.shocks(NOON - timedelta(days=1))
        assert sorted(shock.reports) == ["cenc/CC1", "usgs/us1"]
    desk.lands(usgs(None, status="deleted", updated=12), source="usgs")
    assert colours(desk)[0] is RED            # the center stands by it
    desk.lands(cenc(6.9, updated=20, deleted=True), source="cenc")
    assert ORANGE not in colours(desk)
    assert "confirm" in desk.reasons(desk.alarm(city))     # a red of one service is not lifted by another alone


def test_an_old_quake_in_a_first_poll_rings_nobody(desk: Story) -> None:
    desk.lands(usgs(6.8, ago=25 * 60), source="usgs")
    desk.is_quiet()


def test_the_thresholds_are_the_site_s(tell: Tell) -> None:
    rules = QuakeRules(opens_at=5.0, opens_at_intensity=9.0, yellow_from=3.0, orange_from=4.0)
    desk = tell(plan=Plan(playbooks={**PLAYBOOKS, "quake": QUAKE}, quake=rules))
    desk.lands(usgs(5.2), source="usgs")
    assert colours(desk)[0] is ORANGE


@pytest.mark.parametrize("first", ["usgs", "cenc"])
def test_services_in_either_order_give_the_same_colours(desk: Story, first: str) -> None:
    told = {"usgs": usgs(6.2), "cenc": cenc(6.9)}
    for name in sorted(told, key=lambda name: name != first):
        desk.lands(told[name], source=name)
    assert colours(desk) == [RED, ORANGE, ORANGE, ORANGE]
