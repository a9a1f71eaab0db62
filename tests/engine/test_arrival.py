"""In whatever order, in whatever batches and by whatever sources the documents of warnings arrive, they end alike."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_alert import BEIJING, Warn
from invented_site import CITY, PINE, RIVER, SOURCES, Plan, setup
from sqlalchemy import select

from dutydesk import store as stores
from dutydesk.content.texts import SiteTexts
from dutydesk.domain.ids import document_hash
from dutydesk.domain.records import Document, Version
from dutydesk.engine.context import Context
from dutydesk.engine.intake import Intake
from dutydesk.engine.supervise import Supervise
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source
from dutydesk.store.tables import telling, version

NOON = datetime(2026, 7, 20, 12, tzinfo=BEIJING)
MINUTE = timedelta(minutes=1)
LISTS = Source("lists", "nmc", "无正文列表", auto=True)
BRIDGE_TEXT = "清河区气象台将石桥镇暴雨预警调整为{zh}预警。"
HOLDS_TEXT = "清河区气象台将石桥镇暴雨预警调整为{zh}预警，其余镇街暴雨橙色预警仍生效。"


@dataclass(frozen=True, repr=False)
class Paper:
    """One document of one source."""

    source: str
    body: bytes
    name: str = ""

    def __repr__(self) -> str:
        return self.name


@pytest.fixture(scope="module")
def ctx() -> Context:
    site = setup(Plan())
    return Context(site, SiteTexts(site.texts), SOURCES | {"lists": LISTS}, feed, {})


class Desk:
    """The first desk and the work that falls due, without phones: what is asked stands in the callouts."""

    def __init__(self, ctx: Context, template: Path, folder: Path) -> None:
        path = folder / "desk.sqlite3"
        shutil.copy(template, path)
        self.store = stores.open(f"sqlite:///{path}", key=b"k", inline=True, durable=False)
        self.intake, self.supervise = Intake(ctx, self.store), Supervise(ctx, self.store)
        self.now = NOON

    def lands(self, papers: Iterable[Paper]) -> None:
        """Several documents arrive together."""
        self.now += timedelta(seconds=2)
        for each in papers:
            document = Document(document_hash(each.source, each.body), each.source, "x", self.now, each.body)
            self.store.write(lambda tx, document=document: tx.add_document(document))
        self.intake.run_once(self.now)

    def waits(self) -> None:
        """Everything that waits for the officer's word goes by itself."""
        for _ in range(4):
            self.now += 2 * MINUTE
            self.supervise.tasks(self.now)
            self.intake.run_once(self.now)

    def ends(self) -> dict[str, Any]:
        """How it stands: open chains, colours, open incidents, who counts as asked, what every version was told by."""
        with self.store.read() as reads:
            chains = [(each, reads.versions(each.id)) for each in reads.open_chains()]
            incidents = [each for each in reads.incidents() if each.family != "house"]
            asked = {(callout.post, tuple(callout.memo.get("seats", ())), callout.colour)
                     for incident in incidents for callout in reads.callouts_of(incident.id)
                     if not callout.post.endswith("/officer")}
            tellings = {*map(tuple, reads.connection.execute(
                select(version.c.identifier, telling.c.source).join(version, version.c.id == telling.c.version)))}
        return {
            "chains": sorted((chain.office, chain.event, chain.latest, chain.sent, chain.expires,
                              sorted(chain.colours.items()), _life(versions)) for chain, versions in chains),
            "colours": sorted((each.desk, each.family, sorted(each.colours.items())) for each in incidents),
            "asked": sorted(asked), "tellings": sorted(tellings),
        }


def _life(versions: Iterable[Version]) -> list[str]:
    """The messages of a chain since it was lifted last."""
    life: list[str] = []
    for each in sorted(versions, key=lambda each: (each.sent, each.identifier)):
        life = [] if each.msg_type == "Cancel" else [*life, each.identifier]
    return life


@pytest.fixture
def end_of(ctx: Context, _sqlite_template: Path, tmp_path: Path) -> Any:
    def end(batches: Iterable[Sequence[Paper]]) -> dict[str, Any]:
        desk = Desk(ctx, _sqlite_template, tmp_path)
        try:
            for batch in batches:
                desk.lands(batch)
            desk.waits()
            return desk.ends()
        finally:
            desk.store.close()
    return end


def paper(warn: Warn, source: str = "cma") -> Paper:
    of = f", of {warn.refers[-6:-2]}" if warn.refers else ""
    return Paper(source, warn.body, f"{warn.sent:%H%M} {warn.kind} {warn.colour} by {source}{of}")


def listed(warn: Warn) -> Paper:
    """The same message as a list without texts gives it."""
    zh = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}[warn.colour]
    row = {"alertid": warn.identifier, "issuetime": f"{warn.sent.astimezone(BEIJING):%Y/%m/%d %H:%M}",
           "title": f"清河区气象台发布暴雨{zh}色预警信号", "url": "", "pic": ""}
    return Paper("lists", json.dumps({"msg": "success", "data": {"page": {"list": [row]}}}).encode(),
                 f"list-{warn.colour}-{warn.sent:%H%M}")


FIRST = Warn("orange", NOON - 50 * MINUTE)
RAISED = FIRST.then("Update", "red", NOON - 40 * MINUTE, text=BRIDGE_TEXT.format(zh="红色"))
LOWERED = RAISED.then("Update", "yellow", NOON - 30 * MINUTE, text=BRIDGE_TEXT.format(zh="黄色"))
LIFTED = LOWERED.then("Cancel", "yellow", NOON - 20 * MINUTE)
AGAIN = Warn("red", NOON - 10 * MINUTE)
HOLED = RAISED.then("Update", "red", NOON - 25 * MINUTE, refers="99010241600000_20260720000000")
GONE = FIRST.then("Cancel", "orange", NOON - 20 * MINUTE, refers="99010241600000_20260720000000")
FOREIGN = FIRST.then("Cancel", "orange", NOON - 15 * MINUTE, office=CITY)

CHAINS = {
    "raised and lowered in part": [paper(FIRST), paper(RAISED), paper(LOWERED)],
    "raised, lowered, lifted": [paper(FIRST), paper(RAISED), paper(LOWERED), paper(LIFTED)],
    "lifted and issued anew": [paper(FIRST), paper(RAISED), paper(replace(LIFTED, refers=RAISED.identifier)),
                               paper(AGAIN)],
    "a hole in it": [paper(FIRST), paper(HOLED), paper(LOWERED)],
    "a lift of what never came": [paper(FIRST), paper(GONE)],
    "two sources": [paper(FIRST), paper(FIRST, "county"), paper(RAISED, "county"), paper(LIFTED)],
    "an untrusted source too": [paper(FIRST, "stranger"), paper(FIRST), paper(RAISED, "stranger"), paper(LOWERED)],
    "a list without texts": [paper(FIRST), listed(FIRST), listed(RAISED), paper(RAISED)],
    "another hand's lift of a red": [paper(FIRST), paper(RAISED), paper(FOREIGN)],
    "a lift by another source": [paper(AGAIN), paper(AGAIN.then("Cancel", "red", NOON), "county")],
    "that source knew the warning": [paper(AGAIN), paper(AGAIN, "county"),
                                     paper(AGAIN.then("Cancel", "red", NOON), "county")],
    "narrowed": [paper(replace(FIRST, codes=(RIVER, PINE), office=CITY)),
                 paper(replace(FIRST, codes=(RIVER, PINE), office=CITY).then(
                     "Update", "orange", NOON - 5 * MINUTE, codes=(RIVER,)))],
}


@pytest.mark.parametrize("name", CHAINS)
def test_every_order_of_a_chain_ends_alike(name: str, end_of: Any) -> None:
    papers = CHAINS[name]
    in_order = end_of([[each] for each in papers])
    assert end_of([papers]) == in_order
    for order in permutations(papers):
        assert end_of([[each] for each in order]) == in_order, order


def test_the_ends_are_those_the_rules_ask_for(end_of: Any) -> None:
    colours = {name: dict(next(iter(end_of([[each] for each in papers])["colours"]), ("", "", []))[2])
               for name, papers in CHAINS.items()}
    east, willow = "990102101001", "990102102001"
    ends = {name: (found.get(east), found.get(willow)) for name, found in colours.items()}
    assert ends == {
        "raised and lowered in part": (2, 4), "raised, lowered, lifted": (None, None),
        "lifted and issued anew": (4, 4), "a hole in it": (4, 4), "a lift of what never came": (None, None),
        "two sources": (None, None), "an untrusted source too": (2, 4), "a list without texts": (4, 4),
        "another hand's lift of a red": (4, 4), "a lift by another source": (4, 4),
        "that source knew the warning": (None, None), "narrowed": (3, 3),
    }


COLOURS = ("red", "orange", "yellow", "blue")
ZH = {"red": "红色", "orange": "橙色", "yellow": "黄色", "blue": "蓝色"}


@st.composite
def stories(draw: st.DrawFn) -> list[Paper]:
    """One office's warning with its later versions, some of them lost, and copies by other sources."""
    warn = Warn(draw(st.sampled_from(COLOURS)), NOON - 90 * MINUTE)
    papers, known = [paper(warn)], [warn]
    for number in range(draw(st.integers(1, 4))):
        kind = "Cancel" if number and draw(st.integers(0, 4)) == 0 else "Update"
        colour = draw(st.sampled_from(COLOURS))
        text = draw(st.sampled_from(("", BRIDGE_TEXT, HOLDS_TEXT)))
        refers = draw(st.sampled_from([each.identifier for each in known] + ["99010241600000_20260720000000"]))
        warn = warn.then(kind, colour, warn.sent + draw(st.integers(1, 15)) * MINUTE, refers=refers,
                         text=text.format(zh=ZH[colour]) if kind == "Update" else "")
        known.append(warn)
        if draw(st.integers(0, 5)):     # else it is lost
            papers.append(paper(warn, draw(st.sampled_from(("cma", "cma", "cma", "county")))))
        if draw(st.integers(0, 3)) == 0:
            papers.append(draw(st.sampled_from((paper(warn, "county"), paper(warn, "stranger"), paper(warn)))))
        if kind == "Cancel":
            break
    return papers


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(papers=stories(), seed=st.integers(0, 2**32))
def test_any_order_and_batching_of_any_story_ends_alike(papers: list[Paper], seed: int, end_of: Any) -> None:
    draw = random.Random(seed)
    in_order = end_of([[each] for each in papers])
    shuffled = [*papers, *draw.sample(papers, draw.randint(0, len(papers)))]   # some come twice
    draw.shuffle(shuffled)
    batches: list[list[Paper]] = [[]]
    for each in shuffled:
        batches[-1].append(each)
        if draw.random() < 0.5:
            batches.append([])
    assert end_of([each for each in batches if each]) == in_order
