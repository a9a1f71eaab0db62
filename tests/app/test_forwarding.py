"""The log server hears every row of the audit and what happened, in order, whatever becomes of it in between."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from log_server import LogServerHere

from dutydesk.app.forwarding import Forwarding
from dutydesk.app.house import open_folder
from dutydesk.channels.syslog import LogServer
from dutydesk.clock import VirtualClock
from dutydesk.domain.audit import AuditRow
from dutydesk.domain.records import JournalRow
from dutydesk.domain.setup import Setup, SyslogOut
from dutydesk.errors import SendError
from dutydesk.store import SqlStore

ROOT = Path(__file__).parents[2]
NOW = datetime(2031, 7, 20, 4, 5, 6, 789, tzinfo=UTC)
Make = Callable[..., Forwarding]
#: what could break the framing, the quoting or the reader
NASTY = ('a"b', "a]b", "a\\b", '\\"]', "换\n行", "台风“海燕”\t登陆", "x" * 1500, " led and trailed ", "🌀", "=]\"[")


@pytest.fixture(scope="module")
def setup() -> Setup:
    return open_folder(ROOT).setup


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of localhost that is its own authority, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", "key.pem", "-out", "crt.pem", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost"], cwd=folder, check=True, capture_output=True)
    return folder / "crt.pem", folder / "key.pem"


@pytest.fixture
def log_server(request: pytest.FixtureRequest, tmp_path: Path, certificate: tuple[Path, Path]) -> Iterator[Any]:
    made = LogServerHere(tmp_path, getattr(request, "param", "tcp"), *certificate).start()
    yield made
    made.stop()


@pytest.fixture
def forwarding(log_server: LogServerHere, setup: Setup, store: SqlStore) -> Iterator[Make]:
    """Makes what tells the log server, its thread not started."""
    lines: list[LogServer] = []

    def make(authority: Path | None = None, *, journal: bool = True, worker: str = "desk") -> Forwarding:
        lines.append(LogServer(log_server.address, authority))
        config = replace(setup.config, syslog=SyslogOut(log_server.address, journal=journal))
        return Forwarding(lines[-1], replace(setup, config=config), store, VirtualClock(NOW), worker=worker)
    yield make
    for line in lines:
        line.close()


def audited(store: SqlStore, *rows: AuditRow) -> None:
    for row in rows:
        store.write(lambda tx, row=row: tx.note_audit(row))  # type: ignore[misc]


def row(number: int, **facts: str) -> AuditRow:
    return AuditRow(NOW, "login", f"u{number}", "10.0.0.1", "", facts)


def happened(store: SqlStore, *rows: JournalRow) -> None:
    store.write(lambda tx: tx.note([*rows]))
    store.write(lambda tx: tx.seal(NOW, 1000))


@pytest.mark.parametrize("log_server", ["udp", "tcp", "tls"], indirect=True)
def test_every_way_brings_every_field_as_it_was(log_server: LogServerHere, forwarding: Make, store: SqlStore,
                                                certificate: tuple[Path, Path]) -> None:
    mine = forwarding(certificate[0])
    assert not mine.turn()      # it begins with what happens from now on
    words = [text if log_server.way != "udp" else text[:900] for text in NASTY]
    audited(store, *(row(number, asked=text) for number, text in enumerate(words)),
            replace(row(99), what="login_failed", why="忘了"))
    assert mine.turn()
    heard = log_server.heard(len(words) + 1)
    told = [each["rfc5424-sd"]["dutydesk@32473"] for each in heard]
    assert [each["asked"] for each in told[:-1]] == words
    assert [each["account"] for each in told] == [*(f"u{number}" for number in range(len(words))), "u99"]
    assert [int(each["seq"]) for each in told] == [*range(1, len(words) + 2)]
    last = heard[-1]
    assert (last["pri"], last["program"], last["what"], last["at"]) == (
        "84", "dutydesk", "login_failed", "2031-07-20T04:05:06.000789Z")
    assert told[-1]["why"] == "忘了"
    assert heard[0]["pri"] == "85"
    assert last["text"].lstrip("\ufeff") == "u99 login_failed from 10.0.0.1"


def test_what_happened_is_told_without_the_words_of_officers(log_server: LogServerHere, forwarding: Make,
                                                             store: SqlStore) -> None:
    mine = forwarding()
    mine.turn()
    happened(store, JournalRow(NOW, "alarm", "i-1", "", "p0001", {"reason": "unanswered", "place": "371002001001"}),
             JournalRow(NOW, "pruned", "", "", "", {"count": 3}),
             JournalRow(NOW, "by_hand", "i-1", "", "p0001", {"text": "张某说他病了", "officer": "p0002"}))
    mine.turn()
    heard = log_server.heard(2)
    assert [(each["what"], each["pri"]) for each in heard] == [("alarm", "84"), ("by_hand", "86")]
    assert heard[0]["rfc5424-sd"]["dutydesk@32473"]["place"] == "371002001001"
    assert "张某" not in str(heard)
    assert heard[1]["rfc5424-sd"]["dutydesk@32473"]["officer"] == "p0002"


def test_the_journal_can_be_left_out(log_server: LogServerHere, forwarding: Make, store: SqlStore) -> None:
    mine = forwarding(journal=False)
    mine.turn()
    happened(store, JournalRow(NOW, "alarm", "i-1", "", "", {"reason": "unanswered"}))
    audited(store, row(1))
    mine.turn()
    assert [each["what"] for each in log_server.heard(1)] == ["login"]


def test_a_log_server_that_was_gone_hears_what_it_missed_in_order(log_server: LogServerHere, forwarding: Make,
                                                                  store: SqlStore) -> None:
    mine = forwarding()
    mine.turn()
    audited(store, row(1), row(2))
    mine.turn()
    assert len(log_server.heard(2)) == 2
    log_server.stop()
    audited(store, *(row(number) for number in range(3, 8)))
    for _ in range(3):
        with pytest.raises(SendError, match="localhost"):
            mine.turn()
    log_server.start()
    again = forwarding()    # and the desk was started anew
    while again.turn():
        pass
    names = [each["rfc5424-sd"]["dutydesk@32473"]["account"] for each in log_server.heard(7)]
    assert names == [f"u{number}" for number in range(1, 8)]


def test_of_two_workers_one_tells(log_server: LogServerHere, forwarding: Make, store: SqlStore) -> None:
    first, second = (forwarding(worker=name) for name in ("a", "b"))
    first.turn()
    second.turn()
    for number in range(20):
        audited(store, row(number))
        (first if number % 2 else second).turn()
        (second if number % 2 else first).turn()
    names = [each["rfc5424-sd"]["dutydesk@32473"]["account"] for each in log_server.heard(21, 2)]
    assert names == [f"u{number}" for number in range(20)]


@pytest.mark.parametrize("log_server", ["tls"], indirect=True)
def test_a_server_nobody_vouches_for_hears_nothing(log_server: LogServerHere, forwarding: Make, store: SqlStore,
                                                   tmp_path: Path) -> None:
    mine = forwarding()
    mine.turn()
    audited(store, row(1))
    with pytest.raises(SendError, match="certificate verify failed"):
        mine.turn()
    missing = forwarding(tmp_path / "none.pem")
    with pytest.raises(SendError, match=r"none\.pem cannot be read"):
        missing.turn()
    assert log_server.heard(1, 0.5) == []
