"""What lines, gateways and dead workers do to a callout."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from harness import Story
from invented_alert import Warn
from invented_site import CITY

from dutydesk.channels.simulator.behaviour import Behaviour, Fate
from dutydesk.domain.records import State
from dutydesk.domain.values import Outcome, Via
from dutydesk.ports.channel import Limits

MINUTE = timedelta(minutes=1)


def test_a_voice_gateway_that_is_down_sends_the_message_and_rings_as_soon_as_it_is_back(desk: Story) -> None:
    now = desk.clock.now()
    desk.exchange.faults.gateway_down("voice", now, now + 2 * MINUTE)
    desk.warns("red")
    desk["zhang"].is_texted()

    assert desk.rung() == set()
    desk.forward(4.9)
    desk["zhang"].is_rung()
    assert desk.state("东岭村") is State.CALLING


def test_with_every_gateway_down_a_red_is_with_the_officer_in_time_and_nobody_counts_as_called(desk: Story) -> None:
    now = desk.clock.now()
    desk.exchange.faults.gateway_down("voice", now)
    desk.exchange.faults.gateway_down("sms", now)
    desk.warns("red")
    desk.forward(12)
    assert desk.state("东岭村") is State.WITH_OFFICER
    assert desk.proven("东岭村") == set()
    assert desk.callout("东岭村").called_at is None


def test_a_dead_number_opens_a_contact_task_and_the_deputy_is_asked_at_once(desk: Story) -> None:
    desk["zhang"].behaves(Behaviour(Fate.DEAD))
    desk.warns("red")
    desk.forward(seconds=20)
    desk["li"].is_rung()
    assert desk["zhang"].id in [task.about for task in desk.tasks("contact")]


def test_of_a_man_with_a_second_number_the_second_is_rung(desk: Story) -> None:
    desk.warns("red")
    desk.forward(4.9)
    rung = {each.number for each in desk["sun"].arrivals() if each.via is Via.VOICE}
    assert rung == set(desk["sun"].numbers)


def test_an_unknown_fate_waits_as_handed_over_and_the_same_channel_is_not_used_again_in_the_step(desk: Story) -> None:
    now = desk.clock.now()
    desk.exchange.faults.gateway_down("voice", now, now + MINUTE, hangs=True)
    desk.warns("red")
    desk.forward(4.9)
    with desk.store.read() as reads:
        calls = [call for call in reads.calls_of(desk.callout("东岭村").incident) if call.person == desk["zhang"].id]
    voice = [call for call in calls if call.via is Via.VOICE]
    assert [call.outcome for call in voice][:1] in ([Outcome.UNKNOWN], [Outcome.NO_ANSWER])
    assert len(voice) == 1
    desk.forward(0.3)
    assert desk.callout("东岭村").step == 1


def test_asks_held_by_capacity_go_by_message_do_not_climb_and_raise_one_alarm(tell: Callable[..., Story]) -> None:
    desk = tell(limits=Limits(per_second=200, lines=3))
    desk.warns("red", office=CITY, codes=(CITY,))
    desk.forward(2.6)
    held = [callout for place in ("东岭村", "西岭村", "上柳村", "松下村", "云根村", "渔歌村")
            for callout in desk.callouts(place) if callout.memo.get("held")]
    assert held
    assert all((each.step, each.climb, each.state) == (0, 1, State.CALLING) for each in held)
    reasons = set().union(*(desk.reasons(desk.alarm(each)) for each in desk.incidents()))
    assert "capacity" in reasons


def test_a_town_whose_numbers_are_dead_is_one_alarm(desk: Story) -> None:
    numbers = {number.number for place in desk.setup.site.under(["990102101"])
               for post in desk.setup.site.posts_at.get(place, ()) for person in post.seats
               for number in desk.setup.site.people[person].numbers}
    desk.exchange.faults.area_dark(numbers, desk.clock.now())
    desk.warns("red")
    desk.forward(3)
    dark = [row for row in desk.journal("alarm") if row.facts["reason"] == "town_dark"]
    assert [row.facts["place"] for row in dark] == ["990102101"]
    desk.forward(10)
    assert len([row for row in desk.journal("alarm") if row.facts["reason"] == "town_dark"]) == 1


def test_a_worker_that_dies_between_claim_and_booking_rings_nobody_twice_by_the_same_channel(desk: Story) -> None:
    desk.puts(Warn("red", desk.clock.now()))
    now = desk.clock.now()
    desk.rounds.intake.run_once(now)
    desk.rounds.escalate.run_once(now)
    parcels = desk.rounds.dispatch.claim(now, 1000)
    assert parcels                                   # claimed, and then the worker dies: nothing was sent
    desk.work()
    desk.forward(3)
    unknown = [row for row in desk.journal("stalled")]
    assert len(unknown) == len([each for each in parcels if each.call])
    assert desk.exchange.doubles == {}
    desk.forward(9)
    assert desk.state("东岭村") in (State.CALLING, State.WITH_OFFICER)


def test_after_a_gap_replies_are_heard_and_documents_applied_before_anything_climbs(desk: Story) -> None:
    rain = desk.warns("red")
    desk.forward(1)
    desk.forget()
    desk.clock.move_to(desk.clock.now() + 30 * MINUTE)          # the desk was off for half an hour
    desk.puts(rain.then("Cancel", "red", desk.clock.now() - MINUTE))
    desk.settle()
    desk.is_quiet()
    assert desk.incidents() == []


def test_tries_missed_in_a_gap_are_not_made_up_for(desk: Story) -> None:
    desk.warns("red")
    desk.forward(0.5)
    desk.forget()
    desk.clock.move_to(desk.clock.now() + 4 * MINUTE)
    desk.settle()
    assert len([each for each in desk["zhang"].arrivals() if each.via is Via.VOICE]) == 1
