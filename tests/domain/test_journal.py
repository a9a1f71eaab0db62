"""The seal: what it covers and what it finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.journal import FIRST, Checker, Head, seal, verify
from dutydesk.domain.records import JournalRow

KEY = b"key"
NOW = datetime(2021, 7, 20, 8, 5, 7, 5, tzinfo=UTC)


def chain(count: int, key: bytes = KEY) -> list[JournalRow]:
    rows: list[JournalRow] = []
    for n in range(1, count + 1):
        row = JournalRow(NOW + n * timedelta(seconds=1), "called", "i1", f"c{n}", f"p{n}", {"n": n}, n + 7, n)
        rows.append(replace(row, seal=seal(rows[-1].seal if rows else FIRST, row, key)))
    return rows


EDITS: dict[str, dict[str, Any]] = {
    "at": {"at": NOW}, "what": {"what": "answered"}, "incident": {"incident": "i2"}, "callout": {"callout": "cX"},
    "person": {"person": "pX"}, "facts": {"facts": {"n": 4, "x": None}}, "seal": {"seal": "0" * 64},
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_row_is_found(edit: str) -> None:
    rows = chain(6)
    rows[3] = replace(rows[3], **EDITS[edit])
    fault = verify(rows, KEY)
    assert fault is not None
    assert (fault.seq, fault.what) == (4, "edited")


def test_a_row_moved_from_one_field_to_the_next_is_another_row() -> None:
    row = JournalRow(NOW, "a", "bc", "d", "e", {}, seq=1)
    other = replace(row, what="ab", incident="c")
    assert seal(FIRST, row, KEY) != seal(FIRST, other, KEY)
    quoted = replace(row, what='a","b', incident="c")
    assert seal(FIRST, replace(row, what="a", incident='b","c'), KEY) != seal(FIRST, quoted, KEY)


def test_a_sound_chain_holds_in_whatever_batches_it_is_read() -> None:
    rows = chain(9)
    assert verify(rows, KEY, Head(9, rows[8].seal)) is None
    assert verify(rows, KEY, Head(3, rows[2].seal)) is None
    checker = Checker(KEY, None, seal)
    assert [checker.walk(rows[:4]), checker.walk(rows[4:]), checker.end()] == [None] * 3
    assert checker.last == Head(9, rows[8].seal)


@pytest.mark.parametrize(("change", "seq", "what"), [
    (lambda rows: rows[:2] + rows[3:], 3, "missing"),
    (lambda rows: rows[1:], 1, "missing"),
    (lambda rows: [*rows[:2], rows[3], rows[2], *rows[4:]], 3, "missing"),
    (lambda rows: [*rows[:2], replace(rows[3], seq=3), replace(rows[2], seq=4), *rows[4:]], 3, "edited"),
    (lambda rows: [*rows[:2], rows[1], *rows[2:]], 3, "missing"),
    (lambda rows: rows[:4], 5, "cut"),
    (lambda rows: [], 1, "cut"),
    (lambda rows: chain(6, b"another"), 1, "edited"),
], ids=["removed", "first removed", "reordered", "swapped", "doubled", "tail cut", "emptied", "another key"])
def test_tampering_is_found_at_its_first_row(change: Any, seq: int, what: str) -> None:
    rows = chain(6)
    fault = verify(change(rows), KEY, Head(6, rows[5].seal))
    assert fault is not None
    assert (fault.seq, fault.what) == (seq, what)


def test_a_chain_rebuilt_with_the_key_is_found_by_a_printed_head_only() -> None:
    printed = Head(5, chain(6)[4].seal)
    rows = chain(6)
    rebuilt: list[JournalRow] = []
    for row in rows:
        row = replace(row, person="somebody else")
        rebuilt.append(replace(row, seal=seal(rebuilt[-1].seal if rebuilt else FIRST, row, KEY)))
    assert verify(rebuilt, KEY) is None
    fault = verify(rebuilt, KEY, printed)
    assert fault is not None
    assert (fault.seq, fault.what) == (5, "rebuilt")


def test_the_seal_does_not_depend_on_zone_or_order_of_keys() -> None:
    row = JournalRow(NOW, "a", "b", "c", "d", {"x": 1, "y": [1, {"z": "乙", "a": "甲"}]}, seq=1)
    same = replace(row, at=NOW.astimezone(timezone(timedelta(hours=8))), row=99,
                   facts={"y": [1, {"a": "甲", "z": "乙"}], "x": 1})
    assert seal("p", row, KEY) == seal("p", same, KEY)


def test_a_head_is_read_as_it_is_printed() -> None:
    head = Head(12, "ab12")
    assert Head.read(f" {head}\n") == head
    for wrong in ("12", "x:ab", "12:", ":ab", "-1:ab"):
        with pytest.raises(ValueError, match="SEQ:HASH"):
            Head.read(wrong)


json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(),
                           lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
                           max_leaves=6)


@given(one=st.dictionaries(st.text(), json_values, max_size=3), two=st.dictionaries(st.text(), json_values, max_size=3))
def test_rows_carry_one_seal_exactly_if_their_facts_are_one(one: dict[str, Any], two: dict[str, Any]) -> None:
    row = JournalRow(NOW, "a", "b", "c", "d", one, seq=1)
    same = _shape(one) == _shape(two)
    assert (seal("p", row, KEY) == seal("p", replace(row, facts=two), KEY)) is same


def _shape(value: Any) -> Any:
    """Tell True from 1, which Python holds for equal."""
    if isinstance(value, dict):
        return {key: _shape(each) for key, each in value.items()}
    return [_shape(each) for each in value] if isinstance(value, list) else (type(value), value)
