"""Users, their logins, and the audit nobody can change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0016"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SQLITE = tuple(f"CREATE TRIGGER audit_no_{act} BEFORE {act.upper()} ON audit "
               "BEGIN SELECT RAISE(ABORT, 'audit rows stay as they are'); END" for act in ("update", "delete"))
POSTGRESQL = (
    "CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'audit rows stay as they are'; END $$",
    "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "account", sa.Column("name", TEXT, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("role", "person", "password", "salt")),
        sa.Column("step", sa.Integer(), nullable=False), sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.BigInteger()), sa.Column("disabled", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_account"),
    )
    op.create_table(
        "login_session", sa.Column("id", TEXT, nullable=False), sa.Column("account", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False), sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
    )
    op.create_index("ix_login_session_account", "login_session", ["account"])
    op.create_table(
        "audit", sa.Column("seq", NUMBER, nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("what", "account", "place", "why", "facts", "seal")),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_table(
        "audit_head", sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("seq", NUMBER, nullable=False), sa.Column("seal", TEXT, nullable=False),
        sa.CheckConstraint("id = 1", name="one"), sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.execute("INSERT INTO audit_head (id, seq, seal) VALUES (1, 0, '')")
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
