from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hand_clock import START, HandClock, ring, sent, text

from dutydesk.channels import registry
from dutydesk.channels.simulator.behaviour import SILENT, Behave, Behaviour, Fate, Said
from dutydesk.channels.simulator.channel import SimulatorSms, SimulatorVoice
from dutydesk.channels.simulator.exchange import Exchange
from dutydesk.channels.simulator.network import Capacity
from dutydesk.domain.records import Inbound
from dutydesk.domain.values import Outcome, Via
from dutydesk.errors import SendError
from dutydesk.ports.channel import Hears, Listens, Outgoing, Tracks
from dutydesk.ports.phones import Phones


def always(behaviour: Behaviour) -> Behave:
    return lambda message, at: behaviour


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def exchange(behaviour: Behaviour = SILENT, **capacity: object) -> tuple[Exchange, HandClock]:
    clock = HandClock()
    return Exchange(clock, always(behaviour), capacity=Capacity(**capacity), known=["+99901", "+99902"]), clock  # type: ignore[arg-type]


def told(rows: Sequence[Inbound]) -> list[tuple[float, str, str, Outcome | None]]:
    return [((row.received_at - START).total_seconds(), row.kind, row.text, row.outcome) for row in rows]


def later(phones: Exchange, clock: HandClock, by: float = 600) -> list[tuple[float, str, str, Outcome | None]]:
    return told(phones.advance(clock.forward(by)))


def test_a_text_arrives_is_reported_and_answered_in_its_time() -> None:
    phones, clock = exchange(Behaviour(said=(Said(seconds(90), "B1"), Said(seconds(300), "B3 32"))))
    assert sent(SimulatorSms(phones), text("c1", code="B")).outcome is Outcome.HANDED_OVER
    assert later(phones, clock, 89) == [(2, "receipt", "", Outcome.ON_HANDSET)]
    assert later(phones, clock, 1) == [(90, "reply", "B1", None)]
    assert later(phones, clock) == [(300, "reply", "B3 32", None)]
    assert phones.next_event() is None


@pytest.mark.parametrize(("fate", "heard"), [
    (Fate.RINGS_OUT, (30, Outcome.NO_ANSWER)), (Fate.BUSY, (3, Outcome.BUSY)), (Fate.OFF, (5, Outcome.FAILED_NOW)),
    (Fate.VOICEMAIL, (20, Outcome.MACHINE)), (Fate.DEAD, (3, Outcome.NUMBER_DEAD)),
])
def test_a_call_that_reaches_nobody_says_how(fate: Fate, heard: tuple[int, Outcome]) -> None:
    phones, clock = exchange(Behaviour(fate))
    assert sent(SimulatorVoice(phones), ring("c1")).outcome is Outcome.HANDED_OVER
    assert later(phones, clock) == [(heard[0], "receipt", "", heard[1])]


def test_who_picks_up_is_heard_and_then_his_keys() -> None:
    phones, clock = exchange(Behaviour(Fate.PICKED_UP, seconds(8), (Said(seconds(20), "332#", key=True),)))
    sent(SimulatorVoice(phones), ring("c1"))
    assert later(phones, clock) == [(8, "receipt", "", Outcome.PICKED_UP), (20, "key", "332#", None)]


def test_wrong_keys_are_told_and_the_right_one_after_them_counts() -> None:
    phones, clock = exchange(Behaviour(Fate.PICKED_UP, seconds(8), (
        Said(seconds(12), "7", key=True), Said(seconds(15), "*", key=True), Said(seconds(20), "1", key=True))))
    sent(SimulatorVoice(phones), ring("c1"))
    assert [row[1:3] for row in later(phones, clock)] == [("receipt", ""), ("key", "7"), ("key", "1")]


def test_keys_after_the_call_are_lost() -> None:
    phones, clock = exchange(Behaviour(Fate.RINGS_OUT, said=(Said(seconds(20), "1", key=True),)))
    sent(SimulatorVoice(phones), ring("c1"))
    assert later(phones, clock) == [(30, "receipt", "", Outcome.NO_ANSWER)]


def test_who_missed_the_ring_may_text_later() -> None:
    phones, clock = exchange(Behaviour(said=(Said(seconds(240), "1"),)))
    sent(SimulatorVoice(phones), ring("c1"))
    assert later(phones, clock)[-1] == (240, "reply", "1", None)


def test_a_phone_in_a_call_is_busy_for_the_next_one() -> None:
    phones, clock = exchange()
    for call in ("c1", "c2"):
        sent(SimulatorVoice(phones), ring(call))
    rows = phones.advance(clock.forward(60))
    assert [(row.call, row.outcome) for row in rows] == [("c2", Outcome.BUSY), ("c1", Outcome.NO_ANSWER)]


def test_an_off_phone_gets_its_texts_when_it_is_on_again() -> None:
    phones, clock = exchange(Behaviour(Fate.OFF, off_for=seconds(300), said=(Said(seconds(5), "1"),)))
    sent(SimulatorSms(phones), text("c1"))
    clock.forward(299)
    assert phones.handset("+99901").history == ()
    assert later(phones, clock) == [(302, "receipt", "", Outcome.ON_HANDSET), (305, "reply", "1", None)]


def test_reports_and_replies_may_come_late_and_out_of_order_with_their_own_times() -> None:
    phones, clock = exchange(Behaviour(receipt_after=seconds(50), said=(
        Said(seconds(10), "1", late=seconds(60)), Said(seconds(20), "2"))))
    sent(SimulatorSms(phones), text("c1"))
    assert later(phones, clock) == [
        (20, "reply", "2", None), (50, "receipt", "", Outcome.ON_HANDSET), (10, "reply", "1", None)]


def test_a_dark_area_gets_its_texts_afterwards_and_its_calls_fail_for_now() -> None:
    phones, clock = exchange(Behaviour(Fate.PICKED_UP, said=(Said(seconds(20), "1"),)))
    phones.faults.area_dark(["+99901"], START, START + seconds(100))
    sent(SimulatorSms(phones), text("c1"))
    sent(SimulatorVoice(phones), ring("c2"))
    sent(SimulatorVoice(phones), ring("c3", "+99902"))
    rows = phones.advance(clock.forward(600))
    assert [(row.call, row.outcome) for row in rows if row.kind == "receipt"] == [
        ("c2", Outcome.FAILED_NOW), ("c3", Outcome.PICKED_UP), ("c1", Outcome.ON_HANDSET)]
    assert [each.reached for each in phones.history] == ["dark", "dark", "rang"]


def test_an_area_dark_for_good_gets_nothing() -> None:
    phones, clock = exchange()
    phones.faults.area_dark(["+99901"], START)
    sent(SimulatorSms(phones), text("c1"))
    assert later(phones, clock, 86400 * 30) == []


def test_a_gateway_that_is_down_refuses_for_now_and_takes_again_afterwards() -> None:
    phones, clock = exchange()
    phones.faults.gateway_down("sms", START, START + seconds(60))
    with pytest.raises(SendError) as refused:
        sent(SimulatorSms(phones), text("c1"))
    assert not refused.value.permanent
    assert sent(SimulatorVoice(phones), ring("c2")).outcome is Outcome.HANDED_OVER
    clock.forward(60)
    assert sent(SimulatorSms(phones), text("c1")).outcome is Outcome.HANDED_OVER


def test_of_a_gateway_that_hangs_nothing_is_known_and_its_key_tells_what_became_of_it() -> None:
    phones, _ = exchange()
    phones.faults.gateway_down("simulator-sms", START, START + seconds(60), hangs=True)
    channel = SimulatorSms(phones)
    arrived = 0
    for call in range(100):
        assert sent(channel, text(f"c{call}")).outcome is Outcome.UNKNOWN
        try:
            assert asyncio.run(channel.status(f"c{call}")) is Outcome.HANDED_OVER
            arrived += 1
        except SendError:
            pass
    assert arrived == len(phones.history)
    assert 20 < arrived < 80


def test_calls_beyond_the_lines_are_refused_until_one_is_free() -> None:
    phones, clock = exchange(lines=2)
    channel = SimulatorVoice(phones)
    assert [sent(channel, ring(f"c{line}", f"+9990{line}")).outcome for line in range(3)] == [
        Outcome.HANDED_OVER, Outcome.HANDED_OVER, Outcome.LIMIT]
    assert len(phones.history) == 2
    clock.forward(31)
    assert sent(channel, ring("c2", "+99902")).outcome is Outcome.HANDED_OVER


def test_a_switchboard_that_queues_rings_when_a_line_is_free() -> None:
    phones, clock = exchange(lines=1, queue=True)
    channel = SimulatorVoice(phones)
    assert [sent(channel, ring(f"c{line}", f"+9990{line}")).outcome for line in (1, 2)] == [
        Outcome.HANDED_OVER, Outcome.QUEUED]
    rows = phones.advance(clock.forward(600))
    assert [(row.call, row.outcome) for row in rows] == [
        ("c1", Outcome.NO_ANSWER), ("c2", Outcome.HANDED_OVER), ("c2", Outcome.NO_ANSWER)]
    assert [(each.call, each.at - START) for each in phones.history] == [("c1", seconds(0)), ("c2", seconds(30))]


def test_the_rate_of_each_way_is_limited_by_the_second() -> None:
    phones, clock = exchange(sms_per_second=5.0)
    channel = SimulatorSms(phones)
    outcomes = [sent(channel, text(f"c{count}")).outcome for count in range(7)]
    assert outcomes == [Outcome.HANDED_OVER] * 5 + [Outcome.LIMIT] * 2
    clock.forward(1)
    assert sent(channel, text("c8")).outcome is Outcome.HANDED_OVER


def test_the_judge_sees_every_double() -> None:
    phones, _ = exchange()
    channel = SimulatorSms(phones)
    for call in ("c1", "c2", "c1"):
        sent(channel, text(call))
    assert phones.doubles == {"c1": 2}
    assert len(phones.handset("+99901").history) == 3


def test_two_runs_with_the_same_story_give_the_same_rows() -> None:
    def run() -> list[Inbound]:
        said = (Said(seconds(20), "1", key=True), Said(seconds(90), "2"))
        phones, clock = exchange(Behaviour(Fate.PICKED_UP, said=said))
        for count in range(20):
            sent(SimulatorVoice(phones), ring(f"c{count}", f"+9990{count}"))
            sent(SimulatorSms(phones), text(f"t{count}", f"+9990{count}"))
            clock.forward(3)
        return phones.advance(clock.forward(600))
    first = run()
    assert run() == first
    assert len({row.id for row in first}) == len(first)


def test_ids_do_not_come_back_when_the_switchboard_is_started_anew() -> None:
    def first_row(hour: int) -> Inbound:
        clock = HandClock(START + timedelta(hours=hour))
        phones = Exchange(clock, always(SILENT), known=["+99901"])
        phones.reply("+99901", "1")
        return phones.advance(clock.now())[0]
    assert first_row(0).id != first_row(1).id


# --- a hand at the phone ------------------------------------------------------------------------------------

def test_a_visitor_picks_up_hears_the_message_and_presses_keys() -> None:
    phones, clock = exchange()
    sent(SimulatorVoice(phones), ring("c1"))
    assert phones.handset("+99901").state == "ringing"
    clock.forward(5)
    phones.pick_up("+99901")
    handset = phones.handset("+99901")
    assert (handset.state, handset.spoken) == ("talking", "收到请按1。")
    phones.press("+99901", "3")
    phones.press("+99901", "32#")
    phones.hang_up("+99901")
    assert phones.handset("+99901").state == "idle"
    assert later(phones, clock) == [(5, "receipt", "", Outcome.PICKED_UP), (5, "key", "332#", None)]


def test_a_visitor_who_refuses_the_call_is_busy() -> None:
    phones, clock = exchange()
    sent(SimulatorVoice(phones), ring("c1"))
    phones.hang_up("+99901")
    assert later(phones, clock) == [(0, "receipt", "", Outcome.BUSY)]


def test_a_phone_in_a_visitors_hand_does_not_act_by_itself_until_it_is_given_back() -> None:
    phones, clock = exchange(Behaviour(Fate.PICKED_UP, said=(Said(seconds(20), "1"),)))
    sent(SimulatorSms(phones), text("c1"))
    phones.reply("+99901", "0")
    sent(SimulatorVoice(phones), ring("c2"))
    assert [row[1:] for row in later(phones, clock)] == [
        ("reply", "0", None), ("receipt", "", Outcome.ON_HANDSET), ("receipt", "", Outcome.NO_ANSWER)]
    phones.release("+99901")
    sent(SimulatorSms(phones), text("c3"))
    assert [row[1:3] for row in later(phones, clock)] == [("receipt", ""), ("reply", "1")]


def test_a_known_phone_is_empty_and_an_unknown_one_is_an_error() -> None:
    phones, _ = exchange()
    assert phones.handset("+99902").history == ()
    assert phones.lines() == ()
    for act in (phones.handset, phones.pick_up, phones.hang_up):
        with pytest.raises(KeyError):
            act("+99977")


def test_the_list_of_phones_shows_the_newest_line() -> None:
    phones, clock = exchange()
    sent(SimulatorSms(phones), text("c1", wording="第一条"))
    clock.forward(5)
    phones.reply("+99901", "收到")
    line, = phones.lines()
    assert (line.number, line.state, line.texts, line.last, line.last_at) == (
        "+99901", "idle", 1, "收到", START + seconds(5))


def test_the_exchange_and_its_channels_keep_the_ports() -> None:
    phones, _ = exchange()
    board: Phones = phones
    assert board is phones
    for name, via in (("simulator-sms", Via.SMS), ("simulator-voice", Via.VOICE)):
        channel = registry.make(name, name, {"exchange": phones})
        assert (channel.name, channel.via, channel.real) == (name, via, False)
        assert isinstance(channel, Tracks)
        assert isinstance(channel, Listens)
        assert not isinstance(channel, Hears)


# --- live -----------------------------------------------------------------------------------------------------

class _Wall(HandClock):
    """Real time, as the demo has it."""

    def now(self) -> datetime:
        return datetime.now(START.tzinfo)

    def seconds_until(self, moment: datetime) -> float:
        return max(0.0, (moment - self.now()).total_seconds())


def test_rows_come_by_themselves_and_again_until_the_desk_has_stored_them() -> None:
    phones = Exchange(_Wall(), always(Behaviour(receipt_after=None, said=(Said(seconds(0.05), "1"),))))
    stored: list[Inbound] = []
    done, attempts = threading.Event(), []

    def take(rows: Sequence[Inbound]) -> None:
        attempts.append(len(rows))
        if len(attempts) == 1:
            raise OSError("the disk is full")
        stored.extend(rows)
        if len(stored) == 50:
            done.set()
    sms = SimulatorSms(phones)
    sms.listen(take)
    for count in range(50):
        sent(sms, text(f"c{count}", f"+9990{count}"))
    assert done.wait(10)
    phones.close()
    assert {row.number for row in stored} == {f"+9990{count}" for count in range(50)}
    assert len(stored) == 50


def test_a_channel_nobody_listens_to_does_not_hold_up_the_other() -> None:
    phones = Exchange(_Wall(), always(Behaviour(Fate.BUSY, receipt_after=seconds(0))))
    heard = threading.Event()
    sms = SimulatorSms(phones)
    sms.listen(lambda rows: heard.set())
    sent(SimulatorVoice(phones), ring("c1"))
    sent(sms, text("c2"))
    assert heard.wait(5)
    phones.close()


def test_many_threads_may_hand_over_at_once() -> None:
    phones, _ = exchange(Behaviour(), sms_per_second=1e9)
    channel = SimulatorSms(phones)

    def work(thread: int) -> None:
        for count in range(100):
            sent(channel, Outgoing(f"c{thread}-{count}", Via.SMS, "+99901", "p1", "x"))
    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(phones.history) == 400
    assert phones.doubles == {}
