from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median, quantiles

import pytest
from hand_clock import START, ring, text

from dutydesk.channels.simulator.behaviour import Fate, hurried
from dutydesk.channels.simulator.population import Population
from dutydesk.domain.replies import Act, Understood, read
from dutydesk.domain.scenario import Conduct, Crowd
from dutydesk.domain.values import Role

MIDNIGHT = START + timedelta(hours=12)   # 00:00 in Weihai
CROWD = Crowd(answer=0.6, night=0.3, act=0.5, median=timedelta(seconds=90), p95=timedelta(minutes=15))


def share(population: Population, at: datetime) -> float:
    answered = sum(bool(population.behave(text(f"c{each}", f"+999{each}", person=f"p{each}"), at).said)
                   for each in range(4000))
    return answered / 4000


def test_the_shares_of_day_and_night_are_met() -> None:
    population = Population(CROWD, seed=1)
    assert share(population, START) == pytest.approx(0.6, abs=0.03)
    assert share(population, MIDNIGHT) == pytest.approx(0.3, abs=0.03)


def test_the_delay_has_the_median_and_the_95th_percentile_given() -> None:
    population = Population(CROWD, seed=2)
    said = [population.behave(text(f"c{each}", person=f"p{each}"), START).said for each in range(6000)]
    delays = [each[0].after.total_seconds() for each in said if each]
    assert median(delays) == pytest.approx(90, rel=0.12)
    assert quantiles(delays, n=20)[-1] == pytest.approx(900, rel=0.2)


def test_a_call_is_answered_alike_whenever_it_is_asked_and_whatever_came_before() -> None:
    one, other = Population(CROWD, seed=3), Population(CROWD, seed=3)
    calls = [ring(f"c{each}", person=f"p{each % 7}") for each in range(100)]
    forward = [one.behave(call, START) for call in calls]
    backward = [other.behave(call, START) for call in reversed(calls)]
    assert forward == backward[::-1]
    assert forward != [Population(CROWD, seed=4).behave(call, START) for call in calls]


def test_a_later_try_has_a_fresh_chance_but_who_missed_the_first_is_likelier_to_miss_it() -> None:
    population = Population(CROWD, seed=5)
    tries = [[bool(population.behave(text(f"c{each}-{count}", person=f"p{each}"), START).said) for count in range(2)]
             for each in range(6000)]
    missed = [second for first, second in tries if not first]
    again = sum(missed) / len(missed)
    assert 0.3 < again < 0.57


@pytest.mark.parametrize("call", [text("c1", person="p7"), ring("c1", person="p7")])
def test_a_person_named_as_never_is_silent(call: object) -> None:
    population = Population(Crowd(answer=1, night=1, persons={"p7": Conduct()}), seed=1)
    for each in range(50):
        behaviour = population.behave(text(f"c{each}", person="p7"), START)
        assert behaviour.said == ()
        behaviour = population.behave(ring(f"c{each}", person="p7"), START)
        assert behaviour.fate is Fate.RINGS_OUT


def test_a_named_person_says_what_the_scenario_says_when_it_says() -> None:
    population = Population(Crowd(answer=0, persons={"p7": Conduct("3 32", timedelta(seconds=40))}), seed=1)
    said, = population.behave(text("c1", person="p7", code="B"), START).said
    assert (said.text, said.after) == ("B3 32", timedelta(seconds=40))
    behaviour = population.behave(ring("c2", person="p7"), START)
    assert (behaviour.fate, behaviour.said[0].text, behaviour.said[0].after) == (
        Fate.PICKED_UP, "332#", timedelta(seconds=40))
    slow = Population(Crowd(answer=0, persons={"p7": Conduct("1", timedelta(minutes=9))}), seed=1)
    assert slow.behave(ring("c3", person="p7"), START).fate is Fate.RINGS_OUT


def test_whoever_is_on_duty_behaves_as_his_role_and_names_go_first() -> None:
    roles = {"p1": Role.OFFICER, "p2": Role.LEADER, "p3": Role.BACKUP}
    population = Population(
        Crowd(answer=1, persons={"p3": Conduct("0", timedelta(seconds=9))}), seed=1,
        officers={"officer": Conduct(), "leader": Conduct(None, timedelta(seconds=40)), "backup": Conduct()},
        role_of=lambda person, at: roles.get(person))
    assert population.behave(ring("c1", person="p1"), START).said == ()
    assert population.behave(ring("c1", person="p2"), START).said[0].text == "1"
    assert population.behave(ring("c1", person="p3"), START).said[0].text == "0"


def test_a_notice_is_never_answered() -> None:
    population = Population(Crowd(answer=1, night=1, act=1), seed=1)
    assert population.behave(text("c1", asks=False), START).said == ()


def test_everything_the_crowd_texts_is_a_reply_the_desk_understands() -> None:
    population = Population(Crowd(answer=1, act=1), seed=1)
    acts = set()
    wording = "以下责任地无人应答,请您立即派人上门叫醒:1.甲村 2.乙村 3.丙村 12.丁村。15分钟内回复B5 序号=已叫醒"
    for each in range(200):
        for message in (text(f"c{each}", person=f"p{each}", code="B"),
                        text(f"l{each}", person=f"q{each}", code="B", wording=wording)):
            for said in population.behave(message, START).said:
                reading = read(said.text)
                assert isinstance(reading, Understood)
                assert reading.code == "B"
                assert set(reading.numbers) <= {1, 2, 3, 12}
                acts.add(reading.act)
    assert acts == {Act.ANSWER, Act.ON_POST, Act.MOVED, Act.WOKEN, Act.NOT_FOUND}


def test_hurried_people_do_the_same_in_less_time() -> None:
    slow = Population(CROWD, seed=6).behave
    fast = hurried(slow, 100)
    for each in range(200):
        one, two = slow(ring(f"c{each}"), START), fast(ring(f"c{each}"), START)
        assert one.fate == two.fate
        assert [said.after / 100 for said in one.said] == [said.after for said in two.said]
