"""Claims, fences and conflicts: who decides on a row, and that only one does."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

import pytest
from store_rows import (
    ASK,
    CALL,
    CALLOUT,
    CHAIN,
    DOCUMENT,
    INCIDENT,
    MINUTE,
    NOTICE,
    NOW,
    asks,
    callouts,
)

from dutydesk import store as stores
from dutydesk.domain.records import Ask, State
from dutydesk.domain.values import Kind, Outcome, Via
from dutydesk.errors import Conflict
from dutydesk.store import SqlStore

LATER = NOW + MINUTE


def test_callouts_are_claimed_by_class_longest_due_first(store: SqlStore) -> None:
    rows = callouts(5)
    rows[1] = replace(rows[1], klass=2)
    rows[3] = replace(rows[3], due_at=None)
    rows[4] = replace(rows[4], due_at=NOW - MINUTE)
    store.write(lambda tx: tx.add_callouts(rows))
    assert [each.id for each in store.write(lambda tx: tx.claim_callouts(1, LATER, 9))] == [
        "c00004", "c00000", "c00002"]
    assert [each.id for each in store.write(lambda tx: tx.claim_callouts(1, LATER, 1))] == ["c00004"]
    assert [each.id for each in store.write(lambda tx: tx.claim_callouts(2, LATER, 9))] == ["c00001"]
    assert store.write(lambda tx: tx.claim_callouts(1, NOW - 2 * MINUTE, 9)) == []


def test_a_callout_saved_from_an_old_version_is_a_conflict_and_nothing_of_the_work_stays(store: SqlStore) -> None:
    rows = callouts(2)
    store.write(lambda tx: tx.add_callouts(rows))
    store.write(lambda tx: tx.save_callouts([replace(rows[0], climb=9)]))
    with pytest.raises(Conflict):
        store.write(lambda tx: tx.save_callouts([replace(rows[1], climb=8), replace(rows[0], climb=8)]))
    with store.read() as reads:
        assert [(each.climb, each.version) for each in reads.callouts(["c00000", "c00001"])] == [(9, 1), (3, 0)]


def test_the_same_callout_is_never_opened_twice(store: SqlStore) -> None:
    store.write(lambda tx: tx.add_callouts([CALLOUT]))
    with pytest.raises(Conflict):
        store.write(lambda tx: tx.add_callouts([CALLOUT]))


@pytest.mark.parametrize(("save", "row"), [("save_chain", CHAIN), ("save_incident", INCIDENT)])
def test_a_versioned_row_is_added_once_and_changed_from_its_newest_version_only(
        store: SqlStore, save: str, row: Any) -> None:
    def keep(each: Any) -> None:
        store.write(lambda tx: getattr(tx, save)(each))

    keep(row)
    keep(row)
    keep(replace(row, version=1, family="fire"))
    for stale in (0, 1, 7):
        with pytest.raises(Conflict):
            keep(replace(row, version=stale))
    with store.read() as reads:
        found: Any = reads.chain("ch1") if save == "save_chain" else reads.incident("i1")
    assert found == replace(row, version=2, family="fire")


def test_one_real_incident_is_open_per_desk_and_family_and_as_many_drills_as_wanted(store: SqlStore) -> None:
    store.write(lambda tx: tx.save_incident(INCIDENT))
    with pytest.raises(Conflict):
        store.write(lambda tx: tx.save_incident(replace(INCIDENT, id="i2")))
    for drill in ("d1", "d2"):
        store.write(lambda tx, drill=drill: tx.save_incident(replace(INCIDENT, id=drill, kind=Kind.DRILL)))
    store.write(lambda tx: tx.save_incident(replace(INCIDENT, closed_at=NOW)))
    store.write(lambda tx: tx.save_incident(replace(INCIDENT, id="i2")))
    with pytest.raises(Conflict):   # reopening collides with the new one
        store.write(lambda tx: tx.save_incident(replace(INCIDENT, version=1)))
    claimed = store.write(lambda tx: tx.claim_incident("371000", "flood", Kind.REAL))
    assert claimed is not None
    assert claimed.id == "i2"
    assert store.write(lambda tx: tx.claim_incident("371082", "flood", Kind.REAL)) is None
    locked = store.write(lambda tx: tx.lock_incident("i1"))
    assert locked is not None
    assert locked.closed_at == NOW


def test_callouts_of_an_incident_are_locked_unless_closed(store: SqlStore) -> None:
    rows = callouts(4)
    rows[2] = replace(rows[2], state=State.CLOSED)
    store.write(lambda tx: tx.add_callouts(rows))
    assert [each.id for each in store.write(lambda tx: tx.lock_callouts_of("i1"))] == ["c00000", "c00001", "c00003"]
    posts = ["3/flood", "2/flood", "x"]
    assert [each.id for each in store.write(lambda tx: tx.lock_callouts_of("i1", posts=posts))] == ["c00003"]
    assert [each.id for each in store.write(lambda tx: tx.lock_callouts(["c00002", "c00000"]))] == [
        "c00002", "c00000"]
    with store.read() as reads:
        assert len(reads.callouts_of("i1", open_only=False)) == 4


def test_a_group_of_asks_is_claimed_whole_whatever_the_limit(store: SqlStore) -> None:
    rows = asks(12, people=3)
    rows[6] = replace(rows[6], klass=2)                        # another class, same man: comes along
    rows[9] = replace(rows[9], due_at=LATER + MINUTE)          # not due
    rows.append(replace(ASK, id="sms", person="p00000", via=Via.SMS))
    rows.append(replace(ASK, id="round", person="p00000", round=2))
    store.write(lambda tx: tx.add_asks(rows))
    claimed = store.write(lambda tx: tx.claim_asks(1, Via.VOICE, LATER, 1))
    assert [each.id for each in claimed] == ["a00000", "a00003", "a00006"]
    assert [each.id for each in store.write(lambda tx: tx.claim_asks(1, Via.SMS, LATER, 9))] == ["sms"]
    assert store.write(lambda tx: tx.claim_asks(3, Via.VOICE, LATER, 9)) == []


def test_where_more_is_due_than_can_leave_incidents_take_turns_and_first_rings_go_before_repeats(
        store: SqlStore) -> None:
    big = [replace(each, id=f"big{each.id}", due_at=NOW - MINUTE) for each in asks(40, tries=1, incident="big")]
    small = [replace(each, id=f"small{each.id}", person=f"s{each.person}")
             for each in asks(3, tries=1, incident="small")]
    again = [replace(each, id=f"again{each.id}", person=f"r{each.person}", due_at=NOW - 2 * MINUTE)
             for each in asks(5, tries=2, incident="small")]
    store.write(lambda tx: tx.add_asks([*again, *big, *small]))

    def first(limit: int, *, fair: bool) -> list[str]:
        rows = store.write(lambda tx: tx.claim_asks(1, Via.VOICE, LATER, limit, fair=fair))
        return sorted(each.id.rstrip("0123456789") for each in rows)
    assert first(6, fair=False) == ["againa"] * 5 + ["biga"]
    assert first(6, fair=True) == ["biga"] * 3 + ["smalla"] * 3
    assert first(43, fair=True) == ["biga"] * 40 + ["smalla"] * 3
    assert first(99, fair=True) == first(99, fair=False)


def test_a_notice_that_is_queued_again_waits_its_time_and_keeps_its_age(store: SqlStore) -> None:
    store.write(lambda tx: tx.add_notices([NOTICE]))
    claimed, = store.write(lambda tx: tx.claim_notices(NOW, 9, LATER))
    store.write(lambda tx: tx.finish_notices([replace(claimed, state="queued", lease_until=LATER, why="down")]))
    assert store.write(lambda tx: tx.claim_notices(NOW, 9, LATER)) == []
    again, = store.write(lambda tx: tx.claim_notices(LATER, 9, LATER + MINUTE))
    assert (again.due_at, again.channel) == (NOW, "modem")


def test_a_withdrawn_ask_is_never_claimed_or_started(store: SqlStore) -> None:
    store.write(lambda tx: tx.add_asks([ASK, replace(ASK, id="a2", person="p9"), replace(ASK, id="a3", callout="c2")]))
    assert store.write(lambda tx: tx.withdraw_asks("c1", "p9")) == 1
    assert store.write(lambda tx: tx.withdraw_asks("c1")) == 1
    assert store.write(lambda tx: tx.withdraw_asks_of(["c1", "c2", "c2"])) == 1
    assert store.write(lambda tx: tx.claim_asks(1, Via.VOICE, LATER, 9)) == []
    with pytest.raises(Conflict):
        store.write(lambda tx: tx.start_calls([CALL]))
    with store.read() as reads:
        assert reads.call("k1") is None
        assert reads.asks_to(ASK.number, since=NOW) == []


def test_asks_to_a_number_are_found_from_a_time_on(store: SqlStore) -> None:
    store.write(lambda tx: tx.add_asks([ASK, replace(ASK, id="a2", due_at=LATER), replace(ASK, id="a3", number="x")]))
    with store.read() as reads:
        assert [each.id for each in reads.asks_to(ASK.number, since=NOW)] == ["a1", "a2"]
        assert [each.id for each in reads.asks_to(ASK.number, since=LATER)] == ["a2"]


def test_a_postponed_ask_waits_and_one_already_sending_does_not_change(store: SqlStore) -> None:
    store.write(lambda tx: [tx.add_asks([ASK, replace(ASK, id="a2")]), tx.start_calls([CALL])])
    store.write(lambda tx: tx.postpone_asks(["a1", "a2"], LATER, "lines busy"))
    assert store.write(lambda tx: tx.claim_asks(1, Via.VOICE, NOW, 9)) == []
    assert [each.id for each in store.write(lambda tx: tx.claim_asks(1, Via.VOICE, LATER, 9))] == ["a2"]
    with store.read() as reads:
        assert [each.due_at for each in reads.asks(["a1", "a2"])] == [NOW, LATER]


@pytest.mark.parametrize(("state", "follows"), [("handed", "handed"), ("unknown", "handed"), ("failed", "dropped")])
def test_a_finished_call_takes_its_asks_along(store: SqlStore, state: str, follows: str) -> None:
    store.write(lambda tx: [tx.add_asks([ASK]), tx.start_calls([CALL])])
    with store.read() as reads:
        assert reads.asks(["a1"]) == [replace(ASK, state="sending", call="k1")]
    assert store.write(lambda tx: tx.finish_call(
        "k1", "lease-1", state=state, outcome=Outcome.LIMIT, handed_at=LATER, provider="theirs"))
    with store.read() as reads:
        assert reads.asks(["a1"]) == [replace(ASK, state=follows, call="k1", outcome=Outcome.LIMIT)]
        assert reads.call("k1") == replace(CALL, state=state, outcome=Outcome.LIMIT, handed_at=LATER,
                                           provider="theirs", lease_until=None)


def test_a_call_ends_once_and_only_for_the_holder_of_its_lease(store: SqlStore) -> None:
    def finish(lease: str) -> bool:
        return store.write(lambda tx: tx.finish_call("k1", lease, state="handed", outcome=Outcome.HANDED_OVER,
                                                     handed_at=NOW))

    store.write(lambda tx: [tx.add_asks([ASK]), tx.start_calls([CALL])])
    assert [finish("another"), finish("lease-1"), finish("lease-1")] == [False, True, False]


def test_many_calls_end_at_once_and_each_behind_its_own_fence(store: SqlStore) -> None:
    rows = asks(3)
    calls = [replace(CALL, id=f"k{n}", asks=(row.id,)) for n, row in enumerate(rows)]
    store.write(lambda tx: [tx.add_asks(rows), tx.start_calls(calls)])
    ended = [replace(each, state="handed", outcome=Outcome.HANDED_OVER, handed_at=NOW) for each in calls]
    ended[1] = replace(ended[1], lease="stale")
    assert store.write(lambda tx: tx.finish_calls(ended)) == ["k0", "k2"]
    with store.read() as reads:
        assert [each.state for each in reads.asks([row.id for row in rows])] == ["handed", "sending", "handed"]


def test_overdue_calls_are_those_whose_lease_ran_out_and_that_have_not_ended(store: SqlStore) -> None:
    rows = asks(3)
    calls = [replace(CALL, id=f"k{n}", asks=(row.id,), lease_until=NOW + n * MINUTE) for n, row in enumerate(rows)]
    store.write(lambda tx: [tx.add_asks(rows), tx.start_calls(calls)])
    store.write(lambda tx: tx.finish_call("k0", "lease-1", state="handed", outcome=Outcome.QUEUED, handed_at=NOW))
    assert [each.id for each in store.write(lambda tx: tx.claim_overdue_calls(NOW + MINUTE, 9))] == ["k1"]


@pytest.mark.parametrize(("reports", "kept"), [
    ([Outcome.ON_HANDSET, Outcome.HANDED_OVER], Outcome.ON_HANDSET),
    ([Outcome.QUEUED, Outcome.HANDED_OVER], Outcome.HANDED_OVER),
    ([Outcome.NO_ANSWER, Outcome.PICKED_UP], Outcome.PICKED_UP),
    ([Outcome.UNKNOWN, Outcome.NUMBER_DEAD, Outcome.UNKNOWN], Outcome.NUMBER_DEAD),
])
def test_a_final_outcome_is_not_replaced_by_a_weaker_report(
        store: SqlStore, reports: list[Outcome], kept: Outcome) -> None:
    store.write(lambda tx: [tx.add_asks([ASK]), tx.start_calls([CALL])])
    for report in reports:
        store.write(lambda tx, report=report: tx.set_outcome("k1", report))
    store.write(lambda tx: tx.finish_call("k1", "lease-1", state="handed", outcome=Outcome.QUEUED, handed_at=NOW))
    with store.read() as reads:
        call = reads.call("k1")
        assert call is not None
        expected = kept if kept.final else Outcome.QUEUED
        assert (call.state, call.outcome, reads.asks(["a1"])[0].outcome) == ("handed", expected, expected)


def test_a_notice_is_sent_once_and_again_only_when_its_lease_ran_out(store: SqlStore) -> None:
    def claim(at: datetime) -> list[str]:
        return [each.id for each in store.write(lambda tx: tx.claim_notices(at, 9, at + MINUTE))]

    store.write(lambda tx: tx.add_notices([NOTICE, replace(NOTICE, id="n2", due_at=LATER)]))
    assert [claim(NOW), claim(NOW), claim(LATER)] == [["n1"], [], ["n1", "n2"]]
    store.write(lambda tx: tx.finish_notice("n1", "dropped", "quota"))
    assert claim(NOW + 9 * MINUTE) == ["n2"]
    with store.read() as reads:
        assert reads.notices_of("i1")[0] == replace(NOTICE, state="dropped", why="quota")


def test_next_due_is_the_earliest_of_callouts_asks_and_notices(store: SqlStore) -> None:
    def due() -> datetime | None:
        with store.read() as reads:
            return reads.next_due()

    store.write(lambda tx: tx.add_notices([replace(NOTICE, due_at=NOW + 9 * MINUTE)]))
    assert due() == NOW + 9 * MINUTE
    store.write(lambda tx: tx.add_asks([replace(ASK, klass=3, via=Via.CONSOLE, due_at=NOW + 5 * MINUTE)]))
    assert due() == NOW + 5 * MINUTE
    store.write(lambda tx: tx.add_callouts([replace(CALLOUT, klass=0, due_at=NOW + 3 * MINUTE)]))
    assert due() == NOW + 3 * MINUTE
    store.write(lambda tx: tx.save_callouts([replace(CALLOUT, due_at=None)]))
    store.write(lambda tx: tx.withdraw_asks("c1"))
    assert due() == NOW + 9 * MINUTE


def test_documents_are_claimed_oldest_first(store: SqlStore) -> None:
    rows = [replace(DOCUMENT, hash=f"d{n}", received_at=NOW - n * MINUTE) for n in range(3)]
    store.write(lambda tx: [tx.add_document(row) for row in rows])
    store.write(lambda tx: tx.finish_document("d1", "done"))
    assert [each.hash for each in store.write(lambda tx: tx.claim_documents(9))] == ["d2", "d0"]


class Crowd:
    """Workers of their own store each, as so many processes would be."""

    def __init__(self, url: str, workers: int) -> None:
        self.stores = [stores.open(url, key=b"k") for _ in range(workers)]
        self.taken: list[list[str]] = [[] for _ in range(workers)]
        self.errors: list[BaseException] = []

    def run(self, step: Any) -> None:
        """Let every worker repeat `step(tx)` until it has found nothing three times."""
        threads = [threading.Thread(target=self._work, args=(number, step)) for number in range(len(self.stores))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for store in self.stores:
            store.close()
        assert self.errors == []

    def _work(self, number: int, step: Any) -> None:
        idle = 0
        try:
            while idle < 3:
                found = self.stores[number].write(step)
                self.taken[number] += found
                idle = 0 if found else idle + 1
        except Exception as error:  # noqa: BLE001 - told by the main thread
            self.errors.append(error)


def test_four_workers_never_get_the_same_callout(postgresql_url: str) -> None:
    crowd = Crowd(postgresql_url, 4)
    crowd.stores[0].write(lambda tx: tx.add_callouts(callouts(400)))

    def step(tx: Any) -> list[str]:
        found = tx.claim_callouts(1, LATER, 7)
        tx.save_callouts([replace(each, due_at=None) for each in found])
        return [each.id for each in found]

    crowd.run(step)
    assert sorted(chain.from_iterable(crowd.taken)) == [each.id for each in callouts(400)]
    assert sum(bool(each) for each in crowd.taken) > 1


def test_four_workers_never_split_a_group_or_send_an_ask_twice(postgresql_url: str) -> None:
    crowd = Crowd(postgresql_url, 4)
    rows = asks(600, people=150)
    crowd.stores[0].write(lambda tx: tx.add_asks(rows))
    groups: list[list[Ask]] = []

    def step(tx: Any) -> list[str]:
        found = tx.claim_asks(1, Via.VOICE, LATER, 5)
        by_person: dict[str, list[Ask]] = {}
        for each in found:
            by_person.setdefault(each.person, []).append(each)
        tx.start_calls([replace(CALL, id=f"k{person}", person=person, asks=tuple(each.id for each in its))
                        for person, its in by_person.items()])
        groups.extend(by_person.values())
        return [each.id for each in found]

    crowd.run(step)
    assert sorted(chain.from_iterable(crowd.taken)) == [row.id for row in rows]
    assert {len(group) for group in groups} == {4}


def test_a_withdrawal_and_a_claim_of_the_same_ask_never_both_win(postgresql_url: str) -> None:
    rows = asks(200)
    one, two = (stores.open(postgresql_url, key=b"k") for _ in range(2))
    one.write(lambda tx: tx.add_asks(rows))
    sent: list[str] = []
    withdrawn: list[str] = []

    def dispatch() -> None:
        def step(tx: Any) -> list[str]:
            found = tx.claim_asks(1, Via.VOICE, LATER, 3)
            tx.start_calls([replace(CALL, id=f"k{each.id}", asks=(each.id,)) for each in found])
            return [each.id for each in found]

        while found := one.write(step):
            sent.extend(found)

    def listen() -> None:
        for row in reversed(rows):
            if two.write(lambda tx, row=row: tx.withdraw_asks(row.callout)):
                withdrawn.append(row.id)

    threads = [threading.Thread(target=dispatch), threading.Thread(target=listen)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in (one, two):
        each.close()
    assert sorted(sent + withdrawn) == [row.id for row in rows]
    assert sent
    assert withdrawn
