"""The audit: who logged in or failed to, looked at numbers, took files away, changed a role. Rows are only ever added.

  dutydesk audit list --after 120
  dutydesk audit verify --head 812:ab34..    also finds a tail that was cut and an audit rebuilt as a whole

Exit 1 at the first row that does not hold.
"""

from __future__ import annotations

import argparse
import json

from dutydesk.errors import UsageError

BATCH = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("action", choices=("list", "verify"))
    parser.add_argument("--head", metavar="SEQ:HASH", help="a head printed earlier")
    parser.add_argument("--after", type=int, default=0, metavar="SEQ", help="only rows behind this one")


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    from dutydesk.app import house
    from dutydesk.app.looking import reading
    from dutydesk.domain.audit import checker
    from dutydesk.domain.journal import Head

    try:
        head = Head.read(options.head) if options.head else None
    except ValueError as error:
        raise UsageError(str(error)) from error
    with reading(options.site) as (folder, reads):
        walk = checker(house.journal_key(folder.path), head)
        after, fault = options.after if options.action == "list" else 0, None
        while fault is None and (rows := reads.audit(after=after, limit=BATCH)):
            after = rows[-1].seq
            if options.action == "verify":
                fault = walk.walk(rows)
                continue
            for row in rows:
                print(json.dumps({"seq": row.seq, "at": row.at.isoformat(), "what": row.what, "account": row.account,
                                  "where": row.where, "why": row.why, "facts": dict(row.facts)}, ensure_ascii=False))
        kept = reads.audit_head()
    if options.action == "list":
        return 0
    fault = fault or walk.end()
    cut = f"the audit ends at {walk.last.seq}, its own head says {kept.seq}" if kept != walk.last else ""
    print(fault.text if fault else cut or f"the audit holds up to {walk.last}")
    return 1 if fault or cut else 0
