"""The audit: who logged in, failed, looked at a number, took a file away or changed a role; sealed like the journal.

A row's seal covers the row and the seal before it (see `dutydesk.domain.journal`), with a key of the audit's own.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dutydesk.domain.journal import Checker, Head, canonical, seal_words, written


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One thing somebody did. `where` is the address he came from, `why` what he gave as the reason."""

    at: datetime
    what: str
    account: str
    where: str
    why: str
    facts: Mapping[str, str]
    seq: int = 0
    seal: str = ""


def audit_key(key: bytes) -> bytes:
    """Return the key that seals the audit, made from the journal's."""
    return hmac.digest(key, b"dutydesk audit", "sha256")


def seal_audit(previous: str, row: AuditRow, key: bytes) -> str:
    """Return the seal of a row that has its `seq`, given the seal of the row before it and the audit's key."""
    return seal_words(previous, row.seq, (written(row.at), row.what, row.account, row.where, row.why),
                      canonical(dict(row.facts)), key)


def checker(key: bytes, head: Head | None = None) -> Checker[AuditRow]:
    """Return what walks the audit from its first row; `key` is the journal's, `head` one printed before."""
    return Checker(audit_key(key), head, seal_audit)
