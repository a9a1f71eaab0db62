"""What warnings do to incidents, places and rounds."""

from __future__ import annotations

from dataclasses import replace

from harness import Story
from invented_alert import Warn
from invented_site import CITY, CLOUD, HILL, PINE, RIVER, WILLOW

from dutydesk.domain.records import Closed, State
from dutydesk.domain.values import Colour


# -- city and county twins ----------------------------------------------------------------------------
def test_city_and_county_warn_of_the_same_and_the_place_is_asked_once(desk: Story) -> None:
    desk.warns("red", office=RIVER)
    desk["zhang"].presses("1")
    desk.forget()
    desk.forward(1)
    desk.warns("red", office=CITY, codes=(CITY,))
    desk["zhang"].is_quiet()
    assert len(desk.callouts("东岭村")) == 1
    desk["song"].is_rung()


def test_a_second_chain_of_a_lower_colour_is_no_renewal_and_changes_nothing(desk: Story) -> None:
    desk.warns("red")
    desk.forward(4)
    before = desk.callout("东岭村")
    desk.warns("orange", office=CITY, codes=(CITY,))
    after = desk.callout("东岭村")
    assert (after.step, after.climb, after.colour) == (before.step, before.climb, Colour.RED)
    assert desk.incidents()[0].renewals == {}


def test_a_lift_of_one_of_two_chains_stands_down_only_where_the_colour_falls(desk: Story) -> None:
    county = desk.warns("red")
    city = desk.warns("red", office=CITY, codes=(CITY,))
    desk.forward(1)
    desk.lifts(county)
    assert desk.colour_of("东岭村") is Colour.RED
    assert desk.state("东岭村") is State.CALLING
    desk.lifts(city)
    assert desk.callout("东岭村").closed_as is Closed.STOOD_DOWN


def test_a_lift_of_the_higher_of_two_chains_lowers_to_the_other(desk: Story) -> None:
    county = desk.warns("red")
    desk.warns("orange", office=CITY, codes=(CITY,))
    desk.forward(1)
    desk.forget()
    desk.lifts(county)
    assert desk.colour_of("东岭村") is Colour.ORANGE
    desk["zhang"].is_told("橙色")
    assert desk.state("东岭村") is State.CALLING


# -- desks, ancestors, families -----------------------------------------------------------------------
def test_a_chain_over_two_desks_feeds_one_incident_in_each(desk: Story) -> None:
    desk.warns("red", office=CITY, codes=(CITY,))
    assert sorted(each.desk for each in desk.incidents()) == [CITY, PINE]
    desk["officer"].is_rung()
    desk["county officer"].is_rung()


def test_a_county_warning_asks_the_city_above_it_in_the_city_s_own_incident(desk: Story) -> None:
    desk.warns("red", office=PINE, codes=(PINE,))
    desk["mayor"].is_rung()
    desk["wang"].is_quiet()
    city = next(each for each in desk.incidents() if each.desk == CITY)
    assert set(city.colours) == {CITY, RIVER, WILLOW, HILL}   # the hill stands on both counties' ground


def test_a_hill_between_two_counties_touches_both_at_the_worst_colour_below(desk: Story) -> None:
    desk.warns("red", event="森林火险", codes=("990102",))
    assert desk.colour_of("望云山", "fire") is Colour.RED
    assert desk.colour_of("云台镇", "fire") is Colour.RED
    assert desk.colour_of("松陵县", "fire") is Colour.RED
    assert desk.colour_of("松下村", "fire") is None
    desk["ranger"].is_rung()


def test_a_zone_without_a_code_of_its_own_is_reached_by_the_code_that_covers_it(desk: Story) -> None:
    desk.warns("red")
    desk["yu"].is_rung()


def test_two_families_are_two_incidents_and_the_phone_gets_letters_for_the_second(desk: Story) -> None:
    desk.warns("orange")
    assert "A1收到" not in desk["wang"].is_texted("暴雨")
    desk.forward(1)
    desk.warns("orange", event="森林火险")
    assert "B1收到" in desk["wang"].is_texted("森林火险")
    assert {each.family for each in desk.incidents()} == {"flood", "fire"}


def test_a_family_without_a_playbook_goes_by_the_default_one(desk: Story) -> None:
    desk.warns("red", event="台风")
    desk["wang"].is_rung("台风红色预警")
    desk["zhang"].is_quiet()


# -- colours below the ladder -------------------------------------------------------------------------
def test_yellow_asks_county_and_town_by_text_and_is_a_notice_for_villages(desk: Story) -> None:
    desk.warns("yellow")
    desk["wang"].is_texted("黄色")
    desk["head of river"].is_texted("黄色")
    desk["zhang"].is_told("黄色")
    assert desk.rung() == set()
    assert desk.callouts("东岭村") == []


def test_no_more_than_two_notices_a_month_go_to_one_person_for_one_family(desk: Story) -> None:
    for day in range(4):
        rain = desk.warns("yellow")
        desk.forward(1)
        desk.lifts(rain)
        desk.forward(60 if day else 61)
    told = [each for each in desk.exchange.history if each.person == desk["zhang"].id and "黄色" in each.text]
    assert len(told) == 2
    assert len([row for row in desk.journal("notice_dropped") if row.person == desk["zhang"].id]) == 2


def test_blue_asks_nobody(desk: Story) -> None:
    desk.warns("blue")
    desk.forward(5)
    desk.is_quiet()


def test_blue_straight_to_orange_opens_a_round(desk: Story) -> None:
    rain = desk.warns("blue")
    desk.forget()
    desk.updates(rain, "orange")
    desk["zhang"].is_texted("橙色")


# -- rising, renewing, falling ------------------------------------------------------------------------
def test_an_update_that_carries_its_own_time_in_its_reference_joins_the_chain(desk: Story) -> None:
    rain = desk.warns("orange")
    desk.forward(5)
    desk.updates(rain, "red")
    assert [row.facts["join"] for row in desk.journal("version")] == ["first", "reference"]


def test_an_update_that_refers_to_itself_is_joined_by_office_type_and_area(desk: Story) -> None:
    desk.warns("orange")
    desk.forward(5)
    fresh = Warn("red", desk.clock.now(), kind="Update")
    desk.lands(replace(fresh, refers=fresh.identifier))
    assert [row.facts["join"] for row in desk.journal("version")] == ["first", "inferred"]
    assert len(desk.incidents()[0].chains) == 1


def test_a_renewal_hurries_a_silent_callout_rung_three_minutes_ago(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(3.5)
    desk.forget()
    desk.updates(rain, "red")
    assert (desk.callout("东岭村").step, len(desk.callouts("东岭村"))) == (1, 1)
    desk["li"].is_rung()


def test_a_renewal_within_three_minutes_changes_nothing(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(2)
    desk.forget()
    desk.updates(rain, "red")
    assert desk.callout("东岭村").step == 0
    desk["li"].is_quiet()


def test_a_renewal_rings_the_officer_again_about_what_lies_with_him(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(10.5)
    desk["officer"].replies("1")
    desk.forget()
    desk.forward(1)
    desk.updates(rain, "red")
    desk["officer"].is_rung("预警续发仍无人应答")


def test_the_third_renewal_without_an_act_brings_in_the_leader(desk: Story) -> None:
    rain = desk.warns("red")
    desk["officer"].presses("1")
    desk["zhang"].presses("1")
    for _ in range(3):
        desk.forward(8)
        desk["officer"].replies("1")
        desk.forget()
        rain = desk.updates(rain, "red")
    desk["leader"].is_rung()
    assert "third_renewal" in desk.reasons(desk.alarm())


def test_the_same_text_and_times_are_a_duplicate_whoever_sends_them(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(4)
    desk.forget()
    desk.lands(rain, source="county")
    assert len(desk.journal("duplicate")) == 1
    assert desk.callout("东岭村").step == 0
    desk["li"].is_quiet()


def test_the_same_message_in_other_words_is_no_renewal(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(4)
    desk.lands(replace(rain, text="清河区气象台发布暴雨红色预警信号，请注意防范"), source="county")
    assert desk.callout("东岭村").step == 0
    assert desk.incidents()[0].renewals == {}


def test_a_fall_is_a_notice_and_the_ladder_goes_on_with_the_longer_wait(desk: Story) -> None:
    rain = desk.warns("red")
    desk["officer"].presses("1")
    desk.forward(1)
    desk.forget()
    desk.updates(rain, "orange")
    desk["zhang"].is_told("已降为暴雨橙色预警")
    desk.forward(5)
    assert desk.callout("东岭村").step == 0
    desk.forward(5)
    assert desk.callout("东岭村").step == 1


def test_a_fall_to_a_colour_without_a_ladder_stands_the_round_down(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(1)
    desk.updates(rain, "blue")
    assert desk.callout("东岭村").closed_as is Closed.STOOD_DOWN
    desk["zhang"].is_told()


def test_a_fall_of_a_red_from_another_office_waits_for_the_officer(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(1)
    desk.follows(rain, "Cancel", "red", office=CITY)
    assert desk.colour_of("东岭村") is Colour.RED
    assert "confirm" in desk.reasons(desk.alarm())
    incident = next(each for each in desk.incidents() if each.desk == CITY)
    desk.hand.lift(incident.id, ["o-1", "o-2"])
    assert desk.colour_of("东岭村") is None


def test_a_lift_of_a_red_that_came_by_another_source_waits_for_the_officer(desk: Story) -> None:
    rain = desk.warns("red")
    desk.lifts(rain, source="county")
    assert desk.colour_of("东岭村") is Colour.RED


def test_a_red_place_the_newest_version_no_longer_covers_waits_for_the_officer(desk: Story) -> None:
    rain = desk.warns("red", codes=(RIVER, PINE), office=CITY)
    desk.forward(1)
    desk.updates(rain, "red", codes=(RIVER,))
    assert desk.colour_of("松下村") is Colour.RED
    assert {"confirm"} <= set().union(*(desk.reasons(desk.alarm(each)) for each in desk.incidents()))


def test_an_orange_place_no_longer_covered_is_lifted(desk: Story) -> None:
    rain = desk.warns("orange", codes=(RIVER, CLOUD), office=CITY)
    desk.forward(1)
    desk.updates(rain, "orange", codes=(RIVER,))
    assert desk.callout("松下村").closed_as is Closed.STOOD_DOWN
    assert desk.state("东岭村") is State.CALLING


# -- some places only ---------------------------------------------------------------------------------
def test_named_places_rise_at_once_and_the_rest_of_the_area_three_minutes_later(desk: Story) -> None:
    rain = desk.warns("orange")
    desk.forward(5)
    desk.forget()
    desk.updates(rain, "red", text="清河区气象台将暴雨橙色预警升级为红色：预计未来3小时石桥镇降水量将达100毫米以上。")
    desk.forward(seconds=45)    # his phone was ringing for the orange
    desk["zhang"].is_rung("红色")
    desk["sun"].is_quiet()
    assert desk.colour_of("上柳村") is Colour.ORANGE
    desk.forward(3.5)
    assert desk.colour_of("上柳村") is Colour.RED
    desk["sun"].is_rung("红色")


def test_the_officer_s_word_lets_the_rest_follow_at_once(desk: Story) -> None:
    rain = desk.warns("orange")
    desk.forward(5)
    desk.updates(rain, "red", text="清河区气象台将暴雨橙色预警升级为红色：预计未来3小时石桥镇降水量将达100毫米以上。")
    desk.hand.confirm_rest(desk.incidents()[0].id, "o-1")
    desk.settle()
    desk["sun"].is_rung("红色")


def test_where_the_text_says_what_holds_for_the_rest_the_rest_stays(desk: Story) -> None:
    rain = desk.warns("orange")
    desk.forward(5)
    desk.updates(rain, "red", text="石桥镇暴雨橙色预警升级为红色预警，其余镇街暴雨橙色预警仍生效。")
    desk.forward(10)
    assert desk.colour_of("东岭村") is Colour.RED
    assert desk.colour_of("上柳村") is Colour.ORANGE


def test_when_lowering_only_the_named_fall(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(5)
    desk.updates(rain, "orange", text="清河区气象台将石桥镇暴雨红色预警降级为橙色预警。")
    assert desk.colour_of("东岭村") is Colour.ORANGE
    assert desk.colour_of("上柳村") is Colour.RED
