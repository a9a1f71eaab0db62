"""Zhengzhou with nobody answering, on the whole example site. All 100 seeds: `python -m tests.app.zhengzhou`."""

from __future__ import annotations

import pytest

from dutydesk.app import house
from dutydesk.content.scenario import load_scenario
from tests.app.zhengzhou import ROOT, shortened, silent, tell


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1, 2])
def test_with_everybody_silent_the_leader_s_phone_rings_in_time_and_every_place_is_in_safe_hands(seed: int) -> None:
    night = tell(house.open_folder(ROOT), shortened(silent(load_scenario("zhengzhou-2021", ROOT)), 16), seed)
    assert night.faults == [], night.line()
    assert night.places > 2500
    assert night.leader
