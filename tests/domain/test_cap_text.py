"""What the desk writes as CAP is read back field for field by its own reader."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from dutydesk.domain.alert import Alert, Area, Event, Geocode, Info, Reference
from dutydesk.domain.cap_text import PLACE_CODE, cap_text
from dutydesk.domain.values import Colour
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source

BEIJING = ZoneInfo("Asia/Shanghai")
NOON = datetime(2031, 7, 20, 12, tzinfo=BEIJING)
SOURCE = Source("rain", "cap")
EVENTS = (Event("11B03", "暴雨", "flood"), Event("11A51", "山洪", "flood"), Event("11G01", "森林火灾", "fire"))

words = st.text(st.sampled_from("雨大雾<>&\"'甲乙 ab1"), min_size=1, max_size=20).map(str.strip).filter(bool)
degrees = st.integers(0, 40).map(lambda n: n / 8)


@st.composite
def boxes(draw: st.DrawFn) -> Polygon:
    west, south = 120 + draw(degrees), 30 + draw(degrees)
    return box(west, south, west + 0.5, south + 0.25)


shapes = st.one_of(st.none(), boxes(), boxes().map(lambda b: MultiPolygon([b, box(10, 10, 11, 11)])))


@st.composite
def alerts(draw: st.DrawFn) -> Alert:
    event, colour = draw(st.sampled_from(EVENTS)), draw(st.sampled_from(Colour))
    area = Area(draw(words), (Geocode(PLACE_CODE, draw(words)),), draw(shapes))
    times = [draw(st.none() | st.integers(0, 500).map(lambda n: NOON + timedelta(minutes=n))) for _ in range(3)]
    severity = {Colour.RED: "Extreme", Colour.ORANGE: "Severe", Colour.YELLOW: "Moderate", Colour.BLUE: "Minor"}[colour]
    info = Info("zh-CN", event, severity, "Immediate", "Observed", colour, times[0], times[1], times[2], draw(words),
                f"{event.name}{colour.zh}", draw(words), draw(words), (area,))
    references = draw(st.lists(st.sampled_from(["one", "two"]).map(lambda id: Reference(id, "desk", NOON.isoformat())),
                               max_size=2, unique=True))
    return Alert(draw(st.sampled_from(["rain-1", "rain-2"])), "desk", NOON, "Actual",
                 draw(st.sampled_from(["Alert", "Update", "Cancel"])), "Restricted", tuple(references), SOURCE.id,
                 (info,), event, colour, "desk")


@settings(max_examples=150, deadline=None)
@given(alerts())
def test_what_is_written_is_read_back_field_for_field(alert: Alert) -> None:
    (read,) = feed("cap").parse(cap_text(alert), SOURCE, NOON)
    assert isinstance(read, Alert)
    for name in ("identifier", "sender", "sent", "status", "msg_type", "scope", "references", "event", "colour",
                 "office", "asks_officer"):
        assert getattr(read, name) == getattr(alert, name), name
    (written, back) = (alert.infos[0], read.infos[0])
    for name in ("language", "event", "severity", "urgency", "certainty", "colour", "effective", "onset", "expires",
                 "sender_name", "headline", "description", "instruction"):
        assert getattr(back, name) == getattr(written, name), name
    assert back.areas[0].name == written.areas[0].name
    assert back.areas[0].geocodes == written.areas[0].geocodes
    there, here = back.areas[0].geometry, written.areas[0].geometry
    assert (there is None) == (here is None)
    assert here is None or (there is not None and there.symmetric_difference(here).area < 1e-9)


def test_a_point_is_a_circle_without_radius() -> None:
    fire, places = EVENTS[2], (Area("热点", (), Point(122.1, 37.2)),)
    info = Info("zh-CN", fire, "Severe", "Immediate", "Observed", Colour.ORANGE, None, None, None, "", "热点", "", "",
                places)
    alert = Alert("fire-1", "desk", NOON, "Actual", "Alert", "Public", (), "fire", (info,), fire, Colour.ORANGE, "desk")
    assert b"<circle>37.200000,122.100000 0</circle>" in cap_text(alert)
