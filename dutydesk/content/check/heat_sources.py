"""Rules about known sources of heat: a mask that hides a hill, one too wide, one whose day is over."""

from __future__ import annotations

from collections.abc import Iterator

from dutydesk.content.check.rule import Case, Hit, Rule
from dutydesk.content.heat_sources import TABLE
from dutydesk.domain.finding import Level
from dutydesk.domain.geofence import metres_per_degree

_WIDEST = 25.0      # km²: the largest steelworks have less
_SOON = 30          # days


def over(case: Case) -> Iterator[Hit]:
    """Find sources of heat whose day is over or near."""
    for each in case.loaded.heat_sources:
        left = (each.until - case.day).days
        if left < 0:
            yield Hit(case.loaded.at(TABLE, each.id), f"{each.id} {each.name} counted until {each.until}: its pixels "
                                                      f"ring again; write a new day, or remove it", each.id)
        elif left < _SOON:
            yield Hit(case.loaded.at(TABLE, each.id), f"{each.id} {each.name} counts until {each.until} only; look "
                                                      f"whether it still burns there, and write a new day", each.id)


def hides_hill(case: Case) -> Iterator[Hit]:
    """Find sources of heat under which a hill lies: a fire there would ring nobody."""
    hills = [place for place in case.loaded.site.places.values() if place.kind == "hill" and place.geometry is not None]
    for each in case.loaded.heat_sources:
        for hill in hills:
            if hill.geometry is not None and each.geometry.intersects(hill.geometry):
                yield Hit(case.loaded.at(TABLE, each.id),
                          f"{each.id} {each.name} covers the hill {hill.id} {hill.name}: a fire there would ring "
                          f"nobody; draw it smaller", each.id)
                break


def wide(case: Case) -> Iterator[Hit]:
    """Find sources of heat too wide to be one."""
    for each in case.loaded.heat_sources:
        across, along = metres_per_degree(each.geometry.centroid.y)
        area = each.geometry.area * across * along / 1e6
        if area > _WIDEST:
            yield Hit(case.loaded.at(TABLE, each.id), f"{each.id} {each.name} masks {area:.0f} km²; draw only what is "
                                                      f"hot, {_WIDEST:.0f} km² at most", each.id)


RULES = (
    Rule("heat-source-over", Level.WARNING, "a known source of heat counts no more, or not for long", over),
    Rule("heat-source-hill", Level.ERROR, "a known source of heat hides a hill", hides_hill),
    Rule("heat-source-wide", Level.WARNING, "a known source of heat is too wide to be one", wide),
)
