"""What the console sees, counted again by hand from the rows themselves; on both databases."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import pytest
from shapely.geometry import Point, box

from dutydesk.domain.playbook import Policy, Step, Whom
from dutydesk.domain.records import (
    Ask,
    Call,
    Callout,
    Chain,
    Closed,
    Document,
    Fact,
    Incident,
    JournalRow,
    State,
    Task,
    Version,
)
from dutydesk.domain.site import Desk, Number, Person, Place, Post, Shift, Site
from dutydesk.domain.values import Colour, Kind, Outcome, Role, Via
from dutydesk.ports.shown import BoardRow, Tally
from dutydesk.ports.store import Tx
from dutydesk.store import SqlStore
from dutydesk.store.views import SqlViews
from dutydesk.store.views_common import shown_number

NOW = datetime(2021, 7, 19, 19, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = Policy("flood", Colour.RED, (Step((Whom.HOLDER,), (Via.VOICE, Via.SMS), 3, 5 * MINUTE),
                                      Step((Whom.DEPUTY, Whom.SUPERIOR), (Via.VOICE,), 1, 5 * MINUTE, 1, True)),
                30 * MINUTE, "moved")
TOWNS = {"371002100": "371002", "371002101": "371002", "371003100": "371003"}
DARK, LIT = {Outcome.NUMBER_DEAD, Outcome.FAILED_NOW}, {Outcome.NO_ANSWER, Outcome.BUSY, Outcome.HANDED_OVER}


def make_site() -> Site:
    """A city, two counties, three towns of six villages, each village with a post of two seats."""
    places = {"371000": Place("371000", "威海市", "city", desk="371000")}
    for number, county in enumerate(("371002", "371003")):
        places[county] = Place(county, ("环翠区", "文登区")[number], "county", ("371000",), desk="371000",
                               geometry=box(122 + number, 37, 123 + number, 38))
    for town, county in TOWNS.items():
        places[town] = Place(town, f"第{town[-3:]}镇", "town", (county,), desk="371000",
                             geometry=box(122, 37, 122.1, 37.1))
        for number in range(6):
            village = f"{town}{number:03}"
            places[village] = Place(village, f"{'东西南北中前'[number]}村", "village", (town,), desk="371000",
                                    geometry=Point(122.01 + number / 100, 37.05))
    posts, people = {}, {}
    for place in places:
        seats = (f"p{place}", f"q{place}")
        posts[f"{place}/flood"] = Post(place, "flood", seats)
        for seat in seats:
            number = Number(seat, "mobile", f"+999{place.ljust(12, '0')}{'12'[seat[0] == 'q']}")
            people[seat] = Person(seat, f"某{seat}", "单位", "书记", (number,))
    roster = (Shift("371000", Role.OFFICER, frozenset(range(1, 8)), time(0), time(0), "p371000"),
              Shift("371000", Role.LEADER, frozenset({2}), time(8), time(9), "q371000"))
    return Site({"371000": Desk("371000", "威海市值班室")}, places, people, posts, roster)


@dataclass
class World:
    """What was stored, to count again."""

    store: SqlStore
    views: SqlViews
    site: Site
    incident: Incident
    callouts: list[Callout]
    asks: list[Ask]
    facts: list[Fact]


def make_callouts(site: Site, rng: random.Random) -> list[Callout]:
    """One or two rounds for every post, in any state."""
    found = []
    for post in site.posts.values():
        for round_ in range(1, rng.choice((2, 2, 3))):
            state = rng.choice(list(State))
            answered = state in (State.ANSWERED, State.REMINDING) or (state is State.CLOSED and rng.random() < 0.6)
            opened = NOW - rng.randrange(5, 40) * MINUTE
            found.append(Callout(
                f"c-{post.id}-{round_}", "i1", post.id, post.place, round_, rng.choice(list(Colour)), 1, POLICY.hash,
                opened, state, rng.choice(list(Closed)) if state is State.CLOSED else None, 1, 2, 1,
                NOW + MINUTE if state is State.TAKEN_OVER else None, opened if rng.random() < 0.8 else None,
                opened + 2 * MINUTE if answered else None, opened + 5 * MINUTE if answered and rng.random() < 0.5
                else None, "p371002" if state is State.TAKEN_OVER else ""))
    return found


def make_asks(callouts: list[Callout], rng: random.Random) -> list[Ask]:
    return [Ask(f"a-{each.id}-{n}", each.id, "i1", each.round, each.place, f"p{each.place}", Role.HOLDER,
                "+9991", Via.VOICE, 0, 1, n, 1, each.opened_at, "handed", None,
                rng.choice([*DARK, *LIT, None]))
            for each in callouts for n in range(rng.randrange(3))]


def make_facts(callouts: list[Callout], rng: random.Random) -> list[Fact]:
    return [Fact(f"f-{each.id}-{n}", each.id, "i1", "acted", rng.choice((f"p{each.place}", "p371002")), Via.SMS,
                 each.opened_at + n * MINUTE + rng.random() * MINUTE, "automatic", "moved", rng.choice((None, n * 10)))
            for each in callouts for n in range(rng.randrange(3))]


@pytest.fixture
def world(request: pytest.FixtureRequest, store: SqlStore) -> World:
    rng = random.Random(getattr(request, "param", 1))
    site = make_site()
    incident = Incident("i1", "20210720-371000-flood", "371000", "flood", Kind.REAL, NOW - 40 * MINUTE, None, 2,
                        {"371002": Colour.RED, "371003": Colour.ORANGE, "371002100": Colour.RED}, ("ch1",))
    callouts, house = make_callouts(site, rng), replace(incident, id="h", number="house", family="house", chains=())
    beside = replace(incident, id="i9", number="other", family="wind", closed_at=NOW)
    asks, facts = make_asks(callouts, rng), make_facts(callouts, rng)
    items = {f"with_officer:{each.id}": {"reason": "with_officer", "text": "无人应答", "place": each.place,
                                         "callout": each.id, "at": (NOW - 3 * MINUTE).isoformat(), "red": True,
                                         "taken": False}
             for each in callouts if each.state is State.WITH_OFFICER}
    alarm = Callout("al", "i1", "371000/officer", "371000", 0, Colour.RED, 0, POLICY.hash, NOW - 5 * MINUTE,
                    State.CALLING, memo={"items": items})
    chain = Chain("ch1", "气象台", "暴雨", "flood", "cma", "Actual", True, "urn:1", NOW, None, dict(incident.colours))
    version = Version("v1", "ch1", "d1", "urn:1", "s", "Alert", "Actual", NOW, NOW, "暴雨", Colour.RED, "暴雨红色预警",
                      "全文", None, "first")

    def fill(tx: Tx) -> None:
        tx.save_site(site)
        tx.add_policy(POLICY)
        tx.add_document(Document("d1", "cma", "red.xml", NOW, "暴雨".encode("gbk"), "bad", ("odd",)))
        tx.add_version(version)
        tx.save_chain(chain)
        tx.save_incident(incident)
        tx.save_incident(house)
        tx.save_incident(beside)
        tx.add_callouts([*callouts, alarm])
        tx.add_asks(asks)
        tx.add_facts(facts)
        tx.add_tasks([Task("t1", "i1", "雨中巡查", "371002100000", "p371002100000", NOW)])
        tx.start_calls([Call("k1", "i1", 1, "p371002", "+9991", Via.SMS, "sim", 1, "请…", "B", (),
                              ("371002100000",), NOW)])
        tx.note([JournalRow(NOW, "climb", "i1", callouts[0].id, "", {"step": 1, "climb": 2, "reach": ["p371002"],
                                                                     "left_out": [["q371002", "没有可用号码"]]})])
        tx.seal(NOW, 100)

    store.write(fill)
    return World(store, SqlViews(store), site, incident, callouts, asks, facts)


def by_hand(world: World, place: str) -> Tally:
    """Count as the glossary says, one callout at a time, for what lies at or under a place."""
    inside = world.site.under([place])
    last: dict[str, int] = {}
    for each in world.callouts:
        last[each.post] = max(each.round, last.get(each.post, 0))
    rows = [each for each in world.callouts if each.place in inside and each.round == last[each.post]]
    silent = [each for each in rows if each.answered_at is None
              and each.state in (State.SCHEDULED, State.CALLING, State.WITH_OFFICER)]
    told = {each.id: {ask.outcome for ask in world.asks if ask.callout == each.id} for each in silent}
    newest: dict[str, Fact] = {}
    for fact in sorted(world.facts, key=lambda fact: (fact.at, fact.id)):
        if fact.n is not None:
            newest[fact.person] = fact
    where = {each.id: each.place for each in world.callouts}
    return Tally(
        len(rows), sum(each.called_at is not None for each in rows),
        sum(each.answered_at is not None for each in rows),
        sum(bool(each.taken_by) and each.answered_at is None for each in rows),
        sum(each.acted_at is not None for each in rows),
        sum(fact.n or 0 for fact in newest.values() if where[fact.callout] in inside),
        len(silent), sum(bool(told[each.id] & DARK) and not told[each.id] & LIT for each in silent),
        sum(each.state is State.WITH_OFFICER for each in rows))


@pytest.mark.parametrize("world", [1, 2, 3], indirect=True)
def test_the_board_counts_what_a_hand_would_count(world: World) -> None:
    (shown,) = world.views.board(NOW)
    assert (shown.desk, shown.headline, shown.colour) == ("威海市值班室", "暴雨红色预警", Colour.RED)
    assert shown.tally == by_hand(world, "371000")
    counties = {row.place: row for row in shown.rows}
    assert set(counties) == {"", "371002", "371003"}
    for county in ("371002", "371003"):
        assert counties[county].tally == by_hand(world, county)
    assert counties["371003"].colour is Colour.ORANGE


def test_danger_comes_first_on_the_board(world: World) -> None:
    rows: tuple[BoardRow, ...] = world.views.board(NOW)[0].rows
    assert [row.tally.danger for row in rows] == sorted((row.tally.danger for row in rows), reverse=True)


@pytest.mark.parametrize("world", [1, 2, 3], indirect=True)
def test_a_county_unfolds_to_its_towns_and_its_own_posts(world: World) -> None:
    below = world.views.unfold("i1", "371002", NOW)
    assert {row.place: row.tally for row in below.rows} == {
        town: by_hand(world, town) for town, county in TOWNS.items() if county == "371002"}
    assert {row.place for row in below.callouts} == {"371002"}
    town = world.views.unfold("i1", "371002100", NOW)
    assert {row.place for row in town.callouts} == world.site.under(["371002100"])
    assert {row.place for row in world.views.unfold("i1", "", NOW).callouts} == {"371000"}


@pytest.mark.parametrize("world", [1, 2, 3], indirect=True)
def test_who_is_longest_past_his_deadline_comes_first(world: World) -> None:
    rows = world.views.late(NOW)
    assert {row.id for row in rows} == {each.id for each in world.callouts if each.state is not State.CLOSED}
    deadlines = [row.deadline for row in rows if row.deadline]
    assert len(deadlines) == len(rows)
    assert deadlines == sorted(deadlines)
    for row in rows:
        expected = {"answer": row.opened_at + 10 * MINUTE, "officer": NOW - 3 * MINUTE, "report": NOW + MINUTE,
                    "act": (row.answered_at or NOW) + 30 * MINUTE}[row.awaits]
        assert row.deadline == expected
    assert [row.id for row in world.views.late(NOW, limit=3)] == [row.id for row in rows[:3]]


def test_an_untaken_alarm_names_places_and_stops_when_taken(world: World) -> None:
    waiting = [each for each in world.callouts if each.state is State.WITH_OFFICER]
    (alarm,) = world.views.alarms(NOW)
    assert alarm.count == len({each.place for each in waiting})
    assert alarm.since == NOW - 3 * MINUTE
    assert "无人应答" in alarm.text

    def take(tx: Tx) -> None:
        (row,) = tx.lock_callouts(["al"])
        row.state, row.taken_by = State.ANSWERED, "p371000"
        tx.save_callouts([row])

    world.store.write(take)
    assert world.views.alarms(NOW) == ()
    assert world.views.board(NOW)[0].taken_by == "某p371000"


def test_the_officers_own_callouts_never_count_as_posts(world: World) -> None:
    assert all(row.duty != "officer" for row in (*world.views.late(NOW), *world.views.callouts("i1", NOW)))


def test_the_standing_incident_of_the_house_is_no_danger(world: World) -> None:
    assert [each.id for each in world.views.incidents()] == ["i1", "i9"]


def test_one_warning_heads_every_incident_it_feeds(world: World) -> None:
    assert {each.headline for each in world.views.incidents()} == {"暴雨红色预警"}


def test_a_callouts_page_tells_why_and_why_not(world: World) -> None:
    page = world.views.callout(world.callouts[0].id, NOW)
    assert page is not None
    assert [(each.person, each.why) for each in page.reach] == [("p371002", ""), ("q371002", "没有可用号码")]
    assert page.steps == ("责任人：电话、短信，3 次，5分钟内", "副职、上级：电话，5分钟内；值班员可见")
    assert [each.id for each in page.asks] == [each.id for each in world.asks if each.callout == page.row.id]
    assert len(page.journal) == 1


def test_callouts_are_listed_by_state_and_by_place(world: World) -> None:
    for state in State:
        rows = world.views.callouts("i1", NOW, state=state.value)
        assert {row.id for row in rows} == {each.id for each in world.callouts if each.state is state}
    assert {row.place for row in world.views.callouts("i1", NOW, place="371002")} == {"371002"}


def test_the_incidents_page_shows_versions_with_their_faults(world: World) -> None:
    page = world.views.incident("i1")
    assert page is not None
    assert [(each.text, each.faults) for each in page.chains[0].versions] == [("全文", ("odd",))]
    assert [(each.place, each.by) for each in page.colours] == [
        ("371002", ("气象台",)), ("371002100", ("气象台",)), ("371003", ("气象台",))]


def test_what_is_not_there_is_none_and_not_an_error(world: World) -> None:
    views = world.views
    assert (views.incident("x"), views.callout("x", NOW), views.person("x", NOW), views.document("x")) == (None,) * 4
    assert views.callouts("x", NOW) == views.calls("x") == views.facts("x") == views.tasks("x") == ()
    assert views.unfold("x", "371002", NOW).rows == ()
    assert views.map_state("x").dots == ()


def test_people_places_and_papers_are_found(world: World) -> None:
    views = world.views
    assert [found.id for found in views.search("环翠")] == ["371002"]
    assert {found.sort for found in views.search("某")} == {"person"}
    page = views.person("p371002", NOW)
    assert page is not None
    assert [call.id for call in page.calls] == ["k1"]
    assert views.officers(NOW)[0].person == "p371000"
    assert [each.on_duty for each in views.officers(NOW)] == [True, False]
    number = world.site.people["p371002100"].numbers[0].number
    assert views.owners([number, "+1"])[number].area == "第100镇"
    assert list(views.owners(["+1"])) == []
    document = views.document("d1")
    assert document is not None
    assert (document.text, document.size) == ("暴雨", 4)
    assert [(each.id, each.bad) for each in views.sources(NOW)] == [("cma", 1)]
    assert [each.hash for each in views.documents(states=("bad",))] == ["d1"]
    assert views.documents(states=("held",)) == ()
    assert [(each.owner, each.place_name) for each in views.tasks("i1")] == [("某p371002100000", "第100镇东村")]
    assert [each.places for each in views.calls("i1")] == [("第100镇东村",)]


def test_candidates_are_those_who_cover_most(world: World) -> None:
    villages = [each.id for each in world.callouts if each.place.startswith("371002100") and len(each.place) == 12]
    best = world.views.candidates(villages)[0]
    assert (best.person, best.role, best.covers) == ("p371002100", Role.SUPERIOR, len(villages))
    assert world.views.candidates([]) == ()


def test_the_journal_is_read_newest_first_and_page_by_page(world: World) -> None:
    world.store.write(lambda tx: tx.note([JournalRow(NOW, "fact", "i1", "", "", {"n": n}) for n in range(5)]))
    assert world.views.head() == 1   # not sealed, not shown
    world.store.write(lambda tx: tx.seal(NOW, 100))
    assert world.views.head() == 6
    assert [row.seq for row in world.views.journal(limit=4)] == [6, 5, 4, 3]
    assert [row.seq for row in world.views.journal(before=3, incident="i1")] == [2, 1]


def test_the_map_shows_the_worst_state_of_each_place(world: World) -> None:
    state = world.views.map_state("i1")
    assert state.silent["371002"] == by_hand(world, "371002").silent
    assert state.due["371002100"] == by_hand(world, "371002100").due
    assert {dot.place for dot in state.dots} == {place for place in world.site.places if len(place) == 12}
    shapes = world.views.outlines()["features"]
    assert [shape["properties"]["level"] for shape in shapes].count("town") == 3


@pytest.mark.parametrize(("number", "shown"), [("+9991234567", "+9991234567"), ("+8613512345678", "+86****78"),
                                               ("12379", "12379")])
def test_real_numbers_are_masked_on_every_screen(number: str, shown: str) -> None:
    assert shown_number(number) == shown
