"""The colour of a place: what each version of each chain does to it, one by one and in a batch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from callout_kit import T0, at
from hypothesis import given, settings
from hypothesis import strategies as st

from dutydesk.domain.incident import Change, Fed, What, highest, net, over, touch
from dutydesk.domain.records import Incident
from dutydesk.domain.values import Colour, Kind

B, Y, O, R = Colour.BLUE, Colour.YELLOW, Colour.ORANGE, Colour.RED  # noqa: E741  # as the colours are written in tables
EMPTY = Incident("i1", "n", "371000", "flood", Kind.REAL, T0)
Colours = dict[str, Colour]


class Office:
    """Chains and their incident, fed as the desk feeds them."""

    def __init__(self, incident: Incident = EMPTY) -> None:
        self.incident = incident
        self.chains: dict[str, Colours] = {}

    def version(self, chain: str, colours: Colours, *, renewal: bool | None = None) -> tuple[Change, ...]:
        before = self.chains.get(chain, {})
        others = highest(*(each for id, each in self.chains.items() if id != chain))
        again = chain in self.chains if renewal is None else renewal
        self.incident, changes = touch(self.incident, Fed(chain, before, colours, again), others=others, now=T0)
        self.chains[chain] = colours
        return changes


def told(changes: tuple[Change, ...]) -> list[tuple[str, str, int]]:
    return [(change.place, change.what.value, change.count) for change in changes]


CASES = {
    "a first warning raises": ([("a", {"p": O})], [("p", "raised", 0)]),
    "a higher version raises": ([("a", {"p": Y}), ("a", {"p": R})], [("p", "raised", 0)]),
    "the same colour again is a renewal": ([("a", {"p": O}), ("a", {"p": O})], [("p", "renewed", 1)]),
    "renewals are counted since the last rise": (
        [("a", {"p": O}), ("a", {"p": O}), ("a", {"p": O})], [("p", "renewed", 2)]),
    "a rise counts renewals anew": (
        [("a", {"p": O}), ("a", {"p": O}), ("a", {"p": R}), ("a", {"p": R})], [("p", "renewed", 1)]),
    "a fall counts renewals anew": (
        [("a", {"p": R}), ("a", {"p": R}), ("a", {"p": O}), ("a", {"p": O})], [("p", "renewed", 1)]),
    "a lower version lowers": ([("a", {"p": R}), ("a", {"p": Y})], [("p", "lowered", 0)]),
    "a cancel lifts": ([("a", {"p": R}), ("a", {})], [("p", "lifted", 0)]),
    "a second chain at the same colour is no renewal": ([("a", {"p": O}), ("b", {"p": O})], []),
    "a second chain at a lower colour changes nothing": ([("a", {"p": O}), ("b", {"p": B})], []),
    "a second chain at a higher colour raises": ([("a", {"p": O}), ("b", {"p": R})], [("p", "raised", 0)]),
    "a lower chain renewed changes nothing": ([("a", {"p": R}), ("b", {"p": O}), ("b", {"p": O})], []),
    "the chain that gives the colour renews it beside a lower one": (
        [("b", {"p": O}), ("a", {"p": R}), ("a", {"p": R})], [("p", "renewed", 1)]),
    "a lower chain rising to the same colour is no renewal": ([("a", {"p": R}), ("b", {"p": O}), ("b", {"p": R})], []),
    "a lift falls only as far as the other lets it": (
        [("a", {"p": R}), ("b", {"p": Y}), ("a", {})], [("p", "lowered", 0)]),
    "a lift under the same colour changes nothing": ([("a", {"p": R}), ("b", {"p": R}), ("a", {})], []),
    "a lift of the lower chain changes nothing": ([("a", {"p": R}), ("b", {"p": Y}), ("b", {})], []),
    "a place no longer covered is lifted, the rest renewed": (
        [("a", {"p": O, "q": O}), ("a", {"q": O})], [("p", "lifted", 0), ("q", "renewed", 1)]),
    "a place newly covered is raised, the rest renewed": (
        [("a", {"q": O}), ("a", {"p": O, "q": O})], [("p", "raised", 0), ("q", "renewed", 1)]),
}


@pytest.mark.parametrize("sentence", CASES)
def test_what_the_last_version_does(sentence: str) -> None:
    versions, expected = CASES[sentence]
    office = Office()
    changes = [office.version(chain, colours) for chain, colours in versions]
    assert told(changes[-1]) == expected


def test_a_duplicate_is_no_renewal() -> None:
    office = Office()
    office.version("a", {"p": R})
    assert office.version("a", {"p": R}, renewal=False) == ()


def test_what_an_officer_gave_holds_against_a_lift() -> None:
    office = Office(replace(EMPTY, by_hand={"p": Y}, colours={"p": Y}))
    office.version("a", {"p": R})
    assert told(office.version("a", {})) == [("p", "lowered", 0)]
    assert office.incident.colours == {"p": Y}


def test_every_chain_is_attached_once() -> None:
    office = Office()
    for chain in "abab":
        office.version(chain, {"p": O})
    assert office.incident.chains == ("a", "b")


def test_a_later_version_reopens_a_closed_incident() -> None:
    office = Office(replace(EMPTY, closed_at=at(1)))
    office.version("a", {"p": O})
    assert office.incident.closed_at is None


@pytest.mark.parametrize(("colours", "callouts", "closed"), [
    ({}, 0, True), ({"p": B}, 0, False), ({}, 1, False), ({"p": R}, 3, False)])
def test_an_incident_closes_when_no_chain_and_no_callout_keeps_it_open(
        colours: Colours, callouts: int, closed: bool) -> None:
    incident = over(replace(EMPTY, colours=colours), open_callouts=callouts, now=at(9))
    assert (incident.closed_at == at(9)) is closed


def test_a_closed_incident_keeps_the_time_of_its_end() -> None:
    assert over(replace(EMPTY, closed_at=at(1)), open_callouts=0, now=at(9)).closed_at == at(1)


# -- batches ------------------------------------------------------------------------------------------
BATCHES = {
    "an alert and its cancel touch nobody": ([("a", {"p": R}), ("a", {})], []),
    "levels skipped in one batch are one rise": ([("a", {"p": B}), ("a", {"p": R})], [("p", "raised", 0)]),
    "a rise and its renewal are one rise": ([("a", {"p": R}), ("a", {"p": R})], [("p", "raised", 1)]),
    "down and up again to the old colour is nothing": ([("old", {}), ("a", {"s": O})], []),
    "a lift under a new chain of the same colour is nothing": ([("a", {"s": O}), ("old", {})], []),
    "two renewals in one batch are one": ([("old", {"s": O}), ("old", {"s": O})], [("s", "renewed", 2)]),
    "a renewal and a fall are a fall": ([("old", {"s": O}), ("old", {"s": B})], [("s", "lowered", 0)]),
}


@pytest.mark.parametrize("sentence", BATCHES)
def test_the_sum_of_a_batch(sentence: str) -> None:
    versions, expected = BATCHES[sentence]
    office = Office()
    office.version("old", {"s": O})
    assert [(place, what) for place, what, _ in told(net([office.version(*each) for each in versions]))] == [
        (place, what) for place, what, _ in expected]


# -- whatever is issued -------------------------------------------------------------------------------
VERSIONS = st.lists(st.tuples(st.sampled_from("abc"), st.dictionaries(st.sampled_from("pqr"), st.sampled_from(Colour))),
                    min_size=1, max_size=12)


@settings(max_examples=80)
@given(VERSIONS)
def test_a_place_always_has_the_highest_colour_of_its_open_chains(versions: list[tuple[str, Colours]]) -> None:
    office = Office()
    for chain, colours in versions:
        before = dict(office.incident.colours)
        changes = {change.place: change for change in office.version(chain, colours)}
        truth = {place: max(given[place] for given in office.chains.values() if place in given)
                 for place in "pqr" if any(place in given for given in office.chains.values())}
        assert office.incident.colours == truth
        for place in "pqr":
            was, now = before.get(place), truth.get(place)
            said = changes[place].what if place in changes else None
            assert (said is What.RAISED) == (now is not None and (was is None or now > was))
            assert (said is What.LOWERED) == (now is not None and was is not None and now < was)
            assert (said is What.LIFTED) == (now is None and was is not None)
            if said is What.RENEWED:
                assert colours[place] == now == was


@settings(max_examples=80)
@given(VERSIONS, st.integers(0, 6))
def test_a_batch_is_the_difference_between_first_and_last(versions: list[tuple[str, Colours]], split: int) -> None:
    office = Office()
    for version in versions[:split]:
        office.version(*version)
    before = dict(office.incident.colours)
    summed = {change.place: change for change in net([office.version(*each) for each in versions[split:]])}
    for place in "pqr":
        was, now = before.get(place), office.incident.colours.get(place)
        change = summed.get(place)
        if was != now:
            assert change is not None
            assert (change.old, change.new) == (was, now)
            assert change.what is (What.LIFTED if now is None else What.RAISED if was is None or now > was
                                   else What.LOWERED)
        else:
            assert change is None or change.what is What.RENEWED


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from("abc"), st.dictionaries(st.sampled_from("pqr"), st.sampled_from(Colour)),
                       min_size=2), st.randoms(use_true_random=False))
def test_the_order_in_which_chains_come_changes_no_colour(chains: dict[str, Colours], rng) -> None:  # type: ignore[no-untyped-def]
    ends = []
    for _ in range(2):
        office = Office()
        for chain in rng.sample(sorted(chains), len(chains)):
            office.version(chain, chains[chain])
        ends.append(office.incident.colours)
    assert ends[0] == ends[1]
