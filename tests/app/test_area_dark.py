"""A town without phones, told again: one alarm for it, satellite phones go on, everything else is with the officer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dutydesk.app import house
from dutydesk.app.replay import run
from dutydesk.content.scenario import load_scenario
from dutydesk.domain.rules import Rules

ROOT = Path(__file__).resolve().parents[2]
TOWN = "371073113"
Line = Mapping[str, Any]


@pytest.fixture(scope="module")
def told() -> tuple[list[Line], Line, house.Folder]:
    folder = house.open_folder(ROOT)
    lines: list[Line] = list(run(folder, load_scenario("area-dark", ROOT)))
    return lines, lines[-1], folder


def at(line: Line) -> datetime:
    return datetime.fromisoformat(line["at"])


def test_the_town_is_told_once_and_within_the_quarter_of_an_hour(told: tuple[list[Line], Line, house.Folder]) -> None:
    lines, summary, _ = told
    (dark,) = [line for line in lines if line["kind"] == "alarm" and line["reason"] == "town_dark"]
    assert dark["place"] == TOWN
    assert at(dark) - at(lines[0]) <= Rules().town_dark_within
    assert summary["officer_alarms"] == 1            # it grows; it is not eighty


def test_only_satellite_phones_of_the_town_answer_and_whoever_is_asked_is_rung_on_his(
        told: tuple[list[Line], Line, house.Folder]) -> None:
    lines, summary, folder = told
    site = folder.setup.site
    own = {person for place in site.under([TOWN]) for post in site.posts_at.get(place, ()) for person in post.seats}
    calls = [line for line in lines if line["kind"] == "call"]
    satellites = {number.number for person in own & {call["person"] for call in calls}
                  for number in site.people[person].numbers if number.kind == "satellite"}
    assert satellites
    assert satellites <= {call["number"] for call in calls}
    answered = {line["person"] for line in lines
                if line["kind"] == "fact" and line["fact"] == "answered" and line["person"] in own}
    assert answered
    assert all(any(number.kind == "satellite" for number in site.people[person].numbers) for person in answered)
    assert summary["answered"] == len({line["callout"] for line in lines
                                       if line["kind"] == "fact" and line["fact"] == "answered"})


def test_every_place_nobody_answered_for_is_with_the_officer_at_the_red_bound_or_one_ring_of_a_superior_later(
        told: tuple[list[Line], Line, house.Folder]) -> None:
    lines, summary, _ = told
    handed = {line["callout"]: at(line) - at(lines[0]) for line in lines
              if line["kind"] == "alarm" and line["reason"] == "with_officer"}
    assert len(handed) >= summary["unanswered"] > 0
    late = [wait for wait in handed.values() if wait > Rules().red_bound + timedelta(seconds=15)]
    assert len(late) < len(handed) / 20    # a wait runs from hand-over, and a superior's phone rings once in a while
    assert max(handed.values()) <= Rules().red_bound + Rules().one_ring_per
