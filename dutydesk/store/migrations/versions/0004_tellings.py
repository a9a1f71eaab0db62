"""Which source told each version, by what it is found again, and where officers had the last word about a chain."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables; what older chains give is the ground that later versions build on."""
    _table("telling", "id", version=TEXT, source=TEXT, document=TEXT, received_at=sa.BigInteger(), says=TEXT, adds=TEXT)
    op.create_index("ix_telling_version", "telling", ["version"])
    _table("mark", "kind", "value", "version")
    _table("ruling", "chain", sent=sa.BigInteger(), ground=TEXT)
    op.create_index("ix_chain_office_event", "chain", ["office", "event"])
    op.execute("INSERT INTO ruling (chain, sent, ground) SELECT id, sent, colours FROM chain")
    op.execute("INSERT INTO mark (kind, value, version) SELECT 'base', identifier, id FROM version")


def _table(name: str, *keys: str, **columns: Any) -> None:
    every: dict[str, Any] = dict.fromkeys(keys, TEXT) | columns
    op.create_table(name, *(sa.Column(each, kind, nullable=False) for each, kind in every.items()),
                    sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}"))
