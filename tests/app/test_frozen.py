"""A dispatcher that stands still past its lease, and comes back to find that another has gone on."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.app.city import build
from tests.app.judge import IN_FLIGHT, Landed, Life, Rows, judge
from tests.app.killing import PHONES
from tests.app.processes import DeskProcess, Phones, command, free_port, until

FREEZES = 4
SEED = 7
TIMEOUT = 0.5                     # seconds a send may take: the lease is four times that
OVER = ("SELECT count(*) FROM callout WHERE due_at IS NOT NULL AND post NOT LIKE '%/officer'",
        "SELECT count(*) FROM ask WHERE state IN ('queued', 'sending') AND place <> '990100'",
        "SELECT count(*) FROM inbound WHERE state = 'new'")


@pytest.mark.timeout(300)
def test_what_a_frozen_dispatcher_finishes_late_is_fenced_and_nobody_is_missed_or_rung_without_end(
        tmp_path: Path, postgresql_url: str, phones: Callable[..., Phones],
        desk: Callable[..., DeskProcess]) -> None:
    chance = random.Random(SEED)
    city = build(tmp_path / "site", store=postgresql_url, towns=FREEZES, villages=24, timeout=TIMEOUT)
    hooks = free_port()
    board = phones(hooks, *PHONES, "--latency", "0.2")
    engine = desk(city.folder, board.url, hooks_port=hooks, only=("web", "feeds", "engine"), name="engine")
    senders = [desk(city.folder, board.url, only=("dispatch",), name=f"dispatch{each}") for each in (1, 2)]
    for each in (engine, *senders):
        each.start()
    for each in (engine, *senders):
        each.ready()
    reds, stops = [], []
    for town in range(1, FREEZES + 1):
        at, before = datetime.now(UTC), len(board.history())
        city.land(f"{town}.xml", city.warning(town, town, at.replace(microsecond=0) - timedelta(hours=town)))
        reds.append(Landed(town, town, at))
        until(lambda count=before: len(board.history()) > count + 5, 20, f"the ring of town {town}")
        time.sleep(chance.uniform(0, 0.3))
        victim = chance.choice(senders)
        stops.append(datetime.now(UTC))
        victim.send(signal.SIGSTOP)
        time.sleep(TIMEOUT * 4 + (11 if town == 1 else 4))   # past the lease; once past what a transaction may stand
        victim.send(signal.SIGCONT)
    rows = Rows(postgresql_url)
    until(lambda: not any(rows(sql)[0][0] for sql in OVER), 90, "the end of the storm")
    rows.close()
    ended = datetime.now(UTC)
    for each in (*senders, engine):
        each.end()
    handsets = {line["number"]: board.look("phone", number=line["number"]) for line in board.look("phones")}
    people = {town: {place: (f"{place}-1", f"{place}-2") for place in city.places(town)} for town in range(1, 5)}
    found = judge(postgresql_url, board.history(), handsets, reds, (), people, ended, Life((), stops))
    assert found.faults == [], found.line()
    assert found.double_needs <= IN_FLIGHT * FREEZES, found.line()
    assert command("journal", "verify", "--site", str(city.folder)).returncode == 0
