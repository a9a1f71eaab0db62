"""Who must be called by hand now: every place nobody has answered for, red first, with everybody who may answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from dutydesk.domain.records import Callout, Incident, State
from dutydesk.domain.values import Kind, Role
from dutydesk.engine import wording
from dutydesk.engine.books import NUMBERS, is_officer
from dutydesk.engine.cards import WORDING
from dutydesk.engine.context import Context
from dutydesk.engine.house import FAMILY as HOUSE
from dutydesk.errors import Refused
from dutydesk.ports.sheets import CallSheet, SheetPerson, SheetPlace
from dutydesk.ports.store import Reads

#: what nobody of its own people has answered, the most pressing first
_UNANSWERED = (State.WITH_OFFICER, State.CALLING, State.SCHEDULED, State.TAKEN_OVER)
DECLINED = "已表示不能履职"


def gather(ctx: Context, reads: Reads, now: datetime, officer: str, *, areas: Sequence[str] = (),
           incident: str = "") -> CallSheet:
    """Gather the sheet of some areas with all below them, or of one incident (id or number). Raises Refused for unknown
    ones.

    1. Of every open incident the callouts of posts that nobody of their own people has answered; one line a place.
    2. Real before drill, then the highest colour, then what is with the officer, then what is asked longest.
    """
    within = _within(ctx, areas)
    found: list[SheetPlace] = []
    chosen = _incidents(reads, incident)
    for each in chosen:
        groups: dict[str, list[Callout]] = {}
        for callout in reads.callouts_of(each.id):
            asked = callout.state in _UNANSWERED and not is_officer(callout)
            if asked and (within is None or callout.place in within):
                groups.setdefault(callout.place, []).append(callout)
        numbers = reads.setting(NUMBERS) or {}
        found += [_place(ctx, each, callouts, officer, numbers) for callouts in groups.values()]
    found.sort(key=lambda it: (it.kind is not Kind.REAL, -it.colour, _UNANSWERED.index(it.state), it.since, it.place))
    names = tuple(ctx.site.places[area].name for area in areas)
    return CallSheet(ctx.config.name, ctx.config.duty_phone, now, ctx.config.timezone, _name(ctx, officer), names,
                     tuple(found), chosen[0].id if incident else "")


def _within(ctx: Context, areas: Sequence[str]) -> frozenset[str] | None:
    unknown = [area for area in areas if area not in ctx.site.places]
    if unknown:
        raise Refused(f"没有 {unknown[0]} 这个地方；地点编号见 geo/。")
    return ctx.site.under(areas) if areas else None


def _incidents(reads: Reads, incident: str) -> list[Incident]:
    found = [each for each in reads.incidents() if each.family != HOUSE]
    if not incident:
        return found
    chosen = [each for each in found if incident in (each.id, each.number)]
    if not chosen:
        raise Refused(f"没有进行中的事件 {incident}；现有事件见 dutydesk incident list。")
    return chosen


def _place(ctx: Context, incident: Incident, callouts: Sequence[Callout], officer: str,
           by_hand: Mapping[str, Sequence[str]]) -> SheetPlace:
    place = callouts[0].place
    known = ctx.site.places.get(place)
    people = _people(ctx, callouts, by_hand)
    town = ctx.site.places.get(ctx.site.town_of(place))
    above = town.name if known is not None and town is not None and known.level in ("village", "site") else ""
    facts = wording.about(ctx, callouts, drill=incident.kind is not Kind.REAL) | {
        "who": people[0].name if people else "", "officer": _name(ctx, officer)}
    return SheetPlace(
        place, above + (known.name if known else place), incident.number, incident.kind,
        max(each.colour for each in callouts), min((each.state for each in callouts), key=_UNANSWERED.index),
        min(each.opened_at for each in callouts),
        tuple(dict.fromkeys(each.post.partition("/")[2] for each in callouts)), people,
        ctx.texts.render(WORDING, facts))


def _people(ctx: Context, callouts: Iterable[Callout], by_hand: Mapping[str, Sequence[str]]) -> tuple[SheetPerson, ...]:
    """Everybody of some callouts, each once: holders, deputies, whoever was added by hand, superiors."""
    roles: dict[str, Role] = {}
    out: set[str] = set()
    for callout in callouts:
        out.update(callout.memo.get("out", ()))
        post = ctx.site.posts.get(callout.post)
        seats: Sequence[str] = callout.memo.get("seats") or (post.seats if post else ())
        above = ctx.site.superior(post) if post else None
        rows = [*((each, Role.DEPUTY if rank else Role.HOLDER) for rank, each in enumerate(seats)),
                *((each, Role(role)) for each, role in callout.memo.get("roles", {}).items()),
                *((each, Role.SUPERIOR) for each in (above.seats if above else ()))]
        for person, role in rows:
            roles[person] = min(role, roles.get(person, role), key=_rank)
    return tuple(_person(ctx, person, role, by_hand, DECLINED if person in out else "")
                 for person, role in sorted(roles.items(), key=lambda row: _rank(row[1])))


def _rank(role: Role) -> int:
    return {Role.HOLDER: 0, Role.DEPUTY: 1, Role.SUPERIOR: 2}.get(role, 3)


def _person(ctx: Context, id: str, role: Role, by_hand: Mapping[str, Sequence[str]], left_out: str) -> SheetPerson:
    known = ctx.site.people.get(id)
    if known is None:
        return SheetPerson(id, "", role, (), left_out)
    own = [(each.kind, each.number) for each in known.numbers]
    if id in by_hand:
        kind, number = by_hand[id]
        own = list(dict.fromkeys([(kind, number), *own]))
    return SheetPerson(known.name, known.title, role, tuple(own), left_out)


def _name(ctx: Context, id: str) -> str:
    known = ctx.site.people.get(id)
    return known.name if known else id
