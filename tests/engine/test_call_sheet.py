"""The call sheet holds exactly the places nobody has answered for, red first, with everybody who may answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness import Story
from invented_site import BRIDGE, CAST, CLOUD, RIVER

from dutydesk.domain.records import State
from dutydesk.domain.values import Colour, Kind, Role
from dutydesk.engine.call_sheet import gather
from dutydesk.errors import Refused
from dutydesk.ports.sheets import CallSheet, SheetPlace


def sheet(desk: Story, *areas: str, incident: str = "") -> CallSheet:
    with desk.store.read() as reads:
        return gather(desk.ctx, reads, desk.clock.now(), "o-1", areas=areas, incident=incident)


def line(desk: Story, name: str) -> SheetPlace:
    (found,) = [place for place in sheet(desk).places if place.place == desk.place(name)]
    return found


def open_places(desk: Story) -> Iterator[str]:
    for incident in desk.incidents():
        with desk.store.read() as reads:
            for callout in reads.callouts_of(incident.id):
                if callout.answered_at is None and not callout.post.endswith("/officer"):
                    yield callout.place


def test_before_anything_happens_the_sheet_is_empty_and_can_be_made(desk: Story) -> None:
    assert sheet(desk).places == ()


def test_it_holds_every_place_nobody_answered_for_and_no_other(desk: Story) -> None:
    desk.warns("red")
    desk.forward(seconds=30)
    before = {each.place for each in sheet(desk).places}
    assert before == set(open_places(desk))
    desk["zhang"].replies("1")
    assert {each.place for each in sheet(desk).places} == before - {desk.place("东岭村")} == set(open_places(desk))


def test_a_place_is_one_line_with_holder_deputy_and_superior_in_this_order_and_whole_numbers(desk: Story) -> None:
    desk.warns("red")
    desk.forward(seconds=30)
    found = line(desk, "东岭村")
    assert found.name == "石桥镇东岭村"
    roles = [person.role for person in found.people]
    assert roles[:2] == [Role.HOLDER, Role.DEPUTY]
    assert Role.SUPERIOR in roles
    zhang = desk.ctx.site.people[CAST["zhang"]]
    assert found.people[0].name == zhang.name
    assert [number for _, number in found.people[0].numbers] == [each.number for each in zhang.numbers]
    assert zhang.name in found.script
    assert "暴雨红色预警" in found.script


def test_a_number_typed_at_the_desk_stands_first(desk: Story) -> None:
    desk.warns("red")
    desk.forward(seconds=30)
    desk.hand.new_number(CAST["zhang"], "+999555000111", [], "o-1")
    assert line(desk, "东岭村").people[0].numbers[0] == ("mobile", "+999555000111")


def test_whoever_declined_is_on_the_sheet_with_the_reason(desk: Story) -> None:
    desk.warns("red")
    desk.forward(seconds=30)
    desk["zhang"].replies("0")
    assert [bool(person.left_out) for person in line(desk, "东岭村").people[:2]] == [True, False]


def test_red_goes_before_orange_and_what_is_with_the_officer_before_what_still_rings(desk: Story) -> None:
    desk.warns("red")
    desk.forward(15)
    desk.warns("orange", codes=("990103",), event="大风")
    desk.forward(seconds=20)
    places = sheet(desk).places
    assert {place.colour for place in places} == {Colour.RED, Colour.ORANGE}
    assert [place.colour for place in places] == sorted((place.colour for place in places), reverse=True)
    reds = [place.state for place in places if place.colour is Colour.RED]
    assert State.WITH_OFFICER in reds
    assert reds.index(State.WITH_OFFICER) == 0


def test_an_area_holds_what_lies_in_it_and_an_unknown_one_is_refused(desk: Story) -> None:
    desk.warns("red")
    desk.forward(seconds=30)
    whole, county, town = sheet(desk), sheet(desk, RIVER), sheet(desk, BRIDGE)
    assert {each.place for each in town.places} < {each.place for each in county.places}
    assert {each.place for each in county.places} <= {each.place for each in whole.places}
    assert county.areas == ("清河区",)
    with pytest.raises(Refused, match="nowhere"):
        sheet(desk, "nowhere")
    with pytest.raises(Refused, match="no-such"):
        sheet(desk, incident="no-such")


def test_a_drill_is_told_from_the_real_thing_and_stands_behind_it(desk: Story) -> None:
    desk.hand.open_incident(Kind.DRILL, "flood", Colour.RED, [CLOUD], "o-1", "")
    desk.forward(seconds=30)
    desk.hand.open_incident(Kind.REAL, "fire", Colour.ORANGE, [BRIDGE], "o-1", "")
    places = sheet(desk).places
    kinds = [place.kind for place in places]
    assert set(kinds) == {Kind.DRILL, Kind.REAL}
    assert kinds == sorted(kinds, key=lambda kind: kind is not Kind.REAL)
    assert all(("演练" in place.script) is (place.kind is Kind.DRILL) for place in places)


def test_what_was_written_on_paper_comes_back_with_reporter_and_proof_and_the_journal_keeps_ids_only(
        desk: Story) -> None:
    desk.warns("red")
    desk.forward(seconds=30)
    id = desk.callout("东岭村").id
    desk.hand.answer_by_phone([id], CAST["zhang"], "moved", 32, "o-1", "镇值班室于某", "叫应单第3行")
    moved = next(fact for fact in desk.facts("东岭村") if fact.what == "acted")
    assert (moved.n, moved.evidence) == (32, "by hand: o-1\n报告人 镇值班室于某\n凭据 叫应单第3行")
    told = [row.facts["evidence"] for row in desk.journal("fact")
            if row.callout == id and row.facts.get("act") == "moved"]
    assert told == ["by hand: o-1"]
    with pytest.raises(Refused, match="一行"):
        desk.hand.answer_by_phone([id], CAST["zhang"], "moved", 33, "o-1", "某" * 61)


def test_printing_is_in_the_journal_and_for_officers_only(desk: Story) -> None:
    desk.hand.log_sheet("pdf", 7, "o-1", [RIVER])
    (row,) = desk.journal("sheet_printed")
    assert (row.person, row.facts) == ("o-1", {"form": "pdf", "rows": 7, "areas": [RIVER]})
    with pytest.raises(Refused):
        desk.hand.log_sheet("pdf", 7, CAST["zhang"])
