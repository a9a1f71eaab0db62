"""Real warnings of a summer on the whole example site. All of them, and days of the country: `tests.app.china`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dutydesk.app import house
from tests.app.china import ROOT, Row, country, hour, tell, weihai


@pytest.mark.timeout(1200)
def test_the_fog_that_comes_every_afternoon_costs_a_village_man_two_messages_a_month() -> None:
    rows = [row for row in weihai() if (row.adcode, row.event) == ("371082", "大雾")][:6]
    summer = tell(house.open_folder(ROOT), rows, after=timedelta(minutes=1))
    assert len(summer.warnings) == 6                                 # one a day
    assert len(summer.villagers) > 500
    assert summer.most_in_a_month() == 2
    assert not [key for key in summer.kinds if key[0] != "fog"]
    days = list(summer.calls.values())[2:]                           # the two of the month are spent
    assert days
    assert all(day["ask"] + day["notice"] < 60 for day in days)     # the towns' and the city's own posts


@pytest.mark.timeout(1200)
def test_amid_an_hour_of_218_warnings_a_red_waits_for_nobody_but_its_like() -> None:
    rows = hour(country(), 218)
    red = next(n for n, row in enumerate(rows) if row.colour == "红色")
    summer = tell(house.open_folder(ROOT), rows[:red + 12], after=timedelta(0))   # 218 an hour: until all were rung
    assert red > 60
    assert summer.reds > 100
    assert summer.late == []
    assert summer.unread == 0


def test_the_densest_stretch_is_moved_to_weihai_in_its_order_and_has_a_red() -> None:
    calm = [Row(f"{440000 + n}", "大风", "黄色", row.issued, None) for n, row in enumerate(country()[:400])]
    moved = hour(calm, 100)
    assert moved[-1].issued - moved[0].issued < timedelta(hours=1)
    assert {row.adcode for row in moved} == {"371000", "371002", "371003", "371082", "371083"}
    assert [row.colour for row in moved].count("红色") == 1
