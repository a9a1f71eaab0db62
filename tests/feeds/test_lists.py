"""What all lists share."""

from __future__ import annotations

import pytest

from dutydesk.errors import DocumentError, WrongFormat
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.lists import MOST, capped, rows_of, told
from tests.feeds.reading import faults, one, refused


def test_a_row_that_is_no_row_is_noted_with_its_place() -> None:
    notes = Notes()
    assert [where for where, _ in rows_of([{}, "x", {}, None], notes, "list")] == ["list[1]", "list[3]"]
    assert [(fault.name, fault.where) for fault in notes.all()] == [("row-unreadable", "list[2]"),
                                                                   ("row-unreadable", "list[4]")]
    with pytest.raises(WrongFormat):
        list(rows_of({}, notes, "list"))


def test_faults_of_a_document_ride_on_what_was_read_and_are_never_lost() -> None:
    notes = Notes()
    assert told([], notes) == []
    alert = one("nmc", {"data": [{"id": "1", "title": "海角市气象台发布大风蓝色预警"}]})
    notes.add("row-unreadable", "x")
    assert told([alert], notes)[0].faults == (*alert.faults, *notes.all())
    with pytest.raises(DocumentError) as caught:
        told([], notes)
    assert caught.value.name == "wrong-format"


def test_a_list_without_end_is_read_from_its_beginning_and_told() -> None:
    notes = Notes()
    assert capped(list(range(MOST)), notes, "x") == list(range(MOST))
    assert not notes.all()
    assert capped(list(range(MOST + 1)), notes, "x") == list(range(MOST))
    assert [fault.name for fault in notes.all()] == ["list-cut"]


def test_faults_without_end_are_told_to_be_many() -> None:
    notes = Notes()
    for n in range(2000):
        notes.add("row-unreadable", str(n))
    assert len(notes.all()) == 501
    assert notes.all()[-1].name == "more-faults"


@pytest.mark.parametrize(("kind", "rows"), [
    ("nmc", lambda row: {"data": [*row, {}]}), ("nmc", lambda row: {"data": [*row, {"alertid": "1", "pic": "x"}]}),
    ("caiyun", lambda row: {"content": [*row, {}]}), ("qweather", lambda row: {"alerts": [*row, {}]}),
    ("qweather", lambda row: {"code": "200", "warning": [*row, {}]}), ("weathercom", lambda row: [*row, {}]),
])
def test_a_row_that_says_nothing_is_no_warning(kind: str, rows: object) -> None:
    assert callable(rows)
    title = "海角市气象台发布大风蓝色预警"
    alert = one(kind, rows([{"title": title, "headline": title}]))
    assert "row-unreadable" in faults(alert)
    assert refused(kind, rows([])) == "wrong-format"


def test_codes_alone_are_a_warning() -> None:
    alert = one("nmc", {"data": [{"alertid": "1", "pic": "p0001001", "issuetime": "2031/07/20 11:42"}]})
    assert (alert.event.name, alert.colour.word) == ("台风", "red")
