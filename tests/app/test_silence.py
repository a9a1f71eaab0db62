"""A source that falls silent: the officer hears of it on another way, once, and it ends when it speaks again."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from tests.app.watching import index, source
from tests.fetch.odd_servers import Server, serving


def test_silence_of_two_cycles_or_ten_minutes_is_told_once_grows_and_ends(server: Server, ending: ExitStack,
                                                                          watching: Any) -> None:
    other = ending.enter_context(serving())
    watch = watching(source(server.url("/index")),
                     source(other.url("/index")).replace('"web"', '"second"').replace("网上预警", "第二来源"))
    for each in (server, other):
        each.says("/index", index())
    watch.poll()
    server.answers.clear()
    watch.go_on(590, 10)
    assert watch.alarms() == []
    watch.go_on(30, 10)
    assert watch.alarms() == ["预警来源中断：网上预警，12:00以后收不到"]
    other.answers.clear()
    watch.go_on(600, 20)
    assert watch.alarms() == ["预警来源中断：第二来源，12:10以后收不到", "预警来源中断：网上预警，12:00以后收不到"]
    told = watch.rows("SELECT count(*) FROM journal WHERE what = 'alarm'")[0][0]
    assert told == 2
    server.says("/index", index(word="back"))
    watch.go_on(400, 20)
    assert watch.alarms() == ["预警来源中断：第二来源，12:10以后收不到"]
    other.says("/index", index(word="back"))
    watch.go_on(400, 20)
    assert watch.alarms() == []
    assert watch.rows("SELECT count(*) FROM journal WHERE what = 'source_back'")[0][0] == 2


def test_silence_rings_the_officer_s_phone_and_then_the_leader_s(server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/index")))
    watch.go_on(660, 30)
    watch.go_on(300, 15)
    rung = [row[0] for row in watch.rows("SELECT person FROM ask WHERE via = 'voice' ORDER BY due_at")]
    assert rung[0] == "officer"
    assert "leader" in rung


def test_a_standstill_of_our_own_is_not_the_source_s_silence(server: Server, watching: Any) -> None:
    server.says("/index", index())
    watch = watching(source(server.url("/index")))
    watch.poll()
    watch.forward(6 * 3600)
    watch.work()
    watch.rounds.run_once(watch.clock.now(), sends=False)
    assert watch.alarms() == []
    watch.poll()
    watch.go_on(120, 30)
    assert watch.alarms() == []


def test_a_folder_that_should_bring_something_is_watched_too(watching: Any) -> None:
    watch = watching('\n[[source]]\nid = "drop"\nkind = "cap"\nname = "专网"\nfolder = "inbox/drop"\nexpect = "6h"\n')
    watch.go_on(12 * 3600 + 600, 600)
    assert watch.alarms() == ["预警来源中断：专网，12:00以后收不到"]
