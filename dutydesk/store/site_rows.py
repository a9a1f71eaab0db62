"""The site in tables: kept by difference, read back as one value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from hashlib import blake2b
from typing import Any

import shapely
from sqlalchemy import Table, and_, bindparam, delete, insert, select, update

from dutydesk.domain.site import Desk, Number, Person, Place, Post, Shift, Site
from dutydesk.domain.values import Role
from dutydesk.store.codec import dump_words, load_words
from dutydesk.store.dialect import Dialect
from dutydesk.store.journal_rows import JournalReads, JournalWrites
from dutydesk.store.register_rows import read_registers, write_registers
from dutydesk.store.tables import desk, number, person, place, post, register_entry, seat, shift

_HASH = "site.hash"
_ZONE = "site.timezone"
_WEEK = range(1, 8)
_TABLES = (desk, place, person, number, post, seat, shift, register_entry)
Rows = list[tuple[Any, ...]]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _read_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _area(site: Site, it: Place) -> tuple[str, str]:
    """Return the county and the town a place lies in (itself counts), empty where there is none."""
    found = {"county": "", "town": ""}
    for each in (it, *site.ancestors(it.id)):
        if each.kind in found and not found[each.kind]:
            found[each.kind] = each.id
    return found["county"], found["town"]


def _places(site: Site) -> Rows:
    return [
        (it.id, rank, it.name, it.kind, it.desk, *_area(site, it), dump_words(it.parents),
         dump_words(it.covered_by), it.risk, it.population, it.approximate,
         None if it.geometry is None else shapely.to_wkb(it.geometry))
        for rank, it in enumerate(site.places.values())
    ]


def _shifts(site: Site) -> Rows:
    return [
        (rank, it.desk, it.role.value, sum(1 << day for day in it.days), it.start.isoformat(), it.end.isoformat(),
         it.person, _day(it.since), _day(it.until))
        for rank, it in enumerate(site.roster)
    ]


def write_site(site: Site) -> dict[Table, Rows]:
    """Return the rows of every table, in the order of the tables' columns."""
    people = list(site.people.values())
    posts = list(site.posts.values())
    return {
        desk: [(it.id, rank, it.name, it.phone) for rank, it in enumerate(site.desks.values())],
        place: _places(site),
        person: [(it.id, rank, it.name, it.organisation, it.title) for rank, it in enumerate(people)],
        number: [(it.id, rank, each.kind, each.number, _day(each.confirmed))
                 for it in people for rank, each in enumerate(it.numbers)],
        post: [(it.id, rank, it.place, it.duty, it.superior) for rank, it in enumerate(posts)],
        seat: [(it.id, rank, each) for it in posts for rank, each in enumerate(it.seats, 1)],
        shift: _shifts(site),
        register_entry: write_registers(site.registers),
    }


def read_site(rows: Mapping[Table, Rows], timezone: str) -> Site:
    """Return the site of its rows."""
    numbers: dict[str, list[Number]] = {}
    for owner, _, kind, dialled, confirmed in rows[number]:
        numbers.setdefault(owner, []).append(Number(owner, kind, dialled, _read_day(confirmed)))
    seats: dict[str, list[str]] = {}
    for of, _, who in rows[seat]:
        seats.setdefault(of, []).append(who)
    return Site(
        {row[0]: Desk(row[0], *row[2:]) for row in rows[desk]},
        {it.id: it for it in map(_read_place, rows[place])},
        {id_: Person(id_, name, organisation, title, tuple(numbers.get(id_, ())))
         for id_, _, name, organisation, title in rows[person]},
        {row[0]: Post(row[2], row[3], tuple(seats.get(row[0], ())), row[4]) for row in rows[post]},
        tuple(map(_read_shift, rows[shift])),
        timezone,
        read_registers(rows[register_entry]),
    )


def _read_place(row: tuple[Any, ...]) -> Place:
    id_, _, name, kind, of_desk, _, _, parents, covered, risk, population, approximate, wkb = row
    return Place(id_, name, kind, load_words(parents), load_words(covered), of_desk, risk, population,
                 approximate, None if wkb is None else shapely.from_wkb(wkb))


def _read_shift(row: tuple[Any, ...]) -> Shift:
    _, of_desk, role, days, starts, ends, who, since, until = row
    return Shift(of_desk, Role(role), frozenset(day for day in _WEEK if days >> day & 1),
                 time.fromisoformat(starts), time.fromisoformat(ends), who, _read_day(since), _read_day(until))


def _fingerprint(tables: Mapping[Table, Rows], timezone: str) -> str:
    hashed = blake2b(timezone.encode(), digest_size=16)
    for table, rows in tables.items():
        hashed.update(table.name.encode())
        for row in rows:
            hashed.update(repr(row).encode())
    return hashed.hexdigest()


class _Upkeep:
    """The statements that keep one table equal to a list of rows."""

    def __init__(self, table: Table) -> None:
        keys = list(table.primary_key)
        at = and_(*(column == bindparam(f"b_{column.name}") for column in keys))
        order = [table.c.post, table.c.rank] if table is seat else [table.c.rank]
        self.names = [column.name for column in table.c]
        self.keys = [self.names.index(column.name) for column in keys]
        self.select = select(*table.c).order_by(*order, *keys)
        self.insert = insert(table)
        self.update = update(table).where(at)
        self.delete = delete(table).where(at)

    def key(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(row[place] for place in self.keys)

    def named_key(self, row: tuple[Any, ...]) -> dict[str, Any]:
        return {f"b_{self.names[place]}": row[place] for place in self.keys}

    def changes(self, row: tuple[Any, ...]) -> dict[str, Any]:
        named = self.named_key(row)
        named.update((name, value) for place, (name, value) in enumerate(zip(self.names, row, strict=True))
                     if place not in self.keys)
        return named


class SiteSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        self.tables = {table: _Upkeep(table) for table in _TABLES}


class SiteReads(JournalReads):
    """Reading the site."""

    def site(self) -> Site:
        """Return the site; read anew only when its content changed."""
        known, site = self.home.site
        while (wanted := self.setting(_HASH)) not in (None, known):
            rows = {table: self._rows_of(keep) for table, keep in self.home.statements(SiteSql).tables.items()}
            site = read_site(rows, self.setting(_ZONE))
            if self.setting(_HASH) == wanted:   # nobody saved another one while these rows were read
                known = wanted
                self.home.site = (known, site)
        return site if wanted else Site()

    def _rows_of(self, keep: _Upkeep) -> Rows:
        return [tuple(row) for row in self.rows(keep.select)]


class SiteWrites(SiteReads, JournalWrites):
    """Keeping the site."""

    def save_site(self, site: Site) -> None:
        """Make the tables hold this site; only rows that differ are written.

        The setting comes first: its row is the lock behind which workers that start together wait for each other.
        """
        tables = write_site(site)
        self.set_setting(_ZONE, site.timezone)
        for table, rows in tables.items():
            self._keep(self.home.statements(SiteSql).tables[table], rows)
        self.set_setting(_HASH, _fingerprint(tables, site.timezone))

    def _keep(self, keep: _Upkeep, rows: Rows) -> None:
        old = {keep.key(row): row for row in self._rows_of(keep)}
        new = {keep.key(row): row for row in rows}
        self.change(keep.delete, [keep.named_key(row) for each, row in old.items() if each not in new])
        self.change(keep.update, [keep.changes(row) for each, row in new.items()
                                  if each in old and old[each] != row])
        self.change(keep.insert, [dict(zip(keep.names, row, strict=True)) for each, row in new.items()
                                  if each not in old])
