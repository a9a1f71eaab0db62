"""What the desk tells its neighbours is read back as the same places and colours, and as no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cap_out_kit import DESK, FENCES, ISLET, NOON, SITE, chapter, colourings, lifted, read_back, told
from hypothesis import given, settings

from dutydesk.domain.cap_out import CANCEL_SHOWN, areas_of, is_own, tell
from dutydesk.domain.values import Colour, Kind


@settings(max_examples=200, deadline=None)
@given(colourings())
def test_a_neighbour_reads_the_same_places_and_colours_and_never_less(colours: dict[str, Colour]) -> None:
    alerts = told(chapter(colours))
    assert [each.colour for each in alerts] == sorted(set(colours.values()), reverse=True)
    assert not any(fault for each in alerts for fault in each.faults)
    wanted, read = lifted(colours), read_back(alerts)
    assert all(read.get(place, 0) >= colour for place, colour in wanted.items())
    alone = {place for place, colour in colours.items() if place in SITE.children
             and not any(colours.get(each) is colour for each in SITE.under([place]) - {place})}
    beyond = SITE.under(alone)   # one whose own colour nothing below shares: the one case in which more is read
    above = {each.id for place in beyond for each in SITE.ancestors(place)}
    assert {place: each for place, each in read.items() if place not in beyond | above} == \
        {place: each for place, each in wanted.items() if place not in beyond | above}


def test_a_whole_unit_is_one_area_and_a_hole_in_it_breaks_it_up() -> None:
    whole = SITE.under(["371083"])
    (area,) = areas_of(whole, SITE, FENCES)
    assert area.name == "乳山市"
    assert area.geocodes[0].value == "371083000000"
    names = {each.name for each in areas_of(whole - {"371083001"}, SITE, FENCES)}
    assert names == {"开发区办事处"}


def test_a_code_that_also_stands_for_others_is_not_used_without_them() -> None:
    under = SITE.under(["371003"])   # warnings for 371003 reach the zone 371073 as well
    (alone,) = areas_of(under, SITE, FENCES)
    assert [code.name for code in alone.geocodes] == ["dutydesk:place"]
    (both,) = areas_of(under | SITE.under(["371073"]), SITE, FENCES)
    assert both.geocodes[0].value == "371003000000"


def test_an_outline_is_told_where_it_is_exact_and_meets_nobody_else() -> None:
    (islet,) = areas_of({"islet"}, SITE, FENCES)
    assert islet.geometry is not None
    near = replace(ISLET, approximate=500.0)
    (vague,) = areas_of({"islet"}, replace(SITE, places=SITE.places | {"islet": near}), FENCES)
    assert vague.geometry is None
    (town,) = areas_of(SITE.under(["371083001"]), SITE, FENCES)   # it borders on others
    assert town.geometry is None


def test_the_first_word_is_an_alert_and_the_next_refers_to_it() -> None:
    first, second = {"371083400": Colour.RED}, {"371083400": Colour.RED, "371083001": Colour.RED}
    (alert,) = told(chapter(first))
    (update,) = told(chapter(second, before=first))
    assert (alert.msg_type, update.msg_type) == ("Alert", "Update")
    assert [each.identifier for each in update.references] == [alert.identifier]
    assert update.identifier != alert.identifier
    assert update.sent > alert.sent
    assert told(chapter(second, before=first)) == [update]


def test_a_place_that_rises_leaves_one_warning_and_enters_another() -> None:
    red, orange = told(chapter({"371083400": Colour.RED}, before={"371083400": Colour.ORANGE}))
    assert (red.colour, red.msg_type) == (Colour.RED, "Alert")
    assert (orange.colour, orange.msg_type) == (Colour.ORANGE, "Cancel")
    assert red.office != orange.office   # else a reader would take one for an update of the other


def test_the_end_is_told_for_a_day() -> None:
    before = {"371083400": Colour.RED}
    over = chapter({}, before=before, closed=NOON + timedelta(minutes=10))
    (cancel,) = told(over)
    (alert,) = told(chapter(before))
    assert cancel.msg_type == "Cancel"
    assert [each.identifier for each in cancel.references] == [alert.identifier]
    assert not tell(over, SITE, FENCES, NOON + timedelta(minutes=11) + CANCEL_SHOWN)


def test_what_a_neighbour_told_us_is_not_passed_on() -> None:
    assert not told(chapter({"371083400": Colour.RED}, office="dutydesk.370600.red"))
    relayed = chapter({}, before={"371083400": Colour.RED}, office="dutydesk.370600.red", closed=NOON)
    assert not told(relayed)


def test_our_own_name_is_known_and_nobody_elses() -> None:
    assert is_own("dutydesk.371000.red", [DESK])
    assert is_own(" DutyDesk.371000.blue ", [DESK])
    assert not is_own("dutydesk.370600.red", [DESK])
    assert not is_own("dutydesk.3710001.red", [DESK])


def test_a_drill_is_an_exercise_and_a_roll_call_is_nobodys_business() -> None:
    (drill,) = told(chapter({"371083400": Colour.RED}, kind=Kind.DRILL))
    assert drill.status == "Exercise"
    assert not told(chapter({"371083400": Colour.RED}, kind=Kind.ROLL_CALL))


def test_the_words_name_who_warned_first_and_until_when() -> None:
    (alert,) = told(chapter({"371083400": Colour.RED}))
    (info,) = alert.infos
    assert info.headline == "威海市值班室发布暴雨红色预警"
    assert "转发自威海市气象台07月20日12:00发布的暴雨预警" in info.description
    assert info.expires == NOON + timedelta(hours=6)
    assert alert.event.code == "11B03"
