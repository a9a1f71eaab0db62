"""Several channels on one way: what one refuses goes by the next, what is of unknown fate never goes by it again, and
whatever waits says why. Counted at the phones.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from harness import NOON, Story

from dutydesk.domain.records import Inbound, State
from dutydesk.domain.values import Outcome, Via
from dutydesk.engine.lanes import BREAKS_AT
from dutydesk.ports.channel import Limits, Quota

MINUTE = timedelta(minutes=1)
FAST = Limits(per_second=500, lines=500)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Story]:
    """A desk with two channels on each way, the first preferred."""
    story = Story(tmp_path, sms=("sms-a", "sms-b"), voice=("line-a", "line-b"))
    yield story
    story.close()


def by(story: Story, person: str, via: Via = Via.VOICE) -> list[str]:
    """The channels that reached a person's phones, in order."""
    who = story[person].id
    return [each.channel for each in story.exchange.history if each.person == who and each.via is via and each.asks]


def handed(story: Story, channel: str) -> list[str]:
    """Every outcome a channel's hand-overs came to."""
    return [str(row.facts["outcome"]) for row in story.journal("handed") if row.facts.get("channel") == channel]


def never_known(story: Story) -> set[str]:
    """Whoever was called by a channel that never said what became of it; the officers' own rings left out."""
    arrived = {each.call for each in story.exchange.history}
    found = {row.person for row in story.journal("handed") if row.facts["outcome"] == "unknown"
             and row.facts["call"] not in arrived and not row.person.startswith(("o-", "k-"))}
    assert found
    return found


def test_the_preferred_channel_carries_everything_while_it_is_well(two: Story) -> None:
    two.warns("red")
    assert by(two, "zhang") == ["line-a"]
    assert by(two, "zhang", Via.SMS) == ["sms-a"]
    assert not handed(two, "line-b")


def test_what_a_dead_provider_did_not_take_leaves_by_the_next_at_once(two: Story) -> None:
    two.exchange.faults.gateway_down("line-a", NOON)
    two.warns("red")
    asked = {each.number for each in two.exchange.history if each.via is Via.SMS and each.asks}
    assert asked
    assert {each.number for each in two.exchange.history if each.via is Via.VOICE} == asked
    assert {each.channel for each in two.exchange.history if each.via is Via.VOICE} == {"line-b"}
    assert all(each.at == NOON for each in two.exchange.history)
    assert two.callout("东岭村").climb == 1


def test_a_dead_provider_gets_one_probe_a_second_and_all_again_once_it_lives(two: Story) -> None:
    two.exchange.faults.gateway_down("line-a", NOON, NOON + 10 * MINUTE)
    two.warns("red")
    first = len(handed(two, "line-a"))
    two.forward(9)
    probes = len(handed(two, "line-a")) - first
    rung = sum(1 for each in two.exchange.history if each.via is Via.VOICE)
    assert rung > 20
    assert probes < 9 * 60
    assert probes < rung / 2
    two.forward(12)
    two.forget()
    two.forward(6)
    last = [each.channel for each in two.unseen() if each.via is Via.VOICE]
    assert last
    assert set(last) == {"line-a"}


def test_a_way_whose_only_channel_is_dead_goes_on_by_the_other_way_at_once(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.exchange.faults.gateway_down("voice", NOON)
    story.warns("orange")
    assert by(story, "dam", Via.SMS)
    story.forward(6)
    assert set(handed(story, "simulator-voice")) == {"failed_now"}
    whys = [row.facts["why"] for row in story.journal("handed") if row.facts["channel"] == "simulator-voice"]
    assert "通道中断" in whys[BREAKS_AT:]
    assert "通道中断" not in whys[:BREAKS_AT]
    story.close()


def test_after_unknown_the_same_channel_is_never_used_again_within_the_step(two: Story) -> None:
    two.exchange.faults.gateway_down("line-a", NOON, NOON + timedelta(seconds=30), hangs=True)
    two.warns("red")
    two.forward(4.9)
    unknown = never_known(two)
    for person in unknown:
        calls = [row.facts["channel"] for row in two.journal("call")
                 if row.person == person and row.facts["via"] == "voice"]
        assert calls[0] == "line-a"
        assert set(calls[1:]) <= {"line-b"}
    assert any(len(by(two, person)) > 1 for person in unknown)


def test_unknown_with_no_other_channel_rules_the_way_out_as_ever(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.exchange.faults.gateway_down("voice", NOON, NOON + timedelta(seconds=30), hangs=True)
    story.warns("red")
    story.forward(4.9)
    for person in never_known(story):
        assert sum(row.facts["via"] == "voice" for row in story.journal("call") if row.person == person) == 1
    story.close()


def test_a_report_of_failure_goes_on_by_the_next_channel_and_leaves_the_first(two: Story) -> None:
    two.warns("red")
    arrival = next(each for each in two.exchange.history if each.via is Via.SMS and each.person == two["zhang"].id)
    two.hears([two.receipt(arrival, Outcome.REFUSED)])
    assert by(two, "zhang", Via.SMS) == ["sms-a", "sms-b"]
    second = two.exchange.history[-1]
    two.hears([two.receipt(second, Outcome.REFUSED)])
    assert by(two, "zhang", Via.SMS) == ["sms-a", "sms-b"]
    assert two.callout("东岭村").state is State.CALLING


def test_the_officers_phone_is_rung_by_the_other_channel_too(two: Story) -> None:
    two.exchange.faults.gateway_down("line-a", NOON)
    two.warns("red")
    assert by(two, "officer") == ["line-b"]


def test_a_number_is_not_called_more_often_than_its_provider_allows_and_the_journal_says_why(tmp_path: Path) -> None:
    quotas = (Quota(1, MINUTE), Quota(2, timedelta(hours=1)))
    story = Story(tmp_path, limits_of={"simulator-voice": Limits(per_second=500, lines=500, per_number=quotas)})
    story.warns("red")
    story.forward(30)
    for number in story.setup.site.number_owners:
        times = [each.at for each in story.exchange.history if each.via is Via.VOICE and each.number == number]
        assert all(later - first >= MINUTE for first, later in pairwise(times))
        assert all(third - first >= timedelta(hours=1) for first, third in zip(times, times[2:], strict=False))
    limited = [row for row in story.journal("handed") if row.facts["outcome"] == "limit"]
    assert limited
    assert {row.facts["why"] for row in limited} == {"该号码1小时限2次"}
    called = {row.facts["call"] for row in limited}
    assert not any(fact.source in called for fact in story.facts("东岭村"))
    story.close()


def test_what_one_provider_may_not_call_again_the_next_one_calls(tmp_path: Path) -> None:
    once = Limits(per_second=500, lines=500, per_number=(Quota(1, timedelta(hours=1)),))
    story = Story(tmp_path, voice=("line-a", "line-b"), limits_of={"line-a": once, "line-b": FAST})
    story.warns("red")
    story.forward(4.9)
    assert by(story, "zhang") == ["line-a", "line-b", "line-b"]
    story.close()


def test_a_wording_has_its_own_quota_for_a_number(tmp_path: Path) -> None:
    once = Limits(per_second=500, lines=500, per_template=(Quota(1, timedelta(hours=1)),))
    story = Story(tmp_path, sms=("sms-a", "sms-b"), limits_of={"sms-a": once, "sms-b": FAST})
    rain = story.warns("orange")
    story.forward(1)
    story.updates(rain, "red")
    assert by(story, "zhang", Via.SMS) == ["sms-a", "sms-b"]
    story.close()


def test_a_limit_is_no_evidence_that_anybody_was_called(tmp_path: Path) -> None:
    none_left = Limits(per_second=500, lines=500, per_number=(Quota(1, timedelta(hours=1)),))
    story = Story(tmp_path, limits_of={"simulator-voice": none_left, "simulator-sms": none_left})
    rain = story.warns("orange")
    story.forward(1)
    story.updates(rain, "red")
    holder = story["zhang"].id
    assert {row.facts["outcome"] for row in story.journal("handed") if row.person == holder} == {"handed_over", "limit"}
    assert holder not in {fact.person for fact in story.facts("东岭村") if fact.what == "called"}
    assert story.callout("东岭村").step == 1
    story.close()


def test_a_notice_its_channel_refuses_leaves_by_the_next(two: Story) -> None:
    rain = two.warns("red")
    two.forward(1)
    two.forget()
    two.exchange.faults.gateway_down("sms-a", two.clock.now())
    two.lifts(rain)
    two["zhang"].is_told("解除")
    told = [row for row in two.journal("notice") if row.person == two["zhang"].id]
    assert [row.facts["channel"] for row in told] == ["sms-b"]


def test_a_notice_waits_out_an_outage_and_is_not_lost(tmp_path: Path) -> None:
    story = Story(tmp_path)
    rain = story.warns("red")
    story.forward(1)
    story.forget()
    story.exchange.faults.gateway_down("sms", story.clock.now(), story.clock.now() + timedelta(seconds=45))
    story.lifts(rain)
    story["zhang"].hears_nothing()
    story.forward(2)
    story["zhang"].is_told("解除")
    story.close()


def test_a_channel_that_says_it_lost_something_rings_the_officer_once(tmp_path: Path) -> None:
    story = Story(tmp_path)
    told = Inbound("i1", "gate", "trouble", "", "缺第17号文件", "", story.clock.now())
    story.hears([told])
    story.hears([told])
    story.forward(1)
    assert "缺第17号文件" in story["officer"].is_rung("通道gate")
    assert story.reasons(story.house_alarm()) == {"channel"}
    assert len(story.journal("alarm")) == 1
    story.close()
