"""What is due now, looked up once, and look-ups for many at once: the same as one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import store_rows as rows

from dutydesk.domain.records import Document, Inbound, NoticeRow, Task
from dutydesk.domain.values import Via
from dutydesk.ports.store import Tx, Waiting
from dutydesk.store import SqlStore

SECOND = timedelta(seconds=1)


def test_an_empty_store_has_nothing_waiting(store: SqlStore) -> None:
    with store.read() as reads:
        assert reads.waiting(rows.NOW) == Waiting()


def test_whatever_is_due_is_named_with_its_class_and_way_and_nothing_that_is_not(store: SqlStore) -> None:
    def fill(tx: Tx) -> None:
        tx.add_callouts([replace(rows.CALLOUT, klass=1, due_at=rows.NOW),
                         replace(rows.CALLOUT, id="c2", klass=2, due_at=rows.NOW + SECOND)])
        tx.add_asks([replace(rows.ASK, klass=0, via=Via.VOICE),
                     replace(rows.ASK, id="a2", klass=3, via=Via.SMS, due_at=rows.NOW + SECOND)])
        tx.add_notices([NoticeRow("n1", "i", "p", "+9991", "x", "text", rows.NOW)])
        tx.add_inbound([Inbound("in1", "sms", "reply", "+9991", "1", "", rows.NOW)])
        tx.add_document(Document("h", "cma", "a.xml", rows.NOW, b"x"))

    store.write(fill)
    with store.read() as reads:
        now = reads.waiting(rows.NOW)
        later = reads.waiting(rows.NOW + SECOND)
        before = reads.waiting(rows.NOW - SECOND)
    assert now == Waiting(True, True, frozenset({1}), frozenset({(0, Via.VOICE)}), True)
    assert later.callouts == {1, 2}
    assert later.asks == {(0, Via.VOICE), (3, Via.SMS)}
    assert before == Waiting(True, True)


def test_looking_up_many_numbers_gives_what_looking_up_each_gives(store: SqlStore) -> None:
    asks = [replace(rows.ASK, id=f"a{n}", number=f"+999{n % 3}", due_at=rows.NOW + n * SECOND) for n in range(9)]
    calls = [replace(rows.CALL, id=f"k{ask.id}", number=ask.number, asks=(ask.id,), created_at=ask.due_at)
             for ask in asks[:6]]

    def fill(tx: Tx) -> None:
        tx.add_asks(asks)
        tx.start_calls(calls)

    store.write(fill)
    numbers = ["+9990", "+9992"]
    with store.read() as reads:
        for since in (rows.NOW, rows.NOW + 4 * SECOND):
            assert {each.id for each in reads.asks_to_any(numbers, since=since)} == {
                each.id for number in numbers for each in reads.asks_to(number, since=since)}
            assert {each.id for each in reads.calls_to_any(numbers, since=since)} == {
                each.id for number in numbers for each in reads.calls_to(number, since=since)}
        assert reads.calls([calls[3].id, "unknown", calls[0].id]) == [calls[3], calls[0]]
        assert [each.id for each in reads.calls_of(calls[0].incident, since=calls[0].created_at)] == [
            each.id for each in reads.calls_of(calls[0].incident)]
        assert reads.calls_of(calls[0].incident, since=max(each.created_at for each in calls) + SECOND) == []


def test_only_open_tasks_whose_time_has_come_are_due(store: SqlStore) -> None:
    task = Task("t1", "i", "read", "p", "officer", rows.NOW)
    others = [replace(task, id="t2", due_at=rows.NOW + SECOND), replace(task, id="t3", state="done"),
              replace(task, id="t4", state="late")]
    store.write(lambda tx: tx.add_tasks([task, *others]))
    with store.read() as reads:
        assert reads.due_tasks(rows.NOW) == [task]


def test_moved_versions_belong_to_the_other_chain_and_no_others_do(store: SqlStore) -> None:
    def fill(tx: Tx) -> None:
        for id, chain in (("v1", "one"), ("v2", "one"), ("v3", "two"), ("v4", "three")):
            tx.add_version(replace(rows.VERSION, id=id, identifier=id, chain=chain))
        tx.move_versions("one", "two")

    store.write(fill)
    with store.read() as reads:
        assert [[each.id for each in reads.versions(chain)] for chain in ("one", "two", "three")] == [
            [], ["v1", "v2", "v3"], ["v4"]]


def test_ending_many_notices_is_ending_each(store: SqlStore) -> None:
    notices = [NoticeRow(f"n{number}", "i", "p", "+9991", "x", "text", rows.NOW) for number in range(3)]
    store.write(lambda tx: tx.add_notices(notices))
    store.write(lambda tx: tx.claim_notices(rows.NOW, 10, rows.NOW + SECOND))
    store.write(lambda tx: tx.finish_notices([replace(notices[0], state="sent"),
                                              replace(notices[1], state="dropped", why="off")]))
    store.write(lambda tx: tx.finish_notice("n2", "sent"))
    with store.read() as reads:
        assert [(row.state, row.why, row.lease_until) for row in reads.notices_of("i")] == [
            ("sent", "", None), ("dropped", "off", None), ("sent", "", None)]
        assert not reads.waiting(rows.NOW + 100 * SECOND).notices
