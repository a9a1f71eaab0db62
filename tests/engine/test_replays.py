"""Whole stories told again: byte for byte alike, and in time for the leader."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from harness import NOON, Story
from invented_alert import Warn
from invented_site import BRIDGE, Plan

from dutydesk.channels.simulator.population import Population
from dutydesk.domain.scenario import Crowd
from dutydesk.domain.values import Via
from dutydesk.ports.channel import Limits

CUT_DOWN = Plan(villages={BRIDGE: "东岭村 西岭村 南坡村"})
SLACK = timedelta(seconds=15)


def storm(desk: Story, seed: int, crowd: Crowd) -> list[str]:
    """One red, renewed, lowered and lifted, met by a crowd; returns the sealed journal as lines."""
    desk.behave = Population(crowd, seed=seed).behave
    rain = desk.warns("orange")
    desk.forward(6)
    rain = desk.updates(rain, "red", text="石桥镇暴雨橙色预警升级为红色预警，其余镇街暴雨橙色预警仍生效。")
    desk.forward(12)
    rain = desk.updates(rain, "red")
    desk.forward(4)
    desk.lifts(rain)
    desk.forward(2)
    return [f"{row.seq} {row.at.isoformat()} {row.what} {row.incident} {row.callout} {row.person} "
            f"{json.dumps(dict(row.facts), sort_keys=True)} {row.seal}" for row in desk.journal()]


def test_two_runs_with_one_seed_write_the_same_journal_and_another_seed_another(tell: Callable[..., Story]) -> None:
    crowd = Crowd(answer=0.6, night=0.3, median=timedelta(seconds=60), p95=timedelta(minutes=6))
    first, again, other = (storm(tell(plan=CUT_DOWN), seed, crowd) for seed in (7, 7, 8))
    assert len(first) > 200
    assert first == again
    assert first != other


@pytest.mark.parametrize("decade", range(10))
def test_with_everybody_silent_the_leader_s_phone_rings_within_four_minutes_of_a_red(
        tell: Callable[..., Story], decade: int) -> None:
    nobody = Crowd(answer=0.0, night=0.0)
    for seed in range(decade * 10, decade * 10 + 10):
        desk = tell(plan=CUT_DOWN, start=NOON.replace(hour=21))
        desk.behave = Population(nobody, seed=seed).behave
        red = desk.warns("red")
        landed = desk.clock.now()
        desk.forward(2)
        desk.updates(red, "red")
        desk.forward(2.5)
        rang = [each.at for each in desk.exchange.history
                if each.person == desk["leader"].id and each.via is Via.VOICE]
        assert rang, seed
        assert rang[0] - landed <= desk.ctx.rules.officer_leader + SLACK, seed
        desk.close()


def test_one_red_and_four_renewals_with_nobody_answering_leave_every_place_with_a_ringing_officer(
        tell: Callable[..., Story]) -> None:
    """The night of Zhengzhou, 20 July 2021, told on a small site."""
    desk = tell(plan=CUT_DOWN, start=NOON.replace(hour=21))
    rain = desk.warns("red")
    for _ in range(4):
        desk.forward(30)
        rain = desk.updates(rain, "red")
    desk.forget()
    desk.forward(6)
    for village in ("东岭村", "西岭村", "南坡村"):
        assert desk.state(village) == "with_officer"
        assert len(desk.callouts(village)) == 1
    for name in ("officer", "backup", "leader"):
        desk[name].is_rung()


def test_deciding_twice_on_the_same_rows_writes_the_same_rows(tell: Callable[..., Story]) -> None:
    """Every work of the desks is run, rolled back and run again, as a database may ask for."""
    crowd = Crowd(answer=0.6, night=0.3, median=timedelta(seconds=60), p95=timedelta(minutes=6))
    once = storm(tell(plan=CUT_DOWN), 7, crowd)
    desk = tell(plan=CUT_DOWN)
    write = desk.store.write

    class Back(Exception):
        pass

    def twice(work):  # type: ignore[no-untyped-def]
        def first(tx):  # type: ignore[no-untyped-def]
            work(tx)
            raise Back

        with pytest.raises(Back):
            write(first)
        return write(work)

    desk.store.write = twice  # type: ignore[method-assign]
    assert storm(desk, 7, crowd) == once


def test_a_red_first_ring_leaves_at_once_whatever_else_is_queued(tell: Callable[..., Story]) -> None:
    desk = tell(limits=Limits(per_second=9, lines=9))
    now = desk.clock.now()
    desk.lands(Warn("orange", now, event="森林火险"), Warn("orange", now + timedelta(seconds=1), event="台风"),
               Warn("red", now + timedelta(seconds=2), codes=("990103101001",), office="990103"))
    rings = [each for each in desk.exchange.history if each.via is Via.VOICE]
    assert {each.person for each in rings[:2]} == {desk["officer"].id, desk["county officer"].id}
    assert desk["song"].id in {each.person for each in rings[2:8]}
    assert all("红色" in each.text for each in rings[2:8])
