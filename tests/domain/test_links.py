from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.links import BadLink, LinkOver, sign, verify

NOW = datetime(2031, 7, 20, 3, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=10)
KEY = b"k" * 32
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=/+ "


@given(texts, texts, st.binary(min_size=1, max_size=40))
def test_a_link_opens_what_it_was_made_for(purpose: str, subject: str, key: bytes) -> None:
    assert verify(sign(purpose, subject, SOON, key), purpose, key, NOW) == subject


@given(st.data())
def test_no_changed_letter_goes_unseen(data: st.DataObject) -> None:
    token = sign("card", "p0417", SOON, KEY)
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from([each for each in ALPHABET if each != token[at]]))
    with pytest.raises(BadLink):
        verify(token[:at] + letter + token[at + 1:], "card", KEY, NOW)


@given(st.one_of(st.text(max_size=200), st.text(ALPHABET, max_size=200)))
def test_whatever_else_is_handed_in_opens_nothing(told: str) -> None:
    with pytest.raises(BadLink):
        verify(told, "card", KEY, NOW)


@given(texts, texts)
def test_a_link_of_one_purpose_or_key_is_none_for_another(one: str, other: str) -> None:
    token = sign(one, "p0417", SOON, KEY)
    with pytest.raises(BadLink):
        verify(token, one, KEY + b"x", NOW)
    if other != one:
        with pytest.raises(BadLink):
            verify(token, other, KEY, NOW)


def test_a_link_ends_at_its_second_and_not_before() -> None:
    token = sign("card", "p0417", SOON, KEY)
    assert verify(token, "card", KEY, SOON - timedelta(seconds=1)) == "p0417"
    with pytest.raises(LinkOver):
        verify(token, "card", KEY, SOON)


@pytest.mark.parametrize(("purpose", "subject", "key"), [("", "a", KEY), ("a", "", KEY), ("a", "b", b""),
                                                         ("a", "b" * 2000, KEY)])
def test_a_link_that_could_not_be_kept_safe_is_not_made(purpose: str, subject: str, key: bytes) -> None:
    with pytest.raises(ValueError, match="link"):
        sign(purpose, subject, SOON, key)


def test_nothing_is_verified_without_a_key() -> None:
    with pytest.raises(ValueError, match="key"):
        verify(sign("card", "p0417", SOON, KEY), "card", b"", NOW)
