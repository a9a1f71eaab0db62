"""Whom a step asks, in which role, by which numbers, and why not the others."""

from __future__ import annotations

import pytest
from callout_kit import minutes

from dutydesk.domain.playbook import Step, Whom
from dutydesk.domain.reach import Reached, reach_person, reach_step
from dutydesk.domain.site import Number, Person, Place, Post, Site
from dutydesk.domain.values import Role, Via

HOLDER, DEPUTY, SUPERIOR = Whom.HOLDER, Whom.DEPUTY, Whom.SUPERIOR


def human(name: str, *kinds: str) -> Person:
    return Person(name, name, numbers=tuple(Number(name, kind, f"+999{name}{rank}") for rank, kind in enumerate(kinds)))


def site(*people: Person, village: tuple[str, ...] = ("h", "d", "d2"), superior: str | None = None) -> Site:
    places = {"371": Place("371", "市", "city"), "371002": Place("371002", "区", "county", ("371",)),
              "371002101": Place("371002101", "镇", "town", ("371002",)),
              "371002101001": Place("371002101001", "村", "village", ("371002101",))}
    posts = [Post("371002101001", "flood", village, superior), Post("371002101", "flood", ("t", "t2")),
             Post("371002", "general", ("g",)), Post("371", "fire", ("f",))]
    known = {each.id: each for each in (*people, *(human(name, "mobile") for name in ("h", "d", "d2", "t", "t2", "g")))}
    return Site(places=places, posts={post.id: post for post in posts},
                people=known | {each.id: each for each in people})


def asked(of: Site, *whom: Whom, duty: str = "flood", **more: object) -> list[tuple[str, str]]:
    post = of.posts[f"371002101001/{duty}"]
    reach = reach_step(of, post, Step(whom, (Via.VOICE,), 1, minutes(5)), **more)  # type: ignore[arg-type]
    return [(each.person, each.role.value) for each in reach.reached]


@pytest.mark.parametrize(("whom", "expected"), [
    ((HOLDER,), [("h", "holder")]),
    ((DEPUTY,), [("d", "deputy"), ("d2", "deputy")]),
    ((SUPERIOR,), [("t", "superior")]),
    ((DEPUTY, SUPERIOR), [("d", "deputy"), ("d2", "deputy"), ("t", "superior")]),
])
def test_a_step_asks_whom_it_names(whom: tuple[Whom, ...], expected: list[tuple[str, str]]) -> None:
    assert asked(site(), *whom) == expected


def test_the_superior_may_be_named() -> None:
    assert asked(site(superior="371002/general"), SUPERIOR) == [("g", "superior")]


def test_without_the_same_duty_above_the_general_post_is_the_superior() -> None:
    of = site()
    town = Post("371002101", "flood", ("t",))
    assert of.superior(town) == of.posts["371002/general"]


def test_a_person_met_twice_is_asked_once_in_his_first_role() -> None:
    assert asked(site(village=("h", "t")), HOLDER, DEPUTY, SUPERIOR) == [("h", "holder"), ("t", "deputy")]


def test_where_each_seat_is_asked_the_seat_is_the_holder_and_has_no_deputy() -> None:
    assert asked(site(), HOLDER, DEPUTY, seats=("d2",)) == [("d2", "holder")]


def test_whoever_is_left_out_is_named_with_the_reason() -> None:
    of = site(Person("d", "d"))
    post = Post("371002101001", "flood", ("h", "d", "ghost"))
    reach = reach_step(of, post, Step((HOLDER, DEPUTY), (Via.VOICE,)), out=frozenset({"h"}))
    assert reach.reached == ()
    assert [name for name, _ in reach.left_out] == ["h", "d", "ghost"]
    assert all(reason for _, reason in reach.left_out)


def test_mobiles_and_satellite_phones_take_messages_everything_rings_neighbours_last() -> None:
    found = reach_person(human("h", "landline", "neighbour", "mobile", "satellite"), Role.HOLDER)
    assert found.numbers(Via.VOICE) == ("+999h0", "+999h2", "+999h3", "+999h1")
    assert found.numbers(Via.SMS) == ("+999h2", "+999h3")


def test_numbers_beside_the_site_s_are_tried_before_them() -> None:
    other = Number("h", "mobile", "+9990")
    found = reach_person(human("h", "mobile"), Role.HOLDER, also=[other])
    assert found.voice == ("+9990", *reach_person(human("h", "mobile"), Role.HOLDER).voice)
    assert found.sms[0] == "+9990"


def test_a_reached_person_comes_back_from_the_notebook_as_he_went_in() -> None:
    found = Reached("h", Role.HOLDER, ("+9991", "+9992"), ("+9991",), ("+9993",))
    assert Reached.of_json(found.as_json()) == found


def test_in_a_dark_town_its_own_people_are_rung_on_what_still_reaches_them_first() -> None:
    every = human("h", "mobile", "neighbour", "landline", "satellite")
    lit, dark = reach_person(every, Role.HOLDER), reach_person(every, Role.HOLDER, dark=True)
    assert lit.numbers(Via.VOICE) == ("+999h0", "+999h2", "+999h3", "+999h1")
    assert dark.numbers(Via.VOICE) == ("+999h3", "+999h2", "+999h0", "+999h1")
    assert dark.sms == ("+999h3", "+999h0")


def test_a_number_typed_in_goes_before_all_in_the_dark_too() -> None:
    every = human("h", "mobile", "satellite")
    fresh = Number("h", "mobile", "+9995")
    assert reach_person(every, Role.HOLDER, also=(fresh,), dark=True).voice == ("+9995", "+999h1", "+999h0")


def test_a_superior_outside_keeps_his_order() -> None:
    of = site(human("t", "mobile", "satellite"), human("h", "mobile", "satellite"))
    post = of.posts["371002101001/flood"]
    reach = reach_step(of, post, Step((HOLDER, SUPERIOR), (Via.VOICE,), 1, minutes(5)), dark=True)
    assert [each.voice[0] for each in reach.reached] == ["+999h1", "+999t0"]
