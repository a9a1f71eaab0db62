"""People, places, officers, phones' owners, and the outlines of the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import bindparam, func, select

from dutydesk.domain.records import State
from dutydesk.domain.roster import on_duty
from dutydesk.domain.site import Place
from dutydesk.domain.values import Role
from dutydesk.ports.shown import (
    Candidate,
    Found,
    OfficerView,
    PersonPage,
    PhoneOwner,
)
from dutydesk.store.callout_rows import _read as read_callout
from dutydesk.store.dialect import Dialect
from dutydesk.store.tables import ask, call, callout
from dutydesk.store.views_common import RowSql, first_seat, shown_numbers
from dutydesk.store.views_incident import IncidentLook, calls

SIMPLER = 0.0008      # degrees, about 80 m: how much an outline may be simplified for the panel
ROLES = (Role.OFFICER, Role.BACKUP, Role.LEADER)


class PeopleSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        alive = callout.c.state != State.CLOSED.value
        self.by_ids = RowSql(dialect).by_ids
        self.asked = select(ask.c.callout).join(callout, callout.c.id == ask.c.callout).where(
            ask.c.person == bindparam("person"), alive).distinct().limit(200)
        self.calls = calls().where(call.c.person == bindparam("person")).order_by(
            call.c.created_at.desc(), call.c.id).limit(50)
        self.open_of_people = select(ask.c.person, func.count(ask.c.callout.distinct())).join(
            callout, callout.c.id == ask.c.callout).where(
            dialect.among(ask.c.person, "ids"), alive).group_by(ask.c.person)
        self.open_at = select(callout.c.place, func.count()).where(
            dialect.among(callout.c.place, "ids"), alive).group_by(callout.c.place)


class PeopleLook(IncidentLook):
    """Looks at people."""

    def _people(self) -> PeopleSql:
        return self.reading.home.statements(PeopleSql)

    def search(self, text: str, limit: int) -> tuple[Found, ...]:
        """Return people and places whose name or id contains the text."""
        people = [each for each in self.site.people.values() if text in each.name or text == each.id]
        places = [each for each in self.site.places.values() if text in each.name or text == each.id]
        places.sort(key=lambda each: (each.name != text, _depth(each), each.id))
        people, places = people[:limit // 2], places[:limit - min(len(people), limit // 2)]
        open_of = self._open(self._people().open_of_people, [each.id for each in people])
        open_at = self._open(self._people().open_at, [each.id for each in places])
        found = [Found("person", each.id, each.name, f"{each.organisation} {each.title}".strip(),
                       open_of.get(each.id, 0)) for each in people]
        return (*found, *(Found("place", each.id, each.name, self._above(each), open_at.get(each.id, 0))
                          for each in places))

    def _open(self, statement: Any, ids: Sequence[str]) -> dict[str, int]:
        if not ids:
            return {}
        rows = self.reading.rows(statement, {"ids": self.reading.home.dialect.many(ids)})
        return {id_: int(number) for id_, number in rows}

    def _above(self, it: Place) -> str:
        return " ".join(each.name for each in reversed(list(self.site.ancestors(it.id))))

    def person_page(self, id: str) -> PersonPage | None:
        """Return one person."""
        known = self.site.people.get(id)
        if known is None:
            return None
        posts = self.site.posts_of.get(id, ())
        incidents = {each.id: each for each in self.reading.incidents()}
        ids = {row[0] for row in self.reading.rows(self._people().asked, {"person": id})}
        sql, many = self.reading.home.statements(RowSql), self.reading.home.dialect.many
        rows = [*self.reading.rows(sql.by_ids, {"ids": many(sorted(ids))}),
                *self.reading.rows(sql.of_posts, {"posts": many([post.id for post in posts])})]
        own = {row[0]: row for row in rows if not row[2].endswith("/officer")}
        names = tuple(f"{self.full_name(post.place)}/{post.duty}" for post in posts)
        return PersonPage(id, known.name, known.organisation, known.title, shown_numbers(known), names,
                          tuple(self.rows(list(own.values()), incidents)),
                          tuple(map(self.call, self.reading.rows(self._people().calls, {"person": id}))))

    def candidates(self, ids: Sequence[str]) -> tuple[Candidate, ...]:
        """Return seats, superiors and whoever was reached for these callouts, the one covering most first."""
        covers: dict[str, int] = {}
        roles: dict[str, Role] = {}
        many = self.reading.home.dialect.many
        for row in self.reading.rows(self._people().by_ids, {"ids": many(list(ids))}):
            it = read_callout(row[:-3])
            speakers = dict(self._speakers(it.post, first_seat(self.site, it), it.memo.get("roles", {})))
            for person, role in speakers.items():
                covers[person] = covers.get(person, 0) + 1
                roles.setdefault(person, role)
        order = list(Role)
        best = sorted(covers, key=lambda person: (-covers[person], order.index(roles[person]), person))
        return tuple(self._candidate(person, roles[person], covers[person]) for person in best[:12])

    def _speakers(self, post_id: str, holder: str, asked: Mapping[str, str]) -> Iterable[tuple[str, Role]]:
        """Yield who may speak for a post, the more telling role last."""
        yield from ((person, Role(role)) for person, role in asked.items())
        post = self.site.posts.get(post_id)
        if post is not None:
            above = self.site.superior(post)
            yield from ((person, Role.SUPERIOR) for person in (above.seats[:1] if above else ()))
            yield from ((person, Role.DEPUTY) for person in post.seats)
        if holder:
            yield holder, Role.HOLDER

    def _candidate(self, id: str, role: Role, covers: int) -> Candidate:
        known = self.site.people.get(id)
        title = f"{known.organisation}{known.title}" if known else ""
        return Candidate(id, known.name if known else id, title, role, covers)

    def officers(self, now: datetime) -> tuple[OfficerView, ...]:
        """Return everybody of the rosters, those on duty now first."""
        serving: dict[str, Role] = {}
        for desk in self.site.desks:
            for role in ROLES:
                for person in on_duty(self.site.roster, desk, role, now, self.site.timezone):
                    serving.setdefault(person, role)
        usual = {shift.person: shift.role for shift in self.site.roster}
        everybody = [*serving, *(person for person in sorted(usual) if person not in serving)]
        return tuple(OfficerView(person, self.person_name(person), serving.get(person, usual.get(person)),
                                 person in serving) for person in everybody)

    def owners(self, numbers: Sequence[str]) -> dict[str, PhoneOwner]:
        """Return whose these numbers are."""
        found: dict[str, PhoneOwner] = {}
        for number in numbers:
            rows = self.site.number_owners.get(number)
            if not rows:
                continue
            known = self.site.people[rows[0].person]
            posts = self.site.posts_of.get(known.id, ())
            area = self._area(posts[0].place) if posts else known.organisation
            found[number] = PhoneOwner(number, known.id, known.name, known.title, area)
        return found

    def _area(self, place: str) -> str:
        """Name a place shortly: its town and itself."""
        town = [each.name for each in self.site.ancestors(place) if each.kind == "town"]
        return " ".join([*town[:1], self.place_name(place)])

    def outlines(self) -> dict[str, Any]:
        """Return county and town areas as GeoJSON, EPSG:4326, simplified for a panel."""
        features = []
        for it in self.site.places.values():
            if it.kind in ("county", "town") and it.geometry is not None and it.geometry.area:
                drawn = shapely.set_precision(it.geometry.simplify(SIMPLER), 0.0001)
                features.append({"type": "Feature", "geometry": shapely.geometry.mapping(drawn),
                                 "properties": {"id": it.id, "name": it.name, "level": it.kind}})
        return {"type": "FeatureCollection", "features": features}


def _depth(it: Place) -> int:
    levels = ("city", "county", "town", "village", "site")
    return levels.index(it.level)
