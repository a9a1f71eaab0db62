"""What a commander draws on the map, version by version; and which orders of a bad link were carried out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "drawing",
        sa.Column("id", TEXT, nullable=False), sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("incident", "sort", "text")),
        sa.Column("geometry", sa.LargeBinary(), nullable=False), sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", TEXT, nullable=False), sa.Column("gone", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name="pk_drawing"),
    )
    op.create_index("ix_drawing_incident", "drawing", ["incident"])
    op.create_table(
        "sent_order",
        sa.Column("token", TEXT, nullable=False), sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_sent_order"),
    )
