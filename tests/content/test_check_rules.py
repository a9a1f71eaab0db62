"""Every rule of `check` finds its fault, on the line where it is, and finds nothing in a sound site."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from dutydesk.content.check import RULES, meanings
from tests.content.gauge_cases import GAUGE_CASES
from tests.content.heat_source_cases import CASES as HEAT_CASES
from tests.content.register_cases import CASES as REGISTER_CASES
from tests.content.small_site import CONFIG, FLOOD, POSTS, SmallSite
from tests.content.small_site import NUMBERS as NUMBER_ROWS

GEO, PEOPLE, NUMBERS = "geo/places.geojson", "contacts/people.csv", "contacts/numbers.csv"
SEATS, ROSTER, TOML = "contacts/posts.csv", "contacts/roster.csv", "dutydesk.toml"
BOOK, DEFAULT = "playbooks/flood.yaml", "playbooks/default.yaml"

QUICK = '[[source]]\nid = "quick"\nkind = "cap"\nurl = "https://x.example/a"\n'

Change = Callable[[SmallSite], object]


def edit(file: str, old: str, new: str) -> Change:
    return lambda site: site.edit(file, old, new)


def add(file: str, lines: str) -> Change:
    return lambda site: site.add(file, lines)


def both(*changes: Change) -> Change:
    return lambda site: [change(site) for change in changes]


def gone(file: str) -> Change:
    return lambda site: site.write(file, None)


#: rule, what is damaged, where it must be told, about which id
CASES: list[tuple[str, Change, str, str]] = [
    ("unknown-person", add(NUMBERS, "p99,mobile,+99970,2026-05-01\n"), f"{NUMBERS}:16", "p99"),
    ("unknown-person", edit(SEATS, "371002100,flood,2,p6,", "371002100,flood,2,p66,"), f"{SEATS}:8", "p66"),
    ("unknown-person", edit(ROSTER, "p13,,", "p31,,"), f"{ROSTER}:4", "p31"),
    ("unknown-place", add(SEATS, "371002199,flood,1,p5,\n"), f"{SEATS}:13", "371002199"),
    ("unknown-place", edit(GEO, '"village","parents":["371002100"],"desk":"371000","population":420',
                           '"village","parents":["371002199"],"desk":"371000","population":420'), f"{GEO}:7",
                                "371002199"),
    ("no-number", edit(NUMBERS, "p9,mobile,+999100000009,2026-05-09\n", ""), f"{SEATS}:11", "371002100202/flood"),
    ("no-number", edit(SEATS, "flood,1,p10,", "flood,1,,"), f"{SEATS}:12", "371002100-r01/flood"),
    ("silent-person", edit(NUMBERS, "p6,mobile,+999100000006,2026-05-06\n", ""), f"{PEOPLE}:7", "p6"),
    ("few-numbers", edit(SEATS, "371000,general,2,p2,\n", ""), "", ""),      # p1 has two numbers: none expected
    ("few-numbers", both(edit(SEATS, "371000,general,2,p2,\n", ""),
                         edit(NUMBERS, "p1,landline,+99963100001,2026-05-01\n", "")), f"{SEATS}:2", "371000/general"),
    ("few-numbers", edit(NUMBERS, "p8,mobile,+999100000008", "p8,mobile,+999100000005"), f"{SEATS}:10",
     "371002100201/flood"),
    ("few-numbers", edit(NUMBERS, "p7,mobile", "p7,neighbour"), "", ""),
    ("duplicate-number", edit(NUMBERS, "p8,mobile,+999100000008", "p8,mobile,+99910 0000-013"), f"{NUMBERS}:14", "p13"),
    ("imaginary-number", both(add(TOML, '[live]\nby = "局长"\nsince = 2026-06-01\n'),
                              lambda site: site.write(NUMBERS, NUMBER_ROWS.replace("+999100", "139000").replace(
                                  "139000000007", "+999100000007"))), f"{NUMBERS}:8", "p7"),
    ("channel", edit(TOML, 'sms = "simulator-sms"', 'sms = ["simulator-sms", "simulator-sms"]'), f"{TOML}:16",
     "simulator-sms"),
    ("channel-unused", add(TOML, '[channel.modem]\nkind = "gammu"\n'), f"{TOML}:37", "modem"),
    ("channel-unused", add(TOML, "[limits.modem]\nper_second = 1\n"), f"{TOML}:37", "modem"),
    ("two-rounds", edit(TOML, "lines = 8", 'lines = 8\nper_number = ["5/1h"]'), f"{BOOK}:15", "flood"),
    ("two-rounds", edit(TOML, "lines = 8", 'lines = 8\nper_number = ["6/1h"]'), "", ""),
    ("two-rounds", edit(TOML, "lines = 8", 'lines = 8\nper_number = ["1/2m"]'), f"{BOOK}:15", "flood"),
    ("two-rounds", edit(TOML, "lines = 8", 'lines = 8\nper_number = ["2/3m"]'), "", ""),
    ("two-rounds", both(edit(TOML, "lines = 8", 'lines = 8\nper_number = ["5/1h"]'),
                        edit(TOML, 'voice = "simulator-voice"', 'voice = ["simulator-voice", "other"]')), "", ""),
    ("not-confirmed", edit(NUMBERS, "2026-05-08", "2026/4/19"), f"{NUMBERS}:9", "p8"),
    ("not-confirmed", edit(NUMBERS, "2026-05-08", ""), f"{NUMBERS}:9", "p8"),
    ("not-confirmed", edit(NUMBERS, "2026-05-08", "2026-08-01"), f"{NUMBERS}:9", "p8"),
    ("idle-person", add(PEOPLE, "p14,蒋十四,,\n"), f"{PEOPLE}:15", "p14"),
    ("vacant-seat", edit(SEATS, "371002100,flood,2,p6,", "371002100,flood,2,,"), f"{SEATS}:8", "371002100/flood"),
    ("seat-gap", edit(SEATS, "371071001,flood,1,p7,", "371071001,flood,2,p7,"), f"{SEATS}:9", "371071001/flood"),
    ("unknown-superior", edit(SEATS, "p2,371000/general", "p2,371000/fire"), f"{SEATS}:4", "371000/flood"),
    ("no-superior", both(edit(SEATS,
         "371000,general,1,p1,\n371000,general,2,p2,\n371000,flood,1,p2,371000/general\n", ""),
                         ), f"{SEATS}:2", "371002/flood"),
    ("superior-loop", edit(SEATS, "371002,flood,1,p3,", "371002,flood,1,p3,371002100/flood"), f"{SEATS}:5",
         "371002/flood"),
    ("never-asked", edit(SEATS, "371002100202,flood", "371002100202,folod"), f"{SEATS}:11", "371002100202/folod"),
    ("called-together", edit(SEATS, "371002100201,flood,1,p8,", "371002100201,flood,1,p5,"), f"{SEATS}:10",
     "371002100201/flood"),
    ("called-together", edit(SEATS, "371002100,flood,2,p6,", "371002100,flood,2,p5,"), f"{SEATS}:7", "371002100/flood"),
    ("many-places", lambda site: site.write(SEATS, POSTS.replace("p5,", "p8,").replace("p7,", "p8,").replace(
        "p3,", "p8,").replace("p9,", "p8,").replace("p10,", "p8,")), f"{PEOPLE}:9", "p8"),
    ("unreached", edit(GEO, ',"covered_by":["371002"]', ""), f"{GEO}:4", "371071"),
    ("unreached", edit(GEO, '"covered_by":["371002"]', '"covered_by":["371072"]'), f"{GEO}:4", "371071"),
    ("unknown-code", edit(GEO, '"covered_by":["371002"]', '"covered_by":["371002","371072"]'), f"{GEO}:4", "371071"),
    ("place-desk", edit(GEO, '"desk":"371000","population":420', '"desk":"371082","population":420'), f"{GEO}:7",
     "371002100201"),
    ("place-desk", edit(GEO, '"desk":"371000","population":420', '"population":420'), f"{GEO}:7", "371002100201"),
    ("place-parents", edit(GEO, '"village","parents":["371002100"],"desk":"371000","population":420',
                           '"village","desk":"371000","population":420'), f"{GEO}:7", "371002100201"),
    ("place-parents", edit(GEO, '"county","parents":["371000"],"desk":"371000"',
                           '"county","parents":["371002100"],"desk":"371000"'), f"{GEO}:3", "371002"),
    ("risk-alone", edit(SEATS, "371002100-r01,flood,1,p10,\n", ""), f"{GEO}:9", "371002100-r01"),
    ("kind-unasked", edit(GEO, '"reservoir"', '"resevoir"'), f"{GEO}:9", "resevoir"),
    ("uncovered", edit(SEATS, "371002100202,flood,1,p9,\n", ""), f"{SEATS}:1", "flood/village"),
    ("red-bound", edit(BOOK, "[voice], within: 5m", "[voice], within: 5m1s"), f"{BOOK}:14", "flood"),
    ("no-red", edit(DEFAULT, "  red:\n", "  orange:\n"), f"{DEFAULT}:3", "default"),
    ("when-ladder", edit(BOOK, "[{colour: red}, {colour: orange}]", "[{colour: red}, {colour: yellow}]"), f"{BOOK}:2",
     "flood"),
    ("red-on-post", edit(BOOK, "red: moved", "red: on_post"), f"{BOOK}:12", "flood"),
    ("unknown-event", edit(BOOK, "family: flood", "family: floods"), f"{BOOK}:1", "floods"),
    ("no-playbook", gone(DEFAULT), f"{DEFAULT}:1", "default"),
    ("unused-part", edit(BOOK, "answer: {city: any}", "answer: {citys: any}"), f"{BOOK}:21", "flood"),
    ("unused-part", edit(BOOK, "act: {red: 30m, orange: 2h}", "act: {red: 30m, yellow: 2h}"), f"{BOOK}:20", "flood"),
    ("ladder-officer", edit(BOOK, "[deputy, superior], by: [voice], within: 10m", "[deputy, officer], by: [voice], "
                            "within: 10m"), f"{BOOK}:19", "flood"),
    ("red-silent", lambda site: site.write(BOOK, FLOOD.replace("[voice, sms], tries: 3", "sms, tries: 3").replace(
        "[voice], within: 5m", "sms, within: 5m")), f"{BOOK}:14", "flood"),
    ("no-channel", edit(TOML, 'voice = "simulator-voice"\n', ""), f"{TOML}:15", "voice"),
    ("no-action", edit(DEFAULT, "action: {red: 请立即避险}\n", ""), f"{DEFAULT}:4", "default"),
    ("text-missing", gone("playbooks/texts/flood.voice.txt"), f"{BOOK}:24", "flood.voice"),
    ("text-missing", gone("playbooks/texts/notice.lifted.txt"), "playbooks/texts/notice.lifted.txt:1", "notice.lifted"),
    ("text-broken", add("playbooks/texts/flood.sms.txt", "{{ plases }}"), "playbooks/texts/flood.sms.txt:1",
         "flood.sms"),
    ("text-broken", add("playbooks/texts/flood.sms.txt", "{% if %}"), "playbooks/texts/flood.sms.txt:1", "flood.sms"),
    ("text-refused", add("playbooks/texts/flood.sms.txt", "长" * 400), "playbooks/texts/flood.sms.txt:1", "flood.sms"),
    ("text-refused", add("playbooks/texts/flood.voice.txt", "长" * 400), "", ""),
    ("text-unsigned", edit("playbooks/texts/list.sms.txt", "【{{ signature }}】", ""), "playbooks/texts/list.sms.txt:1",
     "list.sms"),
    ("text-unsigned", edit("playbooks/texts/list.sms.txt", "（演练）", ""), "playbooks/texts/list.sms.txt:1",
         "list.sms"),
    ("text-brackets", add("playbooks/texts/flood.sms.txt", "【注意】"), "playbooks/texts/flood.sms.txt:1", "flood.sms"),
    ("text-brackets", add("playbooks/texts/flood.sms.txt", "{% if wanted == 'moved' %}【转移】{% endif %}"),
     "playbooks/texts/flood.sms.txt:1", "flood.sms"),
    ("text-variable", lambda site: site.write(TOML, CONFIG.replace('"simulator-sms"', '"aliyun-sms"')),
     "playbooks/texts/list.sms.txt:1", "list.sms"),
    ("text-forbidden", edit(DEFAULT, "请立即避险", "请点击链接查看"), "playbooks/texts/default.sms.txt:1",
     "default.sms"),
    ("text-link", add("playbooks/texts/flood.sms.txt", "详见 http://x.example"), "playbooks/texts/flood.sms.txt:1",
     "flood.sms"),
    ("text-private", add("playbooks/texts/flood.sms.txt", "身份证 37100019700101001X"),
     "playbooks/texts/flood.sms.txt:1", "flood.sms"),
    ("text-private", add("playbooks/texts/flood.voice.txt", "已有3人失踪"), "playbooks/texts/flood.voice.txt:1",
     "flood.voice"),
    ("text-no-phone", edit("playbooks/texts/list.sms.txt", "{{ duty_phone }}", ""), "playbooks/texts/list.sms.txt:1",
     "list.sms"),
    ("text-long", add("playbooks/texts/flood.sms.txt", "长" * 90), "playbooks/texts/flood.sms.txt:1", "flood.sms"),
    ("roster-desk", add(ROSTER, "371082,officer,1-7,00:00,00:00,p2,,\n"), f"{ROSTER}:6", "371082"),
    ("roster-none", edit(ROSTER, "371000,backup,1-7,08:00,08:00,p13,,\n", ""), f"{ROSTER}:1", "371000"),
    ("roster-hole", edit(ROSTER, "1-7,20:00,08:00,p12", "1-6,20:00,08:00,p12"), f"{ROSTER}:2", "371000/officer"),
    ("roster-hole", edit(ROSTER, "p12,,", "p12,,2026-07-10"), f"{ROSTER}:2", "371000/officer"),
    ("roster-hole", edit(ROSTER, "1-7,08:00,20:00,p11", "1-6,08:00,20:00,p11"), f"{ROSTER}:3", "371000/officer"),
    ("roster-overlap", edit(ROSTER, "1-7,20:00,08:00,p12", "1-7,19:30,08:00,p12"), f"{ROSTER}:3", "371000/officer"),
    ("roster-double", edit(ROSTER, "08:00,08:00,p13", "08:00,08:00,p12"), f"{ROSTER}:4", "p12"),
    ("no-last-resort", edit(TOML, 'last_resort = "p1"\n', ""), f"{TOML}:7", "last_resort"),
    ("no-last-resort", edit(TOML, '"p1"', '"p55"'), f"{TOML}:9", "p55"),
    ("no-desk", lambda site: site.write(TOML, CONFIG.replace('id = "371000"', 'id = "371099"')), f"{TOML}:12",
         "371099"),
    ("no-source", edit(TOML, '[[source]]\nid = "cma"\nkind = "cap"\nauto = true\nfolder = "inbox/cma"\n'
                       'expect = "30d"\n', ""),
         f"{TOML}:1",
     "source"),
    ("no-auto", edit(TOML, "auto = true", "auto = false"), f"{TOML}:22", "source"),
    ("source-twice", add(TOML, '[[source]]\nid = "cma"\nkind = "cap"\n'), f"{TOML}:38", "cma"),
    ("slow-source", edit(TOML, 'expect = "30d"', 'delay = "11m"'), f"{TOML}:22", "cma"),
    ("slow-source", edit(TOML, 'folder = "inbox/cma"', 'url = "https://x.example/"\ninterval = "10m"'), f"{TOML}:22",
     "cma"),
    ("slow-source", edit(TOML, 'folder = "inbox/cma"', 'url = "https://x.example/"\ninterval = "4m"'), "", ""),
    ("slow-source", both(edit(TOML, 'expect = "30d"', 'delay = "1h"'), add(TOML, QUICK)), "", ""),
    ("slow-source", both(edit(TOML, 'expect = "30d"', 'delay = "1h"'), add(TOML, QUICK.replace('"cap"', '"rain"'))),
     f"{TOML}:22", "cma"),
    ("deaf-source", edit(TOML, 'folder = "inbox/cma"\n', ""), f"{TOML}:22", "cma"),
    ("outside-auto", edit(TOML, 'expect = "30d"', 'trust = "outside"'), f"{TOML}:25", "cma"),
    ("plain-secret", add(TOML, QUICK.replace("/a", "/a?region=7&apikey=123456")), f"{TOML}:40", "quick"),
    ("plain-secret", add(TOML, QUICK + 'headers = {Authorization = "Bearer 123456"}\n'), f"{TOML}:41", "quick"),
    ("plain-secret", add(TOML, QUICK.replace("/a", "/a?region=7&apikey=${KEY}")), "", ""),
    ("source-certificate", edit(TOML, 'expect = "30d"', 'expect = "30d"\ncertificate = "none.pem"'), f"{TOML}:28",
     "cma"),
    ("source-certificate", both(lambda site: site.write("his.pem", "-----BEGIN CERTIFICATE-----"),
                                edit(TOML, 'expect = "30d"', 'expect = "30d"\ncertificate = "his.pem"')), "", ""),
    ("unwatched", edit(TOML, 'expect = "30d"\n', ""), f"{TOML}:22", "cma"),
    ("journal-heads", edit(TOML, 'heads = ["var/heads"]', "heads = []"), f"{TOML}:30", "journal"),
    ("journal-heads", edit(TOML, '[journal]\nheads = ["var/heads"]\n', ""), f"{TOML}:1", "journal"),
    ("scenario", edit("scenarios/rain/scenario.yaml", "seed: 7", "sed: 7"), "scenarios/rain/scenario.yaml:17", "rain"),
    ("scenario", gone("scenarios/rain/1.xml"), "scenarios/rain/scenario.yaml:6", "rain"),
    ("scenario", edit("scenarios/rain/scenario.yaml", "p8: never", "p88: never"),
         "scenarios/rain/scenario.yaml:1", "p88"),
    ("waiver-expired", lambda site: site.write("waivers.csv", "rule,about,what,why,who,until\n"
                                               "idle-person,p1,a,b,c,2026-06-30\n"), "waivers.csv:2", "p1"),
    ("waiver-idle", lambda site: site.write("waivers.csv", "rule,about,what,why,who,until\n"
                                            "idle-person,p1,a,b,c,2026-07-01\n"), "waivers.csv:2", "p1"),
    ("waiver-unknown", lambda site: site.write("waivers.csv", "rule,about,what,why,who,until\n"
                                               "idle-parson,p1,a,b,c,2026-07-30\n"), "waivers.csv:2", "p1"),
    *GAUGE_CASES,
    *REGISTER_CASES,
    *HEAT_CASES,
]


@pytest.mark.parametrize(("rule", "damage", "where", "about"), CASES,
                         ids=[f"{n}-{case[0]}" for n, case in enumerate(CASES)])
def test_a_fault_is_told_on_its_line_under_its_rule(site, rule, damage, where, about):
    damage(site)
    found = site.found(rule)
    told = [(f"{each.file}:{each.line}", each.about) for each in found]
    assert told[:1] == ([(where, about)] if where else []), [str(each) for each in site.check().findings]
    assert all(each.level is meanings()[rule][0] for each in found)
    assert all(";" in each.text for each in found), "a sentence that only complains leaves a clerk alone with it"


def test_a_sound_site_has_no_finding_at_all(site):
    assert site.check().findings == ()


def test_every_rule_has_a_case_that_shows_it():
    assert {rule.name for rule in RULES} <= {case[0] for case in CASES}


@pytest.mark.parametrize(("day", "due"), [
    (date(2026, 4, 19), date(2025, 4, 20)), (date(2026, 4, 20), date(2026, 4, 20)), (date(2027, 1, 1),
         date(2026, 4, 20)),
])
def test_contacts_are_due_since_the_last_twentieth_of_april(site, day, due):
    site.edit(NUMBERS, "2026-05-08", due.isoformat()).edit(NUMBERS, "2026-05-09", "2025-04-19")
    assert [each.about for each in site.found("not-confirmed", day) if "still to come" not in each.text] == ["p9"]


def test_no_cascade_follows_a_damaged_person_or_place(site):
    """Whoever is written but unreadable is not unknown as well."""
    site.edit(PEOPLE, "p8,吴八,", "p8,,").edit(GEO, '"name":"西村",', "")
    rules = {each.rule for each in site.check().findings}
    assert "row" in rules
    assert not rules & {"unknown-person", "unknown-place"}


def test_an_overlap_of_every_day_is_told_once(site):
    site.edit(ROSTER, "1-7,20:00,08:00,p12", "1-7,19:30,08:00,p12")
    assert len(site.found("roster-overlap")) == 1


def test_five_places_are_not_yet_many(site):
    site.write(SEATS, POSTS.replace("p5,", "p8,").replace("p7,", "p8,").replace("p9,", "p8,").replace("p10,", "p8,"))
    assert site.found("many-places") == []
    site.edit(SEATS, "371002,flood,1,p3,", "371002,flood,1,p8,")
    assert [each.about for each in site.found("many-places")] == ["p8"]


def test_a_damaged_default_playbook_is_not_missing_as_well(site):
    site.edit(DEFAULT, "family: default", "family: default\nfamilie: x")
    assert {each.rule for each in site.check().findings} == {"row"}


def test_a_city_without_counties_is_reached_by_its_own_code(site):
    """Some cities have towns right below them; then the city's code is enough."""
    site.write(GEO, "\n".join(line.replace('"parents":["371071"]', '"parents":["371000"]')
                              for line in (site.folder / GEO).read_text("utf-8").split("\n")
                              if '"kind":"county"' not in line).replace("371071001", "371000001"))
    assert site.found("unreached") == []
