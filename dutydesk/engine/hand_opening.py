"""Opening an incident by hand, widening an open one, and whom that would call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from shapely import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from dutydesk.domain.event_table import FAMILIES
from dutydesk.domain.incident import highest
from dutydesk.domain.match import Match, Touch, lift_to_ancestors, reach_of_shape, who
from dutydesk.domain.playbook import Playbook
from dutydesk.domain.records import Callout
from dutydesk.domain.values import Colour, Kind, Via
from dutydesk.engine import wording
from dutydesk.engine.batch import Batch
from dutydesk.engine.books import Books
from dutydesk.engine.context import Context
from dutydesk.engine.openings import Cause
from dutydesk.errors import Refused
from dutydesk.ports.opening import Called, Opening, OpeningPreview, Read
from dutydesk.ports.store import Reads

EVENTS: Mapping[str, str] = {"flood": "防汛", "fire": "森林火灾", "wind": "大风", "snow": "雪灾",
                             "geohazard": "地质灾害", "quake": "地震"}
MOST = 500           # rows of a preview
MOST_CORNERS = 500   # of a drawn area
_HAND = "hand"       # how a place came to be touched


def open_by_hand(books: Books, opening: Opening, officer: str) -> str:
    """Open an incident, or let the open one of that desk, family and kind take the places in; return its id.

    What officers gave before stays: a place keeps the higher of its old and its new colour. Places of several desks
    open one incident in each; the first is returned. Raises Refused.
    """
    ctx = books.ctx
    wanted = touched(ctx, opening)
    batch, opened = Batch(books), []
    if opening.kind is not Kind.REAL:
        _no_drill_in_earnest(books, wanted)
    for desk in sorted({ctx.site.places[place].desk for place in wanted}):
        incident = batch.incident(desk, opening.family, opening.kind, None)
        direct = {place: opening.colour for place in wanted if ctx.site.places[place].desk == desk}
        batch.by_hand(incident, highest(incident.by_hand, direct), cause=_cause(opening, books.now))
        opened.append(incident.id)
        books.note("opened_by_hand", incident=incident.id, person=officer, places=len(direct),
                   colour=opening.colour.word)
    batch.carry()
    return opened[0]


def touched(ctx: Context, opening: Opening) -> frozenset[str]:
    """Return the places an opening touches; raises Refused saying what is wrong with it."""
    unknown = [place for place in opening.places if place not in ctx.site.places]
    if unknown:
        raise Refused(f"地方不存在：{'、'.join(unknown)}。")
    if opening.family not in FAMILIES and opening.family not in ctx.setup.playbooks:
        raise Refused(f"没有 {opening.family} 这类灾害；可用：{'、'.join(sorted(FAMILIES))}。")
    if ctx.playbook(opening.family) is None:
        raise Refused(f"没有 {opening.family} 的预案，也没有 default.yaml。")
    drawn = reach_of_shape(_shape(opening.area), ctx.site, ctx.fences) if opening.area else frozenset()
    found = ctx.site.under(opening.places) | drawn
    if not found:
        raise Refused("画出的范围里没有任何地方。" if opening.area else "地方不存在：（未选择）。")
    return found


def _shape(area: Sequence[Sequence[float]]) -> BaseGeometry:
    """The drawn ring as a shape; raises Refused for what is none."""
    if not 3 <= len(area) <= MOST_CORNERS:
        raise Refused(f"范围至少三个角、至多 {MOST_CORNERS} 个角。")
    if not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in area):
        raise Refused("经纬度超出范围；先经度、后纬度，单位为度。")
    shape = Polygon(area)
    if not shape.is_valid or shape.area == 0:
        raise Refused(f"画出的范围不成一块：边线交叉或没有面积（{explain_validity(shape)}）；请重画。")
    return shape


def _no_drill_in_earnest(books: Books, places: frozenset[str]) -> None:
    """No drill while a real orange or red is on at the same desk."""
    desks = {books.ctx.site.places[place].desk for place in places}
    for incident in books.tx.incidents():
        serious = any(colour >= Colour.ORANGE for colour in incident.colours.values())
        if incident.kind is Kind.REAL and incident.desk in desks and serious:
            raise Refused(f"{incident.number} 正处于真实橙色或红色预警中，此时不能开始演练。")


def _cause(opening: Opening, now: datetime) -> Cause:
    return Cause(opening.text or EVENTS.get(opening.family, opening.family), "值班室", now)


def preview(ctx: Context, reads: Reads, opening: Opening, now: datetime) -> OpeningPreview:
    """Tell whom an opening would call now and what they would read; nothing is stored. Raises Refused.

    1. Touch the places and those above them, as opening does; leave out what another desk answers for, and what
       stands at that colour or a higher one in the open incident.
    2. List the posts' people step by step.
    3. Word the message of the first person at each level of place.
    """
    wanted = touched(ctx, opening)
    desks = {ctx.site.places[place].desk for place in wanted}
    touches = {place: Touch(place, opening.colour, _HAND, "值班员选定") for place in wanted}
    standing = _standing(reads, opening, desks)
    lifted = {place: colour for place, colour in lift_to_ancestors(touches, ctx.site).items()
              if ctx.site.places[place].desk in desks}
    fresh = {place for place, colour in lifted.items() if standing.get(place, 0) < colour}
    playbook = ctx.playbook(opening.family)
    if playbook is None:
        raise Refused(f"没有 {opening.family} 的预案，也没有 default.yaml。")
    night = ctx.is_night(playbook, now)
    rows = [row for row in who(Match(touches), ctx.site, playbook, night) if row["place"] in fresh]
    called = sorted((called_of(ctx, row) for row in rows), key=lambda each: (each.step, each.place, each.person))
    first = [each for each in called if each.step == 1]
    return OpeningPreview(
        playbook.family, tuple(ctx.site.desks[desk].name for desk in sorted(desks) if desk in ctx.site.desks),
        len(lifted), len(lifted) - len(fresh), len({row["post"] for row in rows}),
        len({each.person for each in first}), tuple(called[:MOST]),
        _read(ctx, opening, playbook, lifted, first, night, now))


def _standing(reads: Reads, opening: Opening, desks: set[str]) -> dict[str, Colour]:
    """The colours places have already in the open incidents the opening would go to."""
    found = [each for each in reads.incidents(open_only=True)
             if each.desk in desks and each.family == opening.family and each.kind is opening.kind]
    return highest(*(each.colours for each in found)) if found else {}


def called_of(ctx: Context, row: Mapping[str, object]) -> Called:
    """One row of `who` with the names for it."""
    place, person, step = str(row["place"]), str(row["person"]), row["step"]
    known = ctx.site.people.get(person)
    return Called(place, ctx.site.places[place].name, str(row["post"]).partition("/")[2], person,
                  known.name if known else person, known.title if known else "", step if isinstance(step, int) else 0,
                  str(row["reason"]))


def _read(ctx: Context, opening: Opening, playbook: Playbook, colours: Mapping[str, Colour], first: Sequence[Called],
          night: bool, now: datetime) -> tuple[Read, ...]:
    """The messages of the first person called at each level of place, with all his own places."""
    examples: dict[str, Called] = {}
    for each in first:
        examples.setdefault(ctx.site.places[each.place].level, each)
    found: list[Read] = []
    for example in examples.values():
        own = [each for each in first if each.person == example.person]
        callouts = [_imagined(ctx, opening, playbook, each, colours[each.place], night, now) for each in own]
        for via in ctx.policies[callouts[0].policy].steps[0].by:
            said = wording.own_call(ctx, via, callouts, "", drill=opening.kind is not Kind.REAL)
            found.append(Read(example.person_name, example.title, Via(via), said.text))
    return tuple(found)


def _imagined(ctx: Context, opening: Opening, playbook: Playbook, it: Called, colour: Colour, night: bool,
              now: datetime) -> Callout:
    """The callout an opening would make, to be worded and thrown away."""
    policy = playbook.policy(ctx.site.places[it.place].kind, colour, at_night=night)
    ctx.policies.setdefault(policy.hash, policy)
    cause = _cause(opening, now)
    memo = {"family": opening.family, "event": cause.event, "office": cause.office,
            "issued": wording.local(ctx, cause.issued)}
    return Callout("", "", f"{it.place}/{it.duty}", it.place, 1, colour, 1, policy.hash, now, memo=memo)
