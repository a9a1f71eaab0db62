"""Gauges with their trends, and the form that takes a caller's report in twenty seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from conftest import Console
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from dutydesk.domain.observed import Point
from dutydesk.domain.values import Colour
from dutydesk.web.sparks import HIGH, WIDE, spark

SLIDE = {"place": "371003101", "event": "山体滑坡", "colour": "3", "text": "路基下沉", "caller": "村民"}
START = datetime(2031, 7, 20, tzinfo=UTC)


def words(text: str) -> str:
    return " ".join(html.fromstring(text).text_content().split())


def test_a_gauge_shows_value_sums_state_and_trend(console: Console) -> None:
    page = html.fromstring(console.client.get("/stations").text)
    water, rain, silent = (page.get_element_by_id(f"g-{id}") for id in ("w1", "g1", "g2"))
    assert "30.72" in water.text_content()
    assert "橙色" in water.text_content()
    assert water.xpath(".//polyline/@points")
    assert water.xpath(".//svg/@aria-label") == ["米山水库水位站近24小时过程线"]
    assert "数据中断" in rain.text_content()
    assert "4.5" in rain.text_content()
    assert "27.0+" in rain.text_content(), "six hours have a hole and say so"
    assert "从未收到" in silent.text_content()
    assert not silent.xpath(".//polyline")


def test_the_rain_ahead_and_the_stations_nobody_wrote_down_are_shown(console: Console) -> None:
    told = words(console.client.get("/stations").text)
    assert "文登区" in told
    assert "不自动叫应" in told
    assert "41620099" in told


def test_a_site_without_gauges_says_what_to_do(console: Console) -> None:
    console.views.quiet = True
    told = words(console.client.get("/stations").text)
    assert "geo/stations.geojson" in told
    assert "没有预报来源" in told


def test_the_tab_of_an_incident_shows_the_gauge_that_opened_it(console: Console) -> None:
    told = words(console.client.get("/incidents/i1?tab=readings").text)
    assert "米山水库水位站" in told
    assert "宋村雨量站" not in told


def test_typing_a_place_offers_places_the_first_one_chosen(console: Console) -> None:
    page = html.fromstring(console.client.get("/report?q=大水泊").text)
    (choice,) = page.xpath("//input[@name='place']")
    assert (choice.get("value"), choice.get("checked")) == ("371003101", "checked")
    assert page.get_element_by_id("report-q").get("autofocus") is not None


def test_a_report_shows_whom_it_calls_before_it_calls(console: Console) -> None:
    answer = console.client.post("/report/preview", data=SLIDE)
    told = words(answer.text)
    assert "触及 7 处，立即叫 2 人" in told
    assert "大水泊镇" in told
    assert "镇长" in told
    assert html.fromstring(answer.text).xpath("//button[@autofocus]/@hx-post") == ["/report"]
    assert console.hand.done == []


def test_confirming_it_takes_it_in_by_the_officer_s_name(console: Console) -> None:
    console.sit()
    answer = console.client.post("/report", data=SLIDE, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/documents/d1"
    ((what, report, officer),) = console.hand.done
    assert (what, officer) == ("take_report", "o1")
    assert (report.event, report.colour, report.place, report.text, report.caller) == (
        "山体滑坡", Colour.ORANGE, "371003101", "路基下沉", "村民")


def test_what_is_typed_wins_over_what_is_ticked_and_a_place_over_a_position(console: Console) -> None:
    console.sit()
    console.client.post("/report", data=SLIDE | {"other": "尾矿库渗漏", "lon": "122", "lat": "37"})
    console.client.post("/report", data={"event": "洪水", "lon": "122", "lat": "37", "colour": "9"})
    first, second = (row[1] for row in console.hand.done)
    assert (first.event, first.point) == ("尾矿库渗漏", None)
    assert (second.point, second.colour) == (Point(122, 37), Colour.ORANGE)


def test_nobody_takes_a_report_without_a_name_or_a_place(console: Console) -> None:
    assert console.client.post("/report", data=SLIDE).status_code == 409
    assert "地点" in console.client.post("/report/preview", data={"event": "洪水", "lon": "x"}).text
    console.sit()
    assert console.client.post("/report", data={"event": "洪水"}).status_code == 409
    assert console.hand.done == []


def test_what_was_reported_lately_is_listed_with_picture_and_doubt(console: Console) -> None:
    page = html.fromstring(console.client.get("/report").text)
    told = " ".join(page.text_content().split())
    assert "交值班员核实" in told
    assert "电话报险" in told
    assert page.xpath("//a[@href='https://cams.example/1.jpg']/@rel") == ["noreferrer noopener"]


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50))
def test_a_trend_stays_inside_its_drawing(values: list[float]) -> None:
    points = [tuple(map(float, each.split(",")))
              for each in spark([(START + timedelta(minutes=n), value) for n, value in enumerate(values)]).split()]
    assert len(points) == len(values)
    assert all(0 <= x <= WIDE and 0 <= y <= HIGH for x, y in points)
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    high, low = values.index(max(values)), values.index(min(values))
    assert points[high][1] <= points[low][1]


@pytest.mark.parametrize("trend", [[], [(START, 1.0)]])
def test_one_value_is_no_trend(trend: list[tuple[datetime, float]]) -> None:
    assert spark(trend) == ""
