"""The same warning by several sources: one version, one call, every source kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from harness import Story
from invented_alert import Warn

from dutydesk.app.explaining import explain
from dutydesk.domain.records import State, Telling
from dutydesk.domain.values import Colour


def tellings(desk: Story) -> list[Telling]:
    with desk.store.read() as reads:
        return [each for chain in reads.open_chains() for each in reads.tellings(chain.id)]


def versions(desk: Story) -> int:
    with desk.store.read() as reads:
        return sum(len(reads.versions(chain.id)) for chain in reads.open_chains())


def test_a_copy_of_another_source_asks_nobody_and_is_kept_with_the_version(desk: Story) -> None:
    rain = desk.warns("red")
    desk["zhang"].is_rung()
    desk.forget()
    desk.forward(seconds=5)
    desk.lands(replace(rain, text="清河区气象台发布暴雨红色预警信号，请注意防范！"), source="county")
    desk.is_quiet(but=("officer",))
    assert versions(desk) == 1
    assert [each.source for each in tellings(desk)] == ["cma", "county"]
    assert desk.incidents()[0].renewals == {}


def test_a_serial_that_one_source_leaves_out_makes_no_second_warning(desk: Story) -> None:
    rain = desk.warns("red")
    desk.lands(replace(rain, serial="_0"), source="county")
    assert versions(desk) == 1
    assert len(tellings(desk)) == 2


def test_two_serials_of_one_second_are_two_messages(desk: Story) -> None:
    rain = desk.warns("red", serial="_1")
    desk.lands(replace(rain, serial="_2", text="另一条"), source="county")
    assert versions(desk) == 2


def test_a_source_with_ids_of_its_own_is_known_by_its_words(desk: Story) -> None:
    words = "清河区气象台20日12时00分发布暴雨红色预警信号：预计未来3小时降水量将达100毫米以上，请注意防范。"
    rain = desk.warns("red", text=words)
    desk.forward(seconds=30)
    desk.forget()
    own = replace(rain, text=words + "（预警信息来源：国家预警信息发布中心）").body.replace(
        rain.identifier.encode(), b"10102010020260720120000681616")
    desk.lands(own, source="county")
    desk.is_quiet(but=("zhang", "officer"))
    assert versions(desk) == 1
    assert len(desk.callouts("东岭村")) == 1


def test_where_copies_differ_in_the_colour_the_higher_counts_and_the_officer_is_told(desk: Story) -> None:
    rain = desk.warns("orange")
    desk.lands(replace(rain, colour="red"), source="county")
    assert desk.colour_of("东岭村") is Colour.RED
    assert "colour_conflict" in desk.reasons(desk.house_alarm())
    assert desk.incidents()[0].renewals == {}
    desk.lands(replace(rain, colour="yellow"), source="stranger")
    assert desk.colour_of("东岭村") is Colour.RED


def test_a_copy_from_nowhere_that_raises_the_colour_waits_for_the_officer(desk: Story) -> None:
    rain = desk.warns("orange")
    desk.lands(replace(rain, colour="red"), source="stranger")
    assert desk.colour_of("东岭村") is Colour.ORANGE
    assert "held" in desk.reasons(desk.house_alarm())


def test_a_trusted_copy_lets_a_held_document_go(desk: Story) -> None:
    rain = Warn("red", desk.clock.now())
    desk.lands(rain, source="stranger")
    assert desk.callouts("东岭村") == []
    desk.lands(rain)
    assert desk.state("东岭村") is State.CALLING
    with desk.store.read() as reads:
        assert reads.documents("held", 10) == []
    assert {each.source for each in tellings(desk)} == {"cma", "stranger"}
    assert "held" not in desk.reasons(desk.house_alarm())


def test_a_lift_that_the_first_source_does_not_send_counts_from_one_that_brought_the_warning_too(desk: Story) -> None:
    rain = desk.warns("red")
    desk.lands(rain, source="county")
    desk.forward(1)
    desk.lifts(rain, source="county")
    assert desk.colour_of("东岭村") is None


def test_what_an_officer_lifted_is_not_brought_back_by_a_late_version(desk: Story) -> None:
    rain = desk.warns("orange")
    earlier = replace(rain, kind="Update", sent=rain.sent - timedelta(minutes=3), refers=rain.identifier, text="早些")
    desk.forward(1)
    desk.hand.lift(desk.incidents()[0].id, ["o-1", "o-2"])
    desk.forget()
    desk.lands(earlier)
    assert desk.colour_of("东岭村") is None
    desk.is_quiet()


def test_explain_tells_which_sources_brought_a_warning(desk: Story) -> None:
    rain = desk.warns("red")
    desk.lands(rain, source="county")
    with desk.store.read() as reads:
        lines = list(explain(desk.setup, reads, desk.incidents()[0].id, desk["zhang"].id))
    assert any(rain.identifier in line and "cma（07-20 12:00" in line and "county（" in line for line in lines)
