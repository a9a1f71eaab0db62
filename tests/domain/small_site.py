"""A small invented site with the knots of the real one: zones without adcode, shared names, a hill of two counties."""

from __future__ import annotations

from datetime import UTC, datetime

from shapely.geometry import Point, box
from shapely.geometry.base import BaseGeometry

from dutydesk.domain.alert import Alert, Area, Event, Geocode, Info
from dutydesk.domain.site import Place, Post, Site
from dutydesk.domain.values import Colour

UNITS = [
    ("371000", "威海市", "city", (), ()),
    ("371002", "环翠区", "county", ("371000",), ()),
    ("371003", "文登区", "county", ("371000",), ()),
    ("371072", "经区", "county", ("371000",), ("371002",)),
    ("371073", "临港区", "county", ("371000",), ("371003",)),
    ("371082", "荣成市", "county", ("371000",), ()),
    ("371083", "乳山市", "county", ("371000",), ()),
]
TOWNS = ["371002101 羊亭镇", "371003101 大水泊镇", "371003102 水泊镇", "371072105 泊于镇", "371073107 草庙子镇",
         "371073112 汪疃镇", "371073113 苘山镇", "371082005 东山街道", "371082007 崖头街道", "371083001 城区街道",
         "371083400 开发区办事处"]
VILLAGES = ["371073113001 东山村", "371073113002 西山村", "371073113003 宋家疃村委会", "371073113004 王家村",
            "371073113005 文昌社区居民委员会", "371073112001 王家村", "371073112002 北山村", "371072105001 李家村",
            "371072105002 赵家村委会", "371003101001 北山社区居委会", "371002101001 孙家村", "371082007001 李家村"]
SITES = [("371073113-r01", "米山水库", "reservoir", ("371073113",)),
         ("371002101-h01", "里口山", "hill", ("371002101", "371073112"))]


def places() -> dict[str, Place]:
    """Towns are boxes of 0.05 degrees in a row from 122 E; villages points in a row inside them."""
    found = {id: Place(id, name, kind, parents, covered, "371000") for id, name, kind, parents, covered in UNITS}
    for column, line in enumerate(TOWNS):
        id, name = line.split()
        west = 122 + column * 0.05
        found[id] = Place(id, name, "town", (id[:6],), geometry=box(west, 37, west + 0.05, 37.05))
    for id, name in (line.split() for line in VILLAGES):
        area = found[id[:9]].geometry
        assert area is not None
        where = Point(round(area.bounds[0] + 0.005 * int(id[-3:]), 4), 37.02)
        found[id] = Place(id, name, "village", (id[:9],), approximate=300, geometry=where)
    for id, name, kind, parents in SITES:
        found[id] = Place(id, name, kind, parents)
    return found


def site(**more: object) -> Site:
    posts = [Post(id, "flood", (f"{id}-a", f"{id}-b")) for id in places()]
    return Site(places=places(), posts={post.id: post for post in posts}, **more)  # type: ignore[arg-type]


def alert(text: str = "", *codes: str, colour: Colour = Colour.RED, geometry: BaseGeometry | None = None,
          headline: str = "", area: str = "", office: str = "", msg_type: str = "Alert",
          identifier: str = "a-1") -> Alert:
    event = Event("11B03", "暴雨", "flood")
    where = Area(area, tuple(Geocode("CPEAS Geographic Code", code) for code in codes), geometry)
    info = Info("zh-CN", event, "Extreme", "", "", colour, None, None, None, "", headline, text, "", (where,))
    return Alert(identifier, "sender", datetime(2026, 7, 20, 2, 20, tzinfo=UTC), "Actual", msg_type, "Public", (),
                 "cma", (info,), event, colour, office)
