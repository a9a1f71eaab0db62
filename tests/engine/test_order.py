"""In whatever order documents arrive, a place ends in the same colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import permutations

import pytest
from harness import NOON, Story
from invented_alert import Warn

from dutydesk.domain.values import Colour

MINUTE = timedelta(minutes=1)
FIRST = Warn("orange", NOON - 9 * MINUTE)
RAISED = FIRST.then("Update", "red", NOON - 7 * MINUTE)
RENEWED = RAISED.then("Update", "red", NOON - 5 * MINUTE)
LOWERED = RENEWED.then("Update", "yellow", NOON - 3 * MINUTE)
LIFTED = LOWERED.then("Cancel", "yellow", NOON - MINUTE)
ALIKE = [Warn("red", NOON, serial=""), Warn("red", NOON).then("Cancel", "red", NOON, serial="_1")]


def ends_in(desk: Story, order: Sequence[Warn], *, together: bool = False) -> Colour | None:
    if together:
        desk.lands(*order)
    else:
        for each in order:
            desk.lands(each)
            desk.forward(seconds=1)
    return desk.colour_of("东岭村")


@pytest.mark.parametrize("order", list(permutations((RAISED, RENEWED, LOWERED, LIFTED))))
def test_a_lifted_chain_of_four_leaves_no_colour_in_whatever_order_it_came(
        desk: Story, order: Sequence[Warn]) -> None:
    assert ends_in(desk, order) is None
    desk.forward(1)
    assert desk.incidents() == []


def test_a_chain_with_a_hole_is_joined_by_office_type_and_area(desk: Story) -> None:
    assert ends_in(desk, [FIRST, RAISED, LOWERED]) is Colour.YELLOW
    assert [row.facts["join"] for row in desk.journal("version")] == ["first", "reference", "inferred"]
    assert ends_in(desk, [LIFTED]) is None


@pytest.mark.parametrize("order", list(permutations((RAISED, RENEWED, LOWERED))))
def test_three_versions_without_their_first_end_in_the_colour_of_the_newest(
        desk: Story, order: Sequence[Warn]) -> None:
    assert ends_in(desk, order) is Colour.YELLOW


def test_four_versions_in_one_poll_end_in_the_colour_of_the_newest_and_ring_for_no_other(
        tell: Callable[..., Story]) -> None:
    for order in permutations((FIRST, RAISED, RENEWED, LOWERED)):
        desk = tell()
        assert ends_in(desk, order, together=True) is Colour.YELLOW
        desk["zhang"].is_quiet()


@pytest.mark.parametrize("order", list(permutations(ALIKE)))
def test_of_an_alert_and_its_cancel_of_the_same_second_the_cancel_has_the_last_word(
        desk: Story, order: Sequence[Warn]) -> None:
    assert ends_in(desk, order) is None


def test_a_late_first_version_says_nothing_new(desk: Story) -> None:
    desk.lands(RAISED)
    desk.forget()
    desk.forward(seconds=30)
    desk.lands(FIRST)
    assert desk.colour_of("东岭村") is Colour.RED
    assert len(desk.callouts("东岭村")) == 1
    assert [row.facts["identifier"] for row in desk.journal("late_version")] == [FIRST.identifier]
