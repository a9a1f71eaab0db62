"""An invented site: a city desk and a county desk, a zone without an adcode, a hill between two counties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from itertools import count
from pathlib import Path

from shapely.geometry import Point, box
from shapely.geometry.base import BaseGeometry

from dutydesk.domain.hotspots import FireRules, HeatSource
from dutydesk.domain.playbook import Night, Playbook, Step, Whom
from dutydesk.domain.quakes import QuakeRules
from dutydesk.domain.rules import Rules
from dutydesk.domain.setup import Config, Setup
from dutydesk.domain.site import Desk, Number, Person, Place, Post, Shift, Site
from dutydesk.domain.stations import Station
from dutydesk.domain.thresholds import Thresholds
from dutydesk.domain.values import Colour, Role, Via
from dutydesk.ports.feed import Source

TEXTS = Path(__file__).parents[2] / "playbooks" / "texts"
CITY, RIVER, PINE, ZONE = "990100", "990102", "990103", "990171"
BRIDGE, WILLOW, CLOUD, HARBOUR = "990102101", "990102102", "990103101", "990171101"
DAM, HILL = "990102101-r01", "990102102-h01"

UNITS = (
    (CITY, "兰泉市", "city", (), ()),
    (RIVER, "清河区", "county", (CITY,), ()),
    (PINE, "松陵县", "county", (CITY,), ()),
    (ZONE, "海湾开发区", "county", (CITY,), (RIVER,)),
    (BRIDGE, "石桥镇", "town", (RIVER,), ()),
    (WILLOW, "柳溪镇", "town", (RIVER,), ()),
    (CLOUD, "云台镇", "town", (PINE,), ()),
    (HARBOUR, "港湾镇", "town", (ZONE,), ()),
    (DAM, "龙潭水库", "reservoir", (BRIDGE,), ()),
    (HILL, "望云山", "hill", (WILLOW, CLOUD), ()),
)
VILLAGES = {BRIDGE: "东岭村 西岭村 南坡村 北坡村", WILLOW: "上柳村 中柳村 下柳村", CLOUD: "松下村 云根村 石门村 青杨村",
            HARBOUR: "渔歌村 盐场村"}

#: Names the stories use -> who they are (see `_people`).
CAST = {
    "zhang": "990102101001-1", "li": "990102101001-2", "wang": f"{BRIDGE}-1", "wang's deputy": f"{BRIDGE}-2",
    "chen": "990102101002-1", "feng": "990102101003-1", "qian": "990102102001-1", "zhao": "990102102002-1",
    "sun": "990102102003-1", "dam": f"{DAM}-1", "mayor": f"{CITY}-1", "vice mayor": f"{CITY}-2",
    "head of river": f"{RIVER}-1", "second of river": f"{RIVER}-2", "willow": f"{WILLOW}-1", "pine": f"{PINE}-1",
    "cloud": f"{CLOUD}-1", "song": "990103101001-1", "yu": "990171101001-1", "harbour": f"{HARBOUR}-1",
    "ranger": f"{HILL}-1", "officer": "o-1", "backup": "o-2", "leader": "o-3", "last resort": "o-9",
    "county officer": "k-1", "county backup": "k-2", "county leader": "k-3",
}


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


RED = (Step((Whom.HOLDER,), (Via.VOICE, Via.SMS), 3, minutes(5)),
       Step((Whom.DEPUTY, Whom.SUPERIOR), (Via.VOICE,), 1, minutes(5), officer_sees=True))
ORANGE = (Step((Whom.HOLDER,), (Via.SMS, Via.VOICE), 2, minutes(10)),
          Step((Whom.DEPUTY, Whom.SUPERIOR), (Via.VOICE,), 1, minutes(10)))
YELLOW = (Step((Whom.HOLDER,), (Via.SMS,), 1, minutes(30)),)

FLOOD = Playbook(
    "flood",
    posts={kind: ("flood",) for kind in ("city", "county", "town", "village", "reservoir")},
    ladder={Colour.RED: RED, Colour.ORANGE: ORANGE, Colour.YELLOW: YELLOW},
    done_when={"village": {Colour.RED: "moved", Colour.ORANGE: "on_post"},
               "town": {Colour.RED: "moved", Colour.ORANGE: "on_post"}, "reservoir": {Colour.RED: "patrolled"}},
    act={Colour.RED: minutes(30), Colour.ORANGE: minutes(120)},
    answer={"city": "each", "county": "each"},
    only={Colour.YELLOW: ("county", "town")},
    night=Night(by=(Via.VOICE, Via.SMS)),
    texts={"sms": "flood.sms", "voice": "flood.voice"},
    action={Colour.RED: "请立即组织转移危险区群众", Colour.ORANGE: "请到岗巡查并做好转移准备",
            Colour.YELLOW: "请安排值守巡查", Colour.BLUE: "请关注天气变化"},
)
FIRE = replace(FLOOD, family="fire", posts={"hill": ("fire",), "town": ("flood",)}, done_when={}, only={},
               texts={"sms": "fire.sms", "voice": "fire.voice"})
DEFAULT = replace(FLOOD, family="default", posts={"town": ("flood",), "county": ("flood",)}, done_when={},
                  texts={"sms": "default.sms", "voice": "default.voice"})
PLAYBOOKS = {"flood": FLOOD, "fire": FIRE, "default": DEFAULT}

SOURCES = {"cma": Source("cma", "cap", "气象", auto=True), "county": Source("county", "cap", "县级推送", auto=True),
           "stranger": Source("stranger", "cap", "未核实来源", auto=False),
           "firms": Source("firms", "firms", "卫星热点", auto=True), "usgs": Source("usgs", "usgs", "地震", auto=True),
           "cenc": Source("cenc", "cenc", "台网", auto=True),
           "unsure": Source("unsure", "firms", "未核实的热点", auto=False)}


@dataclass(frozen=True)
class Plan:
    """What a test may want different about the site."""

    rules: Rules = field(default_factory=Rules)
    playbooks: Mapping[str, Playbook] = field(default_factory=lambda: PLAYBOOKS)
    villages: Mapping[str, str] = field(default_factory=lambda: VILLAGES)
    roster: bool = True
    also: Mapping[str, Post] = field(default_factory=dict)
    stations: Mapping[str, Station] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)
    sources: Mapping[str, Source] = field(default_factory=dict)
    shapes: Mapping[str, BaseGeometry] = field(default_factory=dict)
    fire: FireRules = field(default_factory=FireRules)
    quake: QuakeRules = field(default_factory=QuakeRules)
    heat_sources: tuple[HeatSource, ...] = ()


def setup(plan: Plan) -> Setup:
    places = {place.id: place for place in _places(plan)}
    posts = {post.id: post for post in _posts(places)} | dict(plan.also)
    people = {person.id: person for person in _people(posts)}
    desks = {CITY: Desk(CITY, "兰泉市值班室"), PINE: Desk(PINE, "松陵县值班室")}
    site = Site(desks, places, people, posts, tuple(_roster()) if plan.roster else ())
    config = Config("兰泉市应急值守", "兰泉应急", "0990-5550000", CAST["last resort"], (120.0, 36.0, 123.0, 38.0),
                    channels={"sms": "simulator-sms", "voice": "simulator-voice"}, rules=plan.rules,
                    fire=plan.fire, quake=plan.quake)
    texts = {path.name[:-4]: path.read_text() for path in TEXTS.glob("*.txt")}
    return Setup(config, site, plan.playbooks, texts, plan.stations, plan.thresholds, plan.heat_sources)


def _places(plan: Plan) -> Iterator[Place]:
    """Towns lie side by side, a tenth of a degree each, from 121 E at 37 N; villages in a row inside."""
    for column, (id, name, kind, parents, covered) in enumerate(UNITS):
        desk = PINE if id.startswith(PINE) else CITY
        west = 121 + column * 0.1
        area = box(west, 37, west + 0.09, 37.09) if kind in ("town", "reservoir", "hill") else None
        yield Place(id, name, kind, parents, covered, desk, geometry=plan.shapes.get(id, area))
    for town, names in plan.villages.items():
        column = next(number for number, row in enumerate(UNITS) if row[0] == town)
        for number, name in enumerate(names.split(), 1):
            where = Point(121.005 + column * 0.1 + 0.01 * (number % 8), 37.01)
            yield Place(f"{town}{number:03}", name, "village", (town,), desk=PINE if town == CLOUD else CITY,
                        approximate=100, geometry=where)


def _posts(places: Mapping[str, Place]) -> Iterator[Post]:
    for place in places.values():
        duty = "fire" if place.kind == "hill" else "flood"
        holder = CAST["chen"] if place.id == "990102101004" else f"{place.id}-1"   # chen has two villages
        yield Post(place.id, duty, (holder, f"{place.id}-2"))


def _people(posts: Mapping[str, Post]) -> Iterator[Person]:
    numbers = (f"+9991{number:06}" for number in count(1))
    shared = "+9997000001"
    special = {
        CAST["sun"]: (("mobile", "+9996000001"), ("landline", "+9996000002"), ("neighbour", "+9996000003")),
        CAST["qian"]: (("mobile", shared),),
        CAST["zhao"]: (("mobile", shared),),
    }
    everybody = dict.fromkeys(person for post in posts.values() for person in post.seats)
    everybody |= dict.fromkeys(person for person in CAST.values() if person[0] in "ok")
    for person in everybody:
        rows = special.get(person) or (("mobile", next(numbers)),)
        yield Person(person, f"某{person[-4:]}", title="负责人",
                     numbers=tuple(Number(person, kind, number) for kind, number in rows))


def _roster() -> Iterator[Shift]:
    week = frozenset(range(1, 8))
    for desk, letter in ((CITY, "o"), (PINE, "k")):
        for number, role in enumerate((Role.OFFICER, Role.BACKUP, Role.LEADER), 1):
            yield Shift(desk, role, week, time(8), time(8), f"{letter}-{number}")
