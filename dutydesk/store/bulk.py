"""One statement for many rows.

SQLite runs it row by row inside the driver, which costs nothing there. PostgreSQL gets one array per column and
runs it once over `unnest`: several times as fast as a row a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    bindparam,
    func,
    insert,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from dutydesk.store.dialect import POSTGRESQL, Dialect

Row = Mapping[str, Any]


class Bulk:
    """A statement whose parameters are rows: mappings with the same names. Made by `adding` and `changing`."""

    def __init__(self, dialect: Dialect, statement: Any, names: Sequence[str]) -> None:
        self._whole = dialect.name == POSTGRESQL
        self._statement = statement
        self._names = names
        if not self._whole:
            compiled = statement.compile(dialect=sqlite.dialect())
            self._text = str(compiled)
            self._pick = itemgetter(*(name.removeprefix("n_") for name in compiled.positiontup))

    def run(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Run it for all rows and return how many rows of the table it touched."""
        if not rows:
            return 0
        if self._whole:
            columns = {f"n_{name}": [row[name] for row in rows] for name in self._names}
            return connection.execute(self._statement, columns).rowcount
        return connection.exec_driver_sql(self._text, [self._pick(row) for row in rows]).rowcount


def _arrays(columns: Mapping[str, Column[Any]]) -> Any:
    """Return the rows of the parameters as a table on PostgreSQL."""
    arrays = [bindparam(f"n_{name}", type_=postgresql.ARRAY(column.type)) for name, column in columns.items()]
    return func.unnest(*arrays).table_valued(*columns, name="v").render_derived(name="v")


def adding(dialect: Dialect, table: Table, *, leave_out: Iterable[str] = (), known: bool = False) -> Bulk:
    """Return an insert of rows named by the table's columns; `known` rows are left alone instead of refused."""
    columns = {column.name: column for column in table.c if column.name not in set(leave_out)}
    if dialect.name == POSTGRESQL:
        whole = postgresql.insert(table).from_select(list(columns), select(*_arrays(columns).c))
        return Bulk(dialect, whole.on_conflict_do_nothing() if known else whole, list(columns))
    each = sqlite.insert(table).on_conflict_do_nothing() if known else insert(table)
    return Bulk(dialect, each.values({name: bindparam(f"n_{name}") for name in columns}), list(columns))


def changing(dialect: Dialect, table: Table, names: Iterable[str], *, by: Sequence[str] = ("id",),
             fixed: Mapping[str, str | None] | None = None, only: Sequence[ColumnElement[bool]] = ()) -> Bulk:
    """Return an update of the named columns of rows found `by` columns, whose values the rows call `b_COLUMN`.

    `fixed` columns get the same text (or NULL) in every row; rows for which `only` does not hold stay as they are.
    """
    columns = {name: table.c[name] for name in names}
    keys = {f"b_{name}": table.c[name] for name in by}
    every = {**columns, **keys}
    if dialect.name == POSTGRESQL:
        rows = _arrays(every).c
        told: Mapping[str, ColumnElement[Any]] = {name: rows[name] for name in every}
    else:
        told = {name: bindparam(f"n_{name}") for name in every}
    values: dict[str, Any] = {name: told[name] for name in columns}
    values.update((name, null() if text is None else literal_column(f"'{text}'"))
                  for name, text in (fixed or {}).items())
    found = [column == told[name] for name, column in keys.items()]
    return Bulk(dialect, update(table).values(values).where(*found, *only), list(every))
