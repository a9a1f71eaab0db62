"""Files over a one-way gate, the way back: none lost, none taken twice, and the officer hears of what is missing."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ferry_far_side import AT, as_csv, as_json, bring, named, row
from ferry_site import NOW, Site
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.channels.ferry.numbers import Numbers, spans
from dutydesk.channels.ferry.reading import read
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome
from dutydesk.errors import SendError
from tests.proving import examples


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


ROWS = [row("reply", id="r1", number="12000000001", text="3 32"), row("receipt", call="c1", outcome="on_handset"),
        row("key", call="c2", text="1")]


@pytest.mark.parametrize(("form", "body"), [
    ("json", as_json(ROWS)), ("csv", as_csv(ROWS)), ("csv", as_csv(ROWS, "gb18030"))], ids=["json", "csv", "gbk"])
def test_rows_are_read_alike_whatever_their_form(site: Site, form: str, body: bytes) -> None:
    bring(site.inbox, 1, body, form)
    assert site.pulls() == 3
    assert {(each.kind, each.number, each.text, each.call, each.outcome) for each in site.rows} == {
        ("reply", "+8612000000001", "3 32", "", None), ("receipt", "", "", "c1", Outcome.ON_HANDSET),
        ("key", "", "1", "c2", None)}
    assert {each.received_at for each in site.rows} == {datetime.fromisoformat(AT)}
    assert not site.troubles
    assert not any(site.inbox.iterdir())
    assert [each.name for each in (site.keep / "done").iterdir()] == [named(1, body, form)]


def test_what_could_not_be_stored_stays_and_comes_again(site: Site) -> None:
    body = as_json(ROWS)
    bring(site.inbox, 1, body)
    site.kept.away = True
    with pytest.raises(OSError, match="full"):
        site.pulls()
    assert (site.inbox / named(1, body)).exists()
    site.kept.away = False
    assert site.pulls() == 3


def test_a_file_brought_again_is_one_file_and_a_row_said_twice_one_row(site: Site) -> None:
    body = as_json(ROWS)
    bring(site.inbox, 1, body)
    site.pulls()
    bring(site.inbox, 1, body)
    assert site.pulls() == 0
    bring(site.inbox, 2, as_json([*ROWS, row("reply", id="r2", number="12000000001", text="4")]))
    site.pulls()
    assert len(site.rows) == 4
    assert not any(site.inbox.iterdir())
    assert not site.troubles


def test_a_half_written_file_waits_and_one_that_stays_so_is_kept_and_told(site: Site) -> None:
    made, body = site.channel(), as_json(ROWS)
    path = site.inbox / named(1, body)
    path.write_bytes(body[:40])
    assert site.pulls(made) == 0
    site.later(seconds=50)
    path.write_bytes(body[:60])
    assert site.pulls(made) == 0
    site.later(seconds=50)
    assert site.pulls(made) == 0
    site.later(seconds=11)
    assert site.pulls(made) == 1
    trouble, = site.troubles
    assert "hash" in trouble
    assert [each.read_bytes() for each in (site.keep / "bad").iterdir()] == [body[:60]]
    path.write_bytes(body)                      # the gate brings it whole after all
    assert site.pulls(made) == 3
    assert not any(site.inbox.iterdir())


def test_a_bad_file_that_is_brought_right_with_the_same_length_is_taken(site: Site) -> None:
    made, body = site.channel(), as_json(ROWS)
    path = site.inbox / named(1, body)
    path.write_bytes(body.replace(b"c1", b"c9"))
    site.pulls(made)
    site.later(minutes=2)
    site.pulls(made)
    path.write_bytes(body)
    assert site.pulls(made) == 3


@pytest.mark.parametrize(("name", "body", "fault"), [
    ("notes.txt", b"hello", "name"), (named(1, b"{"), b"{", "unreadable"),
    (named(1, b"x;y", "csv"), b"x;y", "unreadable"), (named(1, b"[" * 9999), b"[" * 9999, "unreadable"),
    (named(1, b"{}"), b"{}", "unreadable"), (named(1, b""), b"", "unreadable")])
def test_a_file_that_makes_no_sense_is_kept_and_told_by_its_fault(site: Site, name: str, body: bytes,
                                                                  fault: str) -> None:
    made = site.channel()
    (site.inbox / name).write_bytes(body)
    for _ in range(2):
        site.pulls(made)
        site.later(minutes=2)
    assert [fault in each for each in site.troubles] == [True]
    assert [each.read_bytes() for each in (site.keep / "bad").iterdir()] == [body]
    assert not any(site.inbox.iterdir())


def test_a_bad_row_keeps_no_good_one_away(site: Site) -> None:
    bad = [row("reply", text="1"), row("receipt", call="c3", outcome="arrived"), {"kind": "key", "call": "c4"},
           {"kind": "key", "call": "c5", "at": "2026-07-20T12:00:30"}, row("shout")]
    bring(site.inbox, 1, as_json([*bad, *ROWS]))
    assert site.pulls() == 4
    assert len(site.rows) == 3
    trouble, = site.troubles
    assert "row 1: a reply without number" in trouble
    assert len(list((site.keep / "bad").iterdir())) == 1


def test_an_inbox_that_is_gone_is_an_error_and_is_not_made_anew(site: Site) -> None:
    site.inbox.rmdir()
    with pytest.raises(SendError, match="see whether it is there"):
        site.pulls()
    assert not site.inbox.exists()


def test_where_the_desk_may_only_read_each_file_is_taken_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made = site.channel()
    bring(site.inbox, 1, as_json(ROWS))
    unlink = Path.unlink

    def refused(self: Path, missing_ok: bool = False) -> None:
        if self.parent == site.inbox:
            raise PermissionError(13, "Permission denied")
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    assert [site.pulls(made) for _ in range(3)] == [3, 0, 0]


def test_of_two_workers_one_pulls(site: Site) -> None:
    async def story() -> None:
        first, second = site.channel(), site.channel()
        seen: list[int] = []

        async def take(rows: Any) -> None:
            seen.append(await second.pull(site.kept.take, NOW))
            await site.kept.take(rows)

        bring(site.inbox, 1, as_json(ROWS))
        assert await first.pull(take, NOW) == 3
        assert seen == [0]
    asyncio.run(story())


# -- numbers ------------------------------------------------------------------------------------------
def test_a_gap_is_told_once_after_a_while_and_forgotten_when_it_fills(site: Site) -> None:
    made = site.channel()
    for number in (1, 2, 5, 8):
        bring(site.inbox, number, as_json([row("reply", id=f"r{number}", number="12000000001", text="1")]))
    site.pulls(made)
    assert not site.troubles
    site.later(seconds=30)
    bring(site.inbox, 4, as_json([row("reply", id="r4", number="12000000001", text="1")]))
    site.pulls(made)
    site.later(seconds=31)
    site.pulls(site.channel())                   # a restart forgets nothing
    assert [each for each in site.troubles if "3、6-7号" in each] == site.troubles
    site.later(minutes=9)
    bring(site.inbox, 3, as_json([row("reply", id="r3", number="12000000001", text="1")]))
    site.pulls(made)
    assert len(site.troubles) == 1
    assert len(site.rows) == 6


def test_a_far_side_that_counts_anew_is_told_and_followed(site: Site) -> None:
    made = site.channel()
    for number in (1, 2, 3):
        bring(site.inbox, number, as_json([row("reply", id=f"a{number}", number="12000000001", text="1")]))
    site.pulls(made)
    bring(site.inbox, 1, as_json([row("reply", id="b1", number="12000000001", text="1")]))
    bring(site.inbox, 3, as_json([row("reply", id="b3", number="12000000001", text="1")]))
    site.pulls(made)
    assert len(site.troubles) == 1
    site.later(minutes=2)
    site.pulls(made)
    assert ["2号" in each for each in site.troubles] == [False, True]
    assert len(site.rows) == 5


@given(st.permutations(range(10, 30)), st.sets(st.integers(11, 28)))
@examples(40)
def test_whatever_the_order_exactly_what_never_came_is_missing(order: list[int], lost: set[int]) -> None:
    known = Numbers().came(10, NOW)[0]
    for number in order:
        if number not in lost and number != 10:
            known, strange = known.came(number, NOW)
            assert not strange
    assert set(known.missing) == lost
    assert Numbers.loads(known.dumps()) == known
    assert known.overdue(NOW + timedelta(minutes=1), timedelta(minutes=1)) == tuple(sorted(lost))
    assert known.tell(lost).overdue(NOW + timedelta(hours=1), timedelta(minutes=1)) == ()


def test_a_leap_is_told_at_once_and_not_counted_out() -> None:
    known, strange = Numbers().came(1, NOW)[0].came(900_000_000_000, NOW)
    assert "2至899999999999" in strange
    assert not known.missing


@given(st.sets(st.integers(0, 40), min_size=1))
@examples(40)
def test_spans_say_every_number_once(numbers: set[int]) -> None:
    told: list[int] = []
    for part in spans(numbers).split("、"):
        first, _, last = part.partition("-")
        told += range(int(first), int(last or first) + 1)
    assert told == sorted(numbers)


@given(st.binary(max_size=300), st.sampled_from(["json", "csv"]))
@examples(200)
def test_whatever_comes_is_read_or_has_a_fault(body: bytes, form: str) -> None:
    found = read(body, form, "gate", "86", NOW)
    assert all(isinstance(each, Inbound) for each in found.rows)
    assert found.faults or found.rows or body.lstrip(b"\xef\xbb\xbf")
