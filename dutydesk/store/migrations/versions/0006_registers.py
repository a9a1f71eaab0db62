"""The registers: shelters, teams, depots, water points and zones as the folder gives them, and what officers set."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "register_entry",
        *(sa.Column(name, TEXT, nullable=False) for name in ("register", "id")),
        sa.Column("rank", sa.Integer(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("name", "place", "body")),
        sa.Column("approximate", sa.Float()), sa.Column("geometry", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("register", "id", name="pk_register_entry"),
    )
    op.create_index("ix_register_entry_place", "register_entry", ["place"])
    op.create_table(
        "register_change",
        sa.Column("row", ROW, nullable=False, autoincrement=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("register", "entry")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("by", "state")),
        sa.Column("registered", sa.Integer()), sa.Column("note", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_register_change"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_register_change_register_entry_row", "register_change", ["register", "entry", "row"])
