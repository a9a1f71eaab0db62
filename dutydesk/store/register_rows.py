"""The registers in tables: entries as the folder gave them, and what officers set since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import shapely
from sqlalchemy import bindparam, func, insert, select

from dutydesk.domain.depot import Depot, Goods, WaterPoint
from dutydesk.domain.records import RegisterChange
from dutydesk.domain.registers import Registers, Zone
from dutydesk.domain.shelter import Shelter, ShelterState, Space, Term
from dutydesk.domain.team import Readiness, Team
from dutydesk.store.codec import clean, dump, load, micros, moment
from dutydesk.store.dialect import Dialect
from dutydesk.store.session import Session
from dutydesk.store.tables import register_change

_COLUMNS = frozenset({"id", "name", "place", "approximate", "geometry"})   # the others stand in `body`
_KINDS: dict[str, type[Any]] = {"shelters": Shelter, "teams": Team, "depots": Depot, "water_points": WaterPoint,
                                "zones": Zone}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _goods(rows: list[list[Any]]) -> tuple[Goods, ...]:
    return tuple(Goods(*row) for row in rows)


#: (register, field) -> how its JSON is read; a list without a reader is a tuple of texts.
_READ: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("shelters", "space"): Space, ("shelters", "term"): Term, ("shelters", "state"): ShelterState,
    ("shelters", "inspected"): _day, ("teams", "state"): Readiness, ("teams", "drilled"): _day,
    ("teams", "muster"): lambda seconds: timedelta(seconds=seconds), ("depots", "goods"): _goods,
    ("depots", "inspected"): _day, ("water_points", "inspected"): _day,
}


def _plain(value: Any) -> Any:
    """Return a field as a JSON value."""
    if isinstance(value, tuple):
        return [[each.name, each.amount, each.unit] if isinstance(each, Goods) else each for each in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, date) else value


def write_registers(registers: Registers) -> list[tuple[Any, ...]]:
    """Return the rows of `register_entry`, in the order of its columns."""
    rows = []
    for register in _KINDS:
        for rank, it in enumerate(getattr(registers, register).values()):
            body = {each.name: _plain(getattr(it, each.name)) for each in fields(it) if each.name not in _COLUMNS}
            rows.append((register, it.id, rank, it.name, it.place, dump(body), it.approximate,
                         None if it.geometry is None else shapely.to_wkb(it.geometry)))
    return rows


def read_registers(rows: list[tuple[Any, ...]]) -> Registers:
    """Return the registers of their rows."""
    found: dict[str, dict[str, Any]] = {register: {} for register in _KINDS}
    for register, id_, _, name, place, body, approximate, wkb in rows:
        more = {field: _field(register, field, value) for field, value in load(body).items()}
        found[register][id_] = _KINDS[register](
            id=id_, name=name, place=place, approximate=approximate,
            geometry=None if wkb is None else shapely.from_wkb(wkb), **more)
    return Registers(**found)


def _field(register: str, name: str, value: Any) -> Any:
    read = _READ.get((register, name), tuple if isinstance(value, list) else None)
    return read(value) if read else value


class RegisterSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        c = register_change.c
        whole = select(c.register, c.entry, c.at, c.by, c.state, c.registered, c.note)
        newest = select(func.max(c.row)).where(c.register == bindparam("register")).group_by(c.entry)
        self.states = whole.where(c.row.in_(newest)).order_by(c.row)
        self.history = whole.where(c.register == bindparam("register"), c.entry == bindparam("entry")).order_by(
            c.row.desc()).limit(bindparam("most"))
        self.add = insert(register_change)


def _change(row: Any) -> RegisterChange:
    register, entry, at, by, state, registered, note = row
    return RegisterChange(register, entry, moment(at), by, state, registered, note)


class RegisterReads(Session):
    """Reading what officers set."""

    def register_states(self, register: str) -> Mapping[str, RegisterChange]:
        """Return the newest change of every entry that was ever changed, by its id."""
        rows = self.rows(self.home.statements(RegisterSql).states, {"register": register})
        return {change.entry: change for change in map(_change, rows)}

    def register_history(self, register: str, entry: str, limit: int = 100) -> list[RegisterChange]:
        """Return the changes of one entry, newest first."""
        return [_change(row) for row in self.rows(self.home.statements(RegisterSql).history,
                                                  {"register": register, "entry": entry, "most": limit})]


class RegisterWrites(RegisterReads):
    """Writing what officers set."""

    def add_register_change(self, change: RegisterChange) -> None:
        """Add one change; none is ever altered."""
        self.change(self.home.statements(RegisterSql).add, {
            "register": change.register, "entry": change.entry, "at": micros(change.at), "by": change.by,
            "state": change.state, "registered": change.registered, "note": clean(change.note)})
