"""Checks the journal of a store from its first row to its last."""

from __future__ import annotations

from dataclasses import dataclass

from dutydesk.domain.journal import Checker, Fault, Head, seal
from dutydesk.domain.records import JournalRow
from dutydesk.store.store import SqlStore, open_store
from dutydesk.store.transaction import Reading

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `head` is the last row that holds, to be printed; `unsealed` rows are not covered yet."""

    head: Head
    unsealed: int
    fault: Fault | None = None

    @property
    def holds(self) -> bool:
        """Whether the chain holds."""
        return self.fault is None


def verify(store: SqlStore | str, key: bytes, head: Head | tuple[int, str] | None = None) -> Verdict:
    """Walk the whole journal of a store (or of the URL of one) and return the first fault, if there is one.

    Finds an edited, a removed and a reordered row; a tail that was cut, from the head the database keeps; and with
    a `head` printed elsewhere also a tail cut together with that, and a chain rebuilt by someone who has the key.
    Rows not yet sealed are counted, not covered. Raises Refused when the database cannot be opened.
    """
    if isinstance(store, str):
        opened = open_store(store, key=key, exclusive=False)
        try:
            return verify(opened, key, head)
        finally:
            opened.close()
    printed = Head(*head) if isinstance(head, tuple) else head
    with store.read() as reads:
        return _walk(reads, Checker(key, printed, seal))


def _walk(reads: Reading, checker: Checker[JournalRow]) -> Verdict:
    fault = None
    rows = reads.journal(limit=BATCH)
    while rows and fault is None:
        fault = checker.walk(rows)
        rows = reads.journal(after=checker.last.seq, limit=BATCH)
    kept = reads.journal_head()
    if fault is None and kept != checker.last:
        fault = Fault(checker.last.seq + 1, "cut",
                      f"the chain ends at {checker.last.seq}, the database's own head says {kept.seq}")
    return Verdict(checker.last, reads.unsealed(), fault or checker.end())
