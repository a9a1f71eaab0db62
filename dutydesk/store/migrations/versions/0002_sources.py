"""Sources: their states, the addresses they are fetched at, the places they reached; where a document was fetched."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG, INT, SMALL = sa.BigInteger(), sa.Integer(), sa.SmallInteger()


def want(name: str, kind: Any) -> sa.Column[Any]:
    """Return a column that always holds something."""
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Add the tables and the columns."""
    op.create_table(
        "source_state",
        want("id", TEXT), *(sa.Column(name, BIG) for name in ("since", "tried_at", "fetched_at", "heard_at")),
        want("failures", INT), want("error", TEXT), sa.Column("silent_at", BIG), sa.Column("lease_until", BIG),
        sa.PrimaryKeyConstraint("id", name="pk_source_state"),
    )
    op.create_table(
        "address",
        want("source", TEXT), want("url", TEXT), want("own", SMALL), want("title", TEXT), sa.Column("updated", BIG),
        sa.Column("asked_at", BIG), want("depth", INT), want("state", TEXT), want("tries", INT),
        sa.Column("due_at", BIG), want("error", TEXT), want("etag", TEXT), want("modified", TEXT),
        want("document", TEXT), sa.PrimaryKeyConstraint("source", "url", name="pk_address"),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_address_due", "address", ["due_at", "source"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "source_place",
        want("source", TEXT), want("place", TEXT), want("first_at", BIG),
        sa.PrimaryKeyConstraint("source", "place", name="pk_source_place"),
    )
    op.add_column("document", sa.Column("address", TEXT, nullable=False, server_default=""))
    op.create_index("ix_document_source_received_at", "document", ["source", "received_at"])
    op.create_index("ix_version_document", "version", ["document"])
