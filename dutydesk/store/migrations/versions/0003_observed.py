"""Readings of stations, where their thresholds stand, forecasts, sightings."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG, INT, SMALL, FLOAT = sa.BigInteger(), sa.Integer(), sa.SmallInteger(), sa.Float()


def want(name: str, kind: Any, **more: Any) -> sa.Column[Any]:
    """Return a column that always holds something."""
    return sa.Column(name, kind, nullable=False, **more)


def may(name: str, kind: Any) -> sa.Column[Any]:
    """Return a column that may be empty."""
    return sa.Column(name, kind)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "reading",
        want("station", TEXT), want("what", TEXT), want("at", BIG, autoincrement=False),
        want("period", INT, autoincrement=False), want("value", FLOAT), want("received_at", BIG),
        sa.PrimaryKeyConstraint("station", "what", "at", "period", name="pk_reading"),
    )
    op.create_index("ix_reading_station_at", "reading", ["station", "at"])
    op.create_table(
        "gauge",
        want("station", TEXT), want("what", TEXT), want("place", TEXT), may("colour", SMALL), want("first", TEXT),
        want("serial", INT), may("issued_at", BIG), may("mark_at", BIG), want("marks", TEXT), may("late", SMALL),
        sa.PrimaryKeyConstraint("station", "what", "place", name="pk_gauge"),
    )
    op.create_index("ix_gauge_first", "gauge", ["first"])
    op.create_table(
        "forecast",
        want("source", TEXT), want("place", TEXT), want("what", TEXT), want("lon", FLOAT), want("lat", FLOAT),
        want("issued_at", BIG), want("starts", BIG), want("received_at", BIG), want("amounts", TEXT),
        sa.PrimaryKeyConstraint("source", "place", "what", name="pk_forecast"),
    )
    op.create_table(
        "sighting",
        want("id", TEXT), want("source", TEXT), want("own_id", TEXT), want("at", BIG), want("event", TEXT),
        may("lon", FLOAT), may("lat", FLOAT), want("place", TEXT), want("device", TEXT), want("text", TEXT),
        want("picture", TEXT), may("confidence", FLOAT), want("over", SMALL), may("colour", SMALL),
        want("received_at", BIG), want("first", TEXT), want("alert", TEXT), want("sure", SMALL),
        sa.PrimaryKeyConstraint("id", name="pk_sighting"),
    )
    op.create_index("ix_sighting_received_at", "sighting", ["received_at"])
    op.create_index("ix_sighting_source_device_event_at", "sighting", ["source", "device", "event", "at"])
