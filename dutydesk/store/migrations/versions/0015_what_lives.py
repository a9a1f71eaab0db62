"""Living letters are found without the old ones of a phone; a journal row enters the incident's index once, sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the indexes."""
    op.create_index("ix_code_number_free_at", "code", ["number", "free_at"])
    op.drop_index("ix_journal_incident_seq", "journal")
    sealed = sa.text("seq IS NOT NULL")
    op.create_index("ix_journal_incident_seq", "journal", ["incident", "seq"],
                    sqlite_where=sealed, postgresql_where=sealed)
