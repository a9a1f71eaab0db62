"""The first tables: site, alerts, callouts, what was heard and written down."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BIG, INT, SMALL, FLOAT, BYTES = sa.BigInteger(), sa.Integer(), sa.SmallInteger(), sa.Float(), sa.LargeBinary()


def want(name: str, kind: Any, **more: Any) -> sa.Column[Any]:
    """Return a column that always holds something."""
    return sa.Column(name, kind, nullable=False, **more)


def may(name: str, kind: Any, **more: Any) -> sa.Column[Any]:
    """Return a column that may be empty."""
    return sa.Column(name, kind, **more)


def only(rows: str) -> dict[str, Any]:
    """Return the options of an index over some rows."""
    return {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}


def upgrade() -> None:
    """Make the tables."""
    site()
    alerts()
    heart()
    papers()
    op.execute("INSERT INTO journal_head (id, seq, seal) VALUES (1, 0, '')")


def site() -> None:
    """Desks, places, people, posts, roster, settings."""
    op.create_table(
        "setting",
        want("name", TEXT), want("value", TEXT), sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
    op.create_table(
        "desk",
        want("id", TEXT), want("rank", INT), want("name", TEXT), want("phone", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_desk"),
    )
    op.create_table(
        "place",
        want("id", TEXT), want("rank", INT), want("name", TEXT), want("kind", TEXT), want("desk", TEXT),
        want("county", TEXT), want("town", TEXT), want("parents", TEXT), want("covered_by", TEXT),
        want("risk", INT), want("population", INT), may("approximate", FLOAT), may("geometry", BYTES),
        sa.PrimaryKeyConstraint("id", name="pk_place"),
    )
    op.create_index("ix_place_county_town", "place", ["county", "town"])
    op.create_index("ix_place_desk", "place", ["desk"])
    op.create_table(
        "person",
        want("id", TEXT), want("rank", INT), want("name", TEXT), want("organisation", TEXT),
        want("title", TEXT), sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_table(
        "number",
        want("person", TEXT), want("rank", INT, autoincrement=False), want("kind", TEXT),
        want("number", TEXT), may("confirmed", TEXT),
        sa.PrimaryKeyConstraint("person", "rank", name="pk_number"),
    )
    op.create_index("ix_number_number", "number", ["number"])
    op.create_table(
        "post",
        want("id", TEXT), want("rank", INT), want("place", TEXT), want("duty", TEXT), may("superior", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_post"),
    )
    op.create_index("ix_post_place", "post", ["place"])
    op.create_table(
        "seat",
        want("post", TEXT), want("rank", INT, autoincrement=False), want("person", TEXT),
        sa.PrimaryKeyConstraint("post", "rank", name="pk_seat"),
    )
    op.create_index("ix_seat_person", "seat", ["person"])
    op.create_table(
        "shift",
        want("rank", INT, autoincrement=False), want("desk", TEXT), want("role", TEXT), want("days", SMALL),
        want("starts", TEXT), want("ends", TEXT), want("person", TEXT), may("since", TEXT),
        may("until", TEXT), sa.PrimaryKeyConstraint("rank", name="pk_shift"),
    )


def alerts() -> None:
    """Documents, versions, chains, incidents."""
    op.create_table(
        "document",
        want("hash", TEXT), want("source", TEXT), want("name", TEXT), want("received_at", BIG),
        want("body", BYTES), want("state", TEXT), want("faults", TEXT),
        sa.PrimaryKeyConstraint("hash", name="pk_document"),
    )
    op.create_index("ix_document_state_received_at_hash", "document", ["state", "received_at", "hash"])
    op.create_table(
        "version",
        want("id", TEXT), want("chain", TEXT), want("document", TEXT), want("identifier", TEXT),
        want("sender", TEXT), want("msg_type", TEXT), want("status", TEXT), want("sent", BIG),
        want("received_at", BIG), want("event", TEXT), want("colour", SMALL), want("headline", TEXT),
        want("text", TEXT), may("expires", BIG), want("joined", TEXT), want("content", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_version"),
    )
    op.create_index("ix_version_chain_received_at", "version", ["chain", "received_at"])
    op.create_index("ix_version_identifier", "version", ["identifier"])
    op.create_table(
        "chain",
        want("id", TEXT), want("office", TEXT), want("event", TEXT), want("family", TEXT),
        want("source", TEXT), want("status", TEXT), want("open", SMALL), want("latest", TEXT),
        want("sent", BIG), may("expires", BIG), want("colours", TEXT), want("version", INT),
        sa.PrimaryKeyConstraint("id", name="pk_chain"),
    )
    op.create_index("ix_chain_open_event", "chain", ["open", "event"])
    op.create_table(
        "incident",
        want("id", TEXT), want("number", TEXT), want("desk", TEXT), want("family", TEXT), want("kind", TEXT),
        want("opened_at", BIG), may("closed_at", BIG), want("round", INT), want("colours", TEXT),
        want("chains", TEXT), want("renewals", TEXT), want("by_hand", TEXT), want("silent", TEXT),
        want("version", INT), sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_index("ix_incident_open", "incident", ["opened_at"], **only("closed_at IS NULL"))
    op.create_index("uq_incident_one_open", "incident",
                    ["desk", "family"], unique=True, **only("closed_at IS NULL AND kind = 'real'"))


def heart() -> None:
    """Policies, callouts, asks, calls."""
    op.create_table(
        "policy",
        want("hash", TEXT), want("body", TEXT), sa.PrimaryKeyConstraint("hash", name="pk_policy"),
    )
    op.create_table(
        "callout",
        want("id", TEXT), want("incident", TEXT), want("post", TEXT), want("place", TEXT), want("round", INT),
        want("colour", SMALL), want("klass", SMALL), want("policy", TEXT), want("opened_at", BIG),
        want("state", TEXT), may("closed_as", TEXT), want("step", INT), want("climb", INT),
        want("tries", INT), may("due_at", BIG), may("called_at", BIG), may("answered_at", BIG),
        may("acted_at", BIG), want("taken_by", TEXT), want("version", INT), want("memo", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_callout"),
        sa.CheckConstraint("klass BETWEEN 0 AND 3", name=op.f("ck_callout_klass")),
    )
    op.create_index("ix_callout_due", "callout", ["klass", "due_at", "id"], **only("due_at IS NOT NULL"))
    op.create_index("ix_callout_incident_post", "callout", ["incident", "post"])
    op.create_table(
        "ask",
        want("id", TEXT), want("callout", TEXT), want("incident", TEXT), want("round", INT),
        want("place", TEXT), want("person", TEXT), want("role", TEXT), want("number", TEXT),
        want("via", TEXT), want("step", INT), want("climb", INT), want("tries", INT), want("klass", SMALL),
        want("due_at", BIG), want("state", TEXT), may("call", TEXT), may("outcome", TEXT),
        may("claim_at", BIG), want("why", TEXT), sa.PrimaryKeyConstraint("id", name="pk_ask"),
        sa.CheckConstraint("klass BETWEEN 0 AND 3", name=op.f("ck_ask_klass")),
    )
    op.create_index("ix_ask_callout", "ask", ["callout"])
    op.create_index("ix_ask_due", "ask", ["klass", "via", "claim_at", "id"], **only("claim_at IS NOT NULL"))
    op.create_index("ix_ask_group", "ask",
                    ["person", "incident", "round", "via"], **only("claim_at IS NOT NULL"))
    op.create_index("ix_ask_number_due_at", "ask", ["number", "due_at"])
    op.create_table(
        "call",
        want("id", TEXT), want("incident", TEXT), want("round", INT), want("person", TEXT),
        want("number", TEXT), want("via", TEXT), want("channel", TEXT), want("klass", SMALL),
        want("text", TEXT), want("code", TEXT), want("asks", TEXT), want("places", TEXT),
        want("created_at", BIG), want("state", TEXT), want("lease", TEXT), may("lease_until", BIG),
        may("handed_at", BIG), may("outcome", TEXT), want("provider", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
    )
    op.create_index("ix_call_incident", "call", ["incident"])
    op.create_index("ix_call_lease", "call", ["lease_until"], **only("lease_until IS NOT NULL"))
    op.create_index("ix_call_number_created_at", "call", ["number", "created_at"])


def papers() -> None:
    """Facts, notices, replies, codes, tasks, the journal."""
    op.create_table(
        "fact",
        want("id", TEXT), want("callout", TEXT), want("incident", TEXT), want("what", TEXT),
        want("person", TEXT), may("via", TEXT), want("at", BIG), want("evidence", TEXT), want("act", TEXT),
        may("n", INT), want("source", TEXT), sa.PrimaryKeyConstraint("id", name="pk_fact"),
    )
    op.create_index("ix_fact_callout", "fact", ["callout"])
    op.create_index("ix_fact_incident", "fact", ["incident"])
    op.create_table(
        "notice",
        want("id", TEXT), want("incident", TEXT), want("person", TEXT), want("number", TEXT),
        want("what", TEXT), want("text", TEXT), want("due_at", BIG), want("state", TEXT), want("why", TEXT),
        may("lease_until", BIG), may("claim_at", BIG), sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    op.create_index("ix_notice_due", "notice", ["claim_at", "id"], **only("claim_at IS NOT NULL"))
    op.create_index("ix_notice_incident", "notice", ["incident"])
    op.create_index("ix_notice_person_due_at", "notice", ["person", "due_at"])
    op.create_table(
        "inbound",
        want("id", TEXT), want("channel", TEXT), want("kind", TEXT), want("number", TEXT), want("text", TEXT),
        want("call", TEXT), want("received_at", BIG), may("outcome", TEXT), want("state", TEXT),
        want("understood", TEXT), sa.PrimaryKeyConstraint("id", name="pk_inbound"),
    )
    op.create_index("ix_inbound_number_received_at", "inbound", ["number", "received_at"])
    op.create_index("ix_inbound_state_received_at_id", "inbound", ["state", "received_at", "id"])
    op.create_table(
        "code",
        want("number", TEXT), want("code", TEXT), want("incident", TEXT),
        want("round", INT, autoincrement=False), want("given_at", BIG), want("drill", SMALL),
        may("free_at", BIG), sa.PrimaryKeyConstraint("number", "code", "incident", "round", name="pk_code"),
    )
    op.create_index("ix_code_incident", "code", ["incident"])
    op.create_table(
        "task",
        want("id", TEXT), want("incident", TEXT), want("what", TEXT), want("place", TEXT),
        want("owner", TEXT), want("due_at", BIG), want("state", TEXT), want("about", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
    )
    op.create_index("ix_task_incident", "task", ["incident"])
    op.create_index("ix_task_state_due_at", "task", ["state", "due_at"])
    op.create_table(
        "journal",
        want("row", ROW, autoincrement=True), want("at", BIG), want("what", TEXT), want("incident", TEXT),
        want("callout", TEXT), want("person", TEXT), want("facts", TEXT), may("seq", ROW), want("seal", TEXT),
        sa.PrimaryKeyConstraint("row", name="pk_journal"), sa.UniqueConstraint("seq", name="uq_journal_seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journal_incident_seq", "journal", ["incident", "seq"])
    op.create_table(
        "journal_head",
        want("id", INT, autoincrement=False), want("seq", ROW), want("seal", TEXT), may("sealed_at", BIG),
        sa.PrimaryKeyConstraint("id", name="pk_journal_head"),
        sa.CheckConstraint("id = 1", name=op.f("ck_journal_head_one")),
    )
