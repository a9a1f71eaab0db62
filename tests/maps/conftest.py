"""A picture with something of every kind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from nasty import NASTY
from shapely.geometry import MultiPolygon, Point, box

from dutydesk.maps.picture import Feature, Layer, Picture, Style

AT = datetime(2021, 7, 19, 18, 32, tzinfo=UTC)


def feature(geometry: object, style: str, name: str, *lines: str, **values: object) -> Feature:
    return Feature(geometry, style, (name, *lines), {"id": name, "name": name, **values})  # type: ignore[arg-type]


@pytest.fixture
def picture() -> Picture:
    land = box(121.9, 36.9, 122.5, 37.5)
    return Picture(
        "防汛 红色", "20210720-371000-flood · 第 2 轮", AT, "Asia/Shanghai",
        (Layer("counties", "区市界", {"plain": Style("", "area", "county")}, (feature(land, "plain", "文登区"),)),
         Layer("towns", "镇街", {"red": Style("红色", "area", "red"), "plain": Style("", "area", "land")},
               (feature(MultiPolygon([box(122, 37, 122.2, 37.2)]), "red", "大水泊镇", "预警 红色", colour="red"),
                feature(box(122.2, 37, 122.4, 37.2), "plain", "张家产镇", colour=None))),
         Layer("callouts", "叫应", {"answered": Style("已应", "dot", "ink")},
               (feature(Point(122.1, 37.1), "answered", NASTY, "已应", state="answered"),)),
         Layer("shelters", "避难场所", {"open": Style("已启用，有空位", "house", "green"),
                                    "unsafe": Style("此灾种不可用", "house-crossed", "ink")},
               (feature(Point(122.3, 37.1), "open", "一号馆", "空位 187 / 容量 1000", capacity=1000, free=187),
                feature(Point(122.15, 37.15), "unsafe", "小学", "在预警区内", capacity=300, free=300))),
         Layer("village_teams", "村级队伍", {"ready": Style("待命", "triangle", "violet")},
               (feature(Point(122.11, 37.12), "ready", "东村应急队"),), shown=False)),
        (121.9, 36.9, 122.5, 37.5), "鲁SG(2024)001号", "海岸线 © OpenStreetMap contributors", ("没有画出范围",))
