"""Incidents to be told to neighbours, on the small invented site, and what a neighbour's reader makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from shapely.geometry import box
from small_site import places

from dutydesk.domain.alert import Alert
from dutydesk.domain.cap_out import Chapter, tell
from dutydesk.domain.cap_text import cap_text
from dutydesk.domain.gazetteer import Gazetteer
from dutydesk.domain.geofence import Fences
from dutydesk.domain.incident import highest
from dutydesk.domain.match import Touch, lift_to_ancestors, match
from dutydesk.domain.records import Chain, Incident, JournalRow
from dutydesk.domain.site import Desk, Place, Site
from dutydesk.domain.succession import Says
from dutydesk.domain.values import Colour, Kind
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source

DESK = "371000"
NOON = datetime(2031, 7, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
ISLET = Place("islet", "鸡鸣岛", "island", ("371082",), desk=DESK, geometry=box(123.5, 37.4, 123.52, 37.42))
SITE = Site(desks={DESK: Desk(DESK, "威海市值班室")}, places={
    id: replace(place, desk=DESK) for id, place in (places() | {ISLET.id: ISLET}).items()})
FENCES = Fences.build(SITE.places.values())
GAZETTEER = Gazetteer.build(SITE)
SOURCE = Source("neighbour", "cap")
LEAVES = sorted(place for place in SITE.places if place not in SITE.children)

subtrees = st.dictionaries(st.sampled_from(sorted(SITE.places)), st.sampled_from(Colour), min_size=1, max_size=5)
leaves = st.dictionaries(st.sampled_from(LEAVES), st.sampled_from(Colour), max_size=6)


@st.composite
def colourings(draw: st.DrawFn) -> dict[str, Colour]:
    """Units with all below them, as a code gives them, and single places set apart in another colour."""
    colours: dict[str, Colour] = {}
    for place, colour in draw(subtrees).items():
        colours |= dict.fromkeys(sorted(SITE.under([place])), colour)
    return colours | draw(leaves)


def chapter(colours: Mapping[str, Colour], *, before: Mapping[str, Colour] | None = None, office: str = "office",
            kind: Kind = Kind.REAL, closed: datetime | None = None) -> Chapter:
    """An incident whose places had the colours `before`, and have these since 10 minutes later."""
    rows, moments = [], ([(NOON, {}, before)] if before else []) + [
        (NOON + timedelta(minutes=10) if before else NOON, before or {}, colours)]
    for at, was, now in moments:
        for place in sorted({*was, *now}):
            if was.get(place) != now.get(place):
                words = [each.word if each else None for each in (was.get(place), now.get(place))]
                rows.append(JournalRow(at, "colour", "i1", "", "", {"place": place, "was": words[0], "now": words[1]},
                                       seq=len(rows) + 5))
    chain = Chain("h1", office, "暴雨", "flood", "cma", "Actual", bool(colours), "a-1", NOON, NOON + timedelta(hours=6),
                  colours)
    incident = Incident("i1", "20310720-1200-371000-flood", DESK, "flood", kind, NOON, closed, chains=("h1",))
    said = [says(moment, given) for moment, _, given in moments]
    return Chapter(incident, (chain,), {"h1": said}, tuple(rows))


def says(sent: datetime, given: Mapping[str, Colour]) -> Says:
    """What a message of the chain says."""
    return Says(f"a-{sent:%H%M}", sent, "Actual", "Alert", not given, "rain", Colour.RED, "office", "威海市气象台",
                "暴雨", dict(given))


def told(one: Chapter, now: datetime = NOON + timedelta(hours=1)) -> list[Alert]:
    """The messages as a neighbour's reader gives them back."""
    found = [feed("cap").parse(cap_text(each), SOURCE, now) for each in tell(one, SITE, FENCES, now)]
    return [each for alerts in found for each in alerts if isinstance(each, Alert)]


def read_back(alerts: list[Alert]) -> dict[str, Colour]:
    """Place -> colour, for a neighbour with the same site."""
    standing = [each for each in alerts if each.msg_type != "Cancel"]
    layers = [{place: touch.colour for place, touch in match(each, SITE, FENCES, GAZETTEER).touches.items()}
              for each in standing]
    return lifted(highest(*layers))


def lifted(colours: Mapping[str, Colour]) -> dict[str, Colour]:
    return lift_to_ancestors({place: Touch(place, colour, "", "") for place, colour in colours.items()}, SITE)
