"""One device's danger is one warning, however often it looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.observed import Sighting
from dutydesk.domain.sighting_rules import Step, decide
from dutydesk.domain.values import Colour
from dutydesk.domain.watched import Seen

NOON = datetime(2031, 7, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
WINDOW, RENEWAL = timedelta(hours=2), timedelta(minutes=10)


def at(minute: float, **more: object) -> Sighting:
    return replace(Sighting(f"s{minute}", NOON + timedelta(minutes=minute), "森林火灾", device="cam-1"), **more)


def run(told: list[tuple[Sighting, bool]]) -> list[Step]:
    """Let sightings follow one another as the desk keeps them."""
    seen: list[Seen] = []
    steps = []
    for number, (sighting, sure) in enumerate(told):
        step = decide(sighting, seen, sure=sure, window=WINDOW, renewal=RENEWAL)
        alert = f"a{number}" if step.msg_type else ""
        seen.append(Seen(f"o{number}", "cams", sighting, sighting.at,
                         step.first or (alert if step.msg_type == "Alert" else ""), alert, sure))
        steps.append(step)
    return steps


def kinds(*told: Sighting, sure: bool = True) -> list[str]:
    return [step.msg_type for step in run([(each, sure) for each in told])]


def test_the_same_device_within_its_window_renews_and_says_so_now_and_then() -> None:
    assert kinds(at(0), at(1), at(5), at(10), at(12), at(20)) == ["Alert", "", "", "Update", "", "Update"]


def test_after_its_window_it_is_a_new_warning() -> None:
    assert kinds(at(0), at(100), at(230)) == ["Alert", "Update", "Alert"]


def test_over_ends_what_stands_and_nothing_else() -> None:
    assert kinds(at(0, over=True), at(1), at(2, over=True), at(3, over=True), at(4)) == [
        "", "Alert", "Cancel", "", "Alert"]


def test_the_first_sure_sight_of_a_doubtful_one_is_said_at_once() -> None:
    assert [step.msg_type for step in run([(at(0), False), (at(1), False), (at(2), True), (at(3), True)])] == [
        "Alert", "", "Update", ""]


def test_a_higher_colour_is_said_at_once() -> None:
    assert kinds(at(0, colour=Colour.ORANGE), at(1, colour=Colour.RED), at(2, colour=Colour.RED)) == [
        "Alert", "Update", ""]


minutes = st.lists(st.tuples(st.floats(0, 500), st.booleans(), st.booleans()), max_size=30)


@given(minutes)
def test_every_update_and_cancel_belongs_to_a_warning_that_stands(rows: list[tuple[float, bool, bool]]) -> None:
    told = [(at(minute, over=over), sure) for minute, over, sure in sorted(rows)]
    standing = ""
    for number, step in enumerate(run(told)):
        if step.msg_type == "Alert":
            standing = f"a{number}"
        elif step.msg_type:
            assert step.first == standing
        if step.msg_type == "Cancel":
            standing = ""
