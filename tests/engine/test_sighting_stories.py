"""Alarms that are no warnings: cameras and callers ring the right people, doubt waits, repeats ask once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from harness import NOON, Story
from invented_site import BRIDGE, DAM, HILL, Plan

from dutydesk.domain.observed import Point
from dutydesk.domain.records import Closed
from dutydesk.domain.values import Colour
from dutydesk.errors import Refused
from dutydesk.ports.feed import Source
from dutydesk.ports.hand import Report

Tell = Callable[..., Story]
CAMS = Source("cams", "sighting", "望火楼", auto=True, settings={
    "confidence": 70, "colour": "red", "devices": {"cam-dam": DAM},
    "mapping": {"device": "cam", "time": "ts", "event": "type", "events": {"fire": "森林火灾", "slide": "山体滑坡"},
                "confidence": "score", "confidence_of": 1, "over": "state", "over_when": ["cleared"]}})
SHY = Source("shy", "sighting", "试用摄像头", auto=False, settings=CAMS.settings)


@pytest.fixture
def desk(tell: Tell) -> Story:
    return tell(plan=Plan(sources={"cams": CAMS, "shy": SHY}))


def sees(desk: Story, source: str = "cams", **more: object) -> None:
    """A camera pushes: by default smoke on the hill, quite sure."""
    told = {"id": f"e{desk.clock.now().timestamp()}", "cam": "cam-1", "ts": desk.clock.now().timestamp() // 1,
            "type": "fire", "lon": 121.54, "lat": 37.05, "score": 0.9, "state": "on"}
    told["ts"] = int(told["ts"])
    desk.lands(json.dumps({**told, **more}).encode(), source=source)


def test_a_sure_camera_rings_the_ranger_of_the_hill(desk: Story) -> None:
    sees(desk, lon=121.945, lat=37.05)
    assert "森林火灾红色预警" in desk["ranger"].is_rung()
    assert desk.colour_of("望云山", "fire") is Colour.RED


def test_a_doubtful_one_is_put_before_the_officer_and_goes_by_itself(desk: Story) -> None:
    sees(desk, lon=121.945, lat=37.05, score=0.4)
    desk["ranger"].is_quiet()
    assert "held" in desk.reasons(desk.house_alarm())
    desk.forward(2)
    desk["ranger"].is_rung()


def test_a_sure_look_after_a_doubtful_one_does_not_wait(desk: Story) -> None:
    sees(desk, lon=121.945, lat=37.05, score=0.4)
    desk.forward(seconds=30)
    sees(desk, lon=121.945, lat=37.05, score=0.95)
    desk["ranger"].is_rung()
    desk.forward(3)
    assert len(desk.callouts("望云山")) == 1


def test_a_source_that_is_not_auto_is_held_however_sure_it_is(desk: Story) -> None:
    sees(desk, source="shy", lon=121.945, lat=37.05, score=1.0)
    desk["ranger"].is_quiet()


def test_a_camera_that_looks_every_minute_asks_once(desk: Story) -> None:
    for _ in range(9):
        sees(desk, lon=121.945, lat=37.05)
        desk["ranger"].replies("1")
        desk.forward(1)
    assert len(desk.callouts("望云山")) == 1
    assert [row.facts["msg_type"] for row in desk.journal("issued")] == ["Alert"]


def test_the_same_push_twice_is_one(desk: Story) -> None:
    body = json.dumps({"id": "e1", "cam": "cam-1", "ts": int(NOON.timestamp()), "type": "fire", "lon": 121.945,
                       "lat": 37.05, "score": 0.9}).encode()
    desk.lands(body, body + b" ", source="cams")
    assert len(desk.journal("issued")) == 1


def test_over_stands_down_who_was_called(desk: Story) -> None:
    sees(desk, lon=121.945, lat=37.05)
    desk.forward(5)
    sees(desk, lon=121.945, lat=37.05, state="cleared")
    assert desk.callout("望云山").closed_as is Closed.STOOD_DOWN
    desk["ranger"].is_told("解除")
    assert desk.colour_of("望云山", "fire") is None


def test_a_device_without_a_position_looks_at_its_place(desk: Story) -> None:
    sees(desk, cam="cam-dam", type="洪水", lon="", lat="")
    desk["dam"].is_rung("洪水")


def test_what_lies_nowhere_is_the_officer_s(desk: Story) -> None:
    sees(desk, lon=10.0, lat=10.0)
    desk.is_quiet(but=("officer",))
    assert "unplaced" in desk.reasons(desk.house_alarm())


def test_a_danger_nobody_wrote_a_playbook_for_goes_by_the_default_one(desk: Story) -> None:
    sees(desk, type="停电", lon=121.44, lat=37.05)
    desk["wang"].is_rung("停电红色预警")


# -- callers ------------------------------------------------------------------------------------------
SLIDE = Report("洪水", Colour.ORANGE, f"{BRIDGE}001", None, "河堤渗水，水到路面", "村民 +99912345")


def test_a_report_shows_whom_it_calls_and_calls_exactly_these(desk: Story) -> None:
    preview = desk.hand.preview_report(SLIDE)
    assert (preview.family, preview.places) == ("flood", 1)
    wanted = {each.person for each in preview.called if each.step == 1}
    assert desk["zhang"].id in wanted
    assert preview.at_once == len(wanted)
    assert desk.incidents() == []
    desk.hand.take_report(SLIDE, "o-1")
    desk.settle()
    assert desk.asked() == wanted
    assert "值班室" in desk["zhang"].is_texted("洪水橙色预警")


def test_a_report_goes_at_once_and_is_kept_with_its_caller_and_time(desk: Story) -> None:
    hash = desk.hand.take_report(SLIDE, "o-1")
    desk.forward(30)
    with desk.store.read() as reads:
        document = reads.document(hash)
        (seen,) = reads.sightings(10)
    assert document is not None
    assert (document.source, document.state, document.received_at) == ("phone", "done", NOON)
    assert json.loads(document.body)["caller"] == "村民 +99912345"
    assert (seen.sighting.text, seen.received_at) == ("河堤渗水，水到路面", NOON)
    assert not any("+99912345" in str(row.facts) for row in desk.journal())
    assert not any("+99912345" in each.text for each in desk.exchange.history)
    assert [row.person for row in desk.journal("reported")] == ["o-1"]


def test_two_callers_about_one_place_ask_it_once(desk: Story) -> None:
    for text in ("水到路面", "水进屋了"):
        desk.hand.take_report(Report("洪水", Colour.ORANGE, f"{BRIDGE}001", None, text), "o-1")
        desk.forward(1)
    assert len(desk.callouts("东岭村")) == 1


def test_a_point_on_the_map_is_where_as_well(desk: Story) -> None:
    preview = desk.hand.preview_report(Report("森林火灾", Colour.RED, "", Point(121.945, 37.05)))
    assert HILL in {each.place for each in preview.called}


@pytest.mark.parametrize(("report", "word"), [
    (Report("", Colour.RED, BRIDGE), "险情"), (Report("洪水", Colour.RED), "地点"),
    (Report("洪水", Colour.RED, "990199"), "990199"), (Report("洪水", Colour.RED, "", Point(200, 37)), "经纬度")])
def test_what_is_no_report_is_refused_with_a_sentence(desk: Story, report: Report, word: str) -> None:
    for act in (lambda: desk.hand.preview_report(report), lambda: desk.hand.take_report(report, "o-1")):
        with pytest.raises(Refused, match=word):
            act()


def test_only_officers_take_reports(desk: Story) -> None:
    with pytest.raises(Refused, match="值班表"):
        desk.hand.take_report(SLIDE, "990102101001-1")
    assert desk.clock.now() - NOON < timedelta(minutes=1)
