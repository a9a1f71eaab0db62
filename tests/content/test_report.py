"""The report: waivers hold back and are counted, coverage and bounds add up, people and programs can read it."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import pytest
from rich.console import Console

from dutydesk.content.check import RULES, check, meanings, to_json
from dutydesk.content.check.show import FOLD, show
from dutydesk.content.check.waivers import NEVER
from dutydesk.content.faults import READING
from dutydesk.domain.finding import Level
from tests.content.small_site import DAY, PEOPLE, SmallSite

WAIVERS = "rule,about,what,why,who,until\n"
NUMBERS, SEATS = "contacts/numbers.csv", "contacts/posts.csv"


def printed(site: SmallSite, **options: bool) -> str:
    out = io.StringIO()
    show(site.check(), Console(file=out, width=200, color_system=None), **options)
    return out.getvalue()


@pytest.mark.parametrize(("waiver", "held"), [
    ("not-confirmed,p8,x,y,z,2026-07-01", True),
    ("not-confirmed,p*,x,y,z,2026-07-01", True),
    ("not-confirmed,,x,y,z,2026-07-01", True),
    ("not-confirmed,p9,x,y,z,2026-07-01", False),
    ("not-confirmed,p8,x,y,z,2026-06-30", False),
    ("duplicate-number,p8,x,y,z,2026-07-01", False),
    ("not-confirmed,p8,x,,z,2026-07-01", False),
])
def test_a_waiver_holds_back_what_it_names_until_its_day(site, waiver, held):
    site.edit(NUMBERS, "2026-05-08", "2026-04-08").write("waivers.csv", WAIVERS + waiver + "\n")
    report = site.check()
    assert (len(report.waived) == 1) is held
    assert any(each.rule == "not-confirmed" for each in report.findings) is not held
    if held:
        assert [each.rule for each in report.findings] == []
        assert report.waived[0].waiver.who == "z"


def test_a_file_that_was_not_read_cannot_be_waived(site):
    site.edit("contacts/people.csv", "p3,张三,", "p3,").write("waivers.csv", WAIVERS + "row,*,x,y,z,2027-01-01\n")
    report = site.check()
    assert {"row", "waiver-unknown"} <= {each.rule for each in report.findings}
    assert report.waived == ()
    assert meanings().keys() >= NEVER


def test_the_worst_comes_first_then_file_and_line(site):
    site.edit(NUMBERS, "2026-05-08", "").edit(NUMBERS, "2026-05-02", "").edit(SEATS, "flood,2,p6", "flood,2,p66")
    report = site.check()
    assert [(each.level, each.line) for each in report.findings][:3] == [
        (Level.ERROR, 8), (Level.WARNING, 3), (Level.WARNING, 9)]
    assert report.errors == 1


def test_coverage_counts_places_somebody_with_a_number_answers_for(site):
    site.edit(NUMBERS, "p9,mobile,+999100000009,2026-05-09\n", "").edit(SEATS, "371002100201,flood,1,p8,\n", "")
    rows = {(row.family, row.level): row for row in site.check().coverage}
    assert (rows["flood", "village"].answered, rows["flood", "village"].total) == (0, 2)
    assert rows["flood", "village"].silent == ("371002100201", "371002100202")
    assert rows["flood", "site"].total == 1
    assert rows["default", "village"].total == 0                        # the default playbook asks no village
    told = site.found("uncovered")
    assert [each.about for each in told] == ["flood/village"]
    assert "2 of 2 villages" in told[0].text


def test_bounds_tell_when_the_officer_has_a_silent_place(site):
    site.edit(SEATS, "371071,flood,1,p4,", "371071,flood,1,,").edit("dutydesk.toml", "auto = true", "auto = false")
    rows = {(row.family, row.colour, row.county): row for row in site.check().bounds}
    assert rows["flood", "red", "371002"].longest == timedelta(minutes=10)
    assert rows["flood", "red", "371002"].hold == timedelta(seconds=120)
    assert rows["flood", "orange", "371002"].longest == timedelta(minutes=20)
    assert rows["flood", "red", "371071"].posts == 2
    assert rows["flood", "red", "371000"].county == "371000"            # the city's own posts lie in no county
    assert ("default", "orange", "371002") not in rows


def test_a_post_nobody_of_which_can_be_reached_is_with_the_officer_at_once(site):
    site.write(SEATS, "place,duty,seat,person,superior\n371071,flood,1,p4,\n")
    site.edit(NUMBERS, "p4,mobile,+999100000004,2026-05-04\n", "")
    row = next(row for row in site.check().bounds if (row.family, row.county) == ("flood", "371071"))
    assert (row.at_once, row.longest) == (1, timedelta())


def test_the_json_says_all_of_it(site):
    site.edit(NUMBERS, "2026-05-08", "").edit(SEATS, "flood,2,p6", "flood,2,p66")
    site.write("waivers.csv", WAIVERS + "not-confirmed,p8,x,y,z,2026-12-31\n")
    found = json.loads(json.dumps(to_json(site.check())))
    assert (found["errors"], found["warnings"], found["at"]) == (1, 0, "2026-07-01")
    assert found["findings"][0] == {"file": SEATS, "line": 8, "level": "error", "rule": "unknown-person",
                                    "about": "p66", "text": found["findings"][0]["text"]}
    assert found["waived"][0]["why"] == "y"
    assert {"hazard": "flood", "level": "town", "places": 2, "answered": 2, "nobody": 0, "ids": []} in found["coverage"]
    assert found["bounds"][0]["minutes"] == 10


def test_the_terminal_shows_lines_tables_and_the_count(site):
    site.edit(SEATS, "flood,2,p6", "flood,2,p66")
    text = printed(site)
    assert f"{SEATS}:8: error: " in text
    assert "1 error, 0 warnings, 1 info" in text                        # p6 has no post any more
    assert "小城市" in text
    assert "flood" in text


def test_many_warnings_of_one_rule_are_folded_and_errors_never(site):
    site.write("contacts/people.csv", PEOPLE + "".join(f"q{n},某人,,\n" for n in range(30)))
    site.add(SEATS, "".join(f"37100299{n:02},flood,1,p1,\n" for n in range(30)))
    text = printed(site)
    assert text.count("[idle-person]") == FOLD + 1
    assert f"{30 - FOLD} more" in text
    assert text.count("[unknown-place]") == 30
    assert printed(site, everything=True).count("[idle-person]") == 30


def test_every_rule_has_one_name_and_a_meaning():
    every = [*READING, *(rule.name for rule in RULES)]
    assert len(every) == len(set(every))
    assert all(meaning for _, meaning in meanings().values())


def test_the_same_site_gives_the_same_report_on_the_same_day(site):
    loaded = site.load()
    assert to_json(check(loaded, DAY)) == to_json(check(loaded, DAY))
    assert to_json(check(loaded, date(2026, 7, 2)))["at"] == "2026-07-02"


@pytest.mark.parametrize(("lines", "seconds"), [
    (1, 8 * 30.0),                  # nine phones one after another, each half a minute
    (3, 60.0),                      # three at once, the others as lines come free
    (9, 8 / 50),                    # a line for each: as fast as calls can be handed over
])
def test_the_report_tells_when_a_red_has_rung_its_last_phone_once(site, lines, seconds):
    site.edit("dutydesk.toml", "lines = 8", f"lines = {lines}")
    row = next(row for row in site.check().first_rings if (row.family, row.county) == ("flood", ""))
    assert row.phones == 9
    assert row.last.total_seconds() == pytest.approx(seconds)


def test_without_a_line_nobody_is_ever_rung_and_the_report_says_so(site):
    site.edit("dutydesk.toml", 'voice = "simulator-voice"\n', "")
    assert {row.last for row in site.check().first_rings} == {None}
