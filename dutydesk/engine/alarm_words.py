"""What the officer is told of his alarm: which warning, what stands on it, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from dutydesk.domain.records import Callout, Incident
from dutydesk.domain.values import Colour, Via
from dutydesk.engine import wording
from dutydesk.engine.books import Books
from dutydesk.engine.lanes import rate

_NAMED = 2        # so many posts are told by name and title; more are counted
_WIDE = ("city", "county")
_LONGEST = 100    # characters of what stands on the alarm


def facts(books: Books, incident: Incident, alarm: Callout) -> dict[str, object]:
    """The facts of the officer's templates that hang on the alarm: `alarm` (warning and what stands) and `places`."""
    items: Sequence[Mapping[str, Any]] = list(alarm.memo.get("items", {}).values())
    asked = {each.id: each for each in books.tx.callouts({item["callout"] for item in items if item["callout"]})}
    told = "；".join(part for part in (_warning(items, list(asked.values())), _standing(books, items, asked)) if part)
    return {"alarm": told[:_LONGEST], "places": _places(books, incident, items)}


def _warning(items: Sequence[Mapping[str, Any]], asked: Sequence[Callout]) -> str:
    """The most dangerous warning, when it was issued and by whom: `暴雨红色预警(10:20市气象台)`.

    Empty where it is said already: the arrival of a red names it.
    """
    if not asked or any(item["reason"] == "red" for item in items):
        return ""
    worst = max(asked, key=lambda each: (each.colour, each.opened_at))
    return wording.heading(str(worst.memo.get("event", "")), worst.colour, str(worst.memo.get("issued", "")),
                           str(worst.memo.get("office", "")))


def _standing(books: Books, items: Sequence[Mapping[str, Any]], asked: Mapping[str, Callout]) -> str:
    """What stands, each kind once with its count; a post of a city or county, or one of few, by place and title."""
    kinds: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for item in items:
        kinds.setdefault((item["reason"], item["text"]), []).append(item)
    return "；".join(_kind(books, reason, text, rows, asked) for (reason, text), rows in kinds.items())


def _kind(books: Books, reason: str, text: str, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Callout]) -> str:
    if reason == "capacity":
        return _not_yet_rung(books, len(rows))
    if reason == "held":
        wait = int(books.ctx.rules.hold.total_seconds())
        return f"{text}:请在值班台放行或扣住,{wait}秒内不处理自动放行;回1只停响铃"
    found = [asked[row["callout"]] for row in rows if row["callout"] in asked]
    names = [_name(books, each) for each in sorted(found, key=lambda each: not _is_wide(books, each.place))]
    named = "、".join(names[:_NAMED]) + ("等" if len(names) > _NAMED else "")
    count = f"（{len(rows)}处）" if len(rows) > 1 else ""
    return f"{named}{text}{count}" if named else f"{text}{count}"


def _not_yet_rung(books: Books, count: int) -> str:
    """How many are not rung yet and when the last one will be, by the rate of the lines."""
    a_second = sum(rate(Via.VOICE, each.limits) for each in books.ctx.channels.get(Via.VOICE, ()))
    if a_second <= 0:
        return f"{count}处尚未呼出，线路不通"
    last = books.now + timedelta(seconds=count / a_second)
    return f"{count}处尚未呼出，预计最后一通{wording.local(books.ctx, last)}"


def _is_wide(books: Books, place: str) -> bool:
    return place in books.ctx.site.places and books.ctx.site.places[place].kind in _WIDE


def _name(books: Books, callout: Callout) -> str:
    """A post by its place and the title of its seat, never by a person's name: `威海市市长`."""
    place = books.ctx.site.places.get(callout.place)
    post = books.ctx.site.posts.get(callout.post)
    seats = callout.memo.get("seats") or (post.seats if post else ())
    person = books.ctx.site.people.get(seats[0]) if seats else None
    return (place.name if place else "") + (person.title if person and person.title else "责任人")


def _places(books: Books, incident: Incident, items: Sequence[Mapping[str, Any]]) -> str:
    """Where: the places of the items, a red's arrival being every red place; counted where they are several."""
    site = books.ctx.site
    where = dict.fromkeys(item["place"] for item in items if item["reason"] != "red" and item["place"] in site.places)
    if any(item["reason"] == "red" for item in items):
        red = [place for place, colour in incident.colours.items() if colour is Colour.RED and place in site.places]
        where |= dict.fromkeys([place for place in sorted(red) if not _is_wide(books, place)] or red)
    if not where:
        return "值班室"
    told = wording.places(books.ctx, list(where))
    return told if len(where) == 1 or told.endswith("处") else f"{told}共{len(where)}处"
