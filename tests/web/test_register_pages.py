"""Shelters, teams and depots in the console: what is shown, and what an officer enters."""

from __future__ import annotations

import pytest
from conftest import Console
from fake import FakeClock, FakeHand, FakeViews
from lxml import html
from starlette.testclient import TestClient

from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.team import Readiness
from dutydesk.web.app import create


def rows(console: Console, path: str) -> dict[str, str]:
    page = html.fromstring(console.client.get(path).text)
    return {row.get("id"): spoken(row) for row in page.xpath("//main//tr[@id]")}


def spoken(element: html.HtmlElement) -> str:
    """The text, a blank between cells."""
    return " ".join(" ".join(element.itertext()).split())


def test_of_a_thousand_places_with_813_taken_187_are_free(console: Console) -> None:
    row = rows(console, "/shelters")["e-e1"]
    assert "已启用" in row
    assert "187 1000 813" in row


def test_a_shelter_in_danger_says_why_and_leads_to_the_incident(console: Console) -> None:
    page = html.fromstring(console.client.get("/shelters").text)
    cell = page.get_element_by_id("e-e2")
    assert "在预警区内" in cell.text_content()
    assert "/incidents/i1?tab=shelter" in cell.xpath(".//@href")


@pytest.mark.parametrize(("show", "ids"), [
    ("all", ["e-e1", "e-e2", "e-e3"]), ("open", ["e-e1"]), ("free", ["e-e1"]), ("unsafe", ["e-e2"]),
    ("nonsense", ["e-e1", "e-e2", "e-e3"]),
])
def test_the_list_of_shelters_can_be_narrowed(console: Console, show: str, ids: list[str]) -> None:
    assert list(rows(console, f"/shelters?show={show}")) == ids


def test_a_name_of_the_register_is_never_taken_for_markup(console: Console) -> None:
    assert "<b>改建中" not in console.client.get("/shelters").text


def test_the_incident_shows_the_shelters_for_its_places(console: Console) -> None:
    told = rows(console, "/incidents/i1?tab=shelter")
    assert "国际展览中心一号馆 3.2 公里 · 空位 187 · 已启用" in told["sh-371003101001"]
    assert "可能在预警区内" in told["sh-371003101001"]
    assert "没有可用的避难场所" in told["sh-371003101002"]


def test_a_team_below_its_size_and_towns_without_a_depot_are_named(console: Console) -> None:
    page = console.client.get("/teams").text
    assert "应有 30" in page
    assert "下初镇、西苑街道" in page
    assert "2308 / 2768" in page


def test_who_set_what_is_shown(console: Console) -> None:
    page = html.fromstring(console.client.get("/shelters/e1").text)
    assert "林某值 已启用 813 05:00 清点" in spoken(page)


def test_an_officer_opens_a_shelter_and_counts_who_is_in(console: Console) -> None:
    console.sit()
    told = console.client.post("/shelters/e2", data={"state": "open", "registered": " 12 ", "note": "村支书报"})
    assert told.status_code == 204
    told = console.client.post("/shelters/e1", data={"state": "", "registered": "900", "note": ""})
    assert told.status_code == 204
    assert console.hand.done[-2:] == [("set_shelter", "e2", ShelterState.OPEN, 12, "o1", "村支书报"),
                                      ("set_shelter", "e1", None, 900, "o1", "")]


def test_an_officer_enters_what_a_team_is_doing(console: Console) -> None:
    console.sit()
    assert console.client.post("/teams/t1", data={"state": "on_scene", "note": "里口山"}).status_code == 204
    assert console.hand.done[-1] == ("set_team", "t1", Readiness.ON_SCENE, "o1", "里口山")


@pytest.mark.parametrize(("path", "data"), [
    ("/shelters/e1", {"registered": "-3"}), ("/shelters/e1", {"registered": "many"}),
    ("/shelters/e1", {"registered": "99999999"}), ("/shelters/e1", {"state": "burning"}),
    ("/teams/t1", {"state": ""}), ("/teams/t1", {"state": "asleep"}),
])
def test_what_makes_no_sense_is_refused_and_nothing_is_done(console: Console, path: str, data: dict[str, str]) -> None:
    console.sit()
    before = list(console.hand.done)
    assert console.client.post(path, data=data).status_code == 409
    assert console.hand.done == before


def test_nobody_enters_anything_without_saying_who_he_is(console: Console) -> None:
    assert console.client.post("/shelters/e1", data={"registered": "3"}).status_code == 409
    assert console.client.post("/teams/t1", data={"state": "resting"}).status_code == 409
    assert console.hand.done == []


def test_the_map_comes_as_a_file_to_keep(console: Console) -> None:
    answer = console.client.get("/map/export?incident=i1")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="map-20210720-0321.html"'
    assert answer.content == b"<!doctype html>map"
    assert console.client.get("/map/export?incident=none").status_code == 409
    for path in ("/shelters", "/teams", "/incidents/i1"):
        assert html.fromstring(console.client.get(path).text).xpath("//a[@download][starts-with(@href, '/map/export')]")


def test_a_console_without_registers_shows_none() -> None:
    views = FakeViews()
    with TestClient(create(views, FakeHand(views), None, FakeClock())) as client:
        assert "避难场所" not in client.get("/").text
        assert client.get("/shelters").status_code == 404
        page = client.get("/incidents/i1?tab=shelter")
        assert page.status_code == 200
        assert "安置" not in page.text
