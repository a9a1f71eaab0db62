"""The commander's map at its addresses: what changed since, the past, orders once, layers for other programs."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from conftest import Console
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.team import Readiness
from dutydesk.ports.hand import Rub, ShelterOrder, Stroke, TeamOrder
from dutydesk.web.command import Past

PARTS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), max_size=3)
STATES = st.fixed_dictionaries({"one": PARTS, "two": PARTS})


def merged(sections: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """What a browser makes of a change."""
    found = deepcopy(sections)
    for name, part in changed.items():
        for key, value in part.items():
            found[name].pop(key, None)
            if value is not None:
                found[name][key] = value
    return found


@given(st.lists(STATES, min_size=2, max_size=6))
def test_changes_make_the_same_map_as_the_whole(states: list[dict[str, Any]]) -> None:
    past, has, version = Past(), states[0], ""
    version = past.keep(states[0])
    for now in states[1:]:
        newest = past.keep(now)
        changed = past.since(version, now)
        assert changed is not None
        has, version = merged(has, dict(changed)), newest
        assert has == now


def test_what_is_not_remembered_is_sent_whole() -> None:
    past = Past(most=2)
    first = past.keep({"one": {"a": 1}})
    assert past.since(first, {"one": {"a": 1}}) == {}
    for number in range(2):
        past.keep({"one": {"a": 2 + number}})
    assert past.since(first, {"one": {}}) is None


def state(console: Console, **asked: object) -> Any:
    return console.client.get("/command/state.json", params={"incident": "i1", **asked}).json()


def test_only_what_changed_is_sent(console: Console) -> None:
    first = state(console)
    assert first["whole"]
    assert first["sections"] == console.command.parts
    assert state(console, after=first["version"])["sections"] == {}
    console.command.parts["states"]["371003101"] = "aaa-"
    del console.command.parts["drawings"]["d1"]
    second = state(console, after=first["version"])
    assert not second["whole"]
    assert second["sections"] == {"states": {"371003101": "aaa-"}, "drawings": {"d1": None}}
    assert second["version"] != first["version"]


def test_the_past_is_asked_by_its_moment_and_never_kept(console: Console) -> None:
    told = state(console, at=1_626_721_200_000)
    assert console.command.asked[-1] == ("i1", datetime(2021, 7, 19, 19, 0, tzinfo=UTC))
    assert told["whole"]
    assert told["version"] == ""
    assert told["since"] < told["until"]


@pytest.mark.parametrize("asked", [{"incident": "gone"}, {"at": "yesterday"}, {"at": "9" * 30}])
def test_what_cannot_be_shown_is_told_as_a_sentence(console: Console, asked: dict[str, str]) -> None:
    answer = console.client.get("/command/state.json", params={"incident": "i1", **asked})
    assert answer.status_code == 409
    assert answer.json()["error"]


def test_the_first_incident_is_the_worst_of_the_board(console: Console) -> None:
    assert state(console, incident="first")["incident"] == "i1"
    console.views.quiet = True
    assert state(console, incident="first")["incident"] == ""


def test_places_are_fetched_once(console: Console) -> None:
    answer = console.client.get("/command/base.json")
    again = console.client.get("/command/base.json", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert state(console)["base"] == answer.headers["etag"].strip('"')


def send(console: Console, **order: Any) -> Any:
    return console.client.post("/command/orders", json={"token": "a" * 24, **order})


DRAW = {"what": "draw", "id": "d2", "version": 1, "incident": "i1", "sort": "break", "text": "隔离",
        "points": [[122.1, 37.2], [122.2, 37.3]]}


def test_orders_reach_the_engine_with_their_token(console: Console) -> None:
    console.sit()
    orders = [(DRAW, Stroke("d2", 1, "i1", "break", "隔离", ((122.1, 37.2), (122.2, 37.3)))),
              ({"what": "rub", "id": "d2", "version": 2}, Rub("d2", 2)),
              ({"what": "undo", "id": "d2", "version": 3}, Rub("d2", 3, back=True)),
              ({"what": "shelter", "id": "e1", "state": "open", "registered": 3},
               ShelterOrder("e1", ShelterState.OPEN, 3)),
              ({"what": "team", "id": "t1", "state": "resting"}, TeamOrder("t1", Readiness.RESTING))]
    for told, order in orders:
        answer = send(console, **told)
        assert (answer.status_code, answer.json()) == (200, {"done": "a" * 24})
        assert console.hand.done[-1] == ("send", "a" * 24, order, "o1")


@pytest.mark.parametrize("order", [
    {}, {"what": "burn"}, {**DRAW, "points": "here"}, {**DRAW, "points": [[1]]}, {**DRAW, "version": "x"},
    {**DRAW, "text": 7}, {**DRAW, "id": "x" * 2000}, {"what": "team", "id": "t1", "state": "asleep"},
    {"what": "shelter", "id": "e1", "registered": "many"}, {**DRAW, "sort": "refused"},
])
def test_what_is_no_order_is_refused_as_a_sentence(console: Console, order: dict[str, Any]) -> None:
    console.sit()
    answer = send(console, **order)
    assert answer.status_code == 409
    assert answer.json()["error"]
    assert console.hand.done == []


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff", b"[" * 100_000, b" " * 300_000])
def test_a_body_that_is_no_order_is_refused(console: Console, body: bytes) -> None:
    console.sit()
    assert console.client.post("/command/orders", content=body).status_code == 409


def test_nobody_sends_an_order_without_saying_who_he_is(console: Console) -> None:
    assert send(console, **DRAW).status_code == 403
    assert console.hand.done == []


def test_an_order_of_another_site_is_refused(console: Console) -> None:
    console.sit()
    answer = console.client.post("/command/orders", json={"token": "a" * 24, **DRAW},
                                 headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert console.hand.done == []


def test_layers_come_by_box_and_zoom(console: Console) -> None:
    answer = console.client.get("/geo/shelters.geojson?bbox=122,37,122.5,37.5&zoom=11&incident=i1")
    assert answer.headers["content-type"] == "application/geo+json"
    assert console.command.asked[-1] == ("shelters", (122.0, 37.0, 122.5, 37.5), 11.0, "i1")
    for wrong in ("bbox=1,2,3", "bbox=3,2,1,4", "bbox=a,b,c,d", "zoom=near", "zoom=nan", "zoom=1e9"):
        assert console.client.get(f"/geo/shelters.geojson?{wrong}").status_code == 400


def test_only_the_map_may_load_pictures_and_only_of_the_host_that_was_named(console: Console) -> None:
    def allowed(path: str) -> str:
        return console.client.get(path).headers["content-security-policy"].partition("img-src ")[2].partition(";")[0]

    assert allowed("/command") == "'self' data: https://tiles.example"
    assert allowed("/") == "'self' data:"


def test_the_page_holds_no_contents_and_its_keeper_minds_it_alone(console: Console) -> None:
    console.sit()
    page = console.client.get("/command").text
    assert "林某值" not in page
    assert "东庄村" not in page
    worker = console.client.get("/command/worker.js")
    assert worker.headers["service-worker-allowed"] == "/command"
    assert "javascript" in worker.headers["content-type"]
