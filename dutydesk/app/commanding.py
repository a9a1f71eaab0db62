"""What the commander's map shows: places and registers once, what changes as small sections, now or at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import shapely
from shapely.geometry.base import BaseGeometry

from dutydesk.app.mapping import live_picture
from dutydesk.app.resources import LiveResources, live
from dutydesk.domain.drawing import Drawing
from dutydesk.domain.event_table import FAMILIES
from dutydesk.domain.records import Incident, State
from dutydesk.domain.registers import Registers
from dutydesk.domain.setup import Setup
from dutydesk.domain.sheltering import REASONS, Why, judge
from dutydesk.domain.site import Place, Site
from dutydesk.domain.team import Readiness
from dutydesk.engine.books import REASONS as ALARMS
from dutydesk.errors import Refused
from dutydesk.fetch.secrets import Secrets
from dutydesk.ports.command import Moment, Section, Span
from dutydesk.ports.store import Reads
from dutydesk.store.transaction import Reading
from dutydesk.store.views_moment import MomentLook
from dutydesk.store.views_observed import station_views

SCALE: Final = 100_000      # positions travel as whole hundred-thousandths of a degree: a metre
FINE: Final = 0.0003        # degrees: warnings' areas are drawn no finer, for a thin line
NOBODY: Final = "-"         # a place nobody was asked at
#: Letter of a state in the rows that travel; the page knows the same ones.
LETTERS: Final[Mapping[str, str]] = {
    State.WITH_OFFICER.value: "w", State.CALLING.value: "c", State.SCHEDULED.value: "s", State.TAKEN_OVER.value: "t",
    State.REMINDING.value: "r", State.ANSWERED.value: "a", State.CLOSED.value: "x"}
_SEEN: Final = timedelta(days=2)
_DAY_BACK: Final = timedelta(days=1)


class LiveCommand:
    """`ports.command.Command` over the live registers and the store behind them."""

    def __init__(self, resources: LiveResources, environment: Mapping[str, str] | None = None) -> None:
        self._resources = resources
        self._environment = environment or {}
        self._store = resources.store

    @property
    def _setup(self) -> Setup:
        return self._resources.ctx.setup

    def base(self) -> Mapping[str, Any]:
        """Return places by town and registers as rows, the extent, and what must stand on the map."""
        with self._store.read() as reads:
            site = reads.site()
        registers, notes = site.registers, self._setup.config.map
        towns: dict[str, list[Place]] = defaultdict(list)
        for town, place in _asked(site):
            towns[town].append(place)
        return {
            "scale": SCALE, "extent": self._setup.config.envelope, "approval": notes.approval,
            "attribution": notes.attribution, "tiles": self.tiles(), "deepest": notes.deepest,
            "places": {town: [[each.id, each.name, *_xy(each.geometry)] for each in found]
                       for town, found in towns.items()},
            "shelters": _rows(registers.shelters.values(), "capacity", "phone"),
            "teams": _rows(registers.teams.values(), "level", "size", "phone"),
            "depots": _rows(registers.depots.values(), "phone"),
            "water": _rows(registers.water_points.values(), "kind", "volume"),
            "gauges": [[each.id, each.name, *_xy(shapely.Point(each.point.lon, each.point.lat))]
                       for each in self._setup.stations.values() if each.point],
            "areas": [[each.id, each.name, each.kind, *_xy(each.geometry)] for each in site.places.values()
                      if each.kind in ("county", "town") and each.geometry is not None],
        }

    def tiles(self) -> tuple[str, ...]:
        """Return the addresses of the pictures under the map with their keys; none while a key is missing."""
        wanted = self._setup.config.map.tiles
        secrets = Secrets(wanted, self._environment)
        return () if secrets.missing else tuple(secrets.fill_url(each) for each in wanted)

    def span(self, incident: str, now: datetime) -> Span | None:
        """Return from when to when an incident can be played back."""
        with self._store.read() as reads:
            found = reads.incident(incident)
        return None if found is None else Span(found.opened_at, found.closed_at or now)

    def sections(self, incident: str, now: datetime, at: datetime | None = None) -> Mapping[str, Section]:
        """Return what the map shows, as sections."""
        with self._store.read() as reads:
            site, registers = reads.site(), live(reads)
            one = self._incident(reads, incident)
            seen = MomentLook(reads, site).moment(incident, at) if one else None
            parts: dict[str, Section] = {
                "drawings": {each.id: _stroke(each, site) for each in reads.drawings(at)
                             if each.incident in ("", incident)},
                **_told(site, seen or Moment()),
            }
            if at is None:
                parts |= self._now(reads, site, registers, one, now)
        return parts

    def _incident(self, reads: Reads, incident: str) -> Incident | None:
        """Return an incident that is told by its family's danger; raises Refused for an unknown one."""
        found = reads.incident(incident) if incident else None
        if incident and (found is None or found.family not in FAMILIES):
            raise Refused("没有这个事件，请刷新页面后重试。")
        return found

    def _now(self, reads: Reading, site: Site, registers: Registers, one: Incident | None,
             now: datetime) -> dict[str, Section]:
        """Return what is known of the present only: registers, warnings' areas, fires, gauges, wind."""
        today = now.astimezone(ZoneInfo(self._setup.config.timezone)).date()
        fires = reads.fires_of(one.id) if one else reads.fires(now - _SEEN, now)
        gauges = station_views(reads, self._setup, self._setup.stations.values(), now)
        return {
            "warned": self._warned(reads, one),
            "shelters": self._shelters(reads, registers, one),
            "teams": {id: it.state.value for id, it in registers.teams.items() if it.state is not Readiness.STANDBY},
            "fires": {each.id: [*_whole(each.lon, each.lat), each.pixels, each.result, _ms(each.last_at)]
                      for each in fires if not each.into},
            "gauges": {each.id: [each.colour.word if each.colour else "", each.level, each.flow,
                                 _ms(each.at) if each.at else None] for each in gauges if not each.stale},
            "wind": {each.place: each.noon.wind for each in reads.fire_days(today) if each.day == today},
        }

    def _warned(self, reads: Reads, one: Incident | None) -> Section:
        if one is None:
            return {}
        worst = max(one.colours.values(), default=None)
        return {str(number): [worst.word if worst else "", [_rings(part) for part in _polygons(area)]]
                for number, area in enumerate(self._resources.danger(reads, one).areas)}

    def _shelters(self, reads: Reads, registers: Registers, one: Incident | None) -> Section:
        """Return shelter -> state, people in it, free places, and why it cannot be used (empty where it can)."""
        if one is None:
            return {it.id: [it.state.value, it.registered, it.free, ""] for it in registers.shelters.values()}
        judged = judge(registers.shelters.values(), self._resources.danger(reads, one))
        return {each.shelter.id: [each.shelter.state.value, each.shelter.registered, each.shelter.free,
                                  REASONS[each.why] if each.why and each.why not in (Why.FULL, Why.CLOSED) else ""]
                for each in judged}

    def geojson(self, layer: str, box: tuple[float, float, float, float] | None, zoom: float, incident: str,
                now: datetime) -> Mapping[str, Any]:
        """Return a layer as GeoJSON by box and zoom."""
        picture = live_picture(self._resources, incident or None, now)
        found = next((each for each in picture.layers if each.key == layer), None)
        if found is None:
            known = "、".join(each.key for each in picture.layers)
            raise Refused(f"没有 {layer} 这个图层；现有：{known}。")
        frame, fine = shapely.box(*box) if box else None, 180 / 256 / 2 ** zoom     # half a pixel of the web's maps
        features = []
        for each in found.features:
            if frame is None or each.geometry.intersects(frame):
                shape = each.geometry.simplify(fine)
                features.append({"type": "Feature", "geometry": shapely.geometry.mapping(shape),
                                 "properties": {**each.values, "style": each.style}})
        return {"type": "FeatureCollection", "features": features}


def _asked(site: Site) -> Iterable[tuple[str, Place]]:
    """Give the places people are asked at with the town they travel under; order is that of the site."""
    for place in site.places.values():
        if place.level in ("village", "site") and place.geometry is not None:
            above = {each.kind: each.id for each in site.ancestors(place.id)}
            yield above.get("town") or above.get("county", ""), place


def _told(site: Site, seen: Moment) -> dict[str, Section]:
    """Return what the callouts and the journal tell: the same for now and for the past."""
    rows: dict[str, list[str]] = defaultdict(list)
    for town, place in _asked(site):
        rows[town].append(LETTERS.get(seen.states.get(place.id, ""), NOBODY))
    return {
        "colours": dict(seen.colours),
        "states": {town: "".join(letters) for town, letters in rows.items() if set(letters) != {NOBODY}},
        "tallies": {place: [it.due, it.called, it.answered, it.acted, it.silent, it.with_officer]
                    for place, it in seen.tallies.items()},
        "alarms": {"ringing": seen.ringing,
                   "rows": [[_ms(each.at), ALARMS.get(each.reason, each.reason),
                             site.places[each.place].name if each.place in site.places else ""]
                            for each in seen.alarms]},
    }


def _stroke(it: Drawing, site: Site) -> list[Any]:
    """Return a drawing as a row: sort, text, points, version, when, by whom."""
    author = site.people.get(it.by)
    points = shapely.get_coordinates(it.geometry).tolist()
    return [it.sort.value, it.text, points[:-1] if it.geometry.geom_type == "Polygon" else points, it.version,
            _ms(it.at), author.name if author else it.by]


def _rows(entries: Iterable[Any], *fields: str) -> list[list[Any]]:
    return [[it.id, it.name, *_xy(it.geometry), *(getattr(it, field) for field in fields)] for it in entries
            if it.geometry is not None]


def _xy(geometry: BaseGeometry | None) -> tuple[int, int]:
    """Return where the mark of a thing stands."""
    point = geometry.representative_point() if geometry is not None else shapely.Point(0, 0)
    return _whole(point.x, point.y)


def _whole(lon: float, lat: float) -> tuple[int, int]:
    return round(lon * SCALE), round(lat * SCALE)


def _polygons(area: BaseGeometry) -> Sequence[BaseGeometry]:
    return [part for part in shapely.get_parts(area.simplify(FINE)) if part.geom_type == "Polygon"]


def _rings(polygon: Any) -> list[list[tuple[int, int]]]:
    return [[_whole(lon, lat) for lon, lat in ring.coords] for ring in (polygon.exterior, *polygon.interiors)]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
