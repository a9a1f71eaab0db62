"""Hot pixels, fires, days of fire weather, and earthquakes with all reports of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "hotspot",
        sa.Column("id", TEXT, nullable=False), sa.Column("source", TEXT, nullable=False),
        sa.Column("fire", TEXT, nullable=False), sa.Column("masked", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False), sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False), sa.Column("satellite", TEXT, nullable=False),
        sa.Column("confidence", sa.Float()), sa.Column("power", sa.Float()),
        sa.Column("across", sa.Float(), nullable=False), sa.Column("along", sa.Float(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hotspot"),
    )
    op.create_index("ix_hotspot_fire", "hotspot", ["fire"])
    op.create_index("ix_hotspot_at", "hotspot", ["at"])
    op.create_table(
        "fire",
        sa.Column("id", TEXT, nullable=False), sa.Column("source", TEXT, nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False), sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False), sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("pixels", sa.Integer(), nullable=False), sa.Column("at_once", sa.Integer(), nullable=False),
        sa.Column("incident", TEXT, nullable=False), sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("latest", TEXT, nullable=False), sa.Column("result", TEXT, nullable=False),
        sa.Column("joined", TEXT, nullable=False), sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fire"),
    )
    op.create_index("ix_fire_incident", "fire", ["incident"])
    op.create_table(
        "fire_day",
        sa.Column("place", TEXT, nullable=False), sa.Column("day", TEXT, nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in (
            "temperature", "humidity", "wind", "rain", "ffmc", "dmc", "dc", "isi", "bui", "fwi")),
        sa.Column("grade", sa.SmallInteger(), nullable=False), sa.Column("source", TEXT, nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("place", "day", name="pk_fire_day"),
    )
    op.create_index("ix_fire_day_day", "fire_day", ["day"])
    op.create_table(
        "shock",
        sa.Column("id", TEXT, nullable=False), sa.Column("source", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False), sa.Column("reports", TEXT, nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False), sa.Column("latest", TEXT, nullable=False),
        sa.Column("said", TEXT, nullable=False), sa.Column("open", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shock"),
    )
    op.create_index("ix_shock_at", "shock", ["at"])
