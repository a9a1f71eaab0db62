"""Sources polled over HTTP: real servers that are new, unchanged, away, slow, or lie; the clock is moved by hand."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from dutydesk.domain.sources import GIVE_UP
from tests.app.watching import NOON, Watch, index, source
from tests.fetch.odd_servers import Asked, Server, raw, silent


def callouts(watch: Watch) -> int:
    return int(watch.rows("SELECT count(*) FROM callout WHERE post NOT LIKE '%/officer'")[0][0])


# -- the way in ---------------------------------------------------------------------------------------
def test_a_warning_that_a_list_names_is_fetched_and_called_for(server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/index")))
    server.says("/index", index(("one.xml", NOON)))
    server.says("/one.xml", watch.city.warning(1, 1, NOON).encode())
    watch.poll()
    assert server.paths() == ["/index"]
    watch.poll()
    assert server.paths() == ["/index", "/one.xml"]
    assert callouts(watch) > 0
    assert watch.woken == 2
    body, address = watch.rows("SELECT body, address FROM document WHERE name = 'one.xml'")[0]
    assert body == watch.city.warning(1, 1, NOON).encode()
    assert address == server.url("/one.xml")


def test_what_was_fetched_is_not_fetched_again_until_the_list_says_that_it_changed(server: Server,
                                                                                   watching: Any) -> None:
    watch = watching(source(server.url("/index")))
    server.says("/one.xml", watch.city.warning(1, 1, NOON).encode())
    for minute, updated in enumerate((NOON, NOON, NOON, NOON + timedelta(minutes=3))):
        server.says("/index", index(("one.xml", updated), word=str(minute)))
        watch.poll()
        watch.poll()
        watch.forward(60)
    assert server.paths().count("/index") == 4
    assert server.paths().count("/one.xml") == 2


def test_an_unchanged_source_keeps_one_row_and_counts_as_heard(server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/index")))
    server.says("/index", index())
    for _ in range(3):
        watch.poll()
        watch.forward(60)
    assert watch.rows("SELECT count(*) FROM document")[0][0] == 1
    assert watch.state("web").heard_at == NOON + timedelta(minutes=2)


def test_the_server_is_asked_only_for_what_is_new(server: Server, watching: Any) -> None:
    def answer(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        known = asked.headers.get("If-None-Match") == '"a"'
        return (304 if known else 200), {"ETag": '"a"'}, b"" if known else index()
    server.answers["/index"] = answer
    watch = watching(source(server.url("/index")))
    watch.poll()
    watch.forward(60)
    watch.work()      # another process: what it knows is in the rows
    watch.poll()
    assert [each.headers.get("If-None-Match") for each in server.asked] == [None, '"a"']
    assert watch.state("web").heard_at == NOON + timedelta(minutes=1)


@pytest.mark.parametrize("times", [(None, None), (NOON, NOON + timedelta(minutes=1))], ids=["no times", "times"])
def test_an_alert_and_its_cancel_of_one_poll_ring_nobody(server: Server, watching: Any, times: Any) -> None:
    watch = watching(source(server.url("/index")))
    server.says("/1.xml", watch.city.warning(1, 1, NOON).encode())
    server.says("/2.xml", watch.city.warning(2, 1, NOON + timedelta(minutes=1), refers=(1, NOON)).encode())
    server.says("/index", index(("1.xml", times[0]), ("2.xml", times[1])))
    watch.poll()
    watch.poll()
    assert server.paths()[1:] == (["/2.xml", "/1.xml"] if times[0] else ["/1.xml", "/2.xml"])
    assert watch.rows("SELECT count(*) FROM version")[0][0] == 2
    assert callouts(watch) == 0


def test_only_so_many_are_fetched_in_one_turn_and_the_newest_first(server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/index"), more="per_poll = 3"))
    hours = [NOON - timedelta(hours=hour) for hour in range(8)]
    server.says("/index", index(*((f"{hour}.xml", at) for hour, at in reversed([*enumerate(hours)]))))
    for hour, at in enumerate(hours):
        server.says(f"/{hour}.xml", watch.city.warning(hour + 1, 1, at).encode())
    watch.poll()
    watch.poll()
    assert server.paths()[1:] == ["/0.xml", "/1.xml", "/2.xml", "/3.xml"]
    watch.poll()
    watch.poll()
    assert sorted(server.paths()[1:]) == [f"/{hour}.xml" for hour in range(8)]


def test_a_red_and_a_lift_are_fetched_before_everything_else_and_older_lists_before_newer_ones(
        server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/index"), more="per_poll = 2"))
    entries = [(f"{number}.xml", NOON + timedelta(minutes=number)) for number in range(6)]
    titles = {"1.xml": "海角市发布暴雨红色预警信号", "2.xml": "海角市解除大风蓝色预警信号"}
    server.says("/index", index(*entries, titles=titles))
    watch.poll()
    watch.forward(60)
    server.says("/index", index(*entries, ("late.xml", NOON + timedelta(hours=1)), word="later"))
    for _ in range(5):
        watch.poll()
    asked = [path for path in server.paths() if path != "/index"]
    assert asked[:2] == ["/2.xml", "/1.xml"]
    assert asked[2:] == ["/5.xml", "/4.xml", "/3.xml", "/0.xml", "/late.xml"]


def test_a_list_that_is_due_again_is_asked_before_the_rest_of_what_it_named(server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/index")))
    hours = [NOON - timedelta(hours=hour) for hour in range(6)]
    server.says("/index", index(*((f"{hour}.xml", at) for hour, at in enumerate(hours))))

    def slowly(hour: int) -> tuple[int, dict[str, str], bytes]:
        watch.clock.move_to(watch.clock.now() + timedelta(seconds=25))
        return 200, {}, watch.city.warning(hour + 1, 1, hours[hour]).encode()
    for hour in range(6):
        server.answers[f"/{hour}.xml"] = lambda asked, hour=hour: slowly(hour)
    for _ in range(5):
        watch.poll()
    assert server.paths()[:9] == ["/index", "/0.xml", "/1.xml", "/2.xml",      # it is due every 60 s
                                  "/index", "/3.xml", "/4.xml", "/5.xml", "/index"]


def test_a_list_slower_than_its_interval_leaves_time_for_what_it_names(server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/index")))
    hours = [NOON - timedelta(hours=hour) for hour in range(4)]

    def listed(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        watch.clock.move_to(watch.clock.now() + timedelta(seconds=75))
        return 200, {}, index(*((f"{hour}.xml", at) for hour, at in enumerate(hours)))

    def slowly(hour: int) -> tuple[int, dict[str, str], bytes]:
        watch.clock.move_to(watch.clock.now() + timedelta(seconds=30))
        return 200, {}, watch.city.warning(hour + 1, 1, hours[hour]).encode()
    server.answers["/index"] = listed
    for hour in range(4):
        server.answers[f"/{hour}.xml"] = lambda asked, hour=hour: slowly(hour)
    for _ in range(4):
        watch.poll()
    assert server.paths()[:6] == ["/index", "/index", "/0.xml", "/1.xml", "/2.xml", "/index"]


def test_a_list_of_lists_ends(server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/0")))
    for depth in range(9):
        server.says(f"/{depth}", index((f"{depth + 1}", NOON)))
    for _ in range(9):
        watch.poll()
    assert server.paths() == ["/0", "/1", "/2", "/3"]
    assert "列表套列表" in watch.rows("SELECT faults FROM document WHERE name = '3'")[0][0]


def test_a_folder_s_list_says_that_nothing_is_fetched(server: Server, watching: Any) -> None:
    watch = watching('\n[[source]]\nid = "drop"\nkind = "cap-index"\nfolder = "inbox/drop"\n')
    from dutydesk.domain.ids import document_hash
    from dutydesk.domain.records import Document

    body = index((server.url("/one.xml"), NOON))
    watch.store.write(lambda tx: tx.add_document(Document(document_hash("drop", body), "drop", "a", NOON, body)))
    watch.poll()
    assert server.asked == []
    assert "没有去取" in watch.rows("SELECT faults FROM document")[0][0]


# -- what fails ---------------------------------------------------------------------------------------
def test_a_failing_source_is_left_alone_longer_and_longer_and_then_goes_on(server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/index")))
    server.says("/index", b"", 500)
    asked: list[int] = []
    for second in range(0, 1200, 5):
        before = len(server.asked)
        watch.poll()
        if len(server.asked) > before:
            asked.append(second)
        watch.forward(5)
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert 45 <= gaps[0] <= 80
    assert gaps[-1] <= 380
    assert max(gaps) > 120
    assert watch.state("web").failures == len(asked)
    assert "500" in watch.state("web").error
    server.says("/index", index())
    watch.go_on(400, 20)
    assert (watch.state("web").failures, watch.state("web").error) == (0, "")


def test_a_server_that_asks_to_be_left_alone_is(server: Server, watching: Any) -> None:
    server.says("/index", b"", 429, Retry_After="400")
    watch = watching(source(server.url("/index")))
    watch.poll()
    due = watch.addresses("web")[server.url("/index")].due_at
    assert due is not None
    assert due - NOON == timedelta(seconds=400)
    watch.go_on(390, 30)
    assert len(server.asked) == 1


def test_a_document_that_cannot_be_fetched_is_tried_again_shown_to_the_officer_and_given_up_after_a_day(
        server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/index")))
    server.says("/index", index(("gone.xml", NOON), ("there.xml", NOON)))
    server.says("/there.xml", watch.city.warning(1, 1, NOON).encode())
    watch.poll()
    watch.poll()
    assert callouts(watch) > 0, "one that is away keeps no other back"
    assert not [each for each in watch.alarms() if "无法读取" in each]
    watch.go_on(120)
    assert [each for each in watch.alarms() if "无法读取" in each] == ["收到无法读取的文件"]
    hash, faults = watch.rows("SELECT hash, faults FROM document WHERE state = 'bad'")[0]
    assert "404" in faults
    assert hash
    tried = server.paths().count("/gone.xml")
    assert tried >= 3
    watch.forward(GIVE_UP.total_seconds())
    watch.poll()
    assert watch.addresses("web")[server.url("/gone.xml")].state == "lost"
    server.says("/gone.xml", watch.city.warning(2, 2, NOON).encode())
    server.says("/index", index(("gone.xml", NOON + timedelta(days=2)), ("there.xml", NOON)))
    watch.go_on(130, 65)
    assert watch.addresses("web")[server.url("/gone.xml")].state == "done"


def test_a_list_that_asks_anew_during_the_fetch_is_not_forgotten(server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/index")))
    server.says("/index", index(("one.xml", NOON)))
    watch.poll()
    later = NOON + timedelta(minutes=9)

    def answer(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        from dataclasses import replace

        def renew(tx: Any) -> None:
            known = tx.known_addresses("web", [server.url("/one.xml")])[server.url("/one.xml")]
            tx.save_addresses([replace(known, updated=later, asked_at=later, state="waiting", due_at=later)])
        watch.store.write(renew)
        return 200, {}, watch.city.warning(1, 1, NOON).encode()
    server.answers["/one.xml"] = answer
    watch.poll()
    kept = watch.addresses("web")[server.url("/one.xml")]
    assert (kept.state, kept.updated) == ("waiting", later)


def test_an_error_page_is_kept_shown_and_no_sign_of_life(server: Server, watching: Any) -> None:
    server.says("/index", b"<html><body>please log in</body></html>")
    watch = watching(source(server.url("/index")))
    watch.go_on(700, 50)
    assert watch.rows("SELECT state, count(*) FROM document GROUP BY state") == [("bad", 1)]
    assert watch.state("web").heard_at is None
    assert watch.state("web").failures == 0
    assert any("网上预警" in each for each in watch.alarms())


def test_too_large_an_answer_is_kept_in_its_beginning(server: Server, watching: Any) -> None:
    server.says("/index", b"<feed>" + b"x" * 300_000)
    watch = watching(source(server.url("/index"), more="max_bytes = 100000"))
    watch.poll()
    watch.go_on(120, 60)
    body, faults = watch.rows("SELECT body, faults FROM document")[0]
    assert body.startswith(b"<feed>xxx")
    assert "larger than" in faults
    assert watch.alarms() == ["收到无法读取的文件"]


def test_a_secret_is_in_no_row_and_no_log(server: Server, watching: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key = "k3y-of-nobody"
    watch = watching(source(server.url("/index?key=${WEB_KEY}")), environment={"WEB_KEY": key})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEB_KEY", key)
        watch.work()
    server.says("/index", index((f"one.xml?key={key}", NOON), (f"gone.xml?key={key}", NOON)))
    server.says("/one.xml", watch.city.warning(1, 1, NOON).encode())
    watch.poll()
    watch.go_on(200, 10)
    assert f"/one.xml?key={key}" in server.paths()
    for table in ("address", "source_state", "journal", "callout", "call", "ask"):
        assert key not in repr(watch.rows(f'SELECT * FROM "{table}"')), table
    assert key not in repr(watch.rows("SELECT name, address, faults FROM document"))
    assert key not in caplog.text


def test_a_source_without_its_secret_says_which(server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/index?key=${WEB_KEY}")))
    watch.poll()
    assert "WEB_KEY" in watch.state("web").error
    assert server.asked == []


def test_addresses_that_are_configured_no_more_are_polled_no_more(server: Server, watching: Any) -> None:
    watch = watching(source(server.url("/index")))
    server.says("/index", index())
    watch.poll()
    from dataclasses import replace

    web = watch.ctx.sources["web"]
    assert web.polling is not None
    watch.ctx.sources["web"] = replace(web, polling=replace(web.polling, urls=(server.url("/other"),)))  # type: ignore[index]
    from dutydesk.app.polling import Poller

    watch.poller = Poller(watch.ctx, watch.store, watch.clock, lambda: None)
    watch.poller.start()
    watch.forward(120)
    watch.poll()
    assert server.paths() == ["/index", "/other"]


# -- nobody waits for anybody -------------------------------------------------------------------------
def test_a_dead_and_a_slow_source_delay_no_other(server: Server, ending: ExitStack, watching: Any) -> None:
    import time

    port = ending.enter_context(raw(silent))
    server.says("/index", index())
    watch = watching(source(f"http://127.0.0.1:{port}/", timeout="3s").replace('"web"', '"slow"'),
                     source("http://127.0.0.1:1/").replace('"web"', '"dead"'), source(server.url("/index")))
    began = time.monotonic()
    watch.poller.look()
    while not server.asked:
        assert time.monotonic() - began < 2
        time.sleep(0.01)
    while watch.rows("SELECT count(*) FROM document")[0][0] == 0:
        assert time.monotonic() - began < 2.5
        time.sleep(0.01)
    watch.poll()
    assert "within 3 s" in watch.state("slow").error
    assert "cannot be reached" in watch.state("dead").error


# -- what is kept -------------------------------------------------------------------------------------
def test_bytes_that_led_to_nothing_are_removed_after_their_time_and_no_others(server: Server, watching: Any) -> None:
    from dutydesk.app.pruning import prune

    watch = watching(source(server.url("/index")))
    server.says("/one.xml", watch.city.warning(1, 1, NOON).encode())
    for minute in range(5):
        server.says("/index", index(("one.xml", NOON), word=str(minute)))
        watch.poll()
        watch.poll()
        watch.forward(60)
    server.says("/index", b"<html/>")
    watch.poll()
    assert prune(watch.ctx, watch.store, watch.clock) == 0
    watch.forward(8 * 86400)
    assert prune(watch.ctx, watch.store, watch.clock) == 5
    left = watch.rows("SELECT name, state FROM document ORDER BY name, state")
    assert left == [("index", "bad"), ("one.xml", "done")]
    watch.forward(90 * 86400)
    prune(watch.ctx, watch.store, watch.clock)
    assert watch.rows("SELECT count(*) FROM version JOIN document ON hash = document")[0][0] == 1
