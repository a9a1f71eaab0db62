"""A call names its wording, for quotas by template; a notice the channel it went by last. Calls are found by the id
their provider gave them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the two columns and the index."""
    op.add_column("call", sa.Column("template", TEXT))
    rows = sa.text("provider >= '@' AND provider < 'A'")
    op.create_index("ix_call_ref", "call", ["provider"], sqlite_where=rows, postgresql_where=rows)
    op.add_column("notice", sa.Column("channel", TEXT))
