"""JSON as strangers send it: wrapped, mislabelled, cut off, nested without end."""

from __future__ import annotations

import json

import pytest

from dutydesk.errors import NotWellFormed, TooLarge
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.json_text import part, read_json, text_in


def read(text: str | bytes, limit: int = 1_000_000) -> object:
    return read_json(text.encode() if isinstance(text, str) else text, limit, Notes())


@pytest.mark.parametrize("text", [
    '{"a": [1, "x"]}', ' \n{"a": [1, "x"]}\n', 'var alarminfo={"a": [1, "x"]};', 'cb({"a": [1, "x"]});',
    'window.data = {"a": [1, "x"]} ;', 'jQuery18_1.cb( {"a": [1, "x"]} )', '\ufeff{"a": [1, "x"]}',
])
def test_what_is_wrapped_round_json_is_taken_off(text: str) -> None:
    assert read(text) == {"a": [1, "x"]}


def test_chinese_bytes_are_read_whatever_was_meant() -> None:
    assert read(json.dumps({"名": "雷电"}, ensure_ascii=False).encode("gb18030")) == {"名": "雷电"}


def test_what_is_no_json_number_becomes_nothing() -> None:
    assert read('{"a": NaN, "b": -Infinity}') == {"a": None, "b": None}


@pytest.mark.parametrize("text", [
    "", "   ", "not json", '{"a": ', "<html>503</html>", '{"a": 1} {"b": 2}', "[" * 200_000, '{"a":' * 200_000,
    "[" + "9" * 20_000 + "]", "cb(", "var x=", ")" * 100_000, "a" * 100_000,
])
def test_what_is_no_json_is_refused_by_name(text: str) -> None:
    with pytest.raises(NotWellFormed):
        read(text)


def test_too_much_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLarge):
        read("[1,2,3]", limit=6)


def test_only_text_and_numbers_count_as_text() -> None:
    row = {"a": None, "b": " ", "c": {"x": 1}, "d": [1], "e": True, "f": 0, "g": " x "}
    assert text_in(row, "a", "b", "c", "d", "e") == ""
    assert text_in(row, "a", "f") == "0"
    assert text_in(row, "missing", "g") == "x"


def test_looking_inside_what_is_not_there_gives_nothing() -> None:
    assert part({"a": {"b": 1}}, "a", "b") == 1
    for value in ({"a": 1}, {"a": None}, [], None, "a"):
        assert part(value, "a", "b") is None
