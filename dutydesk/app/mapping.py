"""Maps to hand out: the registers, and an incident, as one picture; drawn or written as a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from dutydesk.app.looking import resources
from dutydesk.app.resources import LiveResources, live
from dutydesk.clock import WallClock
from dutydesk.domain.event_table import FAMILIES
from dutydesk.domain.records import Incident
from dutydesk.domain.registers import Registers
from dutydesk.domain.setup import Config
from dutydesk.domain.shelter import ShelterState
from dutydesk.domain.sheltering import Danger, Judged, Why, judge
from dutydesk.domain.site import Site
from dutydesk.errors import Refused
from dutydesk.maps import files, layers, paper
from dutydesk.maps.picture import Layer, Picture
from dutydesk.store.views import SqlViews
from dutydesk.web import words
from dutydesk.web.desk import HERE

STATIC = HERE / "static"
LEAFLET = STATIC / "vendor"
#: What can be asked for -> its title and the layers that belong to it beside the boundaries.
WHATS = {"shelters": ("避难场所", ("zones", "shelters")), "teams": ("救援队伍", ("teams", "village_teams")),
         "depots": ("物资储备", ("depots",)), "water": ("取水点", ("water_points",)),
         "all": ("应急资源", ("zones", "shelters", "teams", "village_teams", "depots", "water_points"))}


def resources_picture(what: str, site: Site, registers: Registers, config: Config, now: datetime) -> Picture:
    """Return the picture of one register, or of all; nothing is judged, since nothing threatens."""
    title, wanted = WHATS[what]
    calm = [Judged(it, Why.CLOSED if it.state is ShelterState.CLOSED else None if it.free else Why.FULL)
            for it in registers.shelters.values()]
    found = [*layers.boundaries(site, {}), *_registers(registers, calm, water=what == "water")]
    shown = tuple(each for each in found if each.key in ("counties", "towns", *wanted))
    return _picture(config, title, config.name, now, shown, site)


def incident_picture(incident: Incident, danger: Danger, states: dict[str, str], site: Site, registers: Registers,
                     config: Config, now: datetime) -> Picture:
    """Return the picture of an incident: colours, who answered, and which shelters can be used in it."""
    worst = max(incident.colours.values(), default=None)
    judged = judge(registers.shelters.values(), danger)
    boundary = layers.boundaries(site, incident.colours)
    rest = _registers(registers, judged, water=incident.family == "fire", family=incident.family)
    drawn = (*boundary, layers.alert_areas(danger.areas, worst), layers.callouts(site, states), *rest)
    notes = () if danger.areas else ("预警按行政区发布，没有画出范围：避难场所按适用灾种和危险区判断",)
    title = f"{words.FAMILIES.get(incident.family, incident.family)} {worst.zh if worst else ''}".strip()
    return _picture(config, title, f"{incident.number} · 第 {incident.round} 轮", now, drawn, site, notes,
                    incident.colours)


def _registers(registers: Registers, judged: Sequence[Judged], *, water: bool, family: str = "") -> list[Layer]:
    return [layers.zones(registers.zones.values(), family), layers.water_points(registers.water_points.values(),
                                                                                shown=water),
            layers.depots(registers.depots.values()), *reversed(layers.teams(registers.teams.values())),
            layers.shelters(judged)]


def _picture(config: Config, title: str, subtitle: str, now: datetime, drawn: Sequence[Layer], site: Site,
             notes: tuple[str, ...] = (), colours: Collection[str] = ()) -> Picture:
    """Put a picture together; it looks at the towns an incident colours, else at all counties."""
    kept = tuple(layer for layer in drawn if layer.features)
    boxes = [place.geometry.bounds for place in site.places.values() if place.kind == "town" and place.id in colours
             and place.geometry is not None] or [
        place.geometry.bounds for place in site.places.values()
        if place.kind == "county" and place.geometry is not None and place.geometry.area]
    bounds = (min(box[0] for box in boxes), min(box[1] for box in boxes), max(box[2] for box in boxes),
              max(box[3] for box in boxes)) if boxes else config.envelope
    return Picture(title, subtitle, now, config.timezone, kept, bounds, config.map.approval, config.map.attribution,
                   notes)


def live_picture(found: LiveResources, incident: str | None, now: datetime, *, what: str = "all") -> Picture:
    """Return the picture of what the database knows now; raises Refused for an unknown incident."""
    config = found.ctx.config
    with found.store.read() as reads:
        site, registers = reads.site(), live(reads)
        one = _incident(reads.incidents(open_only=False), incident) if incident else None
        danger = found.danger(reads, one) if one else Danger("")
        drawn = layers.drawings(each for each in reads.drawings() if each.incident in ("", one.id if one else ""))
    if one is None:
        return _with(resources_picture(what, site, registers, config, now), drawn)
    states = {dot.place: dot.state for dot in SqlViews(found.store, found.ctx.setup).map_state(one.id).dots}
    return _with(incident_picture(one, danger, states, site, registers, config, now), drawn)


def _with(picture: Picture, drawn: Layer) -> Picture:
    """Lay what was drawn on top; nothing where nothing was."""
    return replace(picture, layers=(*picture.layers, drawn)) if drawn.features else picture


def _incident(known: Sequence[Incident], wanted: str) -> Incident:
    """Find an incident by its id or its number."""
    for each in known:
        if wanted in (each.id, each.number) and each.family in FAMILIES:
            return each
    open_ones = "、".join(each.number for each in known if each.closed_at is None and each.family in FAMILIES)
    raise Refused(f"there is no incident {wanted}; open ones: {open_ones or 'none'}")


def html_page(found: LiveResources, incident: str | None, now: datetime) -> bytes:
    """Return one HTML file of what the database knows now."""
    return draw(live_picture(found, incident, now))


def make(site: Path, what: str, incident: str | None) -> Picture:
    """Return the picture of a site folder: with what its database knows, or as the folder has it where there is none.

    Raises Refused for an unknown incident.
    """
    with resources(site) as found:
        return live_picture(found, incident, WallClock().now(), what=what)


def save(picture: Picture, format: str, path: Path) -> list[Path]:
    """Write a picture into a file; return what was written. Raises Refused where it cannot be."""
    if format in paper.FORMATS:
        return [paper.write(draw(picture), format, path)]
    if format != "html":
        return files.write(picture, format, path)
    try:
        path.write_bytes(draw(picture))
    except OSError as error:
        raise Refused(f"{path} cannot be written ({error.strerror}); choose another --out") from error
    return [path]


def draw(picture: Picture) -> bytes:
    """Draw a picture as one HTML file; raises Refused where a library for it is missing."""
    from dutydesk.maps.html import page

    return page(picture, _asset(LEAFLET / "leaflet.js"), _asset(STATIC / "grains.js"), _asset(LEAFLET / "leaflet.css"))


def _asset(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"{path.name} is not here: in a checkout run `python -m tools.assets`; else install the wheel "
                      "anew") from error
