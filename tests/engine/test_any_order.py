"""In whatever order and batches the same rows are processed: the same answers, the same acts, the same colours.

A storm of four matters has rung for ten minutes and nobody has spoken. Then what people wrote and pressed meanwhile,
what providers report and what the weather service sends lies there at once, and is dealt with in one order or another.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import count, permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from harness import NOON, Story
from hypothesis import given
from hypothesis import strategies as st
from invented_alert import Warn
from invented_site import BRIDGE, CAST, CITY, FIRE, PLAYBOOKS, VILLAGES, Plan

from dutydesk import store as stores
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from tests.proving import examples

SMALL = Plan(
    villages={town: " ".join(names.split()[:2]) for town, names in VILLAGES.items()},
    playbooks=PLAYBOOKS | {"fire": replace(FIRE, posts=FIRE.posts | {"village": ("flood",)})})
WRITERS = ("wang", "wang's deputy", "head of river", "willow", "zhang", "zhang", "chen", "li", "qian", "officer")
TEXTS = ("1", "1", "1", "2", "3 5", "3 8", "0", "4", "收到", "5", "6 1", "5 1 2", "A1", "B1", "C1", "D1", "C1", "D1",
         "A3 5", "B0", "C2")
MINUTES = 10


@dataclass(frozen=True)
class World:
    """What stands in the database when the rows come, and what the weather service sends next."""

    file: Path
    now: datetime
    flood: Warn
    fire: Warn
    wind: Warn
    calls: dict[str, list[str]]   # number -> its voice calls


_kept: list[TemporaryDirectory[str]] = []


def _folder() -> Path:
    _kept.append(TemporaryDirectory(prefix="dutydesk-order-"))
    return Path(_kept[-1].name)


@cache
def world() -> World:
    """Flood, fire and storm over one county, a second round of the fire, and ten minutes of silence."""
    folder = _folder()
    stores.open(f"sqlite:///{folder / 'world.sqlite3'}", key=b"story", inline=True).close()
    desk = Story(folder, plan=SMALL, url=f"sqlite:///{folder / 'world.sqlite3'}")
    flood = desk.warns("red")
    desk.forward(1)
    fire = desk.warns("orange", event="森林火险")
    wind = desk.warns("red", event="台风", serial="1")
    desk.forward(3)
    fire = desk.updates(fire, "red")
    desk.forward(MINUTES - 4)
    calls: dict[str, list[str]] = {}
    for each in desk.exchange.history:
        if each.via is Via.VOICE:
            calls.setdefault(each.number, []).append(each.call)
    desk.close()
    return World(folder / "world.sqlite3", desk.clock.now(), flood, fire, wind, calls)


Outcomes = tuple[object, ...]
Row = Inbound | Warn
_turn = count()


def ends_in(batches: Sequence[Sequence[Row]]) -> Outcomes:
    """What is proven and which colours stand after the rows were dealt with in these batches."""
    folder = _kept[0] if _kept else None
    assert folder is not None
    path = Path(folder.name) / f"{next(_turn)}.sqlite3"
    shutil.copy(world().file, path)
    desk = Story(path.parent, plan=SMALL, url=f"sqlite:///{path}", start=world().now)
    try:
        for batch in batches:
            heard = [row for row in batch if isinstance(row, Inbound)]
            for warn in batch:
                if isinstance(warn, Warn):
                    desk.puts(warn)
            desk.store.write(lambda tx, heard=heard: tx.add_inbound(heard))
            for _ in range(20):
                if not desk.rounds.run_once(desk.clock.now()):
                    break
        return _proven(desk, {row.id for batch in batches for row in batch if isinstance(row, Inbound)})
    finally:
        desk.close()
        path.unlink()


def _proven(desk: Story, ours: set[str]) -> Outcomes:
    facts, times = set(), set()
    with desk.store.read() as reads:
        incidents = reads.incidents(open_only=False)
        for incident in incidents:
            facts |= {(fact.callout, fact.what, fact.person, fact.via, fact.at, fact.act, fact.n)
                      for fact in reads.facts_of(incident.id) if fact.what != "called" and fact.source in ours}
            times |= {(each.id, each.answered_at, each.acted_at)
                      for each in reads.callouts_of(incident.id, open_only=False)
                      if not each.post.endswith("/officer") and each.opened_at < world().now}
        colours = {(each.desk, each.family): dict(each.colours) for each in incidents if each.family != "house"}
    return frozenset(facts), frozenset(times), repr(sorted(colours.items()))


def said(id: str, name: str, text: str, seconds: float) -> Inbound:
    """A text somebody sent so many seconds after the first warning."""
    number = next(each.number for each in _people()[CAST[name]].numbers)
    return Inbound(id, "simulator-sms", "reply", number, text, "", NOON + timedelta(seconds=seconds))


@cache
def _people():  # type: ignore[no-untyped-def]
    from invented_site import setup
    return setup(SMALL).site.people


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Rows in the order in which they were received: texts, keys, reports, and what the weather service sent."""
    made: list[Row] = []
    writers = draw(st.lists(st.sampled_from(WRITERS), min_size=1, max_size=3))
    for rank in range(draw(st.integers(2, 7))):
        at = draw(st.integers(200, MINUTES * 60 - 2))
        name = draw(st.sampled_from(writers))
        kind = draw(st.sampled_from(("reply", "reply", "reply", "key", "receipt")))
        row = said(f"in{rank}", name, draw(st.sampled_from(TEXTS)), at + rank / 100)
        calls = world().calls.get(row.number, [])
        if kind != "reply" and calls:
            keys = draw(st.sampled_from(("1", "0", "9", "35#", "4", "51#"))) if kind == "key" else ""
            outcome = None if keys else draw(st.sampled_from((Outcome.NO_ANSWER, Outcome.BUSY, Outcome.PICKED_UP,
                                                              Outcome.NUMBER_DEAD)))
            row = replace(row, kind=kind, channel="simulator-voice", text=keys, call=draw(st.sampled_from(calls)),
                          outcome=outcome)
        made.append(row)
    made.sort(key=lambda row: row.received_at if isinstance(row, Inbound) else NOON)
    after = world().now + timedelta(seconds=1)
    flood, fire, wind = world().flood, world().fire, world().wind
    made += draw(st.lists(st.sampled_from((
        flood.then("Cancel", "red", after), flood.then("Update", "orange", after),
        fire.then("Cancel", "red", after), fire.then("Update", "orange", after), wind.then("Cancel", "red", after),
        wind.then("Update", "red", after))), unique_by=lambda warn: warn.event, max_size=2))
    return made


def batched(order: Sequence[Row], cuts: Sequence[bool]) -> Iterator[list[Row]]:
    """The rows in batches: a new one begins where a cut is."""
    batch: list[Row] = []
    for row, cut in zip(order, cuts, strict=True):
        if cut and batch:
            yield batch
            batch = []
        batch.append(row)
    yield batch


@given(data=st.data())
@examples(100)
def test_any_order_and_batches_prove_the_same(data: st.DataObject) -> None:
    world()
    received = data.draw(rows())
    order = data.draw(st.permutations(received))
    cuts = data.draw(st.lists(st.booleans(), min_size=len(order), max_size=len(order)))
    assert ends_in(list(batched(order, cuts))) == ends_in([[row] for row in received])


#: Letters of 石桥镇's holder: A flood (wants people moved), B the fire's first round, C storm, D the fire's second
#: round (both want the answer); of his deputy: A flood, B storm, C fire; of 东岭村's holder: A flood (wants people
#: moved), B and C the fire's two rounds.
STORIES = {
    "a bare answer after two that came late": [("wang", "C1", 400), ("wang", "D1", 410), ("wang", "1", 420)],
    "settled by the deputy": [("wang's deputy", "B1", 550), ("wang's deputy", "C1", 551), ("wang", "3 5", 560)],
    "all settled, and once more": [("zhang", "A3 5", 400), ("zhang", "C1", 401), ("zhang", "3 8", 500)],
    "all settled, by a word each": [("zhang", "A3 5", 400), ("zhang", "1", 420), ("zhang", "C1", 430),
                                    ("zhang", "2", 440)],
    "yes, no, and another's bare one": [("wang", "D1", 400), ("wang", "D0", 405), ("wang", "C1", 410),
                                        ("wang's deputy", "1", 560)],
    "the old round's letter": [("wang", "B1", 300), ("wang", "C1", 310), ("wang", "D1", 320), ("wang", "2", 330)],
}


@pytest.mark.parametrize("story", STORIES)
def test_every_order_of_a_story_proves_the_same(story: str) -> None:
    world()
    received = [said(f"in{rank}", *told) for rank, told in enumerate(STORIES[story])]
    wanted = ends_in([[row] for row in received])
    assert wanted[0]
    for order in permutations(received):
        assert ends_in([[row] for row in order]) == wanted, [row.text for row in order]
    assert ends_in([received]) == wanted


def test_a_bare_answer_counts_once_the_answers_before_it_are_read_and_nobody_is_rung_back() -> None:
    world()
    first, second, bare = (said(f"in{rank}", "wang", text, 400 + rank) for rank, text in enumerate(("C1", "D1", "1")))
    path = Path(_kept[0].name) / "told.sqlite3"
    shutil.copy(world().file, path)
    desk = Story(path.parent, plan=SMALL, url=f"sqlite:///{path}", start=world().now)
    desk.store.write(lambda tx: tx.add_inbound([bare]))
    desk.rounds.listen.run_once(desk.clock.now())
    with desk.store.read() as reads:
        assert [row.understood for row in reads.inbound("open", 9)] == ["unclear: 哪一件不明"]
    desk.hears([first, second])
    with desk.store.read() as reads:
        told = [row.understood for row in reads.inbound_of(bare.number) if row.kind == "reply"]
        assert [each.partition(" ")[0] for each in told] == ["answer"] * 3
        flood = next(each for each in desk.incidents(family="flood") if each.desk == CITY)
        town = [each for each in reads.callouts_of(flood.id) if each.place == BRIDGE]
    assert [each.answered_at for each in town] == [bare.received_at]
    desk["wang"].is_told("收到")
    assert not [each for each in desk.exchange.history if each.person == CAST["wang"] and each.via is Via.VOICE]
    desk.close()
