"""A gateway's log is read as it grows; what was pushed too is one row. Kannel's own settings are those of its page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dutydesk.channels import registry
from dutydesk.channels.http.tail import LOT, Tail
from dutydesk.channels.settings import fill
from dutydesk.domain.values import Outcome
from dutydesk.errors import SendError, UsageError
from dutydesk.ports.channel import Callback, Limits
from tests.channels.gateways.driving import NOW, Kept
from tests.channels.gateways.kannel import PASSWORD, TOKEN, Kannel

AT = int(NOW.timestamp())


def made(folder: Path, **changes: Any) -> Any:
    """The channel of the page, its log in a folder."""
    settings = fill("kannel", Kannel(folder, 8471).settings() | changes, {
        "KANNEL_PASSWORD": PASSWORD, "KANNEL_TOKEN": TOKEN})
    return registry.make("http", "kannel", {**settings, "limits": Limits(timeout=2), "now": lambda: NOW})


@pytest.fixture
def kannel(tmp_path: Path) -> Iterator[Any]:
    """The channel, closed at the end; `tmp_path` holds its log."""
    channel = made(tmp_path)
    yield channel
    asyncio.run(channel.close())


def pushed(channel: Any, **fields: str) -> Any:
    row, = channel.read_callback(Callback("GET", "", "", [*fields.items(), ("token", TOKEN)], (), b"", NOW))
    return row


def sms(id: str, text: str, *, coding: int = 0, at: int = AT) -> str:
    return f"Receive SMS|{id}|{at}|+8612000000001|{coding}|-1||{text}|.\n"


def dlr(key: str, state: int, at: int = AT) -> str:
    return f"Receive DLR|0a|{at}|10690371|-1|{state}|http://127.0.0.1:8471/hooks/kannel?kind=dlr&key={key}&x=1|ACK/|.\n"


def pull(channel: Any, kept: Kept) -> int:
    return asyncio.run(channel.pull(kept.take, NOW))  # type: ignore[no-any-return]


@pytest.mark.parametrize(("state", "meant"), [
    ("1", Outcome.ON_HANDSET), ("2", Outcome.FAILED_NOW), ("4", Outcome.HANDED_OVER), ("8", Outcome.HANDED_OVER),
    ("16", Outcome.REFUSED), ("34", Outcome.FAILED_NOW), ("9", Outcome.ON_HANDSET), ("32", None), ("0", None),
    ("odd", None)])
def test_a_state_that_is_a_sum_of_flags_means_the_first_that_is_in_it(
        kannel: Any, state: str, meant: Outcome | None) -> None:
    row = pushed(kannel, kind="dlr", key="k1", state=state, at=str(AT))
    assert (row.call, row.outcome) == ("k1", meant)


def test_what_was_pushed_and_stands_in_the_log_is_one_row_whichever_comes_first(tmp_path: Path, kannel: Any) -> None:
    kept = Kept()
    (tmp_path / "access.log").write_text(
        "Sent SMS|9|1|10690371|2|31||00|.\n" + sms("a", "3 32") + sms("b", "0031653652300020", coding=2) + dlr("k1", 34)
        + sms("c", "two\nlines | and a bar"), encoding="utf-8")
    assert pull(kannel, kept) == 4
    before = dict(kept.rows)
    again = [pushed(kannel, kind="mo", id="a", number="+8612000000001", text="3 32", at=str(AT)),
             pushed(kannel, kind="dlr", key="k1", state="34", at=str(AT))]
    asyncio.run(kept.take(again))
    assert kept.rows == before
    assert {(row.kind, row.number, row.text, row.call, row.outcome) for row in before.values()} == {
        ("reply", "+8612000000001", "3 32", "", None), ("reply", "+8612000000001", "1收到 ", "", None),
        ("reply", "+8612000000001", "two\nlines | and a bar", "", None),
        ("receipt", "", "", "k1", Outcome.FAILED_NOW)}


def test_an_answer_stamped_with_the_second_in_which_it_was_asked_for_comes_after_the_asking(kannel: Any) -> None:
    asked = NOW - timedelta(seconds=9, microseconds=-300_000)
    row = pushed(kannel, kind="mo", id="a", number="+8612000000001", text="1", at=str(AT - 9))
    assert asked < row.received_at < asked + timedelta(seconds=1)


def test_what_could_not_be_stored_is_read_again_and_what_is_too_old_never(tmp_path: Path, kannel: Any) -> None:
    kept = Kept(away=True)
    old = AT - int(timedelta(days=1).total_seconds()) - 1
    (tmp_path / "access.log").write_text(sms("a", "1") + sms("b", "1", at=old), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(OSError, match="disk"):
            pull(kannel, kept)
    kept.away = False
    assert (pull(kannel, kept), pull(kannel, kept)) == (1, 0)
    assert len(kept.rows) == 1


def test_one_broken_line_keeps_no_other_away(tmp_path: Path, kannel: Any) -> None:
    kept = Kept()
    (tmp_path / "access.log").write_bytes(
        sms("a", "0031D", coding=2).encode() + b"Receive SMS|b|" + b"\xff\xfe|\n" + sms("c", "1").encode())
    assert pull(kannel, kept) == 1


def test_a_log_that_cannot_be_read_says_who_must_be_allowed(kannel: Any) -> None:
    with pytest.raises(SendError, match=r"access.log cannot be read .* the desk's user must be allowed to"):
        pull(kannel, Kept())


def test_a_log_of_nothing_or_beside_a_pull_is_a_fault(tmp_path: Path) -> None:
    pull = {"url": "http://127.0.0.1/", "replies": [{"number": "a"}]}
    for change, fault in (({"log": {"path": "x"}}, "log: name receipts or replies"),
                          ({"pull": pull}, "pull or log, not both")):
        with pytest.raises(UsageError, match=fault):
            made(tmp_path, **change)


# -- the file -----------------------------------------------------------------------------------------
def everything(tail: Tail) -> bytes:
    lots = []
    while lot := tail.read():
        lots.append(lot)
        tail.keep()
    return b"".join(lots)


def test_a_line_is_read_once_it_is_whole(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"a\nb")
    tail = Tail(log)
    assert everything(tail) == b"a\n"
    with log.open("ab") as more:
        more.write(b"c\n")
    assert everything(tail) == b"bc\n"
    tail.close()


def test_the_rest_of_a_renamed_log_is_read_before_the_new_one(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"a\n")
    tail = Tail(log)
    assert everything(tail) == b"a\n"
    with log.open("ab") as more:
        log.rename(tmp_path / "log.1")
        assert everything(tail) == b""        # nothing stands there yet
        more.write(b"b\n")
    log.write_bytes(b"c\n")
    assert everything(tail) == b"b\nc\n"
    log.write_bytes(b"")                      # cut short in place
    assert everything(tail) == b""
    log.write_bytes(b"e\n")
    assert everything(tail) == b"e\n"
    tail.close()


def test_a_line_longer_than_a_lot_holds_back_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * LOT + b"\na\n")
    tail = Tail(log)
    assert everything(tail).endswith(b"\na\n")
    tail.close()
