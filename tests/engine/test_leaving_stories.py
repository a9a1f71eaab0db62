"""What leaves the officer's alarm, and who still hears of a lift."""

from __future__ import annotations

from harness import Story
from invented_site import CITY, PINE, RIVER

from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Colour


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


def test_a_red_another_office_lifted_falls_once_the_officer_confirms(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(1)
    desk.follows(rain, "Cancel", "red", office=CITY)
    incident = next(each for each in desk.incidents() if each.desk == CITY)
    assert desk.colour_of("东岭村") is Colour.RED
    desk.hand.confirm_fall(incident.id, "o-1")
    assert desk.colour_of("东岭村") is None
    assert desk.callout("东岭村").closed_as is Closed.STOOD_DOWN
    assert "confirm" not in desk.reasons(desk.alarm(incident))


def test_a_red_the_newest_version_covers_no_more_falls_once_the_officer_confirms(desk: Story) -> None:
    rain = desk.warns("red", codes=(RIVER, PINE), office=CITY)
    desk.forward(1)
    desk.updates(rain, "red", codes=(RIVER,))
    assert desk.colour_of("松下村") is Colour.RED
    for incident in desk.incidents():
        desk.hand.confirm_fall(incident.id, "o-1")
    assert desk.colour_of("松下村") is None
    assert desk.colour_of("东岭村") is Colour.RED


def test_an_update_whose_title_says_lifted_is_a_lift(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(1)
    desk.updates(rain, "red", headline="云河县气象台解除暴雨红色预警信号")
    assert desk.colour_of("东岭村") is None
    assert desk.callout("东岭村").closed_as is Closed.STOOD_DOWN


def test_a_place_a_version_does_not_speak_of_is_not_renewed_by_it(desk: Story) -> None:
    rain = desk.warns("orange")
    desk.forward(5)
    rain = desk.updates(rain, "red", text="云河县气象台将石桥镇暴雨橙色预警升级为红色，其余镇维持暴雨橙色预警。")
    assert desk.colour_of("东岭村") is Colour.RED
    assert desk.colour_of("上柳村") is Colour.ORANGE
    assert not any(desk.place("上柳村") in incident.renewals for incident in desk.incidents())
    desk.forward(5)
    desk.updates(rain, "orange", text="云河县气象台继续发布暴雨橙色预警。")
    assert any(desk.place("上柳村") in incident.renewals for incident in desk.incidents())


def test_a_copy_of_a_known_warning_from_an_untrusted_source_is_a_duplicate_and_rings_nobody(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forget()
    desk.lands(rain, source="stranger")
    assert desk.journal("duplicate")
    assert "held" not in desk.reasons(desk.house_alarm())
    desk.is_quiet()
