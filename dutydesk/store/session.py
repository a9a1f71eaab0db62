"""What every group of rows works with: one connection in one transaction, and statements built once per store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, bindparam, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.base import Executable

from dutydesk.domain.playbook import Policy
from dutydesk.domain.site import Site
from dutydesk.errors import Conflict
from dutydesk.store.bulk import Bulk
from dutydesk.store.dialect import Dialect

S = TypeVar("S")
T = TypeVar("T")
Row = Mapping[str, Any]


class Home:
    """What the sessions of one store share: its dialect, its key, its statements, and what never changes once
    read (policies and sites by the hash of their content).
    """

    def __init__(self, dialect: Dialect, key: bytes) -> None:
        self.dialect = dialect
        self.key = key
        self.policies: dict[str, Policy] = {}
        self.site: tuple[str, Site] = ("", Site())
        self._statements: dict[Callable[[Dialect], Any], Any] = {}

    def statements(self, kind: Callable[[Dialect], S]) -> S:
        """Return the statements of one group, built on first use."""
        found = self._statements.get(kind)
        if found is None:
            found = self._statements[kind] = kind(self.dialect)
        return found


class Session:
    """One connection inside one transaction. `connection` is open to views that need their own SELECTs."""

    def __init__(self, connection: Connection, home: Home) -> None:
        self.connection = connection
        self.home = home

    def rows(self, statement: Executable, values: Row | None = None) -> Sequence[Any]:
        """Return all rows as tuples."""
        return self.connection.execute(statement, values).all()

    def first(self, statement: Executable, values: Row | None = None) -> Any:
        """Return the first row as a tuple, or None."""
        return self.connection.execute(statement, values).first()

    def ordered(self, statement: Executable, ids: Iterable[str], read: Callable[[Any], T]) -> list[T]:
        """Return what the rows with these ids hold, in the order of the ids; unknown ids are left out.

        The first column of the statement is the id, its parameter is `ids`.
        """
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return []
        found = {row[0]: row for row in self.rows(statement, {"ids": self.home.dialect.many(wanted)})}
        return [read(found[each]) for each in wanted if each in found]

    def change(self, statement: Executable, values: Row | Collection[Row]) -> int:
        """Run a writing statement once or for many rows and return how many rows it touched."""
        if not values:
            return 0
        parameters = values if isinstance(values, Mapping) else list(values)
        return self.connection.execute(statement, parameters).rowcount

    def many(self, bulk: Bulk, rows: Sequence[Row]) -> int:
        """Run a bulk statement and return how many rows it touched."""
        return bulk.run(self.connection, rows)

    def save_versioned(self, upkeep: Upkeep, row: Row, what: str) -> None:
        """Change the row if its version is the one read, add it if it is new; raises Conflict otherwise.

        `row` holds every column; the version kept is one higher after a change.
        """
        version: int = row["version"]
        changed = {**row, "version": version + 1, "b_id": row["id"], "b_version": version}
        del changed["id"]
        try:
            if self.change(upkeep.update, changed) == 1:
                return
        except IntegrityError as error:
            raise Conflict(f"{what} {row['id']} collides with another that is open") from error
        if version or self.change(upkeep.insert, row) != 1:
            raise Conflict(f"{what} {row['id']} was changed by another worker; claim it again")


class Upkeep:
    """The two statements that keep a versioned table."""

    def __init__(self, dialect: Dialect, table: Table) -> None:
        self.insert = dialect.insert_new(table)
        self.update = update(table).where(
            table.c.id == bindparam("b_id"), table.c.version == bindparam("b_version"))
