"""What leaves the officer's alarm, and who still hears of a lift."""

from __future__ import annotations

from harness import Story

from dutydesk.domain.records import Closed, State


def test_a_village_whose_people_are_done_still_hears_that_the_warning_is_lifted(desk: Story) -> None:
    rain = desk.warns("red")
    desk["zhang"].replies("3 32")
    assert desk.callout("东岭村").closed_as is Closed.DONE
    desk.forget()
    desk.lifts(rain)
    desk["zhang"].is_told("已解除")


def test_a_place_called_again_is_no_longer_on_the_officers_alarm(desk: Story) -> None:
    desk.warns("red")
    desk.forward(12)
    lost = desk.callout("东岭村")
    assert lost.state is State.WITH_OFFICER
    desk.hand.call_again(lost.id, "o-1")
    alarm = desk.alarm()
    assert alarm is not None
    assert not any(item["callout"] == lost.id for item in alarm.memo["items"].values())
    assert desk.state("东岭村") is State.CALLING
