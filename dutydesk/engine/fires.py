"""Fires seen from space: from hot pixels to alerts of our own, and the clock within which somebody has to look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from shapely.geometry.base import BaseGeometry

from dutydesk.domain import hotspots
from dutydesk.domain.alert import Alert, Area, Event, Geocode
from dutydesk.domain.cap_text import PLACE_ALONE
from dutydesk.domain.forces import arrivals
from dutydesk.domain.hotspots import Fire, FireRules, Gathered
from dutydesk.domain.ids import derive
from dutydesk.domain.nearest import kilometres, nearest, straight_metres
from dutydesk.domain.observed import Hotspot, Observed
from dutydesk.domain.records import Fact, Incident, Task
from dutydesk.domain.sheltering import Distances
from dutydesk.domain.site import Place
from dutydesk.engine.books import Books
from dutydesk.engine.own_alerts import info, own_alert
from dutydesk.ports.feed import Source

EVENT = Event("11G01", "卫星热点", "fire")
FAMILY = "fire"
VERIFY = "热点核实"
_PREFIX = "hotspot-"
_PAD = 0.1                         # degrees round the envelope within which pixels are looked at


def watch(books: Books, source: Source, observed: Sequence[Observed]) -> Iterator[Alert]:
    """Gather the hot pixels of one document into fires, and issue what is new of each.

    1. Pixels far from the site, and pixels that are stored, say nothing.
    2. Pixels on a known source of heat are stored with it and ring nobody.
    3. The rest joins fires, old and new; a fire that swallowed others takes over what they told.
    4. A fire that counts and concerns a place here is told: first an Alert, then an Update for each growth.
    """
    rules = books.ctx.config.fire
    fresh = _fresh(books, [each for each in observed if isinstance(each, Hotspot)])
    fresh = _unmasked(books, source, fresh)
    if not fresh:
        return
    times = [spot.at for spot in fresh]
    standing = books.tx.fires(min(times) - rules.window, max(times) + rules.window)
    known = {fire.id: books.tx.hotspots_of(fire.id) for fire in standing}
    for gathered in hotspots.gather(known, fresh, rules):
        yield from _grown(books, source, gathered, rules)


def _fresh(books: Books, spots: Sequence[Hotspot]) -> list[Hotspot]:
    west, south, east, north = books.ctx.config.envelope
    near = [spot for spot in spots if west - _PAD <= spot.point.lon <= east + _PAD
            and south - _PAD <= spot.point.lat <= north + _PAD]
    known = books.tx.known_hotspots([spot.id for spot in near]) if near else frozenset()
    return [spot for spot in near if spot.id not in known]


def _unmasked(books: Books, source: Source, spots: Sequence[Hotspot]) -> list[Hotspot]:
    """Store what a known source of heat explains, and return the rest."""
    left: list[Hotspot] = []
    masked: dict[str, list[Hotspot]] = {}
    for spot in spots:
        found = hotspots.masked_by(spot, books.ctx.setup.heat_sources, spot.at.astimezone(books.ctx.zone).date())
        if found is None:
            left.append(spot)
        else:
            masked.setdefault(found.id, []).append(spot)
    for id, explained in masked.items():
        books.tx.add_hotspots(explained, source.id, "", id, books.now)
        books.note("hotspots_masked", source=source.id, heat_source=id, pixels=len(explained))
    return left


def _grown(books: Books, source: Source, gathered: Gathered, rules: FireRules) -> Iterator[Alert]:
    was = books.tx.lock_fire(gathered.id)
    fire = hotspots.fire_of(gathered, source.id, was)
    books.tx.add_hotspots(gathered.fresh, source.id, fire.id, "", books.now)
    swallowed = [_swallow(books, each, fire.id) for each in gathered.swallowed]
    books.note("hotspots", source=source.id, fire=fire.id, pixels=fire.pixels, fresh=len(gathered.fresh),
               swallowed=len(swallowed))
    area = _area(books, hotspots.footprint(gathered.spots), rules)
    old = books.now - max(spot.at for spot in gathered.fresh) > rules.too_old
    if area is None or old or not hotspots.counts(gathered.spots, rules):
        books.tx.save_fire(fire)
        return
    alert = _alert(books, fire, gathered.spots, area, rules)
    seen = fire.result if fire.result == "fire" else ""     # whatever else was said of it, somebody looks again
    books.tx.save_fire(replace(fire, issued=fire.issued + 1, latest=alert.identifier, result=seen))
    yield alert
    for gone in swallowed:
        if gone.latest:
            yield lift(books, gone)


def _swallow(books: Books, id: str, into: str) -> Fire:
    """Let a fire be part of another: its pixels move, its clock stops; the other one's runs."""
    gone = books.tx.lock_fire(id)
    if gone is None:
        raise KeyError(id)    # it was among the fires a moment ago, in this very transaction
    books.tx.move_hotspots(id, into)
    books.tx.save_fire(replace(gone, into=into, issued=gone.issued + 1))
    for task in clocks(books, id):
        books.tx.save_task(replace(task, state="dropped"))
    return gone


def clocks(books: Books, fire: str) -> list[Task]:
    """The open tasks to look at a fire."""
    return [task for task in books.tx.tasks() if task.what == VERIFY and task.about == fire]


# -- where it is ------------------------------------------------------------------------------------------

def _area(books: Books, ground: BaseGeometry, rules: FireRules) -> Area | None:
    """Return the ground, and by name the nearest hill and both sides of a border; None if no place here is near."""
    hill = nearest_hill(books, ground, rules)
    sides = [place for far, place in _of_kind(books, ground, "county", rules.border_km) if far <= rules.border_km]
    towns = [place for _, place in _of_kind(books, ground, "town", rules.border_km)]
    beside = [next((town for town in towns if side.id in town.parents), None) for side in sides]
    named = {place.id: place for place in (hill, *sides, *beside) if place is not None}
    if not named and not books.ctx.fences.touched(ground):
        return None
    return Area("热点范围", tuple(Geocode(PLACE_ALONE, id) for id in named), ground)


def nearest_hill(books: Books, ground: BaseGeometry, rules: FireRules) -> Place | None:
    """The hill next to a fire, if one is near enough."""
    found = _of_kind(books, ground, "hill", rules.hill_km)
    return found[0][1] if found else None


def _of_kind(books: Books, ground: BaseGeometry, kind: str, within: float) -> list[tuple[float, Place]]:
    return nearest(ground, (place for place in books.ctx.site.places.values() if place.kind == kind), within)


def _lead(books: Books, ground: BaseGeometry, rules: FireRules) -> Place | None:
    """The place where somebody has to look: the nearest hill, else the town, else the county."""
    for kind, within in (("hill", rules.hill_km), ("town", rules.border_km), ("county", rules.border_km)):
        found = _of_kind(books, ground, kind, within)
        if found:
            return found[0][1]
    return None


def _owner(books: Books, lead: Place) -> str:
    """Who answers for the look: the holder of the town's fire post, else the county's, else the place's own."""
    playbook = books.ctx.playbook(FAMILY)
    above = [each for each in books.ctx.site.ancestors(lead.id) if each.kind in ("town", "county")]
    order = [each for kind in ("town", "county") for each in (lead, *above) if each.kind == kind]
    for place in (*order, lead):
        for post in books.ctx.site.posts_at.get(place.id, ()):
            if post.seats and (playbook is None or post.duty in playbook.posts.get(place.kind, ())):
                return post.seats[0]
    return "officer"


# -- what is told -----------------------------------------------------------------------------------------

def _alert(books: Books, fire: Fire, spots: Sequence[Hotspot], area: Area, rules: FireRules) -> Alert:
    """Return the alert of a fire as it is now. Its text names no place: the area says where."""
    many = fire.at_once >= rules.at_once
    colour = rules.colour_at_once if many else rules.colour
    satellites = "、".join(sorted({spot.satellite for spot in spots if spot.satellite}))
    first, last = (each.astimezone(books.ctx.zone).strftime("%m-%d %H:%M") for each in (fire.first_at, fire.last_at))
    power = max((spot.power for spot in spots if spot.power is not None), default=None)
    said = (f"卫星{satellites}首次见于{first}，最近{last}，共{fire.pixels}个像元，一次最多{fire.at_once}个；"
            f"中心东经{fire.lon:.4f}、北纬{fire.lat:.4f}" + (f"，最强{power:g}兆瓦" if power is not None else "") + "。"
            + (f"一次{rules.at_once}个像元以上，立即报告。" if many else ""))
    hours = rules.verify.total_seconds() / 3600
    look = f"{hours:g}小时内到现场核实，有火、无火都要报回。{_around(books, hotspots.footprint(spots), rules)}"
    return own_alert(books, f"{_PREFIX}{fire.id}", fire.issued, fire.latest, EVENT,
                     [info(books, EVENT, colour, f"卫星热点{colour.zh}预警", said, look, (area,))])


def lift(books: Books, fire: Fire) -> Alert:
    """Return the Cancel of a fire that is none, or is part of another."""
    block = info(books, EVENT, books.ctx.config.fire.colour, "卫星热点解除", "核实无火或并入相邻火点。", "", ())
    return own_alert(books, f"{_PREFIX}{fire.id}", fire.issued, fire.latest, EVENT, [block], cancel=True)


def _around(books: Books, ground: BaseGeometry, rules: FireRules) -> str:
    """Say which hill and which team are nearest. It stands in the instruction, whose names move no colours."""
    lead, said = _lead(books, ground, rules), ""
    if lead is not None and lead.geometry is not None:
        said = f"最近：{lead.name}，{kilometres(ground, lead.geometry):.1f}公里。"
    county = next((each.id for each in (lead, *books.ctx.site.ancestors(lead.id)) if each.kind == "county"), ""
                  ) if lead else ""
    middle = ground.centroid
    teams = arrivals(books.ctx.site.registers.teams.values(), np.array([(middle.x, middle.y)]), county, books.ctx.site,
                     Distances(straight_metres), books.ctx.config.targets)
    if teams:
        first = teams[0]
        minutes = first.after.total_seconds() / 60
        far = first.metres / 1000
        said += f"最快队伍：{first.team.name}{first.team.size}人，{far:.1f}公里，约{minutes:.0f}分钟可到。"
    return said


# -- what follows when it is taken in ---------------------------------------------------------------------

def follow(books: Books, alert: Alert, incidents: Sequence[Incident]) -> None:
    """Once an alert of a fire has reached incidents: start the clock, and ring the officer for many pixels at once."""
    if not alert.identifier.startswith(_PREFIX) or not incidents:
        return
    fire = books.tx.lock_fire(alert.identifier.removeprefix(_PREFIX).rpartition("-")[0])
    if fire is None or alert.msg_type == "Cancel":
        return
    rules = books.ctx.config.fire
    lead = _lead(books, hotspots.footprint(books.tx.hotspots_of(fire.id)), rules)
    incident = next((each for each in incidents if lead is not None and each.desk == lead.desk), incidents[0])
    if not fire.incident:
        fire = replace(fire, incident=incident.id)
        books.tx.save_fire(fire)
        _found(books, fire)
    if not fire.result and not clocks(books, fire.id):
        place, owner = (lead.id, _owner(books, lead)) if lead else (incident.desk, "officer")
        books.task(fire.incident, VERIFY, place, owner, alert.sent + rules.verify, fire.id)
    if fire.at_once >= rules.at_once:
        for each in incidents:
            books.alarm(each.id, "hotspots", place=lead.id if lead and lead.desk == each.desk else each.desk,
                        text=alert.identifier, red=False,
                        said=f"卫星热点一次{fire.at_once}个像元，立即报告")


def _found(books: Books, fire: Fire) -> None:
    """The record of a fire begins with what the satellite saw."""
    id = derive("f", fire.id, "found")
    books.facts[id] = Fact(id, "", fire.incident, "fire", "", None, fire.first_at, "automatic", "found",
                           source=fire.id)


def late(books: Books, task: Task) -> None:
    """Nobody reported back in time: the officer hears it, and who owns the look is reminded."""
    books.alarm(task.incident, "verify_late", place=task.place, text=task.about, red=False)
    person = books.ctx.site.people.get(task.owner)
    number = next((each.number for each in person.numbers if each.kind in ("mobile", "satellite")), ""
                  ) if person else ""
    if number:
        place = books.ctx.site.places.get(task.place)
        text = books.ctx.texts.render("notice.verify", {
            "signature": books.ctx.config.signature, "duty_phone": books.ctx.config.duty_phone, "drill": False,
            "places": place.name if place else "", "issued": task.due_at.astimezone(books.ctx.zone).strftime("%H:%M")})
        books.tell(task.incident, task.owner, number, "notice.verify", text, task.id)
