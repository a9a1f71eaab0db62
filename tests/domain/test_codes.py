from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.codes import codes, is_drill, pick
from dutydesk.domain.replies import Act, Unclear, Understood, read
from dutydesk.errors import Refused


def test_letters_are_given_in_order_and_skip_i_and_o() -> None:
    given_out: list[str] = []
    for _ in range(21):
        given_out.append(pick(set(given_out), drill=False))
    assert "".join(given_out) == "ABCDEFGHJKLMNPQRSTUVW"
    assert pick(set(given_out), drill=False) == "AA"


def test_drills_have_letters_of_their_own() -> None:
    given_out: list[str] = []
    for _ in range(4):
        given_out.append(pick(set(given_out), drill=True))
    assert given_out == ["X", "Y", "Z", "XA"]


def test_a_freed_letter_is_given_again() -> None:
    assert pick({"A", "C"}, drill=False) == "B"


def test_no_code_is_a_word_that_means_something_else() -> None:
    for drill in (True, False):
        for code in codes(drill=drill):
            assert isinstance(read(code), Unclear)


def test_when_every_code_is_taken_it_says_so() -> None:
    with pytest.raises(Refused, match="every reply letter"):
        pick(set(codes(drill=True)), drill=True)


@given(st.booleans(), st.sets(st.text("ABCWXYZIO", min_size=1, max_size=2)))
def test_a_code_is_free_readable_and_tells_drill_from_real(drill: bool, in_use: set[str]) -> None:
    code = pick(in_use, drill=drill)
    assert code not in in_use
    assert is_drill(code) is drill
    assert not set(code) & set("IO")
    assert read(code + "1") == Understood(Act.ANSWER, code)


def test_every_code_reads_back_on_either_side_of_the_digit() -> None:
    for drill in (True, False):
        for code in codes(drill=drill):
            assert read(f"{code}2") == read(f"2{code}") == Understood(Act.ON_POST, code)
            assert read(f"{code}3 32") == read(f"3{code} 32") == Understood(Act.MOVED, code, 32)
