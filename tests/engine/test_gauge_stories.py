"""What gauges do: a reading over its threshold rings the right people by itself, and its fall lifts."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from harness import NOON, Story
from invented_alert import BEIJING
from invented_site import BRIDGE, CITY, CLOUD, DAM, WILLOW, Plan

from dutydesk.app.explaining import explain
from dutydesk.domain.observed import Point
from dutydesk.domain.records import Closed, State
from dutydesk.domain.stations import Station
from dutydesk.domain.thresholds import NOW, Fall, Thresholds
from dutydesk.domain.values import Colour
from dutydesk.ports.feed import Source

Tell = Callable[..., Story]

HOUR = timedelta(hours=1)
RAIN = {HOUR: {Colour.ORANGE: 60.0, Colour.RED: 80.0}, 3 * HOUR: {Colour.ORANGE: 100.0, Colour.RED: 120.0}}
LEVEL = {NOW: {Colour.ORANGE: 30.0, Colour.RED: 31.0}}
GAUGE = Station("g1", "东岭雨量站", "rain", "rain", "4101", Point(121.02, 37.02), (f"{BRIDGE}001",))
RIVER = Station("w1", "龙潭水库水位站", "reservoir", "rain", "4102", Point(121.05, 37.05), (DAM,), (WILLOW,))
PLAN = Plan(
    stations={each.id: each for each in (GAUGE, RIVER)},
    thresholds=Thresholds(site={"rain": RAIN}, stations={"w1": {"level": LEVEL}},
                          fall={"rain": Fall(0.1, share=True, hold=timedelta(minutes=30)),
                                "level": Fall(0.2, share=False, hold=timedelta(minutes=30))}, origin="海角县水利局"),
    sources={"rain": Source("rain", "table", "遥测", auto=True, settings={"mapping": "sl323"}),
             "unsure": Source("unsure", "table", "遥测", auto=False, settings={"mapping": "sl323"})})


@pytest.fixture
def hydro(tell: Tell) -> Story:
    """A desk with a rain gauge at a village and a level at a reservoir, whose water goes to Willow."""
    return tell(plan=PLAN)


def rows(*told: tuple[str, datetime, float], field: str = "DRP", period: str = "0.15") -> bytes:
    """Readings as SL 323 writes them: times are Beijing time."""
    lines = [f"{code},{at.astimezone(BEIJING):%Y-%m-%d %H:%M},{value},{period}" for code, at, value in told]
    return "\n".join([f"STCD,TM,{field},INTV", *lines]).encode()


def rains(desk: Story, *mm: float, source: str = "rain", code: str = "4101") -> None:
    """A quarter of an hour passes for each amount, which then lands."""
    for each in mm:
        desk.forward(15)
        desk.lands(rows((code, desk.clock.now(), each)), source=source)


def rises(desk: Story, *levels: float) -> None:
    for each in levels:
        desk.forward(15)
        desk.lands(rows(("4102", desk.clock.now(), each), field="RZ"), source="rain")


# -- rising -------------------------------------------------------------------------------------------
def test_rain_over_its_threshold_rings_the_village_of_the_gauge_and_whoever_is_above_it(hydro: Story) -> None:
    rains(hydro, 20, 20)
    hydro.is_quiet()
    rains(hydro, 45)
    assert "暴雨红色预警" in hydro["zhang"].is_rung("东岭雨量站")
    hydro["wang"].is_rung("红色")
    hydro["qian"].is_quiet()
    hydro["dam"].is_quiet()
    assert hydro.colour_of("东岭村") is Colour.RED
    assert hydro.colour_of("西岭村") is None


def test_the_warning_tells_station_value_period_threshold_and_time(hydro: Story) -> None:
    rains(hydro, 30, 30, 25)
    with hydro.store.read() as reads:
        (chain,) = reads.open_chains()
        version = reads.versions(chain.id)[-1]
    assert version.headline == "东岭雨量站实测1小时雨量85毫米，达到暴雨红色阈值80毫米"
    for word in ("东岭雨量站（g1）", "2026-07-20 12:45", "1小时雨量85毫米", "橙色60、红色80 毫米", "海角县水利局",
                 "缺测，实际不少于此"):
        assert word in version.text, word


def test_a_level_rings_the_reservoir_and_the_town_downstream_with_all_its_villages(hydro: Story) -> None:
    rises(hydro, 29.5, 30.1)
    hydro["dam"].is_texted("洪水橙色预警")
    hydro["qian"].is_texted("龙潭水库水位站")
    hydro["willow"].is_texted()
    hydro["zhang"].is_quiet()


def test_rising_further_opens_the_next_round_in_the_same_warning(hydro: Story) -> None:
    rises(hydro, 30.1)
    hydro["dam"].replies("1")
    hydro.forget()
    rises(hydro, 31.0)
    hydro["dam"].is_rung("红色")
    assert hydro.callout("龙潭水库").round == 2
    with hydro.store.read() as reads:
        (chain,) = reads.open_chains()
        assert [each.msg_type for each in reads.versions(chain.id)] == ["Alert", "Update"]


def test_noise_around_the_threshold_asks_once(hydro: Story) -> None:
    draw = random.Random(7)
    rises(hydro, 31.05)
    rises(hydro, *(31 + draw.uniform(-0.15, 0.15) for _ in range(20)))
    assert hydro.callout("龙潭水库").round == 1
    assert len(hydro.journal("issued")) == 1


def test_a_warning_that_stands_is_said_again_twice_a_day_so_that_it_never_runs_out_unsaid(hydro: Story) -> None:
    rises(hydro, 31.5)
    for number in range(1, 8):
        hydro.clock.move_to(NOON + timedelta(hours=4 * number))
        rises(hydro, 31.5)
    assert [row.facts["msg_type"] for row in hydro.journal("issued")] == ["Alert", "Update", "Update"]
    assert not hydro.tasks("expire")


# -- falling ------------------------------------------------------------------------------------------
def test_a_fall_lowers_slowly_and_then_lifts_by_its_own_hand(hydro: Story) -> None:
    rises(hydro, 31.2, 30.9, 30.85)
    assert hydro.colour_of("龙潭水库") is Colour.RED
    rises(hydro, 30.7, 30.7, 30.7)
    assert hydro.colour_of("龙潭水库") is Colour.ORANGE
    hydro["dam"].is_told("橙色")
    rises(hydro, 29, 29, 29)
    assert hydro.colour_of("龙潭水库") is None
    assert hydro.callout("龙潭水库").closed_as is Closed.STOOD_DOWN
    hydro["dam"].is_told("解除")
    assert "confirm" not in hydro.reasons(hydro.alarm())


def test_silence_lowers_nothing(hydro: Story) -> None:
    rises(hydro, 31.2)
    hydro.clock.move_to(NOON + timedelta(hours=9))
    hydro.settle()
    assert hydro.colour_of("龙潭水库") is Colour.RED


def test_a_gauge_that_falls_silent_over_its_threshold_is_put_before_the_officer_once(hydro: Story) -> None:
    rises(hydro, 31.2)
    assert "silent_gauge" not in hydro.reasons(hydro.house_alarm())
    hydro.forward(119)
    assert "silent_gauge" not in hydro.reasons(hydro.house_alarm())
    hydro.forward(2)
    assert "silent_gauge" in hydro.reasons(hydro.house_alarm())
    assert "龙潭水库水位站超阈值后12:15起没有读数" in str(hydro.house_alarm())
    hydro.forward(60)
    told = [row for row in hydro.journal("alarm") if row.facts["reason"] == "silent_gauge"]
    assert [row.facts["text"] for row in told] == ["w1"]
    rises(hydro, 31.1)
    hydro.forward(1)
    assert "silent_gauge" not in hydro.reasons(hydro.house_alarm())
    assert hydro.journal("gauge_back")
    assert hydro.colour_of("龙潭水库") is Colour.RED


def test_a_silent_gauge_under_its_threshold_or_lifted_rings_nobody(hydro: Story) -> None:
    rises(hydro, 29.0)
    hydro.forward(180)
    assert "silent_gauge" not in hydro.reasons(hydro.house_alarm())
    rises(hydro, 30.2, *[29.0] * 4)
    assert hydro.colour_of("龙潭水库") is None
    hydro.forward(180)
    assert "silent_gauge" not in hydro.reasons(hydro.house_alarm())


def dry(desk: Story) -> None:
    """Three hours without rain have been told."""
    told = [("4101", NOON - timedelta(minutes=15 * number), 0.0) for number in range(13)]
    desk.lands(rows(*told), source="rain")


def test_rain_that_stopped_lifts_only_when_no_reading_lacks_in_the_window(hydro: Story) -> None:
    dry(hydro)
    rains(hydro, 125, 0, 0)
    hydro.forward(15)                      # one quarter of an hour is never told
    rains(hydro, *[0] * 13)
    assert hydro.colour_of("东岭村") is Colour.RED
    rains(hydro, 0)
    assert hydro.colour_of("东岭村") is None


def test_rain_that_stopped_lifts_when_all_windows_are_told(hydro: Story) -> None:
    dry(hydro)
    rains(hydro, 90, *[0] * 6)
    assert hydro.colour_of("东岭村") is None
    assert hydro.callout("东岭村").closed_as is Closed.STOOD_DOWN


# -- order, corrections, restarts ---------------------------------------------------------------------
def state_of(desk: Story) -> tuple[object, ...]:
    with desk.store.read() as reads:
        gauges = [(each.id, each.colour, each.mark_at, dict(each.marks)) for each in reads.gauges(["g1", "w1"])]
    return gauges, desk.colour_of("东岭村"), desk.colour_of("龙潭水库")


@pytest.mark.parametrize("seed", range(8))
def test_late_doubled_and_shuffled_readings_end_in_the_same_state(tell: Tell, seed: int) -> None:
    draw = random.Random(seed)
    start = NOON - timedelta(hours=8)
    values = [max(0.0, draw.gauss(12, 14)) for _ in range(32)]
    told = [rows(("4101", start + timedelta(minutes=15 * n), round(value, 1))) for n, value in enumerate(values)]
    ends = []
    for order in (told, draw.sample(told, len(told)), [*told[::2], *told[1::2], *told[:5]], [told[-1], *told[:-1]]):
        desk = tell(plan=PLAN)
        for each in order:
            desk.lands(each, source="rain")
        ends.append(state_of(desk))
    assert ends[1:] == ends[:1] * 3


def test_a_corrected_reading_takes_back_what_the_wrong_one_opened(hydro: Story) -> None:
    dry(hydro)
    rains(hydro, 85)
    assert hydro.colour_of("东岭村") is Colour.RED
    hydro.lands(rows(("4101", hydro.clock.now(), 8.5)), source="rain")
    assert hydro.colour_of("东岭村") is None


def test_a_restart_in_between_changes_nothing(tell: Tell) -> None:
    ends = []
    for restarts in (False, True):
        desk = tell(plan=PLAN)
        for level in (29, 30.5, 31.2, 30.9, 30.7, 30.7, 30.7, 30.9, 29.0, 29.0):
            rises(desk, level)
            if restarts:
                desk.work()
        ends.append((state_of(desk), [row.facts for row in desk.journal("issued")],
                     [(each.person, each.via, each.text) for each in desk.exchange.history]))
    assert ends[0] == ends[1]


def test_a_colour_outlives_the_readings_it_stands_on(hydro: Story) -> None:
    rises(hydro, 31.2)
    for day in range(1, 20):
        hydro.clock.move_to(NOON + timedelta(days=day))
        rises(hydro, 30.9)
    assert hydro.colour_of("龙潭水库") is Colour.RED, "never lower by more than the margin: it was never lifted"
    with hydro.store.read() as reads:
        kept = reads.readings(["w1"], NOON - timedelta(days=400))
    assert NOON + timedelta(days=12) < kept[0].at
    assert len(kept) <= 8


# -- trust --------------------------------------------------------------------------------------------
def held(tell: Tell) -> Story:
    plan = Plan(stations={"g1": Station("g1", "东岭雨量站", "rain", "unsure", "4101", None, (f"{BRIDGE}001",))},
                thresholds=PLAN.thresholds, sources=PLAN.sources)
    return tell(plan=plan)


def test_a_source_that_is_not_auto_waits_for_the_officer_s_word_and_goes_by_itself(tell: Tell) -> None:
    desk = held(tell)
    desk.lands(rows(("4101", NOON, 90.0)), source="unsure")
    assert "held" in desk.reasons(desk.house_alarm())
    desk["zhang"].is_quiet()
    desk.forward(2)
    desk["zhang"].is_rung("红色")


def test_what_is_held_and_over_before_the_word_came_asks_nobody(tell: Tell) -> None:
    desk = held(tell)
    told = [("4101", NOON - timedelta(minutes=15 * number), 0.0) for number in range(1, 14)]
    desk.lands(rows(*told, ("4101", NOON, 90.0)), source="unsure")
    desk.lands(rows(("4101", NOON, 0.9)), source="unsure")
    desk.forward(10)
    desk["zhang"].is_quiet()
    assert desk.colour_of("东岭村") is None


def test_readings_too_old_ring_nobody_but_the_officer_once(hydro: Story) -> None:
    for number in range(3):
        hydro.lands(rows(("4101", NOON - timedelta(hours=9 - number), 95.0)), source="rain")
    hydro["zhang"].is_quiet()
    assert hydro.reasons(hydro.house_alarm()) == {"late_reading"}
    assert sum(1 for row in hydro.journal("alarm") if row.facts["reason"] == "late_reading") == 1


def test_stations_the_site_does_not_have_are_named_and_nothing_else(hydro: Story) -> None:
    hydro.lands(rows(("9999", NOON, 95.0), ("8888", NOON, 0.0)), source="rain")
    hydro.is_quiet()
    with hydro.store.read() as reads:
        assert reads.setting("strangers:rain") == ["8888", "9999"]
        assert reads.readings(["9999"], NOON - HOUR) == []


# -- why ----------------------------------------------------------------------------------------------
def test_explain_names_the_gauge(hydro: Story) -> None:
    rises(hydro, 31.2)
    incident = next(each for each in hydro.incidents() if each.desk == CITY)
    hydro.rounds.supervise.seal(hydro.clock.now())
    with hydro.store.read() as reads:
        told = "\n".join(explain(hydro.setup, reads, incident.id, hydro["qian"].id))
    assert "龙潭水库水位站实测水位31.2米，达到洪水红色阈值31米" in told
    assert "12:15" in told


def test_a_second_gauge_over_its_threshold_is_a_warning_of_its_own_and_asks_a_place_once(hydro: Story) -> None:
    rises(hydro, 31.2)
    rains(hydro, 90)
    with hydro.store.read() as reads:
        assert len(reads.open_chains()) == 2
    assert len(hydro.callouts("龙潭水库")) == 1
    assert hydro.state("东岭村") is State.CALLING


def test_a_place_with_a_threshold_of_its_own_goes_by_that(tell: Tell) -> None:
    station = Station("g1", "望云雨量站", "rain", "rain", "4101", None, (f"{BRIDGE}001",), (CLOUD,))
    early = Thresholds(site={"rain": RAIN}, places={CLOUD: {"rain": {HOUR: {Colour.RED: 40.0}}}})
    desk = tell(plan=Plan(stations={"g1": station}, thresholds=early, sources=PLAN.sources))
    desk.lands(rows(("4101", NOON, 50.0)), source="rain")
    assert (desk.colour_of("松下村"), desk.colour_of("东岭村")) == (Colour.RED, None)
    desk["song"].is_rung()
    desk["zhang"].is_quiet()


def test_readings_come_as_json_as_well(hydro: Story) -> None:
    told = [{"stcd": "4102", "tm": "2026-07-20 12:00:00", "z": "31.5"}]
    hydro.lands(json.dumps({"data": told}).encode(), source="rain")
    hydro["dam"].is_rung("红色")
