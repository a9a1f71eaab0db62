"""A red first ring leaves within two seconds of being due, whatever is queued: counted at the phones.

What the provider's rate permits is the only excuse: so many rings of officers and other red first rings as left before
it, at that rate, and nothing else may have left while it waited.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import Story
from hypothesis import example, given
from hypothesis import strategies as st
from invented_alert import Warn
from invented_site import BRIDGE, CLOUD, HARBOUR, PINE, RIVER, WILLOW, ZONE, Plan

from dutydesk.channels.simulator.behaviour import Behaviour, Fate
from dutydesk.domain.records import Ask
from dutydesk.domain.values import Colour, Kind, Role, Via
from dutydesk.engine.composing import RING
from dutydesk.engine.lanes import rate
from dutydesk.errors import Refused
from dutydesk.ports.channel import Limits
from tests.proving import examples

WITHIN = timedelta(seconds=2)
BIG = Plan(villages={
    BRIDGE: " ".join(f"桥{number}村" for number in range(30)),
    WILLOW: " ".join(f"柳{number}村" for number in range(30)), HARBOUR: "渔歌村", CLOUD: "松下村 云根村 石门村 青杨村"})
QUEUED = ("orange flood", "red flood", "yellow flood", "orange fire", "red storm", "lifted flood", "drill")


@dataclass(frozen=True)
class Ring:
    """One voice call at the phones: when, and whether it may go before a red first ring."""

    at: datetime
    person: str
    number: str
    before_all: bool
    asks: tuple[Ask, ...]


def fill(desk: Story, what: str, fires: int) -> None:
    """Queue one more matter than the lines can carry."""
    match what.split():
        case ["drill"]:
            with suppress(Refused):   # something real is on
                desk.hand.open_incident(Kind.DRILL, "flood", Colour.ORANGE, [BRIDGE], "o-1", "暴雨")
                desk.settle()
        case ["lifted", _]:
            desk.lifts(desk.warns("orange", serial=f"9{fires}", event="暴雨"))
        case [colour, "flood"]:
            desk.warns(colour, serial=f"1{fires}", codes=(RIVER, ZONE))
        case [colour, "fire"]:
            desk.warns(colour, serial=f"2{fires}", event="森林火险", codes=(RIVER,))
        case [colour, _]:
            desk.warns(colour, serial=f"3{fires}", event="台风", codes=(RIVER,))


def rings(desk: Story) -> list[Ring]:
    """Every voice call that arrived, and what it carried."""
    history = [each for each in desk.exchange.history if each.via is Via.VOICE]
    with desk.store.read() as reads:
        calls = {call.id: call for call in reads.calls({each.call for each in history})}
        asks = {ask.id: ask for ask in reads.asks({id for call in calls.values() for id in call.asks})}
    found = []
    for each in history:
        carried = tuple(asks[id] for id in calls[each.call].asks)
        before = any(ask.klass == 0 or (ask.klass == 1 and ask.tries <= 1) for ask in carried)
        found.append(Ring(each.at, each.person, each.number, before, carried))
    return found


@given(queued=st.lists(st.sampled_from(QUEUED), min_size=1, max_size=4, unique=True), minutes=st.integers(0, 9),
       limits=st.sampled_from([(5, 9), (5, 20), (3, 60), (50, 45)]), dead=st.integers(0, 3))
@example(queued=["red flood"], minutes=6, limits=(5, 9), dead=2)   # its repeats alone are more than the lines carry
@example(queued=["orange flood", "orange fire"], minutes=1, limits=(5, 9), dead=0)
@examples(8)
def test_a_red_first_ring_leaves_within_two_seconds_whatever_is_queued(
        queued: list[str], minutes: int, limits: tuple[int, int], dead: int) -> None:
    with TemporaryDirectory(prefix="dutydesk-rings-") as folder:
        desk = Story(Path(folder), plan=BIG, limits=Limits(per_second=limits[0], lines=limits[1]))
        try:
            for rank, what in enumerate(queued):
                desk.forward(seconds=1)
                fill(desk, what, rank)
            desk.forward(minutes)
            landed = desk.clock.now()
            for rank in range(dead):
                desk[f"{CLOUD}{rank + 1:03}-1"].behaves(Behaviour(Fate.DEAD))
            desk.lands(Warn("red", landed, codes=(PINE,), office=PINE, serial="7"))
            desk.forward(3)
            judge(rings(desk), due_at(desk, landed), landed, desk.clock.now(), rate(Via.VOICE, desk.limits))
        finally:
            desk.close()


def due_at(desk: Story, landed: datetime) -> list[Ask]:
    """The first rings to holders that fell due when the red landed."""
    with desk.store.read() as reads:
        return [ask for incident in reads.incidents() for callout in reads.callouts_of(incident.id, open_only=False)
                for ask in reads.asks_of(callout.id) if ask.due_at >= landed and ask.via is Via.VOICE
                and ask.klass == 1 and (ask.climb, ask.tries) == (1, 1) and ask.role is Role.HOLDER
                and callout.opened_at == landed]


def judge(every: list[Ring], wanted: list[Ask], landed: datetime, end: datetime, per_second: float) -> None:
    """Each rang in time, and nothing that could wait left before it. A phone that is ringing is no other's fault."""
    assert wanted
    for ask in wanted:
        rang = next((each.at for each in every if ask.id in {carried.id for carried in each.asks}), end)
        if any(each.number == ask.number and landed - RING <= each.at < rang for each in every):
            continue
        lower = [each for each in every if landed < each.at < rang and not each.before_all]
        assert not lower, f"left before {ask}: {lower[:3]}"
        ahead = sum(1 for each in every if landed <= each.at <= rang)
        assert rang <= landed + WITHIN + timedelta(seconds=(ahead + 1) / per_second), (ask, rang, ahead)
