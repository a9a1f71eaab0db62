"""The example site under a fire on 里口山 and an earthquake off its coast: who is asked, and who is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import harness
import pytest
from harness import Story
from test_fire_stories import pixels
from test_quake_stories import usgs

from dutydesk.content.load import load
from dutydesk.domain.setup import Setup
from dutydesk.domain.values import Colour

ROOT = Path(__file__).parents[2]
LIKOU = "371002100-h01"


@cache
def weihai() -> Setup:
    setup = load(ROOT).setup
    assert setup is not None
    return setup


@pytest.fixture
def desk(tell: Callable[..., Story], monkeypatch: pytest.MonkeyPatch) -> Story:
    monkeypatch.setattr(harness, "setup", lambda plan: weihai())
    return tell()


def asked_places(desk: Story) -> set[str]:
    with desk.store.read() as reads:
        return {callout.place for incident in desk.incidents() for callout in reads.callouts_of(incident.id)
                if not callout.post.endswith("/officer")}


def test_four_pixels_on_likou_ring_its_ranger_and_ask_only_those_around(desk: Story) -> None:
    desk.lands(pixels(*((122.0464 + 0.004 * n, 37.4557) for n in range(4))), source="firms")
    site = weihai().site
    ranger = site.posts[f"{LIKOU}/fire"].seats[0]
    desk[ranger].is_texted("卫星热点橙色预警")
    [task] = desk.tasks("热点核实")
    assert task.place == LIKOU
    assert task.owner in {site.posts[f"{town}/fire"].seats[0] for town in ("371002100", "371002101")}
    asked = asked_places(desk)
    assert {LIKOU, "371002100", "371002", "371000"} <= asked
    counties = {place for place in asked if site.places[place].kind == "county"}
    assert "371083" not in counties                       # 乳山市 lies at the other end
    assert len([place for place in asked if site.places[place].kind == "village"]) < 20
    assert len(asked) < 50
    with desk.store.read() as reads:
        [version] = [each for incident in desk.incidents(family="fire") for chain in incident.chains
                     for each in reads.versions(chain)]
    assert "最近：里口山" in version.text
    assert "最快队伍：" in version.text
    desk.forward(11)
    assert desk[ranger].rings() > 0


def test_a_known_source_of_heat_of_the_example_rings_nobody(desk: Story) -> None:
    desk.lands(pixels((122.103, 37.325), (122.106, 37.326)), source="firms")
    desk.is_quiet()
    assert desk.incidents() == []
    assert [row.facts["heat_source"] for row in desk.journal("hotspots_masked")] == ["371073-q01"]


def test_a_quake_off_the_east_coast_asks_in_rings(desk: Story) -> None:
    desk.lands(usgs(6.2, at=(122.9, 37.2)), source="usgs")
    if not asked_places(desk):      # below red and above 1,000 posts: held for the officer's word, then by itself
        desk.forward(2.2)
    [city, rongcheng] = desk.incidents(family="quake")
    assert rongcheng.colours["371082"] is Colour.ORANGE
    assert city.colours["371000"] is Colour.ORANGE          # as its worst part below
    assert city.colours["371003"] is Colour.YELLOW
    site = weihai().site
    shallow = {place for place in asked_places(desk) if site.places[place].kind == "village"}
    assert shallow
    assert {site.places[place].desk for place in shallow} == {"371082"}
    texts = {each.text for each in desk.unseen() if each.asks and "地震" in each.text}
    assert any("地震橙色预警" in text for text in texts)
    desk.lands(usgs(None, at=(122.9, 37.2), status="deleted", updated=9), source="usgs")
    desk.forward(1)
    assert asked_places(desk) == set()
