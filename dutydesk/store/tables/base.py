"""The metadata every table hangs on, and the column types that mean the same on both databases.

Times are integers: microseconds since 1970-01-01T00:00Z. JSON is text with sorted keys. Texts sort by code point
(`COLLATE "C"` on PostgreSQL, the default of SQLite), so that rows come in the same order everywhere.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, MetaData, SmallInteger, Text
from sqlalchemy.types import TypeEngine

CLASSES = (0, 1, 2, 3)
"""Claim classes: officer, red, other, drill."""

metadata = MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "pk": "pk_%(table_name)s",
})

ordered_text: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
row_number: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")


def key(name: str = "id") -> Column[Any]:
    """Return a text primary key."""
    return Column(name, ordered_text, primary_key=True)


def words(*names: str) -> list[Column[Any]]:
    """Return text columns that always hold something, be it the empty text."""
    return [Column(name, ordered_text, nullable=False) for name in names]


def word_or_none(name: str) -> Column[Any]:
    """Return a text column that may be empty."""
    return Column(name, ordered_text)


def times(*names: str) -> list[Column[Any]]:
    """Return columns of microseconds UTC that are always known."""
    return [Column(name, BigInteger, nullable=False) for name in names]


def time_or_none(name: str) -> Column[Any]:
    """Return a column of microseconds UTC that may be unknown."""
    return Column(name, BigInteger)


def counts(*names: str) -> list[Column[Any]]:
    """Return integer columns."""
    return [Column(name, Integer, nullable=False) for name in names]


def small(name: str) -> Column[Any]:
    """Return a column for a colour, a class or a yes or no."""
    return Column(name, SmallInteger, nullable=False)


def known_class() -> CheckConstraint:
    """Return the check that no row hides in a class nobody claims."""
    return CheckConstraint("klass BETWEEN 0 AND 3", name="klass")
