"""From the site, its registers and an incident to the layers of a map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shapely.geometry.base import BaseGeometry

from dutydesk.domain.depot import Depot, WaterPoint
from dutydesk.domain.drawing import Drawing, Sort
from dutydesk.domain.registers import Zone
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.sheltering import REASONS, Judged, Why
from dutydesk.domain.site import Place, Site
from dutydesk.domain.team import TEAM_LEVELS, Readiness, Team
from dutydesk.domain.values import Colour
from dutydesk.maps.picture import Feature, Layer, Style

#: States of callouts, the loudest last: it is drawn on top.
CALLOUTS = {"closed": Style("已结", "dot", "faint"), "answered": Style("已应", "dot", "ink"),
            "scheduled": Style("待叫", "ring", "soft"), "calling": Style("正在叫", "ring", "ink"),
            "reminding": Style("催办", "ring", "ink"), "taken_over": Style("转达", "diamond", "paper"),
            "with_officer": Style("待值班员", "diamond", "ink")}
_DRAWN = {Sort.FIRE_LINE.value: Style("火线", "fire_line", "ink"), Sort.BREAK.value: Style("隔离带", "break", "ink"),
          Sort.SAFE_ZONE.value: Style("安全区", "safe_zone", "green"),
          Sort.WAY_OUT.value: Style("撤离路线", "way_out", "violet"),
          Sort.NOTE.value: Style("标注", "note", "ink")}
_WATER = {"reservoir": "水库", "pond": "塘坝", "river": "河道", "tank": "蓄水池", "hydrant": "消火栓、水鹤"}


def boundaries(site: Site, colours: Mapping[str, Colour]) -> list[Layer]:
    """Return counties and towns; a town an incident colours wears that colour."""
    def units(kind: str) -> Iterable[Place]:
        return (place for place in site.places.values()
                if place.kind == kind and place.geometry is not None and place.geometry.area)

    def drawn(place: Place) -> Feature:
        colour = colours.get(place.id)
        told = (place.name, f"预警 {colour.zh}") if colour else (place.name,)
        return _feature(place, colour.word if colour else "plain", told, kind=place.kind,
                        colour=colour.word if colour else None)

    styles = {"plain": Style("", "area", "land"),
              **{each.word: Style(each.zh, "area", each.word) for each in sorted(Colour, reverse=True)}}
    return [Layer("counties", "区市界", {"plain": Style("", "area", "county")},
                  tuple(_feature(place, "plain", (place.name,), kind="county") for place in units("county"))),
            Layer("towns", "镇街（预警颜色）" if colours else "镇街界", styles, tuple(map(drawn, units("town"))))]


def alert_areas(areas: Iterable[BaseGeometry], colour: Colour | None) -> Layer:
    """Return the areas an incident's warnings drew."""
    word = colour.word if colour else "plain"
    told = f"预警区 {colour.zh}" if colour else "预警区"
    found = tuple(Feature(area, word, (told,), {"name": told, "colour": word}) for area in areas)
    return Layer("alert_areas", "预警画出的范围", {word: Style(colour.zh if colour else "", "outline", word)}, found)


def zones(entries: Iterable[Zone], family: str = "") -> Layer:
    """Return the zones of danger, of one family where one is named."""
    found = tuple(_feature(zone, "zone", (zone.name, "危险区"), family=zone.family) for zone in entries
                  if zone.geometry is not None and (not family or zone.family == family))
    return Layer("zones", "危险区", {"zone": Style("", "zone", "soft")}, found)


def shelters(judged: Iterable[Judged]) -> Layer:
    """Return the shelters: free, full, closed, or not to be used in this danger."""
    styles = {"standby": Style("待启用，有空位", "house-empty", "green"),
              "open": Style("已启用，有空位", "house", "green"),
              "full": Style("已满", "house", "soft"), "unsafe": Style("此灾种不可用", "house-crossed", "ink"),
              "closed": Style("停用", "house-crossed", "faint")}
    return Layer("shelters", "避难场所", styles, tuple(
        _shelter(each) for each in judged if each.shelter.geometry is not None))


def _shelter(each: Judged) -> Feature:
    it = each.shelter
    style = "closed" if it.state is ShelterState.CLOSED else "unsafe" if each.unsafe else \
        "full" if not it.free else it.state.value
    why = "位置粗略，可能在预警区内" if each.doubtful else ""
    if each.why and each.why is not Why.FULL:
        why = REASONS[each.why]
    told = (it.name, f"空位 {it.free} / 容量 {it.capacity}（{it.state.zh}，已安置 {it.registered}）", why,
            it.entrance and f"入口：{it.entrance}", it.phone and f"电话 {it.phone}")
    return _feature(it, style, told, state=it.state.value, capacity=it.capacity, taken=it.registered, free=it.free,
                    unsafe=int(each.unsafe), reason=why, space=it.space.value, phone=it.phone)


def teams(entries: Iterable[Team]) -> list[Layer]:
    """Return the teams, those of villages in a layer of their own that is not shown at first."""
    styles = {"ready": Style("待命", "triangle", "violet"), "busy": Style("出动、在途、到场", "triangle", "ink"),
              "resting": Style("休整", "triangle", "paper")}

    def drawn(it: Team) -> Feature:
        style = {Readiness.STANDBY: "ready", Readiness.RESTING: "resting"}.get(it.state, "busy")
        told = (it.name, f"{TEAM_LEVELS[it.level]} · {it.size} 人 · {it.state.zh}", "、".join(it.skills),
                f"集结 {int(it.muster.total_seconds() // 60)} 分钟", "、".join(it.equipment),
                it.phone and f"值班电话 {it.phone}")
        return _feature(it, style, told, level=it.level, size=it.size, state=it.state.value,
                        skills="、".join(it.skills), muster=int(it.muster.total_seconds() // 60), phone=it.phone)

    placed = [it for it in entries if it.geometry is not None]
    return [Layer("teams", "救援队伍", styles, tuple(drawn(it) for it in placed if it.level != "village")),
            Layer("village_teams", "村级队伍", styles, tuple(drawn(it) for it in placed if it.level == "village"),
                  shown=False)]


def depots(entries: Iterable[Depot]) -> Layer:
    """Return the depots."""
    def drawn(it: Depot) -> Feature:
        told = (it.name, "、".join(map(str, it.goods)), it.phone and f"电话 {it.phone}")
        return _feature(it, "depot", told, level=it.level, goods="、".join(map(str, it.goods)), phone=it.phone)

    return Layer("depots", "物资储备", {"depot": Style("", "crate", "brown")},
                 tuple(drawn(it) for it in entries if it.geometry is not None))


def water_points(entries: Iterable[WaterPoint], *, shown: bool) -> Layer:
    """Return the water points."""
    def drawn(it: WaterPoint) -> Feature:
        kind = _WATER.get(it.kind, it.kind)
        parts = (kind, f"{it.volume:g} 立方米" if it.volume else "", "四季有水" if it.all_year else "")
        told = (it.name, " · ".join(filter(None, parts)))
        return _feature(it, "water", told, kind=it.kind, volume=it.volume, access="、".join(it.access),
                        all_year=int(it.all_year))

    return Layer("water_points", "取水点", {"water": Style("", "drop", "teal")},
                 tuple(drawn(it) for it in entries if it.geometry is not None), shown=shown)


def callouts(site: Site, states: Mapping[str, str]) -> Layer:
    """Return the places somebody was asked at, by the worst state of their callouts; the loudest is drawn last."""
    rank = list(CALLOUTS)
    places = sorted((rank.index(state), id) for id, state in states.items() if state in CALLOUTS)
    found = [_feature(site.places[id], rank[number], (site.places[id].name, CALLOUTS[rank[number]].word),
                      kind=site.places[id].kind, state=rank[number])
             for number, id in places if id in site.places and site.places[id].geometry is not None]
    used = {each.style for each in found}
    return Layer("callouts", "叫应", {key: style for key, style in CALLOUTS.items() if key in used}, tuple(found))


def drawings(entries: Iterable[Drawing]) -> Layer:
    """Return what commanders drew; when, as a file has it, is UTC."""
    found = tuple(Feature(it.geometry, it.sort.value, tuple(filter(None, (it.sort.zh, it.text))),
                          {"id": it.id, "name": it.text or it.sort.zh, "sort": it.sort.value, "text": it.text,
                           "version": it.version, "at": it.at.isoformat(), "by": it.by}) for it in entries)
    return Layer("drawings", "标绘", _DRAWN, found)


def _feature(it: Any, style: str, lines: Iterable[object], **values: str | int | float | None) -> Feature:
    """Make the feature of an entry: its id and name stand in every file, and how far its position may be off."""
    rough = (f"位置可能偏 {it.approximate:g} 米",) if it.approximate and it.geometry.geom_type == "Point" else ()
    return Feature(it.geometry, style, (*(str(line) for line in lines if line), *rough),
                   {"id": it.id, "name": it.name, **values, "approximate": it.approximate})
