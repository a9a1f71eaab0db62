"""Replies of simulated owners, judged by what lies in their phones: none counts for a wrong ask, none is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from harness import Story
from invented_site import FLOOD
from oracle import OracleReply, Sent, messages, replies

from dutydesk.domain.records import Ask, Call, Callout, Closed, Code, Fact, Inbound, Incident, State
from dutydesk.domain.values import Colour, Kind, Outcome, Role, Via
from dutydesk.ports.store import Tx

START = datetime(2026, 7, 20, 4, tzinfo=UTC)
KEPT = ("unclear", "for the officer", "which of the list")   # what becomes of a reply that counts for nothing


@dataclass
class Told:
    """What became of each reply, by its id."""

    facts: dict[str, list[Fact]] = field(default_factory=dict)
    understood: dict[str, str] = field(default_factory=dict)
    asked_back: int = 0
    to_read: set[str] = field(default_factory=set)

    def callouts(self, id: str) -> set[str]:
        return {fact.callout for fact in self.facts.get(id, [])}


def callout_of(ask: str) -> str:
    return ask.rpartition("/")[0]


def lay_out(desk: Story, sent: Sequence[Sent], done_when: str | None) -> None:
    """Write the rows as they stand after the desk has sent these messages."""
    policy = replace(FLOOD.policy("village", Colour.RED, at_night=False), done_when=done_when)
    callouts: dict[str, Callout] = {}
    asks: list[Ask] = []
    calls: list[Call] = []
    silent: dict[str, dict[str, int]] = {}
    for each in sent:
        person, role = f"p{each.number}", Role.SUPERIOR if each.listed else Role.HOLDER
        numbers = {ask: number for number, ask in each.listed.items()}
        for ask in sorted(each.asks):
            id, place = callout_of(ask), callout_of(ask).rpartition("/")[2]
            closed = {"closed_at": each.closed_at.isoformat()} if each.closed_at else {}
            callouts.setdefault(id, Callout(
                id, each.incident, f"{place}/flood", place, each.round, Colour.RED, 1, policy.hash, each.asked_at,
                State.CLOSED if closed else State.CALLING, Closed.STOOD_DOWN if closed else None, 0, 1, 1,
                memo={"event": "暴雨", "family": "flood", **closed}))
            asks.append(Ask(ask, id, each.incident, each.round, place, person, role, each.number, Via.SMS, 0, 1, 1, 1,
                            each.asked_at, "handed", each.call, Outcome.HANDED_OVER))
            silent.setdefault(each.incident, {}).update({f"{person} {place}": numbers[ask]} if numbers else {})
        calls.append(Call(each.call, each.incident, each.round, person, each.number, Via.SMS, "simulator-sms", 1, "",
                          each.code, tuple(sorted(each.asks)), (), each.asked_at, "handed",
                          handed_at=each.handed_at, outcome=Outcome.HANDED_OVER))

    def write(tx: Tx) -> None:
        tx.add_policy(policy)
        for id in {each.incident for each in sent}:
            tx.save_incident(Incident(id, id, "990100", id, Kind.REAL, START, silent=silent.get(id, {})))
        tx.add_callouts(list(callouts.values()))
        tx.add_asks([replace(ask, state="queued", call=None) for ask in asks])
        tx.start_calls([replace(call, state="sending", lease="w", lease_until=START) for call in calls])
        tx.finish_calls([replace(call, lease="w") for call in calls])
        tx.add_codes([Code(each.number, each.code, each.incident, each.round, each.asked_at)
                      for each in sent if each.code])

    desk.store.write(write)


def hear(desk: Story, batches: Iterable[Sequence[tuple[str, OracleReply]]]) -> Told:
    """Let the real desk hear the replies, batch by batch."""
    told = Told()
    for batch in batches:
        rows = [Inbound(id, "simulator-sms", "reply", each.number, each.text, "", each.at) for id, each in batch]
        now = max(each.arrives_at for _, each in batch)
        desk.store.write(lambda tx, rows=rows: tx.add_inbound(rows))
        while desk.rounds.listen.run_once(now):
            pass
    with desk.store.read() as reads:
        for incident in reads.incidents(open_only=False):
            for fact in reads.facts_of(incident.id):
                told.facts.setdefault(fact.source, []).append(fact)
            told.asked_back += sum(row.what == "reply.unclear" for row in reads.notices_of(incident.id))
        told.understood = {row.id: row.understood for state in ("done", "open")
                           for row in reads.inbound(state, 100_000)}
        told.to_read = {task.about for task in reads.tasks(open_only=False) if task.what == "read"}
        assert reads.inbound("new", 1) == []
    return told


def open_at(phone: Sequence[Sent], at: datetime) -> set[str]:
    """The callouts open at a time. A list's numbers hold for the incident's life: a bare 5 2 is about these."""
    return {callout_of(ask) for each in phone if each.asked_at <= at and (each.closed_at is None or each.closed_at > at)
            for ask in each.asks}


def last_round(phone: Sequence[Sent], at: datetime) -> set[str]:
    """The callouts of the round that lies in the phone last: with nothing open a bare word is kept for it."""
    last = max((each for each in phone if each.handed_at <= at), key=lambda each: each.handed_at)
    return {callout_of(ask) for each in phone for ask in each.asks
            if (each.incident, each.round) == (last.incident, last.round)}


def counts_all_the_same(phone: Sequence[Sent], at: datetime) -> set[str]:
    """A second try under way hides nothing: the first listed the same places."""
    wanted = open_at(phone, at)
    lying = {callout_of(ask) for each in phone if each.handed_at <= at for ask in each.asks}
    one_round = len({id.rpartition("/")[0] for id in wanted}) == 1
    return wanted if one_round and wanted <= lying else set()


def judge(reply: OracleReply, counted: set[str], phone: Sequence[Sent]) -> bool:
    """Whether a reply counted for what it was meant for, or for nothing."""
    if not reply.code and not open_at(phone, reply.at):
        return counted <= last_round(phone, reply.at)
    if reply.kind == "list" and not reply.code:
        named = {id for id in open_at(phone, reply.at) if int(id.rpartition("/")[2]) in reply.numbers}
        return counted == (named if len(named) == len(reply.numbers) else set())
    if reply.truth is not None:
        return counted == {callout_of(ask) for ask in reply.truth}
    if reply.kind == "ambiguous":
        return counted <= counts_all_the_same(phone, reply.at)
    return not counted


def test_of_ten_thousand_replies_none_counts_for_a_wrong_ask_and_none_is_dropped(desk: Story) -> None:
    rng = Random(20260701)
    sent = messages(rng, 400, start=START)
    heard = {f"in{number}": each for number, each in enumerate(replies(rng, sent, 10_000))}
    phones: dict[str, list[Sent]] = {}
    for each in sent:
        phones.setdefault(each.number, []).append(each)
    lay_out(desk, sent, "page")
    rows = list(heard.items())
    told = hear(desk, [rows[start:start + 250] for start in range(0, len(rows), 250)])
    doubles: dict[tuple[object, ...], list[str]] = {}   # a double proves the very same facts: they are kept once
    for id, reply in heard.items():
        doubles.setdefault((reply.number, reply.at, reply.text), []).append(id)
    for id, reply in heard.items():
        alike = doubles[reply.number, reply.at, reply.text]
        counted = set().union(*(told.callouts(each) for each in alike))
        assert judge(reply, counted, phones[reply.number]), (id, reply, counted, told.understood[id])
        assert counted or told.understood[id].startswith(KEPT), (id, reply, told.understood[id])
    unclear = [id for id, words in told.understood.items() if words.startswith("unclear")]
    assert told.asked_back == len(unclear)
    assert told.to_read == {id for id, words in told.understood.items() if words.startswith("for the officer")}


def _proven(told: Told) -> set[tuple[object, ...]]:
    return {(fact.callout, fact.what, fact.person, fact.at, fact.act, fact.n) for facts in told.facts.values()
            for fact in facts}


def _one_round_each(sent: Sequence[Sent]) -> list[Sent]:
    rounds: Mapping[str, set[tuple[str, int]]] = {each.number: set() for each in sent}
    for each in sent:
        rounds[each.number].add((each.incident, each.round))
    return [each for each in sent if len(rounds[each.number]) == 1]


@pytest.mark.parametrize("done_when", ["page", "moved", None])
def test_in_whatever_order_and_batches_rows_are_processed_the_same_facts_are_proven(
        tell: type[Story], done_when: str | None) -> None:
    rng = Random(7)
    sent = messages(rng, 40, start=START)
    if done_when != "page":      # a reply ends the callout
        sent = _one_round_each(sent)
    heard = [(f"in{number}", each) for number, each in enumerate(replies(rng, sent, 400))]
    late = max(each.arrives_at for _, each in heard) + timedelta(minutes=1)
    heard = [(id, replace(each, arrives_at=late)) for id, each in heard]
    seen = []
    for size in (400, 37, 1):
        desk = tell()
        lay_out(desk, sent, done_when)
        rows = list(heard)
        rng.shuffle(rows)
        seen.append(_proven(hear(desk, [rows[start:start + size] for start in range(0, len(rows), size)])))
    assert seen[0]
    assert seen[1] == seen[0]
    assert seen[2] == seen[0]
