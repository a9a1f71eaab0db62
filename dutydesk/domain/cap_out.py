"""What a desk tells its neighbours of an incident, as CAP 1.2 alerts: one for every colour.

Nothing is kept for it: a message follows from the incident, its chains and its journal, so that two readings agree. A
neighbour that is another dutydesk reads the same places and colours out of it, and never less.

| what a neighbour reads | where it comes from |
|---|---|
| sender | `dutydesk.<desk>.<colour>`: each colour is a warning of its own, so that a place that rises from one to the
|        | other is not taken for an update that drops the rest |
| identifier | incident, colour, and the number (`seq`) of the journal's row that last changed that colour |
| references | the first message of that incident and colour: whoever missed some finds the chain all the same |
| areas | places with everything below them in this colour, by area code, by id, by an exact outline |

What a neighbour told us is never passed on: two desks would keep each other's warnings alive for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from dutydesk.domain.alert import Alert, Area, Geocode, Info, Reference
from dutydesk.domain.cap_text import PLACE_CODE, SEVERITY
from dutydesk.domain.events import event_of
from dutydesk.domain.geofence import Fences
from dutydesk.domain.incident import highest
from dutydesk.domain.match import reach_of, reach_of_shape
from dutydesk.domain.records import Chain, Incident, JournalRow
from dutydesk.domain.site import Desk, Place, Site
from dutydesk.domain.succession import Says
from dutydesk.domain.values import Colour, Kind

SENDER = "dutydesk"
AREA_CODE = "CPEAS Geographic Code"
"""Name of a geocode with the 12 digits of the national system, as the national platform writes it."""

STATUS = {Kind.REAL: "Actual", Kind.DRILL: "Exercise"}
"""What is told to neighbours at all: a roll-call or a test of one's own lines is not."""

CANCEL_SHOWN = timedelta(hours=24)
"""So long the end of a warning is told, so that a neighbour whose line was down hears of it."""

COLOUR, BY_HAND = "colour", "opened_by_hand"
"""The journal's rows that tell of colours: of every change of a place, and of an officer's own word."""

_FAMILY = {"flood": "暴雨", "fire": "森林火灾", "wind": "大风", "snow": "暴雪", "quake": "地震",
           "geohazard": "地质灾害", "fog": "大雾", "heat": "高温", "thunder": "雷电", "drought": "干旱",
           "sea": "海上大风", "other": "突发事件"}


@dataclass(frozen=True, slots=True)
class Chapter:
    """One incident as it is told: `said` are the messages of each of its chains, by the chain's id; `rows` the
    journal's rows of the incident, sealed, in order.
    """

    incident: Incident
    chains: Sequence[Chain]
    said: Mapping[str, Sequence[Says]]
    rows: Sequence[JournalRow]


@dataclass(frozen=True, slots=True)
class _Past:
    """What the journal says of one colour: first and last change as (seq, time), the places that ever had it."""

    first: tuple[int, datetime]
    last: tuple[int, datetime]
    places: frozenset[str]


def sender_of(desk: str, colour: Colour) -> str:
    """Return the sender of a desk's messages of one colour."""
    return f"{SENDER}.{desk}.{colour.word}"


def is_own(sender: str, desks: Iterable[str]) -> bool:
    """Tell whether a message was told by one of these desks: it comes back from a neighbour."""
    return any(sender.strip().casefold().startswith(f"{SENDER}.{desk}.".casefold()) for desk in desks)


def is_relayed(chain: Chain) -> bool:
    """Tell whether a chain was told by a neighbour's desk."""
    return chain.office.startswith(f"{SENDER}.")


def asserted(incident: Incident, chains: Iterable[Chain], site: Site) -> dict[str, Colour]:
    """Return the colours the desk itself answers for: those of its own chains and its officers, at its own places."""
    layers = [chain.colours for chain in chains if chain.open and not is_relayed(chain)]
    merged = highest(*layers, incident.by_hand)
    return {place: colour for place, colour in merged.items()
            if place in site.places and site.places[place].desk == incident.desk}


def tell(chapter: Chapter, site: Site, fences: Fences, now: datetime) -> list[Alert]:
    """Return the alerts of one incident as they stand, the worst colour first.

    1. A colour that places have: an Alert, or an Update once anything changed.
    2. A colour that places had: a Cancel, for a day.
    """
    incident = chapter.incident
    if incident.kind not in STATUS or incident.desk not in site.desks:
        return []
    colours = asserted(incident, chapter.chains, site) if incident.closed_at is None else {}
    alerts = []
    for colour in sorted(Colour, reverse=True):
        places = frozenset(place for place, each in colours.items() if each is colour)
        past = _past(chapter, colour)
        if places:
            alerts.append(_alert(chapter, colour, places, past or _born(incident, places), site, fences))
        elif past is not None and colour in _ever_ours(chapter, site) and now - past.last[1] <= CANCEL_SHOWN:
            alerts.append(_alert(chapter, colour, past.places & site.places.keys(), past, site, fences, over=True))
    return alerts


def _ever_ours(chapter: Chapter, site: Site) -> set[Colour]:
    """The colours the desk ever answered for: of a place that only lies above another's, or that a neighbour warned, no
    end is told.
    """
    own = [says for chain in chapter.chains if not is_relayed(chain) for says in chapter.said.get(chain.id, ())]
    given = {colour for says in own for place, colour in says.gives.items()
             if place in site.places and site.places[place].desk == chapter.incident.desk}
    return given | {Colour[str(row.facts["colour"]).upper()] for row in chapter.rows if row.what == BY_HAND}


def _born(incident: Incident, places: frozenset[str]) -> _Past:
    return _Past((0, incident.opened_at), (0, incident.opened_at), places)


def _past(chapter: Chapter, colour: Colour) -> _Past | None:
    """What the journal's rows say of a colour; None where no place ever had it."""
    rows = [row for row in chapter.rows if row.what == COLOUR and colour.word in (row.facts["was"], row.facts["now"])]
    if not rows:
        return None
    first, last, ended = rows[0], rows[-1], chapter.incident.closed_at
    return _Past((first.seq or 0, first.at), (last.seq or 0, max(last.at, ended) if ended else last.at),
                 frozenset(str(row.facts["place"]) for row in rows))


def _alert(chapter: Chapter, colour: Colour, places: Set[str], past: _Past, site: Site, fences: Fences, *,
           over: bool = False) -> Alert:
    incident, zone = chapter.incident, ZoneInfo(site.timezone)
    desk, sender = site.desks[incident.desk], sender_of(incident.desk, colour)
    root = _identifier(incident, colour, past.first[0])
    began, sent = (moment.astimezone(zone).replace(microsecond=0) for moment in (past.first[1], past.last[1]))
    fresh = not over and began == sent
    areas = tuple(areas_of(places, site, fences)) or (Area(desk.name),)
    info = _info(chapter, colour, places, desk, areas, zone, over=over)
    return Alert(
        identifier=root if fresh else _identifier(incident, colour, past.last[0], over=over), sender=sender, sent=sent,
        status=STATUS[incident.kind], msg_type="Cancel" if over else "Alert" if fresh else "Update", scope="Public",
        references=() if fresh else (Reference(root, sender, began.isoformat()),), source=sender, infos=(info,),
        event=info.event, colour=colour, office=sender)


def _identifier(incident: Incident, colour: Colour, seq: int, *, over: bool = False) -> str:
    return f"{SENDER}-{incident.desk}-{incident.id}-{colour.word}-{seq}{'-over' if over else ''}"


def _info(chapter: Chapter, colour: Colour, places: Set[str], desk: Desk, areas: tuple[Area, ...], zone: ZoneInfo, *,
          over: bool) -> Info:
    incident = chapter.incident
    givers = [chain for chain in chapter.chains if not is_relayed(chain)
              and (over or any(chain.colours.get(place) is colour for place in places))]
    givers.sort(key=lambda chain: (chain.sent, chain.id), reverse=True)
    name = givers[0].event if givers and givers[0].event else _FAMILY.get(incident.family, _FAMILY["other"])
    event = event_of(headline="", event=name, code="")
    title = f"{event.name}{colour.zh}预警"
    words = [_origin(chain, chapter.said.get(chain.id, ()), zone) for chain in givers] or ["由本台值班员设定。"]
    ends = [] if over else [chain.expires for chain in givers]
    return Info(
        language="zh-CN", event=event, severity=SEVERITY[colour], urgency="Past" if over else "Immediate",
        certainty="Likely", colour=colour, effective=None, onset=None,
        expires=max((end.astimezone(zone) for end in ends if end), default=None) if all(ends) else None,
        sender_name=desk.name, headline=f"{desk.name}{'解除' if over else '发布'}{title}",
        description=f"{desk.name}{'已停止' if over else '正在'}按{title}组织叫应。{''.join(dict.fromkeys(words))}",
        instruction="", areas=areas)


def _origin(chain: Chain, said: Sequence[Says], zone: ZoneInfo) -> str:
    """The sentence that names who issued the warning first."""
    newest = max(said, key=lambda says: says.age, default=None)
    office = newest.office_name if newest and newest.office_name else "原发布单位"
    sent = chain.sent.astimezone(zone)
    return f"转发自{office}{sent:%m月%d日%H:%M}发布的{chain.event}预警。"


# -- areas --------------------------------------------------------------------------------------------
def areas_of(places: Set[str], site: Site, fences: Fences) -> Iterator[Area]:
    """Yield areas that reach all of these places and nothing else of the site, as few as there can be.

    1. A place speaks for everything a reader reaches by it, if all of that is among the places.
    2. One whose own colour nothing below it shares speaks for itself although readers go down from it: better a
       village too many than a town too few.
    3. An outline is given where it is exact and meets nothing else.
    """
    left = set(places)
    for place in sorted(places, key=lambda id: (len(list(site.ancestors(id))), id)):
        if place not in left:
            continue
        codes = _codes(place, places, site)
        if not codes and site.children.get(place) and site.under([place]) & places - {place}:
            continue   # what is below says it, and a reader lifts it
        codes = codes or (Geocode(PLACE_CODE, place),)
        left -= site.under([place]) | (reach_of(place, site) if len(codes) > 1 else frozenset())
        yield Area(site.places[place].name, codes, _outline(site.places[place], places, site, fences))


def _codes(place: str, places: Set[str], site: Site) -> tuple[Geocode, ...]:
    """The codes by which a reader reaches nothing but these places, from the place downwards; empty: none do."""
    if not site.under([place]) <= places:
        return ()
    own = Geocode(PLACE_CODE, place)
    reached = reach_of(place, site)
    if reached and reached <= places:
        return Geocode(AREA_CODE, place.ljust(12, "0")), own
    return (own,)


def _outline(place: Place, places: Set[str], site: Site, fences: Fences) -> BaseGeometry | None:
    """The exact outline as it is written (EPSG:4326, six decimals, no holes); None where it meets other places too."""
    shape = place.geometry
    if place.approximate is not None or not isinstance(shape, Polygon | MultiPolygon) or shape.is_empty:
        return None
    parts = shape.geoms if isinstance(shape, MultiPolygon) else [shape]
    solid = [Polygon([(round(lon, 6), round(lat, 6)) for lon, lat, *_ in part.exterior.coords]) for part in parts]
    outline = solid[0] if len(solid) == 1 else MultiPolygon(solid)
    return outline if reach_of_shape(outline, site, fences) <= places else None
