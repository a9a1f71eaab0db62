"""The example site at the root: what its READMEs promise about places, people, rosters, wordings and scenarios."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from dutydesk.content.load import Loaded, load
from dutydesk.content.scenario import load_scenario, names
from dutydesk.content.texts import SiteTexts
from dutydesk.domain.finding import Level
from dutydesk.domain.message import codes_line, length
from dutydesk.domain.roster import holes, overlaps
from dutydesk.domain.site import Site
from dutydesk.domain.values import Colour, Role

ROOT = Path(__file__).parents[1]
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
CPEAS = "CPEAS Geographic Code"
HOUSEHOLDS = 4
ALERTS = sorted(ROOT.glob("scenarios/*/alerts/*.xml"))

FACTS = {
    "signature": "威海应急", "drill": False, "title": "暴雨红色预警", "event": "暴雨", "colour": "红色",
    "issued": "10:20", "office": "市气象台", "places": "苘山镇5个村", "code": "",
    "action": "请立即停工停航，海上和高处人员撤回避险", "codes": codes_line(""), "duty_phone": "0631-0001234",
    "by_word": "", "silent": "1东村 2西村 3南村", "understood": "已到岗",
    "alarm": "红色预警无人应答", "wanted": "moved", "who": "镇防汛责任人",
    "officer": "李某某", "why": "测试报文误入正式通道",
    "transfer_open": True, "open_now": "暴雨橙色预警",
}


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load(ROOT)


@pytest.fixture(scope="module")
def site(loaded: Loaded) -> Site:
    return loaded.site


def test_the_example_reads_without_an_error(loaded: Loaded) -> None:
    assert [str(each) for each in loaded.findings if each.level is Level.ERROR] == []
    assert loaded.setup is not None


def test_every_unit_of_weihai_is_there(site: Site) -> None:
    kinds = Counter(place.level for place in site.places.values())
    assert (kinds["city"], kinds["county"], kinds["town"], kinds["village"]) == (1, 7, 73, 2768)


def test_every_place_but_the_city_leads_up_to_the_city_and_has_a_desk(site: Site) -> None:
    for place in site.places.values():
        above = [each.id for each in site.ancestors(place.id)]
        assert place.id == "371000" or "371000" in above, place.id
        assert place.desk == ("371082" if place.id.startswith("371082") else "371000"), place.id


def test_warnings_of_huancui_reach_all_three_zones(site: Site) -> None:
    zones = [place for place in site.places.values() if place.id.startswith("37107")]
    assert len(zones) >= 3 + 11 + 351
    assert all("371002" in place.covered_by for place in zones)


def test_a_village_lies_in_the_area_of_its_town(site: Site) -> None:
    for place in site.places.values():
        if place.level == "village":
            town = site.places[place.parents[0]]
            assert place.id.startswith(town.id)
            assert place.geometry is not None
            assert town.geometry is not None
            assert town.geometry.distance(place.geometry) < 0.001, place.id


def test_some_hills_belong_to_two_counties(site: Site) -> None:
    hills = [place for place in site.places.values() if place.kind == "hill"]
    assert any(len({parent[:6] for parent in hill.parents}) == 2 for hill in hills)


def test_every_town_and_county_has_flood_fire_and_general_posts(site: Site) -> None:
    for place in site.places.values():
        if place.level in ("city", "county", "town"):
            assert {"flood", "fire", "general"} <= {post.duty for post in site.posts_at.get(place.id, ())}, place.id


def test_every_site_place_and_every_place_of_highest_risk_has_a_post(site: Site) -> None:
    assert [place.id for place in site.places.values()
            if (place.level == "site" or place.risk == 3) and not site.posts_at.get(place.id)] == []


def test_most_villages_have_a_flood_post_with_a_deputy(site: Site) -> None:
    posted = [post for post in site.posts.values() if post.duty == "flood" and len(post.place) == 12]
    assert len(posted) > 0.6 * 2768
    assert all(len(post.seats) >= 2 for post in posted)


def test_only_the_top_of_the_city_has_nobody_above(site: Site) -> None:
    assert [post.id for post in site.posts.values() if site.superior(post) is None] == ["371000/general"]


def test_no_ladder_climbs_from_a_person_to_the_same_person(site: Site) -> None:
    for post in site.posts.values():
        above = site.superior(post)
        assert above is None or post.seats[0] != above.seats[0], post.id


def test_no_number_can_ring_and_only_the_named_households_share_one(site: Site) -> None:
    numbers = [number for person in site.people.values() for number in person.numbers]
    assert all(re.fullmatch(r"\+999\d{9,10}", number.number) for number in numbers)
    shared = [number for number, count in Counter(each.number for each in numbers).items() if count > 1]
    assert len(shared) == HOUSEHOLDS


def test_everybody_with_a_seat_has_a_mobile(site: Site) -> None:
    for person in {seat for post in site.posts.values() for seat in post.seats}:
        assert any(number.kind == "mobile" for number in site.people[person].numbers), person


@pytest.mark.parametrize("desk", ["371000", "371082"])
@pytest.mark.parametrize("role", [Role.OFFICER, Role.BACKUP, Role.LEADER])
def test_every_hour_has_exactly_one_person_on_duty(site: Site, desk: str, role: Role) -> None:
    start = datetime(2026, 7, 13, tzinfo=UTC)
    end = start + timedelta(days=15)
    assert holes(site.roster, desk, role, start, end, site.timezone) == ()
    assert overlaps(site.roster, desk, role, start, end, site.timezone) == ()


def test_a_red_ladder_is_with_the_officer_within_ten_minutes(loaded: Loaded) -> None:
    for playbook in loaded.playbooks.values():
        policy = playbook.policy("village", Colour.RED, at_night=True)
        assert policy.bound <= timedelta(minutes=10)
        assert "on_post" not in {acts.get(Colour.RED) for acts in playbook.done_when.values()}


def test_blue_asks_nobody_and_yellow_asks_no_village(loaded: Loaded) -> None:
    for playbook in loaded.playbooks.values():
        assert not any(playbook.asks(kind, Colour.BLUE) for kind in playbook.posts)
        assert playbook.asks("village", Colour.YELLOW) == ()
        assert playbook.asks("town", Colour.YELLOW)


@pytest.mark.parametrize("drill", [False, True])
def test_every_wording_renders_short_and_marks_a_drill(loaded: Loaded, *, drill: bool) -> None:
    texts = SiteTexts(loaded.texts)
    for name in loaded.texts:
        text = texts.render(name, FACTS | {"drill": drill})
        assert ("演练" in text) is drill, name
        if not name.endswith(".voice"):
            assert length(text) <= 134 + 4 * drill, (name, length(text))


def test_a_wording_names_no_person(loaded: Loaded) -> None:
    wordings = "".join(loaded.texts.values())
    people = {person.name for person in loaded.site.people.values() if len(person.name) > 2}
    assert {name for name in people if name in wordings} == set()


@pytest.mark.parametrize("path", ALERTS, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_an_alert_has_the_form_of_the_chinese_public_ones(path: Path) -> None:
    alert = etree.parse(path).getroot()
    identifier = alert.findtext(f"{CAP}identifier", "")
    sent = alert.findtext(f"{CAP}sent", "")
    assert re.fullmatch(r"\d{14}_\d{14}", identifier)
    assert identifier[15:] == re.sub(r"\D", "", sent)[:14]
    assert sent.endswith("+08:00")
    assert not alert.findall(f".//{CAP}polygon")
    codes = {geocode.findtext(f"{CAP}valueName"): geocode.findtext(f"{CAP}value")
             for geocode in alert.iter(f"{CAP}geocode")}
    assert set(codes) == {CPEAS}
    assert re.fullmatch(r"3710\d\d0{6}", str(codes[CPEAS]))
    assert "zh-CN" in [info.findtext(f"{CAP}language") for info in alert.findall(f"{CAP}info")]


def test_an_update_or_cancel_names_an_earlier_alert_of_its_scenario() -> None:
    seen: dict[str, set[str]] = {}
    for path in ALERTS:
        alert = etree.parse(path).getroot()
        known = seen.setdefault(path.parts[-3], set())
        reference = alert.findtext(f"{CAP}references", "")
        if alert.findtext(f"{CAP}msgType") != "Alert":
            assert reference.split(",")[1] in known, path
        known.add(alert.findtext(f"{CAP}identifier", ""))
    assert sum(map(len, seen.values())) == len(ALERTS)


@pytest.mark.parametrize("name", names(ROOT))
def test_every_document_of_a_scenario_lands_when_it_was_issued(site: Site, name: str) -> None:
    told = load_scenario(name, ROOT)
    for arrival in told.alerts:
        sent = etree.parse(arrival.file).getroot().findtext(f"{CAP}sent", "")
        assert told.start + arrival.at == datetime.fromisoformat(sent)
        assert arrival.at < told.until
    assert {place for opening in told.open for place in opening.places} <= set(site.places)
    assert set(told.people.persons) <= set(site.people)
    assert {fault.area_dark for fault in told.faults} <= set(site.places) | {""}


def test_zhengzhou_is_one_red_and_four_renewals_at_the_published_times() -> None:
    told = load_scenario("zhengzhou-2021", ROOT)
    assert [f"{told.start + arrival.at:%m-%d %H:%M}" for arrival in told.alerts] == [
        "07-19 21:59", "07-20 06:02", "07-20 09:08", "07-20 11:50", "07-20 16:01"]
    kinds = [etree.parse(arrival.file).getroot().findtext(f"{CAP}msgType") for arrival in told.alerts]
    assert kinds == ["Alert"] + ["Update"] * 4


def test_the_people_of_the_named_care_home_never_answer(site: Site) -> None:
    told = load_scenario("miyun-2025", ROOT)
    silent = {person for person, conduct in told.people.persons.items() if conduct.never}
    assert silent == set(site.posts["371003109-c01/flood"].seats)
