"""Orders by hand: who may give them, and what they refuse."""

from __future__ import annotations

import pytest
from harness import Story
from invented_site import CAST, CITY

from dutydesk.domain.records import State
from dutydesk.domain.values import Colour, Kind
from dutydesk.errors import Refused


def test_only_an_officer_of_the_roster_gives_orders(desk: Story) -> None:
    desk.warns("red")
    id = desk.callout("东岭村").id
    orders = (
        lambda who: desk.hand.write_off(id, who, "空村"), lambda who: desk.hand.call_again(id, who),
        lambda who: desk.hand.answer_by_phone([id], CAST["zhang"], "answer", None, who),
        lambda who: desk.hand.lift(desk.incidents()[0].id, [who, "o-2"]),
        lambda who: desk.hand.stand_down(desk.incidents()[0].id, [who, "o-2"], "误报"),
        lambda who: desk.hand.open_incident(Kind.REAL, "flood", Colour.RED, [CITY], who, ""),
    )
    for order in orders:
        for stranger in (CAST["zhang"], "nobody", ""):
            with pytest.raises(Refused):
                order(stranger)
    assert desk.state("东岭村") is State.CALLING


def test_one_officer_alone_neither_lifts_nor_stands_down_a_red(desk: Story) -> None:
    desk.warns("red")
    incident = desk.incidents()[0].id
    for officers in (["o-1"], ["o-1", "o-1"]):
        with pytest.raises(Refused, match="两名"):
            desk.hand.lift(incident, officers)
        with pytest.raises(Refused, match="两名"):
            desk.hand.stand_down(incident, officers, "误报")
    assert desk.colour_of("东岭村") is Colour.RED


def test_an_answer_of_nobody_we_know_or_of_fewer_than_none_is_refused(desk: Story) -> None:
    desk.warns("red")
    id = desk.callout("东岭村").id
    for person, act, n in (("p99999", "answer", None), (CAST["zhang"], "moved", -5), (CAST["zhang"], "jumped", None)):
        with pytest.raises(Refused):
            desk.hand.answer_by_phone([id], person, act, n, "o-1")
    assert not desk.facts("东岭村") or all(fact.what == "called" for fact in desk.facts("东岭村"))


def test_a_hazard_nobody_knows_opens_nothing(desk: Story) -> None:
    with pytest.raises(Refused, match="floods"):
        desk.hand.open_incident(Kind.REAL, "floods", Colour.RED, [CITY], "o-1", "")
    assert not desk.incidents()
