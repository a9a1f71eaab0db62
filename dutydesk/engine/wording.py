"""The words of calls and notices: which template, filled with which facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dutydesk.domain.message import BY_WORD, codes_line, place_list, said_by_word, silent_list
from dutydesk.domain.records import Callout, State
from dutydesk.domain.values import Colour, Via
from dutydesk.engine.context import Context

_LIST_LIMIT = 40
_SILENT_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Worded:
    """What a call or notice says: the template, the facts that filled it, and the text they made."""

    template: str
    facts: Mapping[str, str]
    text: str


def worded(ctx: Context, template: str, facts: Mapping[str, object]) -> Worded:
    """Fill a template; raises Faulty naming what is missing."""
    told = {name: "" if value is False else str(value) for name, value in facts.items()}
    return Worded(template, told, ctx.texts.render(template, facts))


def title(event: str, colour: Colour) -> str:
    """How a warning is called in a message: `暴雨红色预警`."""
    return f"{event}{colour.zh}预警"


def heading(event: str, colour: Colour, issued: str, office: str) -> str:
    """A warning with its time and office: `暴雨红色预警(10:20市气象台)`."""
    return f"{title(event, colour)}({issued}{office})"


def base(ctx: Context, *, drill: bool) -> dict[str, object]:
    """The facts every template may use."""
    return {"signature": ctx.config.signature, "duty_phone": ctx.config.duty_phone, "drill": drill}


def about(ctx: Context, callouts: Sequence[Callout], *, drill: bool) -> dict[str, object]:
    """Facts about the callouts a message speaks of; title and issuer are those of the most dangerous."""
    worst = max(callouts, key=lambda each: (each.colour, each.opened_at))
    playbook = ctx.playbook(str(worst.memo.get("family", "")))
    return base(ctx, drill=drill) | {
        "event": worst.memo.get("event", ""), "colour": worst.colour.zh,
        "title": title(str(worst.memo.get("event", "")), worst.colour),
        "issued": worst.memo.get("issued", ""), "office": worst.memo.get("office", ""),
        "places": places(ctx, [each.place for each in callouts]),
        "action": playbook.action.get(worst.colour, "") if playbook else "",
        "wanted": ctx.policies[worst.policy].done_when or "" if worst.policy in ctx.policies else "",
    }


def places(ctx: Context, ids: Sequence[str]) -> str:
    """Places as a message names them: `苘山镇5个村`."""
    return place_list(ids, ctx.site, _LIST_LIMIT)


def local(ctx: Context, moment: datetime) -> str:
    """Hours and minutes as people read them: local time of the site."""
    return moment.astimezone(ctx.zone).strftime("%H:%M")


def own_call(ctx: Context, via: Via, callouts: Sequence[Callout], letter: str, *, drill: bool) -> Worded:
    """The message to holders and deputies about their own places; a reminder once they have answered."""
    acts = acts_of(ctx, callouts)
    facts = about(ctx, callouts, drill=drill) | {
        "code": letter, "codes": codes_line(letter, acts), "by_word": said_by_word(acts, letter)}
    if all(each.state is State.REMINDING for each in callouts):
        return worded(ctx, f"remind.{via}", facts)
    policy = ctx.policies.get(callouts[0].policy)
    template = policy.texts.get(via) if policy else None
    return worded(ctx, template or f"default.{via}", facts)


def neighbour_call(ctx: Context, via: Via, callouts: Sequence[Callout], letter: str, person: str, *,
                   drill: bool) -> Worded:
    """The message to a neighbour: whom to wake, by title and place; it never says that he is responsible."""
    known = ctx.site.people.get(person)
    facts = about(ctx, callouts, drill=drill) | {"code": letter, "who": known.title if known else ""}
    return worded(ctx, f"neighbour.{via}", facts)


def acts_of(ctx: Context, callouts: Sequence[Callout]) -> tuple[str, ...]:
    """The acts a message offers to report: those that close its callouts. On post can always be said; moved is left
    out only where something else is wanted everywhere.
    """
    wanted = {ctx.policies[each.policy].done_when for each in callouts if each.policy in ctx.policies} - {None}
    by_word = tuple(sorted(act for act in wanted if act in BY_WORD))
    return ("on_post", *by_word) if by_word and len(by_word) == len(wanted) else ("on_post", "moved", *by_word)


def list_call(ctx: Context, via: Via, callouts: Sequence[Callout], numbered: Mapping[str, int], letter: str, *,
              drill: bool) -> Worded:
    """The message to a superior: his silent places by number."""
    rows = sorted((numbered[place], ctx.site.places[place].name)
                  for place in {each.place for each in callouts} if place in ctx.site.places)
    facts = about(ctx, callouts, drill=drill) | {
        "code": letter, "codes": codes_line(letter), "silent": silent_list(rows, _SILENT_LIMIT)}
    return worded(ctx, f"list.{via}", facts)


def officer_call(ctx: Context, via: Via, alarm: Callout, letter: str, told: Mapping[str, object], *,
                 drill: bool) -> Worded:
    """The message to the officer; `told` says what stands on the alarm and where."""
    facts = base(ctx, drill=drill) | {
        "code": letter, "codes": codes_line(letter), "title": str(alarm.memo.get("title", "值班告警")), **told}
    return worded(ctx, f"officer.{via}", facts)
