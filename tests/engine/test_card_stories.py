"""The phone card: the robot stays off a phone an officer talks on, never for long; a number typed there is rung now."""

from __future__ import annotations

import pytest
from harness import Story
from invented_site import CAST

from dutydesk.domain.records import State
from dutydesk.domain.values import Via
from dutydesk.errors import Refused

HOLD = 90   # seconds, the setting card_hold


def _officer(desk: Story) -> str:
    return sorted(desk.ctx.officers)[0]


def test_while_a_card_is_open_the_robot_rings_none_of_his_phones_and_still_texts_them(desk: Story) -> None:
    zhang = desk["zhang"]
    card = desk.hand.open_card(zhang.id, [], _officer(desk))
    assert set(card.numbers) == set(zhang.numbers)
    desk.warns("red")
    desk.forward(seconds=HOLD - 1)
    assert zhang.rings() == 0
    assert [each for each in desk.exchange.history if each.person == zhang.id and each.via is Via.SMS]
    assert desk["chen"].rings() > 0                      # nobody else's phone is held
    desk.forward(seconds=5)
    assert zhang.rings() == 1                            # the browser died: the hold ended by itself


def test_a_card_that_is_kept_open_holds_on_and_one_that_is_closed_lets_the_robot_ring_at_once(desk: Story) -> None:
    zhang, officer = desk["zhang"], _officer(desk)
    desk.hand.open_card(zhang.id, [], officer)
    desk.warns("red")
    desk.forward(1)
    desk.hand.open_card(zhang.id, [], officer)
    desk.forward(1)
    assert zhang.rings() == 0
    desk.hand.close_card(zhang.id, officer)
    desk.forward(seconds=2)
    assert zhang.rings() == 1


def test_the_card_of_another_officer_stays_when_mine_is_closed(desk: Story) -> None:
    zhang, (mine, other) = desk["zhang"], sorted(desk.ctx.officers)[:2]
    desk.hand.open_card(zhang.id, [], other)
    desk.hand.close_card(zhang.id, mine)
    desk.warns("red")
    desk.forward(1)
    assert zhang.rings() == 0


def test_nothing_keeps_the_officers_own_post_from_ringing(desk: Story) -> None:
    officer = desk["officer"].id
    desk.hand.open_card(officer, [], _officer(desk))
    desk.warns("red")
    desk.forward(seconds=10)
    assert desk["officer"].rings() > 0


def test_the_card_says_who_calls_what_is_coming_and_where(desk: Story) -> None:
    desk.warns("red")
    desk.forward(seconds=10)
    zhang, callout = desk["zhang"], desk.callout("东岭村")
    script = desk.hand.open_card(zhang.id, [callout.id], _officer(desk)).script
    for said in ("暴雨红色预警", "东岭村", "请立即组织转移危险区群众", "兰泉应急"):
        assert said in script
    assert len(script) <= 120                            # some twenty seconds


def test_a_number_typed_on_the_card_is_rung_at_once_and_from_then_on_first(desk: Story) -> None:
    zhang, officer, fresh = desk["zhang"], _officer(desk), "+999555000111"
    warn = desk.warns("orange")
    desk.forward(seconds=30)
    callout = desk.callout("东岭村")
    desk.hand.open_card(zhang.id, [callout.id], officer)
    desk.forget()
    desk.hand.new_number(zhang.id, "+999 555-000-111", [callout.id], officer)
    desk.forward(seconds=3)
    assert {each.via for each in desk.unseen() if each.number == fresh} == {Via.SMS, Via.VOICE}
    zhang.replies("1", number=fresh)
    assert desk.state("东岭村") is State.ANSWERED
    with desk.store.read() as reads:
        assert [task.about for task in reads.tasks() if task.what == "contact"] == [zhang.id]
        notes = [row for row in reads.journal() if row.what == "new_number"]
    assert [row.person for row in notes] == [zhang.id]
    assert fresh not in str(notes)                       # the journal holds no number
    desk.forget()
    desk.work()                                          # another worker knows it too
    desk.updates(warn, "red")
    desk.forward(seconds=5)
    first = [each.number for each in desk.unseen() if each.person == zhang.id and each.via is Via.SMS]
    assert first
    assert set(first) == {fresh}


def test_an_answered_place_is_not_asked_again_because_a_number_became_known(desk: Story) -> None:
    zhang, officer = desk["zhang"], _officer(desk)
    desk.warns("red")
    desk.forward(seconds=30)
    zhang.replies("1")
    desk.hand.new_number(zhang.id, "+999555000112", [desk.callout("东岭村").id], officer)
    desk.forward(seconds=5)
    assert desk.state("东岭村") is State.ANSWERED


@pytest.mark.parametrize("number", ["", "abc", "12", "一三八", "1" * 30])
def test_what_is_no_number_is_refused_with_a_sentence(desk: Story, number: str) -> None:
    with pytest.raises(Refused, match="号码"):
        desk.hand.new_number(CAST["zhang"], number, [], _officer(desk))


def test_a_number_known_already_is_refused(desk: Story) -> None:
    with pytest.raises(Refused, match="已经登记"):
        desk.hand.new_number(CAST["zhang"], desk["zhang"].numbers[0], [], _officer(desk))
