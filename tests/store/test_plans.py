"""The claims find their rows by an index, whatever lies in history: a plan is read, not a watch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from store_rows import ASK, CALL, CALLOUT, MINUTE, NOW

from dutydesk import store as stores
from dutydesk.domain.records import Inbound, State
from dutydesk.domain.values import Via
from dutydesk.ports.store import Waiting
from dutydesk.store import SqlStore

UNSEALED = {"sqlite": "sqlite_autoindex_journal_1", "postgresql": "uq_journal_seq"}   # seq is NULL until then

LOOKS: dict[str, tuple[Any, str | dict[str, str]]] = {
    "callouts": (lambda tx: tx.claim_callouts(1, NOW, 500), "ix_callout_due"),
    "asks": (lambda tx: tx.claim_asks(1, Via.SMS, NOW, 500), "ix_ask_due"),
    "overdue calls": (lambda tx: tx.claim_overdue_calls(NOW, 500), "ix_call_lease"),
    "notices": (lambda tx: tx.claim_notices(NOW, 500, NOW + MINUTE), "ix_notice_due"),
    "inbound": (lambda tx: tx.claim_inbound(500), "ix_inbound_state_received_at_id"),
    "documents": (lambda tx: tx.claim_documents(500), "ix_document_state_received_at_hash"),
    "unsealed": (lambda tx: tx.seal(NOW, 500), UNSEALED),
    "next due of callouts": (lambda tx: tx.next_due(), "ix_callout_due"),
    "next due of asks": (lambda tx: tx.next_due(), "ix_ask_due"),
    "next due of notices": (lambda tx: tx.next_due(), "ix_notice_due"),
    "callouts of an incident": (lambda tx: tx.callouts_of("i1"), "ix_callout_incident_post"),
    "asks of a callout": (lambda tx: tx.asks_of("c1"), "ix_ask_callout"),
    "asks to a number": (lambda tx: tx.asks_to("+9991", since=NOW), "ix_ask_number_due_at"),
    "calls to a number": (lambda tx: tx.calls_to("+9991", since=NOW), "ix_call_number_created_at"),
    "living letters": (lambda tx: tx.codes_of(["+9991"], living=NOW), "ix_code_number_free_at"),
    "journal of an incident": (lambda tx: tx.journal(incident="i1"), "ix_journal_incident_seq"),
    "withdrawal": (lambda tx: tx.withdraw_asks_of(["c1"]), "ix_ask_callout"),
}


def plans_of(store: SqlStore, work: Any) -> str:
    """Return the plans of every statement of a work, with scans made as dear as a million rows make them."""
    engine = store._writing
    assert isinstance(engine, Engine)
    told: list[str] = []

    def explain(connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any,
                many: bool) -> None:
        if many or not statement.startswith(("SELECT", "UPDATE")) or "pg_current_xact" in statement:
            return
        cursor = connection.connection.cursor()
        if store.home.dialect.name == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        how = "EXPLAIN " if store.home.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        cursor.execute(how + statement, parameters)
        told.extend(str(row) for row in cursor.fetchall())
        cursor.close()

    event.listen(engine, "before_cursor_execute", explain)
    try:
        store.write(work)
    finally:
        event.remove(engine, "before_cursor_execute", explain)
    return "\n".join(told)


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_uses_its_index(store: SqlStore, name: str) -> None:
    work, index = LOOKS[name]
    name_of = index if isinstance(index, str) else index[store.home.dialect.name]
    assert name_of in plans_of(store, work)


@pytest.mark.parametrize("name", [name for name in LOOKS if name != "unsealed"])
def test_a_look_scans_no_table_on_sqlite(inline_store: SqlStore, name: str) -> None:
    lines = plans_of(inline_store, LOOKS[name][0]).splitlines()
    tables = ("callout", "ask", "call", "notice", "inbound", "document", "code", "journal")
    assert not [line for line in lines for table in tables
                if line.endswith(f"'SCAN {table}')") or f"'SCAN {table} USING" in line]


def test_a_look_that_was_prepared_walks_through_no_history(postgresql_url: str) -> None:
    """What is run often is prepared by the driver, and must not be planned for whatever may be asked."""
    calls = [replace(CALL, id=f"k{n}", asks=(f"a{n}",)) for n in range(3000)]

    def fill(tx: Any) -> None:
        tx.add_callouts([replace(CALLOUT, id=f"c{n}", state=State.CLOSED, due_at=None) for n in range(3000)])
        tx.add_asks([replace(ASK, id=f"a{n}") for n in range(3000)])
        tx.start_calls(calls)
        tx.add_inbound([Inbound(f"in{n}", "sms", "reply", "+9991", "1", "", NOW, state="done") for n in range(3000)])
        tx.connection.exec_driver_sql("ANALYZE")

    store = stores.open(postgresql_url, key=b"k")
    store.write(fill)
    with store.read() as reads:
        for _ in range(12):   # the driver prepares what it sees the sixth time
            assert reads.waiting(NOW + MINUTE) == Waiting()
        walked = reads.connection.exec_driver_sql(
            "SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables WHERE seq_tup_read > 0")
        assert walked.all() == []
    store.close()
