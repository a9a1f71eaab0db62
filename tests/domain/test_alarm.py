"""The officer's alarm: who is rung when, what taking does, what stays until it is handled."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from callout_kit import RULES, T0, at, facts, minutes, of, person, tasks
from hypothesis import given, settings
from hypothesis import strategies as st

from dutydesk.domain import alarm
from dutydesk.domain.alarm import Item
from dutydesk.domain.effects import Dial, Effect, Withdraw
from dutydesk.domain.happenings import Due, Happened, Happening, Replied
from dutydesk.domain.reach import Reached
from dutydesk.domain.records import Callout, Closed, State
from dutydesk.domain.values import Colour, Outcome, Role, Via
from dutydesk.domain.work import ask_id

DUTY = {Role.OFFICER: (person("o", Role.OFFICER),), Role.BACKUP: (person("b", Role.BACKUP),),
        Role.LEADER: (person("l", Role.LEADER),), Role.LAST_RESORT: (person("r", Role.LAST_RESORT),)}


def item(reason: str = "with_officer", callout: str = "c1", *, when: float = 0, red: bool = True,
         leader: bool = False) -> Item:
    return Item(reason, reason, "371002101", callout, at(when), red, leader)


@dataclass
class Desk:
    """An officer's callout on a bench."""

    duty: dict[Role, tuple[Reached, ...]] = field(default_factory=lambda: dict(DUTY))
    now: datetime = T0
    effects: list[Effect] = field(default_factory=list)
    told: list[Effect] = field(default_factory=list)
    alarm: Callout = field(default_factory=lambda: Callout(
        "a1", "i1", "371000/officer", "371000", 0, Colour.RED, 0, "p", T0, due_at=T0))

    def happen(self, happening: Happening) -> list[Effect]:
        given = deepcopy(self.alarm)
        moved, effects = self._decide(happening)
        assert self._decide(happening) == (moved, effects)
        assert self.alarm == given
        self.alarm = replace(moved, memo=json.loads(json.dumps(moved.memo)))
        self._timer()
        self.effects = list(effects)
        self.told += effects
        return self.effects

    def _decide(self, happening: Happening) -> tuple[Callout, tuple[Effect, ...]]:
        return alarm.advance(self.alarm, happening, on_duty=lambda role: self.duty.get(role, ()), now=self.now,
                             rules=RULES)

    def _timer(self) -> None:
        """A timer is never lost while the alarm rings or holds a red place or something not taken."""
        held = any(each["red"] or not each["taken"] for each in alarm.items(self.alarm).values())
        if self.alarm.state in (State.SCHEDULED, State.CALLING) or (self.alarm.state is State.ANSWERED and held):
            assert self.alarm.due_at is not None

    def add(self, *added: Item) -> Desk:
        for each in added:
            self.alarm = alarm.add(self.alarm, each, now=self.now, rules=RULES)
            self._timer()
        return self

    def drop(self, callout: str) -> None:
        self.alarm = alarm.drop(self.alarm, callout, now=self.now, rules=RULES)
        self._timer()

    def due(self) -> list[Effect]:
        assert self.alarm.due_at is not None
        self.now = max(self.now, self.alarm.due_at)
        return self.happen(Due(self.now))

    def rings(self, until: datetime) -> list[tuple[float, str]]:
        """Minute and persons of every ring until then."""
        found = []
        while self.alarm.due_at is not None and self.alarm.due_at <= until:
            rung = "".join(sorted({dial.person for dial in of(Dial, self.due()) if dial.via is Via.VOICE}))
            if rung:
                found.append((round((self.now - T0) / minutes(1), 2), rung))
        self.now = max(self.now, until)
        return found

    def take(self, who: str = "o", when: datetime | None = None) -> list[Effect]:
        return self.happen(Replied(when or self.now, "answer", who, Role.OFFICER, Via.VOICE))


def ringing(*added: Item) -> Desk:
    desk = Desk().add(*(added or (item(),)))
    desk.due()
    return desk


def taken(*added: Item) -> Desk:
    desk = ringing(*added)
    desk.take()
    return desk


# -- the ladder ---------------------------------------------------------------------------------------
def test_the_officer_at_once_backup_after_two_leader_after_four_then_all_every_five() -> None:
    assert Desk().add(item()).rings(at(20)) == [(0, "o"), (2, "bo"), (4, "blo"), (9, "blo"), (14, "blo"), (19, "blo")]


def test_everybody_rung_gets_one_message_as_well() -> None:
    desk = Desk().add(item())
    desk.rings(at(20))
    assert sorted(dial.person for dial in of(Dial, desk.told) if dial.via is Via.SMS) == ["b", "l", "o"]


def test_each_ring_is_an_ask_of_its_own() -> None:
    desk = Desk().add(item())
    desk.rings(at(60))
    ids = [ask_id("a1", dial.climb, dial.person, dial.via, dial.tries) for dial in of(Dial, desk.told)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("empty", "rings"), [
    ({Role.OFFICER}, ["l", "blr", "blr"]),
    ({Role.OFFICER, Role.BACKUP}, ["l", "lr", "lr"]),
    ({Role.BACKUP}, ["o", "lo", "lo"]),
    ({Role.OFFICER, Role.LEADER}, ["r", "br", "br"]),
    ({Role.LEADER}, ["o", "bo", "bor"]),
    ({Role.OFFICER, Role.BACKUP, Role.LEADER}, ["r", "r", "r"]),
])
def test_an_empty_hour_rings_the_leader_then_the_last_resort(empty: set[Role], rings: list[str]) -> None:
    desk = Desk(duty={role: people for role, people in DUTY.items() if role not in empty}).add(item())
    assert [who for _, who in desk.rings(at(4))] == rings


def test_a_person_without_any_number_makes_an_empty_hour() -> None:
    desk = Desk(duty={**DUTY, Role.OFFICER: (Reached("o", Role.OFFICER, (), ()),)}).add(item())
    assert desk.rings(at(0)) == [(0, "l")]


def test_an_item_for_the_leader_rings_him_at_once_whatever_the_state() -> None:
    for desk in (Desk(), ringing(), taken()):
        desk.now = at(1)
        desk.add(item("third_renewal", leader=True, when=1))
        assert desk.rings(at(1)) == [(1, "blo")]


@pytest.mark.parametrize("outcome", [Outcome.NUMBER_DEAD, Outcome.FAILED_NOW, Outcome.REFUSED, Outcome.LIMIT])
def test_a_lost_ring_goes_on_by_another_number_at_once(outcome: Outcome) -> None:
    desk = ringing()
    dial = next(dial for dial in of(Dial, desk.effects) if dial.via is Via.VOICE)
    id = ask_id("a1", dial.climb, dial.person, dial.via, dial.tries)
    effects = desk.happen(Happened(desk.now, id, dial.climb, "o", dial.number, Via.VOICE, outcome))
    (other,) = of(Dial, effects)
    assert (other.person, other.via) == ("o", Via.VOICE)
    assert other.number != dial.number
    assert tasks(effects) == (["contact"] if outcome is Outcome.NUMBER_DEAD else [])


def test_every_ring_takes_another_number_and_never_a_dead_one() -> None:
    desk = Desk().add(item())
    desk.rings(at(9))
    assert [dial.number for dial in of(Dial, desk.told) if (dial.person, dial.via) == ("o", Via.VOICE)] == [
        "+999o1", "+999o2", "+999o1", "+999o2"]
    desk.happen(Happened(desk.now, "", 1, "o", "+999o1", Via.VOICE, Outcome.NUMBER_DEAD))
    desk.rings(at(19))
    assert [dial.number for dial in of(Dial, desk.told) if (dial.person, dial.via) == ("o", Via.VOICE)][4:] == [
        "+999o2", "+999o2"]


def test_called_is_a_fact_once_for_each_person() -> None:
    desk = ringing()
    for _ in range(2):
        desk.happen(Happened(desk.now, "", 1, "o", "+999o1", Via.VOICE, Outcome.NO_ANSWER))
    assert facts(desk.told) == [("called", "o")]


def test_a_refusal_rings_the_next_at_once() -> None:
    desk = ringing()
    desk.now = at(0.5)
    desk.happen(Replied(desk.now, "decline", "o", Role.OFFICER, Via.VOICE))
    assert desk.rings(at(0.5)) == [(0.5, "bo")]


# -- taking -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("act", ["answer", "on_post", "help"])
def test_taking_stops_the_ringing_and_closes_nothing(act: str) -> None:
    desk = ringing()
    desk.happen(Replied(desk.now, act, "o", Role.OFFICER, Via.VOICE))
    assert (desk.alarm.state, desk.alarm.taken_by) == (State.ANSWERED, "o")
    assert facts(desk.effects) == [("taken", "o")]
    assert Withdraw() in desk.effects
    assert list(alarm.items(desk.alarm)) == ["with_officer:c1"]


def test_a_red_place_unhandled_ten_minutes_after_the_taking_rings_again_with_the_backup() -> None:
    assert taken().rings(at(14)) == [(10, "bo"), (12, "blo")]


def test_what_is_not_red_is_not_rung_again_after_it_was_taken() -> None:
    desk = taken(item(red=False))
    assert (desk.rings(at(600)), desk.alarm.due_at) == ([], None)


@pytest.mark.parametrize("reason", sorted(alarm.SETTLED_BY_TAKING))
def test_what_only_had_to_be_known_is_settled_by_taking(reason: str) -> None:
    desk = taken(item(reason))
    assert (alarm.items(desk.alarm), desk.alarm.due_at) == ({}, None)


def test_taking_again_does_not_put_the_ten_minutes_off() -> None:
    desk = taken()
    desk.now = at(8)
    desk.take("b")
    assert desk.alarm.due_at == at(10)


def test_a_word_from_before_this_ringing_takes_nothing() -> None:
    desk = taken()
    desk.now = at(5)
    desk.add(item("help", "c2", when=5))
    desk.due()
    desk.take("b", when=at(4))
    assert desk.alarm.state is State.CALLING
    desk.take("b")
    assert desk.alarm.state is State.ANSWERED


def test_taking_a_closed_alarm_is_a_fact_and_no_more() -> None:
    desk = ringing()
    desk.drop("c1")
    desk.take()
    assert (desk.alarm.state, facts(desk.effects)) == (State.CLOSED, [("taken", "o")])


def test_what_came_after_he_spoke_is_not_taken() -> None:
    desk = ringing()
    desk.now = at(1)
    desk.add(item("help", "c2", when=1))
    desk.take(when=at(0.5))
    assert {key for key, each in alarm.items(desk.alarm).items() if not each["taken"]} == {"help:c2"}
    assert desk.rings(at(1)) == [(1, "bo")]


@pytest.mark.parametrize(("spoke", "rings"), [(0.5, [(1, "blo")]), (1, [])])
def test_the_leader_is_rung_for_what_came_after_the_taking_and_not_for_what_was_taken(
        spoke: float, rings: list[tuple[float, str]]) -> None:
    desk = ringing()
    desk.now = at(1)
    desk.add(item("third_renewal", "c2", when=1, leader=True))
    desk.take(when=at(spoke))
    assert desk.rings(at(1)) == rings


def test_a_leader_who_was_wanted_once_is_not_rung_first_for_ever() -> None:
    desk = ringing()
    desk.now = at(1)
    desk.add(item("third_renewal", "c2", when=1, leader=True))
    desk.take()
    assert desk.rings(at(11)) == [(11, "bo")]


def test_every_new_ringing_brings_everybody_one_message() -> None:
    desk = taken()
    desk.rings(at(11))
    assert sorted(dial.person for dial in of(Dial, desk.told) if dial.via is Via.SMS) == ["b", "o", "o"]


# -- growing ------------------------------------------------------------------------------------------
def test_one_alarm_grows_and_does_not_ring_four_hundred_times() -> None:
    desk = ringing()
    for number in range(400):
        desk.add(item("with_officer", f"c{number}"))
    assert desk.rings(at(4)) == [(2, "bo"), (4, "blo")]
    assert len(alarm.items(desk.alarm)) == 400


@pytest.mark.parametrize(("reason", "minute"), [
    ("help", 1), ("red", 1), ("renewed", 1), ("town_dark", 1), ("not_found", 1), ("with_officer", 3)])
def test_a_red_place_added_after_the_taking_rings_again_with_the_backup(reason: str, minute: float) -> None:
    desk = taken()
    desk.now = at(1)
    desk.add(item(reason, "c2", when=1))
    assert desk.rings(at(3))[0] == (minute, "bo")


def test_every_ladders_end_rings_the_officer_also_below_red() -> None:
    desk = taken(item(red=False))
    desk.now = at(60)
    desk.add(item("with_officer", "c2", when=60, red=False))
    assert desk.rings(at(60)) == [(60, "o")]


def test_a_hundred_places_added_one_by_one_after_the_taking_are_one_ring() -> None:
    desk = taken()
    rings = []
    for number in range(100):
        desk.now = at(1 + number / 60)
        desk.add(item("with_officer", f"c{number + 2}", when=1 + number / 60))
        rings += desk.rings(desk.now)
    rings += desk.rings(at(3.5))
    assert rings == [(3, "bo")]


def test_a_closed_alarm_opens_again_from_the_first_ring() -> None:
    desk = taken()
    desk.drop("c1")
    assert desk.alarm.closed_as is Closed.DONE
    desk.now = at(30)
    desk.add(item("with_officer", "c2", when=30))
    assert desk.rings(at(34)) == [(30, "o"), (32, "bo"), (34, "blo")]


# -- shrinking ----------------------------------------------------------------------------------------
def test_what_is_handled_goes_and_the_rest_goes_on_ringing() -> None:
    desk = ringing(item(), item("with_officer", "c2"))
    desk.drop("c1")
    assert (list(alarm.items(desk.alarm)), desk.alarm.state) == (["with_officer:c2"], State.CALLING)
    desk.drop("c2")
    assert (desk.alarm.state, desk.alarm.due_at) == (State.CLOSED, None)
    assert desk.rings(at(60)) == []


def test_a_cry_for_help_stays_until_somebody_takes_it() -> None:
    desk = ringing(item("help"), item())
    desk.drop("c1")
    assert list(alarm.items(desk.alarm)) == ["help:c1"]
    assert desk.rings(at(2)) == [(2, "bo")]


def test_reasons_named_are_dropped_and_no_others() -> None:
    desk = ringing(item("capacity"), item())
    desk.alarm = alarm.drop(desk.alarm, "c1", now=desk.now, rules=RULES, reasons=frozenset({"capacity"}))
    assert list(alarm.items(desk.alarm)) == ["with_officer:c1"]


def test_a_timer_of_a_closed_alarm_rings_nobody() -> None:
    desk = ringing()
    desk.drop("c1")
    desk.happen(Due(at(5)))
    assert (of(Dial, desk.effects), desk.alarm.state) == ([], State.CLOSED)


def test_dark_towns_are_remembered_so_that_each_is_said_once() -> None:
    desk = taken(item("town_dark", ""))
    assert desk.alarm.memo["dark"] == ["371002101"]


# -- whatever happens ---------------------------------------------------------------------------------
REASONS = ["with_officer", "help", "capacity", "renewed"]
MOVES = st.lists(st.tuples(st.sampled_from(["add", "drop", "due", "take", "wait"]), st.integers(0, 5),
                           st.sampled_from(REASONS), st.booleans()), max_size=30)


def do(desk: Desk, what: str, number: int, reason: str, red: bool) -> None:
    if what == "add":
        desk.add(item(reason, f"c{number}", when=(desk.now - T0) / minutes(1), red=red))
    elif what == "drop":
        desk.drop(f"c{number}")
    elif what == "take":
        desk.take()
    elif what == "wait":
        desk.rings(desk.now + minutes(number))
    elif desk.alarm.due_at is not None:
        desk.due()


@settings(max_examples=60)
@given(MOVES)
def test_a_red_place_nobody_handles_is_never_silent_for_longer_than_ten_minutes(
        moves: list[tuple[str, int, str, bool]]) -> None:
    desk = Desk()
    for move in moves:
        do(desk, *move)
        if any(each["red"] for each in alarm.items(desk.alarm).values()):
            assert desk.alarm.due_at is not None
            assert desk.alarm.due_at - desk.now <= minutes(10)


@settings(max_examples=60)
@given(MOVES)
def test_help_leaves_the_alarm_only_by_a_taking(moves: list[tuple[str, int, str, bool]]) -> None:
    desk = Desk()
    for move in moves:
        before = {key for key in alarm.items(desk.alarm) if key.startswith("help")}
        do(desk, *move)
        assert move[0] == "take" or before <= set(alarm.items(desk.alarm))
