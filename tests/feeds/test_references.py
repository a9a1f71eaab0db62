from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.alert import Reference
from dutydesk.feeds.faults import Notes
from dutydesk.feeds.references import read_references

SENT = "2031-07-20T11:45:00+08:00"
CASES = [
    ("", [], []),
    (f"s,i,{SENT}", [("s", "i", SENT)], []),
    (f"s,i,{SENT} s,j,{SENT}\n t,k,{SENT}", [("s", "i", SENT), ("s", "j", SENT), ("t", "k", SENT)], []),
    (f" s , i , {SENT} ", [("s", "i", SENT)], []),
    (f"Haijiao District Observatory,i,{SENT} Haijiao District Observatory,j,{SENT}",
     [("Haijiao District Observatory", "i", SENT), ("Haijiao District Observatory", "j", SENT)], []),
    ("s,i,2031-07-20 11:45:00 s,j,2031-07-20 12:45:00",
     [("s", "i", "2031-07-20 11:45:00"), ("s", "j", "2031-07-20 12:45:00")], []),
    (f"s,i,{SENT};s,j,{SENT}; Haijiao Observatory,k,{SENT}",
     [("s", "i", SENT), ("s", "j", SENT), ("Haijiao Observatory", "k", SENT)], []),
    (f"s,i;1,{SENT}", [("s", "i;1", SENT)], []),
    ("s,i,", [("s", "i", "")], []),
    (",i," + SENT, [("", "i", SENT)], []),
    ("i", [("", "i", "")], ["reference-form"]),
    ("i j", [("", "i", ""), ("", "j", "")], ["reference-form"]),
    ("s,i", [("s", "i", "")], ["reference-form"]),
    (f"i,{SENT}", [("", "i", SENT)], ["reference-form"]),
    (", ,", [], ["reference-form"]),
    (f"s,own,{SENT}", [("s", "own", SENT)], ["reference-self"]),
]


@pytest.mark.parametrize(("text", "wanted", "faults"), CASES)
def test_references_are_read_however_they_are_written(
    text: str, wanted: list[tuple[str, str, str]], faults: list[str]
) -> None:
    notes = Notes()
    found = read_references(text, "own", notes)
    assert [(one.sender, one.identifier, one.sent) for one in found] == wanted
    assert [fault.name for fault in notes.all()] == faults


WORD = st.from_regex(r"[A-Za-z0-9_.:@-]{1,20}", fullmatch=True)


@given(st.lists(st.tuples(WORD, WORD), max_size=6), st.sampled_from([" ", "\n", "  \t "]))
def test_every_standard_list_comes_back_as_it_was(pairs: list[tuple[str, str]], between: str) -> None:
    text = between.join(f"{sender},{identifier},{SENT}" for sender, identifier in pairs)
    found = read_references(text, "", Notes())
    assert found == tuple(Reference(identifier, sender, SENT) for sender, identifier in pairs)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert all(one.identifier for one in read_references(text, "own", Notes()))
