"""Two desks that read each other: a warning at one asks the right people at the other, and never comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import harness
import pytest
from harness import NOON, Story
from invented_site import BRIDGE, CAST, CITY, RIVER
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dutydesk.app.house import Folder
from dutydesk.app.sharing import Sharing
from dutydesk.content.load import Loaded
from dutydesk.domain.alert import Alert, Request
from dutydesk.domain.setup import CapOut, Setup
from dutydesk.domain.values import Colour, Kind
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source
from dutydesk.web.neighbours import Neighbours

ADDRESS = "https://desk.example/cap"
INDEX = Source("neighbour", "cap-index")
OTHER = {CITY: "880100", "990103": "880103"}   # the desks of the other city, which watches the same ground


class Neighbour:
    """What a neighbour reads at the addresses of a desk."""

    def __init__(self, desk: Story) -> None:
        self.desk = desk
        config = replace(desk.setup.config, cap_out=CapOut(on=True, address=ADDRESS))
        folder = Folder(Path(), cast(Loaded, None), replace(desk.setup, config=config))
        self.sharing = Sharing(folder, desk.store.read, desk.clock)
        self.client = TestClient(Starlette(routes=Neighbours(self.sharing).routes()))

    def fetch(self) -> list[bytes]:
        """Read the index as any desk reads one, and everything it names."""
        self.desk.rounds.supervise.seal(self.desk.clock.now())
        answer = self.client.get("/cap/index.atom")
        assert answer.status_code == 200
        found = feed("cap-index").parse(answer.content, INDEX, self.desk.clock.now())
        assert all(isinstance(each, Request) and each.url.startswith(ADDRESS) for each in found)
        paths = [each.url.removeprefix("https://desk.example") for each in found if isinstance(each, Request)]
        answers = [self.client.get(path) for path in paths]
        assert all(each.status_code == 200 for each in answers)
        return [each.content for each in answers]

    def alerts(self) -> list[Alert]:
        found = [feed("cap").parse(body, INDEX, self.desk.clock.now()) for body in self.fetch()]
        return [each for alerts in found for each in alerts if isinstance(each, Alert)]


@pytest.fixture
def other(tell: Callable[..., Story], monkeypatch: pytest.MonkeyPatch) -> Story:
    """The desk of another city, with the same ground and people, and desks of other names."""
    usual = harness.setup

    def setup(plan: harness.Plan) -> Setup:
        made = usual(plan)
        site = replace(
            made.site, desks={OTHER[id]: replace(desk, id=OTHER[id]) for id, desk in made.site.desks.items()},
            places={id: replace(place, desk=OTHER[place.desk]) for id, place in made.site.places.items()},
            roster=tuple(replace(shift, desk=OTHER[shift.desk]) for shift in made.site.roster))
        return replace(made, site=site)

    with monkeypatch.context() as patch:
        patch.setattr(harness, "setup", setup)
        story = tell()
    return story


def colours(desk: Story) -> dict[str, Colour]:
    return {place: colour for incident in desk.incidents() for place, colour in incident.colours.items()}


def test_a_neighbour_asks_about_the_same_places_in_the_same_colours(desk: Story, other: Story) -> None:
    desk.warns("red")
    other.lands(*Neighbour(desk).fetch())
    assert colours(other) == colours(desk)
    assert colours(other)[BRIDGE] is Colour.RED
    other["zhang"].is_rung("红色")


def test_a_message_read_again_asks_nobody_again(desk: Story, other: Story) -> None:
    desk.warns("red")
    reader = Neighbour(desk)
    other.lands(*reader.fetch())
    other.forget()
    other.lands(*reader.fetch())
    other.is_quiet()


def test_a_rise_and_the_end_reach_the_neighbour(desk: Story, other: Story) -> None:
    reader = Neighbour(desk)
    desk.warns("orange")
    other.lands(*reader.fetch())
    for each in (desk, other):
        each.forward(1)
    desk.updates(desk.last, "red")
    other.lands(*reader.fetch())
    assert colours(other) == colours(desk)
    assert set(colours(other).values()) == {Colour.RED}
    for each in (desk, other):
        each.forward(1)
    desk.lifts(desk.last)
    other.lands(*reader.fetch())
    assert colours(desk) == colours(other) == {}


def test_one_that_comes_to_the_end_only_is_left_alone(desk: Story, other: Story) -> None:
    desk.lifts(desk.warns("red"))
    other.lands(*Neighbour(desk).fetch())
    other.is_quiet()
    assert colours(other) == {}


@pytest.mark.parametrize("source", ["cma", "stranger"])
def test_our_own_words_coming_back_ask_nobody_and_are_kept(desk: Story, source: str) -> None:
    desk.warns("red")
    bodies = Neighbour(desk).fetch()
    desk.forget()
    hash = desk.lands(*bodies, source=source)
    desk.is_quiet()
    assert not desk.house_alarm()
    with desk.store.read() as reads:
        document = reads.document(hash)
    assert document is not None
    assert document.state == "done"
    assert any(fault.startswith("own-message") for fault in document.faults)


def test_what_a_neighbour_told_is_not_told_on(desk: Story, other: Story) -> None:
    desk.warns("red")
    other.lands(*Neighbour(desk).fetch())
    assert colours(other)
    assert Neighbour(other).fetch() == []


def test_a_message_names_the_office_the_places_and_the_end(desk: Story) -> None:
    desk.warns("orange")
    (alert,) = Neighbour(desk).alerts()
    (info,) = alert.infos
    assert alert.sender == f"dutydesk.{CITY}.orange"
    assert "转发自清河区气象台" in info.description
    assert info.expires == NOON + timedelta(hours=24)
    assert info.areas[0].name == "清河区"
    assert info.areas[0].geocodes[0].value == RIVER.ljust(12, "0")


def test_what_an_officer_opened_by_hand_is_told_and_its_end_too(desk: Story) -> None:
    desk.hand.open_incident(Kind.REAL, "flood", Colour.ORANGE, [BRIDGE], CAST["officer"], "河水上涨")
    (alert,) = Neighbour(desk).alerts()
    assert "由本台值班员设定" in alert.infos[0].description
    assert alert.infos[0].areas[0].name == "石桥镇"
    desk.forward(1)
    (incident,) = desk.incidents()
    desk.hand.lift(incident.id, [CAST["officer"]])
    (cancel,) = Neighbour(desk).alerts()
    assert cancel.msg_type == "Cancel"
    assert [each.identifier for each in cancel.references] == [alert.identifier]


def test_nothing_new_is_304_and_what_no_longer_stands_is_404(desk: Story) -> None:
    reader = Neighbour(desk)
    assert reader.fetch() == []
    warn = desk.warns("orange")
    (before,) = reader.sharing.messages()
    answer = reader.client.get("/cap/index.atom")
    again = reader.client.get("/cap/index.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    desk.forward(1)
    desk.updates(warn, "red")
    reader.fetch()
    assert reader.client.get("/cap/index.atom", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200
    assert reader.client.get(f"/cap/{before.id}.xml").status_code == 404
