"""Which places an alert touches, in which colour, and why; and who would be called for it.

It decides from the alert and the site alone: what the chain gave before, and what follows, is the incident's.
Reasons are sentences for the officer, in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from shapely.geometry.base import BaseGeometry

from dutydesk.domain.alert import Alert, Area
from dutydesk.domain.areas import Coloured, area_code, coded, coloured
from dutydesk.domain.cap_text import PLACE_ALONE, PLACE_CODE
from dutydesk.domain.gazetteer import Gazetteer, Reading
from dutydesk.domain.geofence import NEAR, Fences
from dutydesk.domain.playbook import Playbook, Step, Whom
from dutydesk.domain.site import Place, Post, Site
from dutydesk.domain.values import Colour
from dutydesk.domain.wording import Said, said

CODE = "code"
GEOMETRY = "geometry"
NAME = "name"

_UNIT_ENDING = re.compile(r"(?:特别行政区|自治[州县区]|地区|[省市区县盟旗])$")


@dataclass(frozen=True, slots=True)
class Touch:
    """One place the alert touches. `how`: code, geometry or name; `named`: the text sets it apart."""

    place: str
    colour: Colour
    how: str
    reason: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """What an alert touches directly, without the places above (see `lift_to_ancestors`).

    `named` places go first when raising, and alone when lowering. `rest_holds`: the text says what holds for the
    others; they have `rest`, or keep what they had where `rest` is None (their `Touch.colour` is then the
    alert's, good for a first version only). `unmatched` says which codes and areas reached nothing and which names
    stayed ambiguous.
    """

    touches: Mapping[str, Touch] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    rest_holds: bool = False
    unmatched: tuple[str, ...] = ()
    rest: Colour | None = None


def reach_of(id: str, site: Site) -> Set[str]:
    """Return the places a reader reaches by a place's own id as an area code; empty where the id is none."""
    prefix = area_code(id)
    return _reached(site, prefix).keys() if prefix else frozenset()


def reach_of_shape(shape: BaseGeometry, site: Site, fences: Fences) -> Set[str]:
    """Return the places a reader reaches by a shape (EPSG:4326), those without a location of their own included."""
    met = {place: Touch(place, Colour.BLUE, GEOMETRY, "") for place, _ in fences.touched(shape)}
    return met.keys() | {place for place, *_ in _unlocated(site, met)}


def match(alert: Alert, site: Site, fences: Fences, gazetteer: Gazetteer) -> Match:
    """Find the places an alert touches.

    1. Codes of all blocks' areas: a place whose own code, or one of its `covered_by`, equals the code or begins
       with it; a place named by its id (`PLACE_CODE`: the desk's own alerts); and everything below such a place.
       `PLACE_ALONE` names a place without what lies below it.
    2. Geometry of all blocks' areas: places not touched yet whose fence it meets (see `Fences.touched`); a place
       without a geometry and with nothing below it lies wherever its nearest located parent lies.
    3. Where there was neither: names in the area descriptions and the text, inside the unit of the office.
    4. Names in the text set places apart, with colours of their own; names of towns in an area's description
       do so in the area's colour.

    An area has the colour of its own block (an earthquake's rings); of several, a place has the highest.
    """
    areas = coloured(alert)
    codes = coded(areas)
    touches, unmatched = _by_code(site, codes)
    named, unknown = _by_id(site, areas)
    touches = touches | {id: touch for id, touch in named.items()
                         if id not in touches or touches[id].colour < touch.colour}
    unmatched += unknown
    found, missing = _by_geometry(site, fences, areas, touches)
    touches |= found
    unmatched += missing
    info = alert.main
    text = f"{info.headline}\n{info.description}" if info else ""
    if named:
        return Match(touches, frozenset(), False, tuple(unmatched))   # exactly these: its words set nothing apart
    if not touches and not codes:
        touches = _by_name(alert, site, gazetteer, [area for area, _ in areas], text)
    reading = gazetteer.read(text, touches.keys())
    units = _unit_names(site, touches)
    words = said(text, reading.mentions, alert.colour, units)
    apart = _listed(gazetteer, areas, touches) | dict(words.colours)
    colours = _downwards(site, _around(site, replace(words, colours=apart), touches, alert.colour))
    unmatched += _unclear(site, reading, touches, [area for area, _ in areas])
    return _set_apart(alert, touches, colours, tuple(unmatched))


def _by_code(site: Site, codes: Mapping[str, tuple[str, str, Colour]]) -> tuple[dict[str, Touch], list[str]]:
    touches: dict[str, Touch] = {}
    unmatched = []
    for prefix, (written, name, colour) in sorted(codes.items(), key=lambda row: -row[1][2]):
        reached = _reached(site, prefix)
        unit = next((site.places[place].name for place in reached if place == prefix.ljust(6, "0")), name)
        says = f"预警区域代码{written}（{unit}）" if unit else f"预警区域代码{written}"
        for place, why in reached.items():
            if place not in touches:
                touches[place] = Touch(place, colour, CODE, f"{says}{why}")
        if not reached:
            unmatched.append(f"{says}不在本区域内，没有触及任何地点")
    return touches, unmatched


def _by_id(site: Site, areas: Sequence[Coloured]) -> tuple[dict[str, Touch], list[str]]:
    touches: dict[str, Touch] = {}
    unmatched: list[str] = []
    named = [(code, colour) for area, colour in areas for code in area.geocodes
             if code.name in (PLACE_CODE, PLACE_ALONE)]
    for code, colour in named:
        if code.value not in site.places:
            unmatched.append(f"指明的地点{code.value}不存在")
            continue
        below = site.under([code.value]) if code.name == PLACE_CODE else {code.value}
        for place in sorted(below):
            touches.setdefault(place, Touch(place, colour, CODE, f"指明{site.places[code.value].name}"))
    return touches, list(dict.fromkeys(unmatched))


def _listed(gazetteer: Gazetteer, areas: Sequence[Coloured], touches: Mapping[str, Touch]) -> dict[str, Colour]:
    """Return the towns that the descriptions of the areas name, with their area's colour; the highest counts."""
    found: dict[str, Colour] = {}
    for colour in sorted({colour for _, colour in areas}):
        names = "\n".join(area.name for area, own in areas if own is colour)
        found.update({each.place: colour for each in gazetteer.places_in(names, touches.keys()) if not each.qualifier})
    return found


def _reached(site: Site, prefix: str) -> dict[str, str]:
    """Return the places a code reaches -> how, as the second half of a sentence."""
    reached: dict[str, str] = {}
    for place in site.places.values():
        if place.id.startswith(prefix):
            own = place.id == prefix.ljust(6, "0")
            reached[place.id] = f"就是{place.name}" if own else f"包含{place.name}"
        elif any(code.startswith(prefix) for code in place.covered_by):
            reached[place.id] = f"按约定也覆盖{place.name}"
    waiting = list(reached)
    while waiting:
        above = site.places[waiting.pop()]
        for below in site.children.get(above.id, ()):
            if below not in reached:
                reached[below] = f"覆盖{above.name}，{site.places[below].name}在其中"
                waiting.append(below)
    return reached


def _by_geometry(site: Site, fences: Fences, areas: Sequence[Coloured],
                 known: Mapping[str, Touch]) -> tuple[dict[str, Touch], list[str]]:
    touches: dict[str, Touch] = {}
    missing = []
    for area, colour in areas:
        if area.geometry is None:
            continue
        met = fences.touched(area.geometry)
        for place, how in met:
            higher = place not in known or known[place].colour < colour
            if higher and place not in touches and place in site.places:
                touches[place] = Touch(place, colour, GEOMETRY, _geometry_reason(site.places[place], how))
        if not met:
            missing.append(f"预警图形范围（{area.name or '未命名'}）没有触及任何地点")
    if touches:
        touches |= {place: Touch(place, above.colour, GEOMETRY, f"{site.places[place].name}没有位置，{reason}")
                    for place, above, reason in _unlocated(site, touches) if place not in known}
    return touches, missing


def _geometry_reason(place: Place, how: str) -> str:
    if how == NEAR:
        return f"{place.name}的位置可能偏差{place.approximate:g}米，放宽后与预警图形范围相接"
    return f"{place.name}与预警图形范围相交"


def _unlocated(site: Site, touches: Mapping[str, Touch]) -> Iterator[tuple[str, Touch, str]]:
    """Yield places without a geometry and with nothing below them whose nearest located parents are touched, with
    the most dangerous of these and the reason.
    """
    for place in site.places.values():
        if place.geometry is None and place.id not in site.children:
            above = [touches[each] for each in _located(site, place.parents) if each in touches]
            if above:
                worst = max(above, key=lambda touch: touch.colour)
                yield place.id, worst, f"按上级{site.places[worst.place].name}计：{worst.reason}"


def _located(site: Site, parents: Sequence[str]) -> list[str]:
    """Return those of the parents that have a geometry, else of theirs, and so on upwards."""
    seen: set[str] = set()
    ring = [each for each in parents if each in site.places]
    while ring:
        located = [each for each in ring if site.places[each].geometry is not None]
        if located:
            return located
        seen.update(ring)
        ring = [up for each in ring for up in site.places[each].parents if up in site.places and up not in seen]
    return []


def _by_name(alert: Alert, site: Site, gazetteer: Gazetteer, areas: Sequence[Area],
             text: str) -> dict[str, Touch]:
    """Return what the names alone touch: whole units named as an area, else towns and villages in the text."""
    within = _issuing_unit(alert, site)
    titles = {area.name.strip() for area in areas}
    units = [place for place in site.places.values() if place.id in within and place.level in ("city", "county")
             and titles & {place.name, _UNIT_ENDING.sub("", place.name)}]
    reading = gazetteer.read("\n".join((*titles, text)), within)
    named = dict.fromkeys([unit.id for unit in units] or
                          [mention.place for mention in reading.mentions if not mention.qualifier])
    touches: dict[str, Touch] = {}
    for place in named:
        why = f"预警没有区域代码，文字点名{site.places[place].name}"
        touches[place] = Touch(place, alert.colour, NAME, why)
    for place in named:
        for below in _reached(site, area_code(place) or place):
            name = site.places[below].name
            touches.setdefault(below, Touch(below, alert.colour, NAME, f"{touches[place].reason}，{name}在其中"))
    return touches


def _issuing_unit(alert: Alert, site: Site) -> Set[str]:
    """Return the places the office warns for: by the area code its key or the identifier begins with, else its
    name in the office's key, the sender's name or the headline; empty for an office elsewhere.
    """
    for key in (alert.office, alert.identifier, alert.sender):
        found = re.match(r"([1-9]\d{5})\d*(?:_|$)", key)
        if found:
            return _reached(site, area_code(found[1]) or found[1]).keys()
    units = [place for place in site.places.values() if place.name and place.level in ("city", "county")]
    words = [alert.office, *(each.sender_name for each in alert.infos), *(each.headline for each in alert.infos)]
    named = [(word.find(place.name), len(place.id), place.id) for word in words for place in units
             if place.name in word]
    unit = min(named)[2] if named else None
    return _reached(site, area_code(unit) or unit).keys() if unit else frozenset()


def _unit_names(site: Site, touches: Mapping[str, Touch]) -> list[str]:
    return [site.places[place].name for place in touches if site.places[place].level in ("city", "county")]


def _around(site: Site, words: Said, touches: Mapping[str, Touch], colour: Colour) -> Said:
    """Turn "all but these" round: all others are set apart, and these keep what they had."""
    if not words.excepted:
        return words
    out = site.under(words.excepted)
    others = {place: words.rest or colour for place in touches if place not in out}
    return replace(words, colours={place: own for place, own in (others | dict(words.colours)).items()
                                   if place not in out}, rest=None)


def _downwards(site: Site, words: Said) -> Said:
    """Give the colours of named places to everything below them; a place named itself keeps its own."""
    colours = dict(words.colours)
    kept = site.under(words.excepted)
    for place, colour in words.colours.items():
        for below in site.under([place]) - {place}:
            if below not in words.colours and below not in kept:
                colours[below] = max(colour, colours.get(below, colour))
    return replace(words, colours=colours)


def _unclear(site: Site, reading: Reading, touches: Mapping[str, Touch], areas: Sequence[Area]) -> list[str]:
    """Say which names stay ambiguous, and that an alert without any area touched nothing."""
    lines = [f"文字中的“{each.name}”可能是" + "、".join(_with_town(site, place) for place in each.places[:3]) +
             (f"等{len(each.places)}处" if len(each.places) > 3 else "") + "，不能单凭名称认定"
             for each in reading.ambiguous]
    if not touches and not any(area.geocodes or area.geometry is not None for area in areas):
        names = "、".join(dict.fromkeys(area.name for area in areas if area.name))
        lines.append(f"预警没有区域代码和图形，文字（{names or '无区域说明'}）也没有点名本区域的地点")
    elif not touches and not any(area.geometry is not None for area in areas):
        values = "、".join(dict.fromkeys(code.value for area in areas for code in area.geocodes
                                        if area_code(code.value) is None))
        lines += [f"区域代码{values}不是可用的区划代码，没有触及任何地点"] if values else []
    return lines


def _with_town(site: Site, place: str) -> str:
    town = next((each.name for each in site.ancestors(place) if each.kind == "town"), "")
    return town + site.places[place].name


def _set_apart(alert: Alert, touches: Mapping[str, Touch], words: Said, unmatched: tuple[str, ...]) -> Match:
    """Give each touched place the colour the text says for it."""
    result: dict[str, Touch] = {}
    for place, touch in touches.items():
        colour = words.colours.get(place)
        if colour is not None:
            note = f"；文字点名，{colour.zh}"
            result[place] = replace(touch, colour=colour, named=True, reason=touch.reason + note)
        elif words.rest is not None:
            result[place] = replace(touch, colour=words.rest, reason=f"{touch.reason}；文字说明其余地方{words.rest.zh}")
        else:
            result[place] = touch
    named = frozenset(place for place in result if place in words.colours)
    return Match(result, named, words.rest_holds and bool(named), unmatched, words.rest)


def lift_to_ancestors(touches: Mapping[str, Touch], site: Site) -> dict[str, Colour]:
    """Return the colour of every touched place and of every place above one: the worst of what is below it."""
    colours = {place: touch.colour for place, touch in touches.items()}
    above: dict[str, tuple[str, ...]] = {}
    for place, touch in touches.items():
        parents = site.places[place].parents if place in site.places else ()
        for parent in parents:
            if parent not in above:
                above[parent] = (parent, *(each.id for each in site.ancestors(parent)))
            for each in above[parent]:
                if each in site.places and touch.colour > colours.get(each, 0):
                    colours[each] = touch.colour
    return colours


def who(found: Match, site: Site, playbook: Playbook, at_night: bool) -> list[dict[str, object]]:
    """Return who would be called: one row for each post, person and step {post, place, person, reason, step}.

    `step` counts from 1. Steps that ask the officer, the backup or the leader are left out: who that is depends on
    the roster of the hour. `at_night` picks the night's order of ways, which changes nobody who is asked.
    """
    rows: list[dict[str, object]] = []
    reasons = _above_reasons(found, site) | {place: touch.reason for place, touch in found.touches.items()}
    for place, colour in sorted(lift_to_ancestors(found.touches, site).items()):
        kind = site.places[place].kind
        duties = playbook.asks(kind, colour)
        if not duties:
            continue
        reason = reasons[place]
        each = playbook.answer.get(kind) == "each"
        steps = playbook.policy(kind, colour, at_night=at_night).steps
        for post in site.posts_at.get(place, ()):
            if post.duty in duties:
                rows += [{"post": post.id, "place": place, "person": person, "reason": reason, "step": number}
                         for number, step in enumerate(steps, 1) for person in _asked(site, post, step, each=each)]
    return rows


def _above_reasons(found: Match, site: Site) -> dict[str, str]:
    """Return for every place above a touched one: how many are below it, and the worst of them."""
    below: dict[str, list[Touch]] = {}
    for touch in found.touches.values():
        for each in site.ancestors(touch.place):
            below.setdefault(each.id, []).append(touch)
    reasons = {}
    for place, touches in below.items():
        worst = max(touches, key=lambda touch: touch.colour)
        name = site.places[worst.place].name
        reasons[place] = f"下辖{name}等{len(touches)}处被触及，最高{worst.colour.zh}"
    return reasons


def _asked(site: Site, post: Post, step: Step, *, each: bool) -> list[str]:
    """Return the persons a step asks about a post, each once."""
    above = site.superior(post)
    seats: Mapping[Whom, Sequence[str]] = {
        Whom.HOLDER: post.seats if each else post.seats[:1],
        Whom.DEPUTY: () if each else post.seats[1:],
        Whom.SUPERIOR: above.seats[:1] if above else (),
    }
    return list(dict.fromkeys(person for whom in step.whom for person in seats.get(whom, ()) if person))
