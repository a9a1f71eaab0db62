"""The commander's map over a real store: the past as the rows were, drawings once and by version, layers by box."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from office import NOON, TOWN, Office

from dutydesk.app.commanding import LETTERS, LiveCommand
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.team import Readiness
from dutydesk.errors import Refused
from dutydesk.ports.hand import Rub, ShelterOrder, Stroke, TeamOrder
from dutydesk.store.views import SqlViews

POINTS = ((121.2, 37.2), (121.22, 37.21))
TOLD = ("colours", "states", "tallies", "alarms")


def stroke(version: int = 1, id: str = "line", text: str = "", sort: str = "fire_line",
           points: tuple[tuple[float, float], ...] = POINTS) -> Stroke:
    return Stroke(id, version, "", sort, text, points)


def token(number: int) -> str:
    return f"{number:016x}"


@pytest.fixture
def command(office: Office) -> LiveCommand:
    return LiveCommand(office.resources)


def shown(command: LiveCommand, at: datetime | None = None) -> dict[str, Any]:
    return dict(command.sections("", NOON + timedelta(days=1), at)["drawings"])


def moments(office: Office, command: LiveCommand) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Let an incident run for a while under an officer's hand; give what the map showed at each step."""
    incident = office.warn()
    chance = random.Random(7)
    for _ in range(25):
        office.clock.move_to(office.clock.now() + timedelta(seconds=chance.randrange(5, 120)))
        office.rounds.run_once(office.clock.now(), sends=True)
        views = SqlViews(office.store)
        rows = [row for row in views.callouts(incident, office.clock.now()) if row.awaits]
        if rows:
            row = chance.choice(rows)
            act = chance.choice(("answer", "on_post"))
            office.hand.answer_by_phone([row.id], f"{TOWN}-1", act, None, "officer")
        live = command.sections(incident, office.clock.now())
        yield office.clock.now(), {name: live[name] for name in TOLD}


def test_the_past_is_shown_as_it_was(office: Office, command: LiveCommand) -> None:
    seen = list(moments(office, command))
    with office.store.read() as reads:
        incident = next(each.id for each in reads.incidents() if each.family == "flood")
    for at, told in seen:
        then = command.sections(incident, office.clock.now(), at)
        assert {name: then[name] for name in TOLD} == told, at
    tallies = [told["tallies"] for _, told in seen]
    assert tallies[0] != tallies[-1]
    assert {"".join(told["states"].values()) for _, told in seen} != {""}
    assert command.sections(incident, office.clock.now(), NOON - timedelta(hours=1))["tallies"] == {}


def test_the_counts_are_those_of_the_board(office: Office, command: LiveCommand) -> None:
    """Two ways of counting, one in SQL; the seats of a post that are asked each by himself count each."""
    *_, (now, told) = moments(office, command)
    board = next(each for each in SqlViews(office.store).board(now) if each.family == "flood")
    it, towns = board.tally, {id for id, _, kind, *_ in command.base()["areas"] if kind == "town"}
    counties = [row for place, row in told["tallies"].items() if place not in towns]
    assert [sum(column) for column in zip(*counties, strict=True)] == [
        it.due, it.called, it.answered, it.on_post, it.silent, it.with_officer]


def test_every_state_has_a_letter_and_places_keep_their_order(office: Office, command: LiveCommand) -> None:
    incident = office.warn()
    office.rounds.run_once(office.clock.now(), sends=False)
    base, states = command.base(), command.sections(incident, NOON)["states"]
    assert len(set(LETTERS.values())) == len(LETTERS)
    told = {each[0]: letter for town, letters in states.items()
            for each, letter in zip(base["places"][town], letters, strict=True) if letter != "-"}
    called = {dot.place: LETTERS[dot.state] for dot in SqlViews(office.store).map_state(incident).dots}
    assert told == called
    assert called


def test_a_drawing_lies_on_the_map_with_its_author_and_time(office: Office, command: LiveCommand) -> None:
    office.hand.send(token(1), stroke(text=" 东线 "), "officer")
    (sort, text, points, version, at, by), = shown(command).values()
    assert (sort, text, points, version) == ("fire_line", "东线", [list(each) for each in POINTS], 1)
    assert (at, by) == (int(NOON.timestamp() * 1000), "值班0")


def test_an_order_sent_again_is_carried_out_once(office: Office, command: LiveCommand) -> None:
    for _ in range(3):
        office.hand.send(token(1), stroke(), "officer")
        office.hand.send(token(2), ShelterOrder("hall", ShelterState.OPEN, 12), "officer")
        office.hand.send(token(3), TeamOrder("near", Readiness.ON_SCENE), "officer")
    with office.store.read() as reads:
        assert len(reads.drawing_history("line")) == 1
        assert len(reads.register_history("shelter", "hall")) == 1
        assert len(reads.register_history("team", "near")) == 1


def test_a_refused_order_can_be_sent_again(office: Office, command: LiveCommand) -> None:
    with pytest.raises(Refused, match="已启用"):
        office.hand.send(token(1), ShelterOrder("hall", None, 5), "officer")
    office.hand.set_shelter("hall", ShelterState.OPEN, None, "officer")
    office.hand.send(token(1), ShelterOrder("hall", None, 5), "officer")
    with office.store.read() as reads:
        assert reads.register_states("shelter")["hall"].registered == 5


def test_a_change_can_be_taken_back_and_nothing_is_lost(office: Office, command: LiveCommand) -> None:
    office.hand.send(token(1), stroke(text="一"), "officer")
    office.hand.send(token(2), stroke(2, text="二"), "officer")
    office.hand.send(token(3), Rub("line", 3, back=True), "officer")
    assert [row[1] for row in shown(command).values()] == ["一"]
    office.hand.send(token(4), Rub("line", 4), "officer")
    assert shown(command) == {}
    office.hand.send(token(5), Rub("line", 5, back=True), "officer")
    assert [row[1] for row in shown(command).values()] == ["一"]
    with office.store.read() as reads:
        assert [(each.version, each.text, each.gone) for each in reads.drawing_history("line")] == [
            (1, "一", False), (2, "二", False), (3, "一", False), (4, "一", True), (5, "一", False)]


def test_the_first_version_taken_back_leaves_the_map(office: Office, command: LiveCommand) -> None:
    office.hand.send(token(1), stroke(), "officer")
    office.hand.send(token(2), Rub("line", 2, back=True), "officer")
    assert shown(command) == {}


@pytest.mark.parametrize("order", [
    stroke(1), stroke(3), stroke(2, sort="river"), stroke(2, points=POINTS[:1]), stroke(2, text="字" * 201),
    Rub("other", 1), Rub("line", 1), stroke(1, id="note", sort="note", points=POINTS[:1]),
    Stroke("new", 1, "no-incident", "fire_line", "", POINTS), ShelterOrder("castle", ShelterState.OPEN, None),
])
def test_what_cannot_be_is_refused(office: Office, command: LiveCommand, order: Any) -> None:
    office.hand.send(token(1), stroke(), "officer")
    with pytest.raises(Refused):
        office.hand.send(token(2), order, "officer")
    assert list(shown(command)) == ["line"]


def test_nobody_but_an_officer_draws_and_no_token_is_guessed(office: Office, command: LiveCommand) -> None:
    with pytest.raises(Refused, match="值班表"):
        office.hand.send(token(1), stroke(), f"{TOWN}-1")
    with pytest.raises(Refused, match="编号"):
        office.hand.send("1", stroke(), "officer")
    assert shown(command) == {}


def test_a_layer_comes_by_box_and_zoom(office: Office, command: LiveCommand) -> None:
    def ids(box: tuple[float, float, float, float] | None) -> set[str]:
        found = command.geojson("shelters", box, 15, "", NOON)
        return {each["properties"]["id"] for each in found["features"]}

    assert ids(None) == {"school", "hall", "hall-2", "square"}
    assert ids((121.2, 37.205, 121.22, 37.215)) == {"hall"}
    assert ids((100, 30, 101, 31)) == set()
    long = tuple((121.2 + n * 1e-5, 37.2 + n % 2 * 1e-6) for n in range(500))
    office.hand.send(token(1), stroke(points=long), "officer")
    fine, coarse = (len(command.geojson("drawings", None, zoom, "", NOON)["features"][0]["geometry"]["coordinates"])
                    for zoom in (22, 8))
    assert fine > 50 > coarse
    with pytest.raises(Refused, match="shelters"):
        command.geojson("castles", None, 10, "", NOON)


def test_an_unknown_incident_is_refused(command: LiveCommand) -> None:
    with pytest.raises(Refused):
        command.sections("nobody", NOON)
    assert command.span("nobody", NOON) is None
