"""Stories of fires seen from space: who is rung, who has to look, what the officer enters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from harness import NOON, Story
from invented_site import CITY, CLOUD, HILL, PINE, RIVER, WILLOW, Plan
from shapely.geometry import box

from dutydesk.domain.hotspots import FireRules, HeatSource
from dutydesk.domain.records import State
from dutydesk.domain.values import Colour
from dutydesk.errors import Refused

Tell = Callable[..., Story]
HEADER = "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,frp\n"
ON_HILL = (121.95, 37.05)


def pixels(*at: tuple[float, float], ago: float = 40, before: datetime = NOON, satellite: str = "N20",
           word: str = "n") -> bytes:
    """A poll of FIRMS: pixels at these places, so many minutes before a moment."""
    when = (before - timedelta(minutes=ago)).astimezone(UTC)
    return (HEADER + "".join(f"{lat:.5f},{lon:.5f},340,0.4,0.4,{when:%Y-%m-%d},{when:%H%M},{satellite},VIIRS,{word},"
                             "2.0NRT,12\n" for lon, lat in at)).encode()


FOUR = tuple((ON_HILL[0] + 0.004 * n, ON_HILL[1]) for n in range(4))
FIVE = (*FOUR, (ON_HILL[0] + 0.016, ON_HILL[1]))


def test_four_pixels_on_a_hill_ring_the_ranger_and_start_the_clock(desk: Story) -> None:
    desk.lands(pixels(*FOUR), source="firms")
    desk["ranger"].is_texted("卫星热点橙色预警")
    assert desk.state("望云山") is State.CALLING
    [task] = desk.tasks("热点核实")
    assert task.due_at == desk.clock.now() + timedelta(hours=2)
    assert task.place == HILL
    assert task.owner == desk["willow"].id                   # the town's post answers for the look
    [city, pine] = desk.incidents(family="fire")             # the hill stands between two counties, two desks
    assert "hotspots" in desk.reasons(desk.alarm(city)) & desk.reasons(desk.alarm(pine))
    assert (desk.colour_of(RIVER, "fire"), desk.colour_of(PINE, "fire")) == (Colour.ORANGE, Colour.ORANGE)
    desk.forward(11)
    assert desk["ranger"].rings() > 0


def test_two_pixels_are_looked_at_and_do_not_ring_the_officer(desk: Story) -> None:
    desk.lands(pixels(*FOUR[:2]), source="firms")
    desk["ranger"].is_texted()
    assert len(desk.tasks("热点核实")) == 1
    assert "hotspots" not in desk.reasons(desk.alarm())


def test_a_faint_lone_pixel_is_kept_and_rings_nobody(desk: Story) -> None:
    desk.lands(pixels(ON_HILL, word="l"), source="firms")
    desk.is_quiet()
    assert desk.incidents(family="fire") == []
    assert desk.journal("hotspots")
    desk.lands(pixels((ON_HILL[0] + 0.004, ON_HILL[1]), ago=10), source="firms")     # a second one, and a sure one
    desk["ranger"].is_texted()


def test_a_known_source_of_heat_rings_nobody_until_its_day(tell: Tell) -> None:
    works = HeatSource("works", "轧钢厂", box(121.94, 37.04, 121.98, 37.06), "高炉", date(2026, 7, 20))
    desk = tell(plan=Plan(heat_sources=(works,)))
    desk.lands(pixels(*FOUR), source="firms")
    desk.is_quiet()
    assert desk.incidents(family="fire") == []
    [row] = desk.journal("hotspots_masked")
    assert (row.facts["heat_source"], row.facts["pixels"]) == ("works", 4)
    desk.forward(24 * 60)
    desk.lands(pixels(*FOUR, before=desk.clock.now()), source="firms")
    desk["ranger"].is_texted()


def test_the_next_poll_of_the_same_pixels_asks_nobody_again(desk: Story) -> None:
    desk.lands(pixels(*FOUR), source="firms")
    desk.everybody_answers()
    desk.forward(12)
    desk.forget()
    desk.lands(pixels(*FOUR) + b"\n", source="firms")
    desk.forward(1)
    assert desk.asked() == set()
    assert len(desk.tasks("热点核实")) == 1


def test_a_fire_that_grows_is_one_fire_with_one_clock(desk: Story) -> None:
    desk.lands(pixels(*FOUR[:2]), source="firms")
    desk.lands(pixels(*FIVE[2:], ago=5, satellite="N21"), source="firms")
    assert len(desk.incidents(family="fire")) == 2
    assert len(desk.tasks("热点核实")) == 1
    with desk.store.read() as reads:
        [fire] = reads.fires(NOON - timedelta(days=1), NOON)
        assert (fire.pixels, fire.at_once, fire.issued) == (5, 3, 2)
        [city] = [each for each in desk.incidents(family="fire") if each.desk == CITY]
        assert len(city.chains) == 1
    assert "hotspots" in desk.reasons(desk.alarm(city))


def test_two_fires_that_meet_are_one_and_nobody_is_stood_down(desk: Story) -> None:
    desk.lands(pixels(ON_HILL), source="firms")
    desk.lands(pixels((ON_HILL[0] + 0.035, ON_HILL[1]), ago=30), source="firms")
    assert len(desk.tasks("热点核实")) == 2
    desk.lands(pixels((ON_HILL[0] + 0.0175, ON_HILL[1]), ago=20), source="firms")
    assert [task.state for task in desk.tasks("热点核实")].count("open") == 1
    assert desk.state("望云山") is State.CALLING
    assert desk.colour_of(HILL, "fire") is Colour.ORANGE
    with desk.store.read() as reads:
        [fire] = reads.fires(NOON - timedelta(days=1), NOON)
        assert fire.pixels == 3


def test_two_fires_in_one_county_are_two_chains(desk: Story) -> None:
    desk.lands(pixels((121.91, 37.02), (121.98, 37.08)), source="firms")
    [city, _] = desk.incidents(family="fire")
    assert len(city.chains) == 2
    fires = desk.tasks("热点核实")
    assert len(fires) == 2
    desk.hand.verify_fire(fires[0].about, "none", ["o-1"])
    desk.settle()
    assert desk.state("望云山") is not State.CLOSED            # the other one still burns


def test_old_pixels_of_a_first_poll_ring_nobody(desk: Story) -> None:
    desk.lands(pixels(*FOUR, ago=13 * 60), source="firms")
    desk.is_quiet()
    assert desk.incidents(family="fire") == []


def test_a_source_that_is_not_trusted_waits_for_the_officer_or_its_time(desk: Story) -> None:
    desk.lands(pixels(*FOUR), source="unsure")
    desk.is_quiet(but=("officer", "backup", "leader"))
    assert "held" in desk.reasons(desk.house_alarm())
    desk.forward(2.2)
    desk["ranger"].is_texted()
    assert len(desk.tasks("热点核实")) == 1


def test_pixels_elsewhere_are_none_of_ours(desk: Story) -> None:
    desk.lands(pixels((122.95, 37.9), (100.0, 30.0)), source="firms")
    desk.is_quiet()
    assert desk.incidents(family="fire") == []


def test_near_a_border_both_sides_are_told(tell: Tell) -> None:
    """Pixels 2 km inside one county: the other one and its nearest town are touched, its villages are not."""
    desk = tell(plan=Plan(shapes={RIVER: box(121.4, 37, 121.6, 37.09), PINE: box(121.6, 37, 121.7, 37.09)}))
    desk.lands(pixels((121.577, 37.05)), source="firms")
    assert {each.desk for each in desk.incidents(family="fire")} == {CITY, PINE}
    assert desk.colour_of(WILLOW, "fire") is Colour.ORANGE
    assert desk.colour_of(PINE, "fire") is Colour.ORANGE
    assert desk.colour_of(CLOUD, "fire") is Colour.ORANGE
    assert desk.colour_of("990103101001", "fire") is None
    far = tell(plan=Plan(shapes={RIVER: box(121.4, 37, 121.6, 37.09), PINE: box(121.6, 37, 121.7, 37.09)}))
    far.lands(pixels((121.51, 37.05)), source="firms")
    assert {each.desk for each in far.incidents(family="fire")} == {CITY}


def test_nobody_reports_back_so_the_officer_hears_it_and_the_owner_is_reminded(desk: Story) -> None:
    desk.lands(pixels(*FOUR[:2]), source="firms")
    desk.everybody_answers()
    desk.forward(119)
    assert "verify_late" not in desk.reasons(desk.alarm())
    desk.forward(2)
    assert [task.state for task in desk.tasks("热点核实")] == ["late"]
    assert "verify_late" in desk.reasons(desk.alarm(desk.incidents(family="fire")[0]))
    desk["willow"].is_told("望云山的卫星热点应在14:00前核实")


def test_no_fire_is_a_report_that_is_kept_and_stands_everybody_down(desk: Story) -> None:
    desk.lands(pixels(*FOUR), source="firms")
    [task] = desk.tasks("热点核实")
    desk.hand.verify_fire(task.about, "none", ["o-1"])
    desk.settle()
    assert [each.state for each in desk.tasks("热点核实")] == ["done"]
    assert desk.state("望云山") is State.CLOSED
    assert desk.incidents(family="fire") == []
    with desk.store.read() as reads:
        facts = [fact for incident in desk.incidents(open_only=False) for fact in reads.facts_of(incident.id)]
    assert ("verified", "none", "o-1") in {(fact.what, fact.act, fact.person) for fact in facts}
    desk.forward(180)
    assert [each.state for each in desk.tasks("热点核实")] == ["done"]


def test_what_burns_again_after_no_fire_is_looked_at_again(desk: Story) -> None:
    desk.lands(pixels(*FOUR), source="firms")
    desk.hand.verify_fire(desk.tasks("热点核实")[0].about, "none", ["o-1"])
    desk.forward(30)
    desk.forget()
    desk.lands(pixels(FIVE[4], before=desk.clock.now(), ago=3), source="firms")
    desk["ranger"].is_texted()
    assert [each.state for each in desk.tasks("热点核实")] == ["done", "open"]


def test_a_fire_that_is_one_stops_the_clock_and_stays(desk: Story) -> None:
    desk.lands(pixels(*FOUR), source="firms")
    fire = desk.tasks("热点核实")[0].about
    desk.hand.verify_fire(fire, "fire", ["o-1"])
    desk.lands(pixels(FIVE[4], ago=3), source="firms")
    assert [each.state for each in desk.tasks("热点核实")] == ["done"]      # it is known; nobody looks twice
    assert desk.state("望云山") is State.CALLING


def test_not_found_starts_the_clock_anew_and_tells_the_officer(desk: Story) -> None:
    desk.lands(pixels(*FOUR[:2]), source="firms")
    desk.forward(60)
    desk.hand.verify_fire(desk.tasks("热点核实")[0].about, "unverified", ["o-1"])
    states = {each.due_at: each.state for each in desk.tasks("热点核实")}
    assert states == {NOON + timedelta(hours=2): "done", NOON + timedelta(hours=3): "open"}
    assert "unverified" in desk.reasons(desk.alarm(desk.incidents(family="fire")[0]))


def test_a_red_is_not_lifted_by_one_officer_s_word(tell: Tell) -> None:
    desk = tell(plan=Plan(fire=FireRules(colour_at_once=Colour.RED)))
    desk.lands(pixels(*FOUR), source="firms")
    assert desk.colour_of(HILL, "fire") is Colour.RED
    fire = desk.tasks("热点核实")[0].about
    with pytest.raises(Refused, match="两名"):
        desk.hand.verify_fire(fire, "none", ["o-1", "o-1"])
    desk.hand.verify_fire(fire, "none", ["o-1", "o-2"])
    desk.settle()
    assert desk.state("望云山") is State.CLOSED


@pytest.mark.parametrize(("fire", "result", "officers", "why"), [
    ("nowhere", "none", ["o-1"], "没有热点"), ("", "perhaps", ["o-1"], "没有“perhaps”"),
    ("", "none", ["p-9"], "值班表"), ("", "none", [], "写明"),
])
def test_a_result_nobody_can_use_is_refused(desk: Story, fire: str, result: str, officers: list[str],
                                            why: str) -> None:
    desk.lands(pixels(*FOUR), source="firms")
    with pytest.raises(Refused, match=why):
        desk.hand.verify_fire(fire or desk.tasks("热点核实")[0].about, result, officers)


def entered(desk: Story, incident: str) -> list[str]:
    with desk.store.read() as reads:
        return [fact.act for fact in reads.facts_of(incident) if fact.what == "fire"]


def test_the_record_of_a_fire_begins_with_the_satellite_and_goes_in_its_order(desk: Story) -> None:
    desk.lands(pixels(*FOUR), source="firms")
    incident = desk.incidents(family="fire")[0].id
    assert entered(desk, incident) == ["found"]
    for state in ("dispatched", "arrived", "dispatched", "contained", "extinguished", "guarded", "accepted"):
        desk.forward(5)
        desk.hand.record_fire(incident, state, None, "o-1")
    assert entered(desk, incident) == ["found", "dispatched", "arrived", "dispatched", "contained", "extinguished",
                                       "guarded", "accepted"]
    for state, why in (("accepted", "已经记过"), ("burnt", "没有“burnt”")):
        with pytest.raises(Refused, match=why):
            desk.hand.record_fire(incident, state, None, "o-1")
    with pytest.raises(Refused, match="还没有到"):
        desk.hand.record_fire(incident, "guarded", desk.clock.now() + timedelta(minutes=1), "o-1")


def test_what_rekindles_opens_its_incident_again_and_asks_its_people(desk: Story) -> None:
    desk.lands(pixels(*FOUR), source="firms")
    desk.everybody_answers()
    desk.forward(15)
    incident = next(each.id for each in desk.incidents(family="fire") if each.desk == CITY)
    desk.hand.record_fire(incident, "extinguished", None, "o-1")
    desk.hand.verify_fire(desk.tasks("热点核实")[0].about, "fire", ["o-1"])
    desk.hand.lift(incident, ["o-1"])
    desk.forward(1)
    assert incident not in {each.id for each in desk.incidents(family="fire")}
    desk.forward(60)
    desk.forget()
    desk.hand.record_fire(incident, "rekindled", None, "o-1")
    desk.forward(1)
    assert incident in {each.id for each in desk.incidents(family="fire")}
    desk["ranger"].is_texted("复燃")
    assert "rekindled" in desk.reasons(desk.alarm(next(each for each in desk.incidents(family="fire")
                                                       if each.id == incident)))
    desk.forward(5)
    desk.hand.record_fire(incident, "extinguished", None, "o-1")     # the second outbreak has a record of its own


def test_a_fire_cannot_rekindle_before_it_was_out(desk: Story) -> None:
    desk.lands(pixels(*FOUR), source="firms")
    with pytest.raises(Refused, match="须先记控制或明火扑灭"):
        desk.hand.record_fire(desk.incidents(family="fire")[0].id, "rekindled", None, "o-1")
