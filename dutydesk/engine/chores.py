"""Work a playbook asks for around an alert: the four patrols (雨前排查 雨中巡查 夜间巡查 雨后复查) and their like."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dutydesk.domain.playbook import Chore, Playbook
from dutydesk.domain.records import Incident
from dutydesk.domain.sun import next_sunset
from dutydesk.engine.books import Books

#: What happens -> the anchors that hang on it.
_MOMENTS = {"onset": ("onset", "sent", "sunset"), "lift": ("lift",), "grade": ("grade",)}


def open_for(books: Books, incident: Incident, playbook: Playbook, places: Iterable[str], moment: str,
             at: datetime, about: str = "") -> None:
    """Open the chores that hang on `moment` (onset with sunset and sent; lift; grade) at the given places.

    With `about` a chore is opened once for that, however often it is asked for.
    """
    wanted = [chore for chore in playbook.chores if chore.anchor in _MOMENTS[moment]]
    if not wanted:
        return
    there = {(task.what, task.place) for task in (*books.tx.tasks(incident=incident.id), *books.tasks)
             if task.about == about} if about else set()
    for id in places:
        place = books.ctx.site.places.get(id)
        if place is None:
            continue
        for chore in wanted:
            if place.kind in chore.where and (chore.what, id) not in there:
                books.task(incident.id, chore.what, id, _owner(books, id, playbook), _due(books, chore, at), about)


def _owner(books: Books, place: str, playbook: Playbook) -> str:
    """The holder of the place's first post of this playbook; the officer where there is none."""
    duties = playbook.posts.get(books.ctx.site.places[place].kind, ())
    for post in books.ctx.site.posts_at.get(place, ()):
        if post.duty in duties and post.seats:
            return post.seats[0]
    return "officer"


def _due(books: Books, chore: Chore, at: datetime) -> datetime:
    """When it is due: the anchor plus the offset, never before now."""
    if chore.anchor == "sunset":
        west, south, east, north = books.ctx.config.envelope
        at = next_sunset(max(at, books.now), lon=(west + east) / 2, lat=(south + north) / 2)
    return max(at + chore.offset, books.now)
