"""Random days at a whole desk, judged at the phones and by books of our own, not by the desk's."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from explained import Judge
from harness import Story
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from invented_alert import Warn
from invented_site import BRIDGE, CITY, RIVER, VILLAGES, Plan

from dutydesk import store as stores
from dutydesk.channels.simulator.behaviour import Behaviour, Fate, Said
from dutydesk.domain.records import Callout, State
from dutydesk.domain.values import Colour, Kind
from dutydesk.engine.books import is_officer
from dutydesk.errors import Refused
from tests.proving import examples

SMALL = Plan(villages={BRIDGE: "东岭村 西岭村", **{town: names.split()[0] for town, names in VILLAGES.items()
                                              if town != BRIDGE}})
BOUND = timedelta(minutes=10)       # of the red ladder of the playbook
SLACK = timedelta(seconds=90)       # hand-overs, lost calls, retries of a gateway
PEOPLE = ("zhang", "li", "wang", "chen", "dam", "head of river", "officer", "backup", "qian")
SAFE = frozenset({State.ANSWERED, State.REMINDING, State.TAKEN_OVER, State.WITH_OFFICER, State.CLOSED})
FATES = (Behaviour(), Behaviour(Fate.BUSY), Behaviour(Fate.OFF), Behaviour(Fate.VOICEMAIL), Behaviour(Fate.DEAD),
         Behaviour(Fate.PICKED_UP, said=(Said(timedelta(seconds=12), "1", key=True),)),
         Behaviour(Fate.PICKED_UP, said=(Said(timedelta(seconds=12), "9", key=True),)))


@cache
def template() -> Path:
    """An empty database, made once."""
    path = Path(_folder()) / "empty.sqlite3"
    stores.open(f"sqlite:///{path}", key=b"story", inline=True).close()
    return path


_kept: list[TemporaryDirectory[str]] = []


def _folder() -> str:
    _kept.append(TemporaryDirectory(prefix="dutydesk-whole-"))
    return _kept[-1].name


class WholeDesk(RuleBasedStateMachine):
    """Warnings, replies, lines, time, officers and dying workers in any order."""

    def __init__(self) -> None:
        super().__init__()
        folder = Path(_folder())
        shutil.copy(template(), folder / "desk.sqlite3")
        self.desk = Story(folder, plan=SMALL, url=f"sqlite:///{folder / 'desk.sqlite3'}")
        self.warn: Warn | None = None
        self.ordered: set[str] = set()
        self.judged = 0

    def teardown(self) -> None:
        try:
            Judge(self.desk, answered_by_hand=frozenset({self.desk["zhang"].id})).everybody()
        finally:
            self.desk.close()

    # -- what happens ---------------------------------------------------------------------------------
    @rule(colour=st.sampled_from(["red", "red", "orange", "yellow"]), codes=st.sampled_from([(RIVER,), (CITY,)]))
    def a_warning_lands(self, colour: str, codes: tuple[str, ...]) -> None:
        self.desk.forward(seconds=1)
        self.warn = self.desk.warns(colour, codes=codes, office=codes[0])

    @precondition(lambda self: self.warn is not None)
    @rule(kind=st.sampled_from(["Update", "Update", "Cancel"]), colour=st.sampled_from(["red", "orange", "yellow"]),
          partly=st.booleans())
    def a_version_follows(self, kind: str, colour: str, partly: bool) -> None:
        assert self.warn is not None
        self.desk.forward(seconds=1)
        zh = Colour[colour.upper()].zh
        text = f"清河区气象台将石桥镇暴雨预警升级为{zh}预警。" if partly else ""
        self.warn = self.desk.follows(self.warn, kind, colour, text=text)

    @rule(name=st.sampled_from(PEOPLE),
          text=st.sampled_from(["1", "1", "2", "3 5", "0", "4", "A1", "B1", "没收到", "5 1"]))
    def somebody_writes(self, name: str, text: str) -> None:
        self.desk[name].replies(text)

    @rule(name=st.sampled_from(PEOPLE), keys=st.sampled_from(["1", "0", "35#", "9", "51#"]))
    def somebody_lifts_a_ringing_phone(self, name: str, keys: str) -> None:
        ringing = [each for each in self.desk[name].numbers if self.desk.rings_now(each)]
        if ringing:
            self.desk[name].presses(keys, number=ringing[0])

    @rule(name=st.sampled_from(PEOPLE), fate=st.sampled_from(FATES))
    def a_phone_changes(self, name: str, fate: Behaviour) -> None:
        self.desk[name].behaves(fate)

    @rule(seconds=st.sampled_from([5, 30, 130, 310]))
    def time_passes(self, seconds: int) -> None:
        self.desk.forward(seconds=seconds)

    @rule()
    def the_worker_dies_with_calls_in_its_hands(self) -> None:
        self.desk.rounds.dispatch.claim(self.desk.clock.now(), 64)
        self.desk.work()

    @rule(order=st.sampled_from(["take", "write_off", "skip", "call_again", "answer", "lift"]), pick=st.integers(0, 50))
    def an_officer_orders(self, order: str, pick: int) -> None:
        incidents, hand = self.desk.incidents(), self.desk.hand
        callouts = [each for each in self.callouts() if each.state is not State.CLOSED]
        if not incidents or not callouts:
            return
        incident, callout = incidents[pick % len(incidents)], callouts[pick % len(callouts)]
        try:
            match order:
                case "take":
                    hand.take_alarm(incident.id, "o-1")
                case "lift":
                    hand.lift(incident.id, ["o-1", "o-2"])
                case "write_off":
                    hand.write_off(callout.id, "o-1", "试")
                case "answer":
                    hand.answer_by_phone([callout.id], self.desk["zhang"].id, "answer", None, "o-1")
                case "skip":
                    hand.skip(callout.id, "o-1")
                case _:
                    hand.call_again(callout.id, "o-1")
        except Refused:
            return
        self.ordered.add(callout.id)
        self.desk.settle()

    @rule()
    def a_drill_begins(self) -> None:
        try:
            self.desk.hand.open_incident(Kind.DRILL, "flood", Colour.ORANGE, [BRIDGE], "o-1", "暴雨")
        except Refused:
            return
        self.desk.settle()

    # -- what must always hold ------------------------------------------------------------------------
    def callouts(self) -> list[Callout]:
        with self.desk.store.read() as reads:
            return [each for incident in reads.incidents(open_only=False)
                    for each in reads.callouts_of(incident.id, open_only=False) if not is_officer(each)]

    @invariant()
    def every_red_place_is_in_safe_hands_within_its_bound(self) -> None:
        now = self.desk.clock.now()
        for each in self.callouts():
            late = now - each.opened_at > BOUND + SLACK
            if late and each.klass == 1 and each.colour is Colour.RED and each.id not in self.ordered:
                declined = bool(each.memo.get("out") or each.memo.get("own"))
                assert each.state in SAFE or each.memo.get("held") or declined, (now, each)

    @invariant()
    def no_ask_leaves_for_what_is_over_and_each_leaves_once(self) -> None:
        assert self.desk.exchange.doubles == {}
        known = {each.id: each for each in self.callouts()}
        arrivals = self.desk.exchange.history[self.judged:]
        self.judged = len(self.desk.exchange.history)
        with self.desk.store.read() as reads:
            calls = {call.id: call for call in reads.calls([each.call for each in arrivals if each.asks])}
            asks = {ask.id: ask for ask in reads.asks([id for call in calls.values() for id in call.asks])}
        for arrival in arrivals:
            for ask in [asks[id] for id in calls[arrival.call].asks] if arrival.asks else []:
                callout = known.get(ask.callout)
                if callout is None:
                    continue
                closed = callout.memo.get("closed_at")
                assert closed is None or datetime.fromisoformat(closed) >= arrival.at, (arrival, callout)
                answered = callout.memo.get("act_from") if callout.state is State.ANSWERED and ask.tries else None
                assert answered is None or datetime.fromisoformat(answered) >= arrival.at, (arrival, callout)
                assert arrival.drill == (callout.klass == 3)

    @invariant()
    def every_answer_was_listed_in_something_that_had_arrived(self) -> None:
        with self.desk.store.read() as reads:
            incidents = reads.incidents(open_only=False)
            facts = [fact for each in incidents for fact in reads.facts_of(each.id) if fact.source]
            calls = [call for each in incidents for call in reads.calls_of(each.id)]
            asks = {ask.id: ask.callout for ask in reads.asks([id for call in calls for id in call.asks])}
            rows = {row.id: row for state in ("done", "open") for row in reads.inbound(state, 10_000)}
        handed = {each.call: each.at for each in self.desk.exchange.history}
        for fact in facts:
            number = rows[fact.source].number
            assert any(call.number == number and handed.get(call.id, fact.at + SLACK) <= fact.at
                       and fact.callout in {asks.get(id) for id in call.asks} for call in calls), fact

    @invariant()
    def a_place_has_the_highest_colour_of_its_open_chains(self) -> None:
        site = self.desk.setup.site
        with self.desk.store.read() as reads:
            chains = {chain.id: chain for chain in reads.open_chains()}
        for incident in self.desk.incidents():
            wanted: dict[str, int] = {}
            given = [chains[id].colours for id in incident.chains if id in chains]
            for colours in [*given, incident.by_hand]:
                for place, colour in colours.items():
                    for above in (place, *(each.id for each in site.ancestors(place))):
                        if site.places[above].desk == incident.desk:
                            wanted[above] = max(wanted.get(above, 0), colour)
            assert dict(incident.colours) == wanted

    @invariant()
    def a_real_orange_leaves_no_drill_at_its_desk(self) -> None:
        serious = {each.desk for each in self.desk.incidents() if each.kind is Kind.REAL
                   and any(colour >= Colour.ORANGE for colour in each.colours.values())}
        assert not [each for each in self.desk.incidents() if each.kind is Kind.DRILL and each.desk in serious]

    @invariant()
    def nothing_that_was_heard_waits(self) -> None:
        with self.desk.store.read() as reads:
            assert not reads.waiting(self.desk.clock.now()).inbound


WholeDesk.TestCase.settings = examples(50, steps=16)
TestWholeDesk = WholeDesk.TestCase
