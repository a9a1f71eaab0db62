"""Names of towns and villages in warning texts."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dutydesk.domain.gazetteer import Gazetteer, plain_name
from dutydesk.domain.site import Place, Site
from tests.corpus import ROOT
from tests.domain.small_site import places, site

SITE = site()
BOOK = Gazetteer.build(SITE)
ALL = frozenset(SITE.places)
WENDENG = SITE.under(["371003", "371073"])


def named(text: str, within: frozenset[str] = ALL) -> list[str]:
    return [mention.place for mention in BOOK.places_in(text, within) if not mention.qualifier]


@pytest.mark.parametrize(("text", "expected"), [
    # towns by their full names
    ("预计苘山镇、泊于镇将出现大暴雨", ["371073113", "371072105"]),
    ("我市崖头街道和苘山镇有大雾", ["371082007", "371073113"]),
    ("东明路街镇及崖头街镇将出现短时强降水", ["371082007"]),
    ("崖头街道办事处辖区", ["371082007"]),
    ("其中苘山镇雨势较强，目前苘山镇", ["371073113", "371073113"]),
    # never inside a longer word
    ("大水泊镇将出现大暴雨", ["371003101"]),
    ("大水泊镇、水泊镇将出现大暴雨", ["371003101", "371003102"]),
    ("东苘山镇与新泊于镇", []),
    ("以北苘山镇", ["371073113"]),
    ("苘山镇政府、泊于镇中心小学、汪疃镇某某食品有限公司、羊亭镇气象站已停工", []),
    ("崖头街道路湿滑", []),
    ("米山水库将泄洪", []),
    # short names only where towns are meant
    ("苘山、汪疃、草庙子等镇", ["371073113", "371073112", "371073107"]),
    ("苘山、汪疃等3个镇街", ["371073113", "371073112"]),
    ("苘山和汪疃等地", ["371073113", "371073112"]),
    ("苘山、泊于镇", ["371073113", "371072105"]),
    ("苘山一带", ["371073113"]),
    ("苘山的雨", []),
    ("东山、苘山等镇街", ["371082005", "371073113"]),
    ("东山上有火", []),
    # words that are also names
    ("城区街道积水，城区街道、农田受淹", []),
    ("崖头街道、城区街道将出现暴雨", ["371082007", "371083001"]),
    ("开发区将出现暴雨", []),
    ("开发区办事处将出现暴雨", ["371083400"]),
    # villages
    ("苘山镇东山村、西山村转移", ["371073113001", "371073113002"]),
    ("苘山镇（东山村、西山村）转移", ["371073113001", "371073113002"]),
    ("苘山镇所辖的宋家疃村转移", ["371073113003"]),
    ("苘山镇东山、西山等村转移", ["371073113001", "371073113002"]),
    ("宋家疃村转移", ["371073113003"]),
    ("文昌社区转移", ["371073113005"]),
    ("东山村庄美丽", []),
    ("苘山镇和西山村", ["371073113", "371073113002"]),
    ("苘山镇不存在村转移", ["371073113"]),
    # shared names go to the town the text speaks of
    ("汪疃镇王家村、苘山镇王家村", ["371073112001", "371073113004"]),
    ("汪疃镇有雨。王家村转移", ["371073112", "371073112001"]),
    ("王家村转移", []),
    ("苘山镇、汪疃镇有雨。王家村转移", ["371073113", "371073112"]),
])
def test_a_text_names(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(("text", "name", "places"), [
    ("王家村转移", "王家村", {"371073112001", "371073113004"}),
    ("苘山镇、汪疃镇有雨。王家村转移", "王家村", {"371073112001", "371073113004"}),
    ("泊于镇孙家村转移", "孙家村", {"371002101001"}),            # the town spoken of has no such village
])
def test_what_nothing_decides_is_reported_and_not_guessed(text: str, name: str, places: set[str]) -> None:
    reading = BOOK.read(text, ALL)
    assert [(each.name, set(each.places)) for each in reading.ambiguous] == [(name, places)]
    assert not {mention.place for mention in reading.mentions} & places


def test_names_of_other_units_are_not_seen() -> None:
    assert named("苘山镇、泊于镇、崖头街道将出现大暴雨", WENDENG) == ["371073113"]
    assert named("李家村转移", SITE.under(["371072"])) == ["371072105001"]


def test_a_longer_name_outside_the_unit_still_hides_the_shorter_one() -> None:
    assert named("大水泊镇将出现大暴雨", frozenset({"371003102"})) == []


def test_a_town_that_only_locates_a_village_is_a_qualifier_until_it_stands_alone() -> None:
    mentions = BOOK.places_in("苘山镇东山村转移，苘山镇停课", ALL)
    assert [(each.place, each.qualifier) for each in mentions] == [
        ("371073113", True), ("371073113001", False), ("371073113", False)]


@pytest.mark.parametrize(("written", "plain"), [
    ("宋家疃村委会", "宋家疃村"), ("东北村居委会", "东北村"), ("滨河社区居民委员会", "滨河社区"),
    ("西凤凰台社区居委", "西凤凰台社区"), ("布谷夼居委会", "布谷夼居委会"), ("大疃村村委会", "大疃村"),
    ("王家村", "王家村"),
])
def test_a_village_is_called_as_people_call_it(written: str, plain: str) -> None:
    assert plain_name(written) == plain


@given(st.lists(st.sampled_from([*[place.name for place in places().values()], "苘山", "东山", "、", "，", "。", "等镇",
                                 "和", "将出现", "大", "预计", "村", "（", "公司"]), max_size=30))
def test_a_mention_stands_where_it_says_and_lies_in_the_unit(pieces: list[str]) -> None:
    text = "".join(pieces)
    reading = BOOK.read(text, WENDENG)
    spans = sorted((each.start, each.end) for each in (*reading.mentions, *reading.ambiguous))
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    for mention in reading.mentions:
        assert text[mention.start:mention.end] == mention.name
        assert mention.place in WENDENG
        assert SITE.places[mention.place].name[:2] == mention.name[:2]


def test_every_village_of_weihai_is_found_behind_its_town_and_shared_names_never_alone() -> None:
    path = ROOT.parent / "geo" / "villages.tsv"
    if not path.exists():
        pytest.skip(f"no list of Weihai's villages beside the corpus folder: {path}")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    known = {row["town_code9"]: Place(row["town_code9"], row["town"], "town") for row in rows}
    known |= {row["code12"]: Place(row["code12"], row["name"], "village", (row["town_code9"],)) for row in rows}
    book, within = Gazetteer.build(Site(places=known)), frozenset(known)
    shared = Counter(plain_name(row["name"]) for row in rows)
    for row in rows:
        spoken = row["name"] if re.search(r"居委会$", plain_name(row["name"])) else plain_name(row["name"])
        mentions = book.places_in(f"请{row['town']}{spoken}群众转移。", within)
        found = [each.place for each in mentions if not each.qualifier]
        if len(spoken) > 2:
            assert found == [row["code12"]], (row, found)
        alone = book.read(f"请{spoken}群众转移。", within)
        if shared[plain_name(row["name"])] > 1 and len(spoken) > 2:
            assert alone.mentions == ()
            assert row["code12"] in alone.ambiguous[0].places
