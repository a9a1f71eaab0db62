"""What a desk finds when it comes back: documents that landed, calls that were under way, replies that were kept."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.app.city import City, build
from tests.app.judge import Rows
from tests.app.processes import DeskProcess, Phones, free_port, until

SILENT = ("--answer", "0", "--ring", "3", "--lines", "3000")


@pytest.fixture
def city(tmp_path: Path) -> City:
    return build(tmp_path / "site", towns=3, villages=5)


def rows(city: City) -> Rows:
    return Rows(f"sqlite:///{city.folder}/var/desk.sqlite3")


def minutes_ago(number: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=number)


def who(phones: Phones) -> set[str]:
    return {arrival["person"] for arrival in phones.history() if arrival["asks"]}


def test_an_alert_and_its_cancel_that_landed_while_the_desk_was_down_ring_nobody(
        city: City, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    board = phones(0, *SILENT)
    city.land("1.xml", city.warning(1, 1, minutes_ago(30)))
    city.land("2.xml", city.warning(2, 2, minutes_ago(29)))
    city.land("3.xml", city.warning(3, 1, minutes_ago(28), refers=(1, minutes_ago(30))))
    desk(city.folder, board.url).start().ready()
    until(lambda: "990102102-1" in who(board), 20, "the ring of the town that is still warned")
    time.sleep(1)
    assert not who(board) & city.people(1)


def test_a_lift_that_landed_while_the_desk_was_down_is_taken_in_before_anybody_is_rung_again(
        tmp_path: Path, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    city = build(tmp_path / "site", towns=2, villages=20, within="4s")
    board = phones(0, *SILENT)
    running = desk(city.folder, board.url).start().ready()
    city.land("1.xml", city.warning(1, 1, minutes_ago(30)))
    until(lambda: len(who(board) & city.people(1)) == 21, 20, "the first rings")
    time.sleep(0.5)
    running.kill()
    before = len(board.history())
    city.land("2.xml", city.warning(2, 1, minutes_ago(29), refers=(1, minutes_ago(30))))
    time.sleep(3)        # the second tries are overdue
    running.start().ready()
    time.sleep(3)
    assert [each for each in board.history()[before:] if each["asks"] and each["person"] in city.people(1)] == []


def test_documents_are_remembered_across_restarts_and_half_written_ones_wait(
        city: City, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    board = phones(0, *SILENT)
    body = city.warning(1, 1, minutes_ago(30))
    city.land("1.xml", body)
    running = desk(city.folder, board.url).start().ready()
    until(lambda: who(board), 20, "the first ring")
    running.kill()
    half = (city.inbox / "half.xml").open("w", encoding="utf-8")
    other = city.warning(2, 2, minutes_ago(29))
    half.write(other[:len(other) // 2])
    half.flush()
    city.land("again.xml", body)
    running.start().ready()
    with half:      # the rest comes piece by piece, no pause as long as two looks
        for start in range(len(other) // 2, len(other), 40):
            half.write(other[start:start + 40])
            half.flush()
            time.sleep(0.05)
    until(lambda: "990102102-1" in who(board), 20, "the ring of the second document")
    found = rows(city)
    whole = [row for row in found("SELECT name, state FROM document") if row[1] == "done"]
    versions = found("SELECT identifier FROM version")
    found.close()
    assert len(versions) == 2
    assert {name for name, _ in whole} == {"1.xml", "half.xml"}


def test_calls_under_way_at_a_kill_are_asked_of_the_provider_and_not_dialled_again(
        city: City, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    board = phones(0, *SILENT, "--latency", "2")
    running = desk(city.folder, board.url).start().ready()
    city.land("1.xml", city.warning(1, 1, minutes_ago(30)))
    until(board.history, 20, "the first arrival")     # it counts a second before its sender hears of it
    running.kill()
    began = datetime.now(UTC)
    running.start().ready()
    found = rows(city)
    until(lambda: found("SELECT count(*) FROM call WHERE state = 'handed'")[0][0] > 0, 10, "the provider's word")
    told = [json.loads(row[0]) for row in found("SELECT facts FROM journal WHERE what = 'handed'")]
    found.close()
    assert any(each["why"] == "asked of the provider" and each["outcome"] != "failed_now" for each in told)
    assert datetime.now(UTC) - began < timedelta(seconds=20)     # the lease: it was not waited for
    assert board.look("doubles") == {}


def test_a_reply_given_while_the_desk_was_down_counts_when_it_is_back(
        city: City, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    hooks = free_port()
    board = phones(hooks, *SILENT)
    running = desk(city.folder, board.url, hooks_port=hooks).start().ready()
    city.land("1.xml", city.warning(1, 1, minutes_ago(30)))
    person = "990102101203-1"
    until(lambda: person in who(board), 20, "the call")
    number = next(arrival["number"] for arrival in board.history() if arrival["person"] == person)
    time.sleep(0.5)
    running.kill()
    board.do("reply", number=number, text="1")
    time.sleep(1)
    running.start().ready()
    found = rows(city)
    until(lambda: found("SELECT count(*) FROM fact WHERE what = 'answered' AND person = :who", who=person)[0][0], 15,
          "the fact")
    found.close()


@pytest.mark.timeout(120)
def test_a_desk_that_stood_still_takes_in_the_lift_before_it_rings_anybody(
        tmp_path: Path, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    city = build(tmp_path / "site", towns=2, villages=20, timeout=0.5, within="4s")
    board = phones(0, *SILENT)
    running = desk(city.folder, board.url).start().ready()
    city.land("1.xml", city.warning(1, 1, minutes_ago(30)))
    until(lambda: len(who(board) & city.people(1)) == 21, 20, "the first rings")
    time.sleep(0.5)
    running.send(signal.SIGSTOP)
    before = board.history()
    city.land("2.xml", city.warning(2, 1, minutes_ago(29), refers=(1, minutes_ago(30))))
    time.sleep(6)         # past the lease of two seconds, and past the time of the deputies
    running.send(signal.SIGCONT)
    time.sleep(4)
    late = [each for each in board.history()[len(before):] if each["asks"] and each["person"] in city.people(1)]
    assert late == []
