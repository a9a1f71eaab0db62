"""Every row comes back as it went in, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest
from store_rows import (
    ASK,
    CALL,
    CALLOUT,
    CHAIN,
    CODE,
    DOCUMENT,
    FACT,
    INBOUND,
    INCIDENT,
    MINUTE,
    NOTICE,
    NOW,
    POLICY,
    RULING,
    SITE,
    TASK,
    TELLING,
    VERSION,
    line,
)

from dutydesk.domain.site import Site
from dutydesk.store import SqlStore


def _mark(tx: Any) -> None:
    tx.add_version(VERSION)
    tx.add_marks(VERSION.id, [("base", "urn:oid:1"), ("refers", "urn:oid:0")])


ROUND_TRIPS: dict[str, tuple[Callable[[Any], object], Callable[[Any], object], object]] = {
    "document": (lambda tx: tx.add_document(DOCUMENT), lambda r: r.document("d1"), DOCUMENT),
    "documents": (lambda tx: tx.add_document(DOCUMENT), lambda r: r.documents("waiting", 9), [DOCUMENT]),
    "version": (lambda tx: tx.add_version(VERSION), lambda r: r.version_by_identifier("urn:oid:1"), VERSION),
    "versions": (lambda tx: tx.add_version(VERSION), lambda r: r.versions("ch1"), [VERSION]),
    "marked": (_mark, lambda r: r.marked("refers", "urn:oid:0"), [VERSION]),
    "telling": (lambda tx: tx.add_telling(TELLING), lambda r: r.telling("tl1"), TELLING),
    "tellings": (lambda tx: (tx.add_version(VERSION), tx.add_telling(TELLING)), lambda r: r.tellings("ch1"), [TELLING]),
    "ruling": (lambda tx: (tx.set_ruling(replace(RULING, ground={})), tx.set_ruling(RULING)),
               lambda r: r.ruling("ch1"), RULING),
    "chains since": (lambda tx: tx.save_chain(CHAIN), lambda r: r.chains_since("威海市气象台", "暴雨", NOW), [CHAIN]),
    "chain": (lambda tx: tx.save_chain(CHAIN), lambda r: r.chain("ch1"), CHAIN),
    "chains": (lambda tx: tx.save_chain(CHAIN), lambda r: r.chains(["x", "ch1", "ch1"]), [CHAIN]),
    "open chains": (lambda tx: tx.save_chain(CHAIN), lambda r: r.open_chains(event="暴雨"), [CHAIN]),
    "chains of an office": (lambda tx: tx.save_chain(CHAIN), lambda r: r.open_chains(office="省台"), []),
    "incident": (lambda tx: tx.save_incident(INCIDENT), lambda r: r.incident("i1"), INCIDENT),
    "incidents": (lambda tx: tx.save_incident(INCIDENT), lambda r: r.incidents(), [INCIDENT]),
    "policy": (lambda tx: tx.add_policy(POLICY), lambda r: r.policy(POLICY.hash), POLICY),
    "callout": (lambda tx: tx.add_callouts([CALLOUT]), lambda r: r.callouts(["c1"]), [CALLOUT]),
    "callouts": (lambda tx: tx.add_callouts([CALLOUT]), lambda r: r.callouts_of("i1"), [CALLOUT]),
    "ask": (lambda tx: tx.add_asks([ASK]), lambda r: r.asks(["a1"]), [ASK]),
    "asks": (lambda tx: tx.add_asks([ASK]), lambda r: r.asks_of("c1"), [ASK]),
    "call": (lambda tx: tx.start_calls([replace(CALL, asks=())]), lambda r: r.call("k1"), replace(CALL, asks=())),
    "fact": (lambda tx: tx.add_facts([FACT]), lambda r: r.facts_of("i1"), [FACT]),
    "notice": (lambda tx: tx.add_notices([NOTICE]), lambda r: r.notices_of("i1"), [NOTICE]),
    "inbound": (lambda tx: tx.add_inbound([INBOUND]), lambda r: r.inbound("new", 9), [INBOUND]),
    "code": (lambda tx: tx.add_codes([CODE]), lambda r: r.codes_of([CODE.number], living=NOW), [CODE]),
    "task": (lambda tx: tx.add_tasks([TASK]), lambda r: r.tasks(incident="i1"), [TASK]),
    "setting": (lambda tx: tx.set_setting("a", {"b": [1, "二"]}), lambda r: r.setting("a"), {"b": [1, "二"]}),
    "site": (lambda tx: tx.save_site(SITE), lambda r: r.site(), SITE),
}


@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_a_row_comes_back_as_it_went_in(store: SqlStore, name: str) -> None:
    write, read, expected = ROUND_TRIPS[name]
    store.write(write)
    with store.read() as reads:
        assert read(reads) == expected


def test_nothing_is_found_where_nothing_is(store: SqlStore) -> None:
    with store.read() as reads:
        assert reads.site() == Site()
        assert [reads.document("x"), reads.version_by_identifier("x"), reads.chain("x"), reads.incident("x"),
                reads.call("x"), reads.setting("x"), reads.next_due()] == [None] * 7
        assert [reads.callouts([]), reads.asks(["x"]), reads.journal()] == [[], [], []]
        with pytest.raises(KeyError):
            reads.policy("x")


def test_a_policy_keeps_its_hash(store: SqlStore) -> None:
    store.write(lambda tx: tx.add_policy(POLICY))
    store.home.policies.clear()
    with store.read() as reads:
        found = reads.policy(POLICY.hash)
    assert found == POLICY
    assert found.hash == POLICY.hash


def test_times_of_any_zone_are_the_same_moment_to_the_microsecond(store: SqlStore) -> None:
    beijing = NOW.astimezone(timezone(timedelta(hours=8)))
    store.write(lambda tx: tx.add_facts([replace(FACT, at=beijing)]))
    with store.read() as reads:
        assert reads.facts_of("i1")[0].at == NOW
    with pytest.raises(TypeError):
        store.write(lambda tx: tx.add_facts([replace(FACT, id="f2", at=NOW.replace(tzinfo=None))]))


@pytest.mark.parametrize("text", ["收\0到", "a\ud83d", "\0"])
def test_no_reply_is_lost_for_a_broken_character(store: SqlStore, text: str) -> None:
    assert store.write(lambda tx: tx.add_inbound([replace(INBOUND, text=text)])) == 1
    with store.read() as reads:
        assert len(reads.inbound("new", 9)) == 1


def test_the_order_of_the_site_is_that_of_its_files(store: SqlStore) -> None:
    store.write(lambda tx: tx.save_site(SITE))
    store.home.site = ("", Site())
    with store.read() as reads:
        found = reads.site()
    assert found == SITE
    assert [list(found.places), list(found.people), list(found.posts)] == [
        list(SITE.places), list(SITE.people), list(SITE.posts)]


def test_saving_a_site_leaves_exactly_that_site(store: SqlStore) -> None:
    store.write(lambda tx: tx.save_site(SITE))
    people = {each: it for each, it in SITE.people.items() if each != "p1"}
    people["p3"] = replace(SITE.people["p2"], id="p3", numbers=())
    posts = {"371002/flood": replace(SITE.posts["371002/flood"], seats=("p3",))}
    smaller = Site(SITE.desks, SITE.places, people, posts, SITE.roster[1:], SITE.timezone)
    store.write(lambda tx: tx.save_site(smaller))
    with store.read() as reads:
        assert reads.site() == smaller


def test_a_site_saved_and_rolled_back_is_not_seen(store: SqlStore) -> None:
    def save_and_fail(tx: Any) -> None:
        tx.save_site(SITE)
        assert tx.site() == SITE
        raise LookupError

    with pytest.raises(LookupError):
        store.write(save_and_fail)
    with store.read() as reads:
        assert reads.site() == Site()


def test_a_place_knows_its_county_and_town(store: SqlStore) -> None:
    store.write(lambda tx: tx.save_site(SITE))
    with store.read() as reads:
        rows = reads.connection.exec_driver_sql("SELECT id, county, town FROM place").all()
    assert {row[0]: tuple(row[1:]) for row in rows} == {
        "371000": ("", ""), "371002": ("371002", ""), "371002100": ("371002", "371002100"),
        "371002100005": ("371002", "371002100"), "hill": ("371002", "371002100")}


def test_known_ids_are_left_alone_and_counted(store: SqlStore) -> None:
    adders: list[Callable[[Any], int]] = [
        lambda tx: tx.add_asks([ASK, replace(ASK, id="a2")]),
        lambda tx: tx.add_facts([FACT, replace(FACT, id="f2")]),
        lambda tx: tx.add_notices([NOTICE, replace(NOTICE, id="n2")]),
        lambda tx: tx.add_inbound([INBOUND, replace(INBOUND, id="in2")]),
        lambda tx: tx.add_tasks([TASK, replace(TASK, id="t2")]),
    ]
    store.write(lambda tx: [tx.add_asks([replace(ASK, state="withdrawn")]), tx.add_facts([FACT]),
                            tx.add_notices([NOTICE]), tx.add_inbound([INBOUND]), tx.add_tasks([TASK])])
    assert [store.write(add) for add in adders] == [1] * 5
    assert store.write(lambda tx: [tx.add_document(DOCUMENT), tx.add_document(DOCUMENT)]) == [True, False]
    with store.read() as reads:
        assert reads.asks(["a1"])[0].state == "withdrawn"


def test_of_many_rows_in_one_work_none_is_lost(store: SqlStore) -> None:
    rows = [replace(INBOUND, id=f"in{n:04}", received_at=NOW + n * MINUTE) for n in range(1500)]
    assert store.write(lambda tx: tx.add_inbound(rows[:700])) == 700
    assert store.write(lambda tx: tx.add_inbound(rows)) == 800, "those known before are left alone"
    with store.read() as reads:
        assert reads.inbound("new", 2000) == rows


def test_what_is_heard_is_listed_by_state_and_number(store: SqlStore) -> None:
    rows = [replace(INBOUND, id=f"in{n}", received_at=NOW - n * MINUTE) for n in range(3)]
    store.write(lambda tx: tx.add_inbound(rows))
    assert [row.id for row in store.write(lambda tx: tx.claim_inbound(2))] == ["in2", "in1"]
    store.write(lambda tx: tx.finish_inbound("in2", "答复"))
    with store.read() as reads:
        assert [row.id for row in reads.inbound("new", 9)] == ["in1", "in0"]
        assert reads.inbound("done", 9) == [replace(rows[2], state="done", understood="答复")]
        assert [row.id for row in reads.inbound_of(INBOUND.number, 2)] == ["in0", "in1"]


def test_tasks_documents_codes_and_notices_move_on(store: SqlStore) -> None:
    def work(tx: Any) -> None:
        tx.add_tasks([TASK, replace(TASK, id="t2")])
        tx.save_task(replace(TASK, state="done"))
        tx.save_task(replace(TASK, id="t2", state="late"))
        tx.add_document(DOCUMENT)
        tx.finish_document("d1", "bad", ["第1行"])
        tx.add_codes([CODE, CODE])
        tx.free_codes("i1", NOW + 9 * MINUTE)
        tx.add_notices([NOTICE])

    store.write(work)
    with store.read() as reads:
        assert [task.id for task in reads.tasks()] == ["t2"]
        assert len(reads.tasks(open_only=False)) == 2
        assert reads.documents("waiting", 9) == []
        assert reads.documents("bad", 9)[0].faults == ("第1行",)
        assert reads.codes_of([CODE.number], living=NOW)[0].free_at == NOW + 9 * MINUTE
        assert reads.notices_since("p1", NOW + MINUTE) == []
        assert reads.notices_since("p1", NOW) == [NOTICE]


def test_the_journal_is_read_by_seq_and_incident(store: SqlStore) -> None:
    store.write(lambda tx: tx.note([line(n) for n in range(6)]))
    assert store.write(lambda tx: tx.seal(NOW, 4)) == 4
    with store.read() as reads:
        assert [row.seq for row in reads.journal()] == [1, 2, 3, 4]
        assert [row.facts for row in reads.journal(after=2, limit=1)] == [{"编号": 2}]
        assert [row.seq for row in reads.journal(incident="i1")] == [2, 4]
        assert reads.unsealed() == 2
