"""Reading a site loses nothing: every fault on its line, every good row kept, in any encoding an office writes."""

from __future__ import annotations

import codecs
import json
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dutydesk.content.check import check
from dutydesk.content.load import Loaded
from dutydesk.domain.finding import Level
from dutydesk.domain.values import Colour
from tests.content.small_site import DAY, FILES, PEOPLE, PLACES, SmallSite, build

TABLES = ("contacts/people.csv", "contacts/numbers.csv", "contacts/posts.csv", "contacts/roster.csv",
          "geo/places.geojson")


def told(site: SmallSite, file: str) -> list[tuple[int, str, Level]]:
    return [(each.line, each.rule, each.level) for each in site.load().findings if each.file == file]


def test_a_whole_site_is_read_as_the_engine_takes_it(site):
    setup = site.load().setup
    assert setup.config.envelope == (121.0, 36.5, 123.0, 38.0)
    assert setup.config.limits == {"simulator-voice": {"lines": 8.0}}
    assert setup.config.sources[0]["unknown_colour"] is Colour.ORANGE
    assert setup.site.posts["371000/flood"].superior == "371000/general"
    assert setup.site.posts["371002100/flood"].seats == ("p5", "p6")
    assert setup.site.people["p1"].numbers[1].kind == "landline"
    assert setup.site.places["371071"].covered_by == ("371002",)
    assert setup.playbooks["flood"].asks("village", Colour.ORANGE) == ("flood",)
    assert setup.playbooks["flood"].asks("reservoir", Colour.ORANGE) == ()
    assert setup.playbooks["flood"].night.covers(setup.playbooks["flood"].night.start)
    assert setup.playbooks["flood"].chores[0].offset.total_seconds() == -6 * 3600
    assert setup.texts["flood.sms"].startswith("【{{ signature }}】")
    assert [shift.days for shift in setup.site.roster] == [frozenset(range(1, 8))] * 4


@pytest.mark.parametrize(("body", "told_as"), [
    (codecs.BOM_UTF8 + PEOPLE.encode(), []),
    (PEOPLE.replace("\n", "\r\n").encode(), []),
    (PEOPLE.replace("\n", "\r").encode(), []),
    (PEOPLE.replace(",", "\t").encode(), []),
    (PEOPLE.encode("gbk"), ["file-encoding"]),
    (PEOPLE.replace("\n", "\r\n").encode("gb18030"), ["file-encoding"]),
    (codecs.BOM_UTF16_LE + PEOPLE.encode("utf-16-le"), ["file-encoding"]),
    (PEOPLE.encode() + b"\n\n,,,\n# a remark\n", []),
], ids=["bom", "crlf", "cr", "tabs", "gbk", "gb18030-crlf", "utf-16", "blank-lines"])
def test_any_encoding_of_an_office_gives_the_same_people(site, body, told_as):
    before = site.load().site.people
    site.write("contacts/people.csv", body)
    after = site.load()
    assert after.site.people == before
    assert [(each.rule, each.level) for each in after.findings] == [(rule, Level.INFO) for rule in told_as]


@pytest.mark.parametrize("pasted", [b"\xcb\xef\xff", "孙六".encode("gbk")], ids=["broken", "one line of GBK"])
def test_a_few_bad_bytes_do_not_turn_a_utf8_file_into_gbk(site, pasted):
    body = PEOPLE.encode().replace("孙六".encode(), pasted)
    site.write("contacts/people.csv", body)
    loaded = site.load()
    assert told(site, "contacts/people.csv") == [(7, "line-encoding", Level.ERROR)]
    assert loaded.site.people["p7"].name == "周七"


@pytest.mark.parametrize(("file", "old", "new", "line", "rule"), [
    ("contacts/people.csv", "p3,张三,", "p3,", 4, "row"),
    ("contacts/people.csv", "p3,张三,", 'p3,"张三,', 4, "row"),
    ("contacts/people.csv", "p3,张三,", "p2,张三,", 4, "double"),
    ("contacts/people.csv", "id,name,organisation", "id,nmae,organisation", 1, "header"),
    ("contacts/people.csv", ",title", "", 1, "header"),
    ("contacts/people.csv", "title\n", "title,note\n", 1, "column"),
    ("contacts/numbers.csv", "p3,mobile", "p3,mobil", 4, "row"),
    ("contacts/numbers.csv", "+999100000003", "9.99E+11", 4, "row"),
    ("contacts/numbers.csv", "2026-05-03", "2026-02-30", 4, "row"),
    ("contacts/posts.csv", "371071,flood,1", "371071,flood,0", 6, "row"),
    ("contacts/posts.csv", "371002100,flood,2,p6,", "371002100,flood,1,p6,", 8, "double"),
    ("contacts/posts.csv", "p2,371000/general", "p2,371000-general", 4, "row"),
    ("contacts/roster.csv", "1-7,08:00,20:00", "1-8,08:00,20:00", 2, "row"),
    ("contacts/roster.csv", "1-7,08:00,20:00", "1-7,08:00,25:00", 2, "row"),
    ("contacts/roster.csv", '"1-5,6,7"', "1-5,6,7", 5, "row"),
    ("dutydesk.toml", "envelope = [121.0,", "envelope = [124.0,", 5, "row"),
    ("dutydesk.toml", 'timezone = "Asia/Shanghai"', 'timezone = "Asia/Shanghia"', 4, "row"),
    ("dutydesk.toml", 'door_knock = "15m"', 'door_knok = "15m"', 33, "row"),
    ("dutydesk.toml", 'door_knock = "15m"', 'door_knock = "soon"', 33, "row"),
    ("dutydesk.toml", "lines = 8", "lines = 0", 20, "row"),
    ("dutydesk.toml", 'id = "371000"', 'id = "371000', 12, "file-unreadable"),
    ("playbooks/flood.yaml", "tries: 3", "tries: 0", 15, "row"),
    ("playbooks/flood.yaml", "within: 10m}\nact", "within: 10 m}\nact", 19, "row"),
    ("playbooks/flood.yaml", "need: 1}", "needs: 1}", 18, "row"),
    ("playbooks/flood.yaml", "onset - 6h", "onset 6h", 23, "row"),
    ("playbooks/flood.yaml", "only:\n  orange: [county, town, village]", "only:\n  oragne: [county]", 10, "row"),
    ("playbooks/flood.yaml", "  county: [flood]\n", "  county: [flood]\n  county: [fire]\n", 6, "double"),
    ("playbooks/flood.yaml", "family: flood", "family: default", 1, "double"),
    ("playbooks/flood.yaml", "[voice, sms], tries: 3", "[voice, sms, tries: 3", 15, "file-unreadable"),
    ("playbooks/flood.yaml", "  red:\n", "\tred:\n", 14, "file-unreadable"),
    ("geo/places.geojson", '"id":"371002100201",', "", 7, "row"),
    ("geo/places.geojson", '"population":420', '"population":-1', 7, "row"),
    ("geo/places.geojson", '"name":"西村"', '"name":["西村"]', 8, "row"),
    ("geo/places.geojson", '"name":"西村"', '"name":true', 8, "row"),
    ("geo/places.geojson", '"population":420', '"population":420,"peple":1', 7, "column"),
    ("geo/places.geojson", '"population":420}', '"population":420', 7, "row"),
    ("geo/places.geojson", '"id":"371002100202"', '"id":"371002100201"', 8, "double"),
    ("geo/places.geojson", '"features":[', "", 1, "row"),
])
def test_a_damaged_line_is_told_where_it_is(site, file, old, new, line, rule):
    site.edit(file, old, new)
    assert (line, rule) in [(each[0], each[1]) for each in told(site, file)], told(site, file)


def test_every_fault_of_every_file_comes_at_once(site):
    site.edit("contacts/people.csv", "p3,张三,", "p3,").edit("contacts/roster.csv", "1-7,08:00,20:00", "x,08:00,y")
    site.edit("playbooks/flood.yaml", "tries: 3", "tries: x").edit("dutydesk.toml", "lines = 8", "lines = 0")
    site.edit("geo/places.geojson", '"population":420', '"population":"x"')
    found = [(each.file, each.line) for each in site.load().findings if each.rule == "row"]
    assert sorted(set(found)) == [("contacts/people.csv", 4), ("contacts/roster.csv", 2), ("dutydesk.toml", 20),
                                  ("geo/places.geojson", 7), ("playbooks/flood.yaml", 15)]
    assert len(found) == 6                                              # the roster line has two


def test_what_is_optional_and_wrong_does_not_cost_the_row(site):
    site.edit("geo/places.geojson", '"population":420', '"population":"many"')
    site.edit("contacts/numbers.csv", "2026-05-03", "soon")
    site.edit("dutydesk.toml", 'door_knock = "15m"', 'door_knock = "soon"')
    loaded = site.load()
    assert loaded.site.places["371002100201"].population == 0
    assert loaded.site.people["p3"].numbers[0].confirmed is None
    assert loaded.setup.config.rules.door_knock.total_seconds() == 900


def test_half_a_playbook_never_passes_for_a_whole_one(site):
    site.edit("playbooks/flood.yaml", "tries: 3", "tries: none")
    assert "flood" not in site.load().playbooks


def test_without_its_settings_a_site_is_still_judged_but_not_run(site):
    site.write("dutydesk.toml", "this is no toml")
    loaded = site.load()
    assert loaded.setup is None
    assert len(loaded.site.people) == 13
    assert check(loaded, DAY).errors >= 1


BOMB = "a: &c0 [x, x]\n" + "".join(f"b{n}: &c{n} [{', '.join([f'*c{n - 1}'] * 9)}]\n" for n in range(1, 10))


@pytest.mark.parametrize("text", [
    "a: &a [*a]", BOMB, "? [a, b]\n: c", "- a\n- b", "", "[" * 5000, "!!python/object/apply:os.system [ls]",
    "a: \x01", "%YAML 9\n---\na: b",
])
def test_a_hostile_yaml_is_refused_by_name(site, text):
    site.write("playbooks/flood.yaml", text)
    rules = {each[1] for each in told(site, "playbooks/flood.yaml")}
    assert rules & {"file-unreadable", "row"}


def test_a_folder_that_is_no_site_says_what_is_missing(tmp_path):
    found = {each.file for each in build(tmp_path / "a").write("dutydesk.toml", None).load().findings}
    assert found == {"dutydesk.toml"}
    empty = SmallSite(tmp_path / "empty")
    empty.folder.mkdir()
    missing = {each.file for each in empty.load().findings if each.rule == "file-missing"}
    assert missing == {"dutydesk.toml", "geo/places.geojson", "contacts/people.csv", "contacts/numbers.csv",
                       "contacts/posts.csv", "contacts/roster.csv", "playbooks/default.yaml"}


GOOD: list[Loaded] = []


def damage(line: str, how: str, rng: random.Random) -> str:
    """Spoil one line the ways people and machines do."""
    cells = line.split(",")
    at = rng.randrange(len(cells))
    match how:
        case "drop":
            return ",".join(cells[:at] + cells[at + 1:])
        case "swap":
            other = rng.randrange(len(cells))
            cells[at], cells[other] = cells[other], cells[at]
            return ",".join(cells)
        case "garble":
            place = rng.randrange(len(line) + 1)
            return line[:place] + rng.choice(['"', "\x00", ",", "{", "]", "é", "'", "\\", "9", " ", ";"]) + line[place:]
        case "cut":
            return line[:rng.randrange(len(line) + 1)]
        case _:
            return "".join(rng.sample(line, len(line)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(TABLES), st.integers(0, 30), st.sampled_from(["drop", "swap", "garble", "cut", "mix"]),
       st.integers(0, 2**32))
def test_one_damaged_line_never_raises_and_never_costs_another(tmp_path_factory, file, place, how, seed):
    """Whatever is done to one row of a table or one feature, all the others are read as before."""
    site = build(tmp_path_factory.mktemp("damaged"))
    lines = FILES[file].split("\n")
    rows = range(1, len(lines) - (3 if file.endswith("geojson") else 1))
    number = rows[place % len(rows)]
    good = GOOD or GOOD.append(site.load()) or GOOD
    lines[number] = damage(lines[number], how, random.Random(seed))
    site.write(file, "\n".join(lines))
    loaded = site.load()
    check(loaded, DAY)
    match file:
        case "geo/places.geojson":
            before, after = good[0].site.places.keys(), loaded.site.places.keys()
        case "contacts/people.csv":
            before, after = good[0].site.people.keys(), loaded.site.people.keys()
        case "contacts/numbers.csv":
            before = {at.line for at in good[0].rows.numbers}
            after = {at.line for at in loaded.rows.numbers}
        case "contacts/posts.csv":
            before, after = {at.line for at in good[0].rows.posts}, {at.line for at in loaded.rows.posts}
        case _:
            before, after = {at.line for at in good[0].rows.roster}, {at.line for at in loaded.rows.roster}
    assert len(set(before) - set(after)) <= 1
    if set(before) != set(after) and lines[number].strip(" ,"):
        assert any(each.file == file for each in loaded.findings) or len(after) >= len(before)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(name for name in FILES if not name.endswith(".xml"))), st.integers(0, 60),
       st.sampled_from(["drop", "swap", "garble", "cut", "mix"]), st.integers(0, 2**32))
def test_no_damaged_line_of_any_file_makes_reading_or_judging_raise(tmp_path_factory, file, place, how, seed):
    site = build(tmp_path_factory.mktemp("any"))
    lines = FILES[file].split("\n")
    lines[place % len(lines)] = damage(lines[place % len(lines)], how, random.Random(seed))
    site.write(file, "\n".join(lines))
    site.check()


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(name for name in FILES if not name.endswith(".xml"))), st.binary(max_size=300))
def test_no_bytes_of_any_file_make_reading_or_judging_raise(tmp_path_factory, file, body):
    build(tmp_path_factory.mktemp("bytes")).write(file, body).check()


def test_a_broken_feature_of_a_pretty_printed_layer_harms_no_other(site):
    text = json.dumps(json.loads(PLACES), indent=2, ensure_ascii=False)
    text = text.replace('"population": 420', '"population": 4 0')
    loaded = site.write("geo/places.geojson", text).load()
    assert len(loaded.site.places) == 7
    assert [each.rule for each in loaded.findings] == ["row"]
    begins = text[:text.index('"371002100201"')].rindex('      "properties"')
    assert loaded.findings[0].line == text.count("\n", 0, begins) - 1
    assert f"line {text.count(chr(10), 0, text.index('4 0')) + 1}" in loaded.findings[0].text


def test_a_layer_may_be_pretty_printed(site):
    site.write("geo/places.geojson", json.dumps(json.loads(PLACES), indent=2, ensure_ascii=False))
    loaded = site.load()
    assert len(loaded.site.places) == 8
    line = loaded.lines["place", "371002100201"][1]
    text = (site.folder / "geo/places.geojson").read_text("utf-8").split("\n")
    assert text[line - 1].strip() == "{"
    assert any("371002100201" in each for each in text[line:line + 5])


def test_a_city_of_ten_thousand_people_loads_in_seconds(site):
    """A generous bound: the point is that nothing grows with the square of the rows."""
    count = 10_000
    site.write("contacts/people.csv", "id,name,organisation,title\n" + "".join(
        f"p{n},某人{n},某单位,某职\n" for n in range(count)))
    site.write("contacts/numbers.csv", "person,kind,number,confirmed\n" + "".join(
        f"p{n},mobile,+9991{n:08},2026-05-01\n" for n in range(count)))
    start = time.perf_counter()
    loaded = site.load()
    assert len(loaded.site.people) == count
    assert time.perf_counter() - start < 20
