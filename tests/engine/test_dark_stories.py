"""A town without a network: other kinds of numbers are tried at once, and a provider that is down is no dark town."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from harness import NOON, Story
from invented_site import BRIDGE, WILLOW

from dutydesk.domain.site import Number
from dutydesk.domain.values import Outcome, Via

SECONDS = timedelta(seconds=1)


def numbers_of(desk: Story, town: str) -> dict[str, str]:
    """Every number of the people of a town, and its kind."""
    site = desk.setup.site
    return {number.number: number.kind for place in site.under([town]) for post in site.posts_at.get(place, ())
            for person in post.seats for number in site.people[person].numbers}


def rung(desk: Story, name: str) -> list[tuple[str, timedelta]]:
    """By which kinds somebody was rung, and how long after noon."""
    kinds = {number.number: number.kind for number in desk.setup.site.people[desk[name].id].numbers}
    return [(kinds[each.number], each.at - NOON) for each in desk.exchange.history
            if each.person == desk[name].id and each.via is Via.VOICE]


def test_landline_and_neighbour_are_rung_at_once_where_the_network_reaches_no_phone(desk: Story) -> None:
    desk.exchange.faults.area_dark(numbers_of(desk, WILLOW), NOON)
    desk.warns("red")
    desk.forward(seconds=45)
    tried = rung(desk, "sun")
    assert [kind for kind, _ in tried] == ["mobile", "landline", "neighbour"]
    assert max(after for _, after in tried) < 40 * SECONDS


def test_the_neighbour_who_is_reached_is_told_whom_to_wake(desk: Story) -> None:
    kinds = numbers_of(desk, WILLOW)
    desk.exchange.faults.area_dark([each for each, kind in kinds.items() if kind != "neighbour"], NOON)
    desk.warns("red")
    desk.forward(seconds=45)
    last = [each for each in desk.exchange.history if each.person == desk["sun"].id and each.via is Via.VOICE][-1]
    assert (kinds[last.number], last.reached) == ("neighbour", "rang")
    assert "您是他的邻居" in last.text


def test_a_provider_that_is_down_is_no_dark_town(desk: Story) -> None:
    desk.exchange.faults.gateway_down("voice", NOON)
    desk.exchange.faults.gateway_down("sms", NOON)
    desk.warns("red")
    desk.forward(3)
    with desk.store.read() as reads:
        lost = [call for incident in reads.incidents() for call in reads.calls_of(incident.id)
                if call.outcome is Outcome.FAILED_NOW]
    assert len(lost) > 20
    assert not [row for row in desk.journal("alarm") if row.facts["reason"] == "town_dark"]


def test_once_a_town_is_dark_a_later_step_rings_satellite_phones_first(desk: Story) -> None:
    deputy = desk["li"].id
    people = desk.setup.site.people
    desk.exchange.faults.area_dark(numbers_of(desk, BRIDGE), NOON)
    people[deputy] = replace(people[deputy], numbers=(*people[deputy].numbers,
                                                      Number(deputy, "satellite", "+9998888888")))
    desk.warns("red")
    desk.forward(3)
    assert [row.facts["place"] for row in desk.journal("alarm") if row.facts["reason"] == "town_dark"] == [BRIDGE]
    assert rung(desk, "li") == []
    desk.forward(3)
    assert [kind for kind, _ in rung(desk, "li")] == ["satellite"]


def test_in_a_town_that_is_not_dark_the_order_of_the_list_stands(desk: Story) -> None:
    deputy = desk["li"].id
    people = desk.setup.site.people
    people[deputy] = replace(people[deputy], numbers=(*people[deputy].numbers,
                                                      Number(deputy, "satellite", "+9998888888")))
    desk.warns("red")
    desk.forward(6)
    assert [kind for kind, _ in rung(desk, "li")] == ["mobile"]
