"""A desk beside other programs: its lock, its ports, its socket, and how it ends."""

from __future__ import annotations

import json
import socket
import stat
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from tests.app.city import City, build
from tests.app.judge import Rows
from tests.app.processes import DeskProcess, Phones, command, free_port, until

SILENT = ("--answer", "0", "--ring", "3", "--lines", "3000")


@pytest.fixture
def city(tmp_path: Path) -> City:
    return build(tmp_path / "site", towns=2, villages=4)


def rows(city: City) -> Rows:
    return Rows(f"sqlite:///{city.folder}/var/desk.sqlite3")


def asked(phones: Phones) -> set[str]:
    return {arrival["person"] for arrival in phones.history() if arrival["asks"]}


def red(city: City, serial: int = 1, town: int = 1) -> None:
    city.land(f"{serial}.xml", city.warning(serial, town, datetime.now(UTC).replace(microsecond=0)))


def test_a_second_desk_on_the_same_file_is_refused_and_told_who_has_it(
        city: City, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    first = desk(city.folder, phones(0).url).start().ready()
    assert first.process
    second = command("run", "--site", str(city.folder), "--port", "0", "--hooks-port", "0")
    assert second.returncode == 3
    assert f"process {first.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr
    assert first.running


def test_a_port_in_use_is_told_before_anybody_is_called(
        city: City, phones: Callable[..., Phones]) -> None:
    board = phones(0, *SILENT)
    red(city)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        for words in (("--port", port, "--hooks-port", "0"), ("--port", "0", "--hooks-port", port)):
            told = command("run", "--site", str(city.folder), *words)
            assert told.returncode == 3, told
            assert port in told.stderr
            assert "Traceback" not in told.stderr
    assert board.history() == []


def test_parts_of_a_desk_need_postgresql(city: City) -> None:
    told = command("run", "--site", str(city.folder), "--only", "web")
    assert told.returncode == 2
    assert "PostgreSQL" in told.stderr


def test_the_end_comes_soon_even_when_the_provider_hangs_and_what_came_back_is_booked(
        city: City, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    hangs = phones(0, *SILENT, "--latency", "60")
    running = desk(city.folder, hangs.url).start().ready()
    red(city)
    found = rows(city)
    until(lambda: found("SELECT count(*) FROM call WHERE state = 'sending'")[0][0] >= 5, 20, "calls under way")
    code, seconds = running.end()
    assert code == 0, running.said()
    assert seconds < 6     # three on an idle machine
    assert "had not come back" in running.said()
    assert found("SELECT count(*) FROM call WHERE state = 'sending'")[0][0] >= 5
    found.close()


def test_the_end_leaves_nothing_under_way_where_providers_answer(
        city: City, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    board = phones(0, *SILENT, "--latency", "0.3")
    running = desk(city.folder, board.url).start().ready()
    red(city)
    until(lambda: len(board.history()) > 2, 20, "the first rings")
    code, seconds = running.end()
    assert (code, running.said().count("Traceback")) == (0, 0), running.said()
    assert seconds < 6     # three on an idle machine
    found = rows(city)
    assert found("SELECT count(*) FROM call WHERE state = 'sending'")[0][0] == 0
    assert found("SELECT count(*) FROM journal WHERE seq IS NULL")[0][0] == 0
    booked = found("SELECT count(*) FROM call WHERE state = 'handed'")[0][0]
    found.close()
    assert booked == len([each for each in board.history() if each["asks"]])
    assert command("journal", "verify", "--site", str(city.folder)).returncode == 0


def test_orders_beside_a_live_desk_go_through_it_by_a_socket_only_its_owner_opens(
        city: City, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    board = phones(0, *SILENT)
    running = desk(city.folder, board.url).start().ready()
    door = city.folder / "var/desk.sock"
    until(door.exists, 5, "the socket")
    assert stat.S_IMODE(door.stat().st_mode) == 0o600
    opened = command("incident", "open", "--family", "flood", "--colour", "red", "--officer", "officer",
                     "--site", str(city.folder), city.town(1))
    assert opened.returncode == 0, opened.stderr
    incident = opened.stdout.strip()
    person = f"{city.places(1)[1]}-1"
    assert until(lambda: person in asked(board), 10, "the ring that was ordered") < 5
    listed = command("incident", "list", "--json", "--site", str(city.folder))
    assert json.loads(listed.stdout.splitlines()[0])["id"] == incident
    found = rows(city)
    callout, = found("SELECT id FROM callout WHERE place = :place", place=city.places(1)[1])[0]
    told = command("answer", callout, "--person", person, "--officer", "officer", "--site", str(city.folder))
    assert told.returncode == 0, told.stderr
    assert found("SELECT count(*) FROM fact WHERE callout = :id AND what = 'answered'", id=callout)[0][0] == 1
    other, = found("SELECT id FROM callout WHERE place = :place", place=city.places(1)[2])[0]
    nobody = command("answer", other, "--write-off", "nobody lives there", "--officer", "officer",
                     "--site", str(city.folder))
    assert nobody.returncode in (0, 3), nobody.stderr
    lift = ("incident", "lift", incident, "--officer", "officer", "--site", str(city.folder))
    alone = command(*lift)
    assert alone.returncode == 3, alone    # a red is lifted by two
    both = command(*lift, "--officer", "backup")
    assert both.returncode == 0, both.stderr
    until(lambda: not found("SELECT count(*) FROM callout WHERE state NOT IN ('closed') AND post NOT LIKE '%/officer'"
                            )[0][0], 10, "the lift")
    found.close()
    wrong = command("incident", "lift", incident + "x", "--officer", "officer", "--site", str(city.folder))
    assert wrong.returncode == 3
    for action in ("head", "verify"):
        assert command("journal", action, "--site", str(city.folder)).returncode == 0
    assert running.end()[0] == 0
    assert not door.exists()


def test_orders_without_a_desk_go_straight_into_the_store_and_the_desk_carries_them_out(
        city: City, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    opened = command("incident", "open", "--family", "flood", "--officer", "officer", "--site", str(city.folder),
                     city.town(2))
    assert opened.returncode == 0, opened.stderr
    board = phones(0, *SILENT)
    desk(city.folder, board.url).start().ready()
    until(lambda: f"{city.town(2)}-1" in asked(board), 10, "the ring")


def test_a_socket_left_by_a_killed_desk_is_replaced_and_deceives_nobody(
        city: City, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    running = desk(city.folder, phones(0).url).start().ready()
    running.kill()
    assert (city.folder / "var/desk.sock").exists()
    opened = command("incident", "open", "--family", "flood", "--officer", "officer", "--site", str(city.folder),
                     city.town(2))
    assert opened.returncode == 0, opened.stderr
    running.start().ready()
    lifted = command("incident", "lift", opened.stdout.strip(), "--officer", "officer", "--officer", "backup",
                     "--site", str(city.folder))
    assert lifted.returncode == 0, lifted.stderr


@pytest.mark.timeout(120)
def test_a_worker_that_only_serves_the_console_sees_the_journal_grow_and_one_that_only_feeds_only_stores(
        tmp_path: Path, postgresql_url: str, phones: Callable[..., Phones], desk: Callable[..., DeskProcess]) -> None:
    city = build(tmp_path / "site", store=postgresql_url, towns=2, villages=4)
    board, hooks, found = phones(0, *SILENT), free_port(), Rows(postgresql_url)
    web = desk(city.folder, board.url, hooks_port=hooks, only=("web",), name="web").start().ready()
    feeds = desk(city.folder, board.url, only=("feeds",), name="feeds").start().ready()
    red(city)
    until(lambda: found("SELECT count(*) FROM document WHERE state = 'waiting'")[0][0] == 1, 10, "the document")
    time.sleep(1)
    assert found("SELECT count(*) FROM callout")[0][0] == 0
    url = next(line.split()[1] for line in web.said().splitlines() if line.startswith("console"))
    with requests.get(f"{url}events", stream=True, timeout=30) as stream:
        lines = stream.iter_lines(decode_unicode=True)
        next(lines)
        desk(city.folder, board.url, only=("engine",), name="engine").start()
        assert any(line.startswith("event: seq") for line in lines)
    until(lambda: found("SELECT count(*) FROM ask")[0][0] > 0, 10, "the asks")
    assert board.history() == []
    desk(city.folder, board.url, only=("dispatch",), name="dispatch").start()
    until(lambda: board.history(), 20, "the rings")
    found.close()
    assert feeds.end()[0] == 0
    assert web.end()[0] == 0
