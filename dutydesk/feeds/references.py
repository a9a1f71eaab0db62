"""Reads the pointers of an Update or Cancel to earlier messages; only their identifier is trusted to match.

CMA's updates carry the new message's own time there, Macau's reference themselves: nothing is required to fit.
"""

from __future__ import annotations

import re

from dutydesk.domain.alert import Reference
from dutydesk.feeds.faults import Notes

_TIME = r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d{2}[^\s,]*"
_WHOLE = re.compile(rf"\s*(?P<sender>[^,]*?)\s*,\s*(?P<id>[^,\s][^,]*?)\s*,\s*(?P<sent>{_TIME}|[^\s,]*)(?=\s|\Z)")
_LIKE_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]")
_PARTED = re.compile(r"\s*;\s*(?=[^,;]+,[^,;\s]+,)")
_MOST = 100_000   # characters looked at: a thousand references


def read_references(text: str, own: str, notes: Notes, where: str = "references") -> tuple[Reference, ...]:
    """Return the references in `text`, in order; `own` is the message's own identifier.

    1. Triples sender,identifier,sent, parted by blanks or semicolons; blanks around commas and inside a sender are
       forgiven.
    2. What is left: `sender,identifier`, `identifier,sent` or a bare identifier, each noted as reference-form.
    """
    found: list[Reference] = []
    at, text = 0, _PARTED.sub(" ", text[:_MOST])
    while text[at:].strip():
        match = _WHOLE.match(text, at)
        if match:
            found.append(Reference(match["id"], match["sender"], match["sent"]))
            at = match.end()
            continue
        notes.add("reference-form", where, text[at:])
        found.extend(_partly(token) for token in text[at:].split() if token.strip(","))
        break
    if any(reference.identifier == own for reference in found):
        notes.add("reference-self", where, own)
    return tuple(found)


def _partly(token: str) -> Reference:
    """Return what a token that is no triple points to."""
    parts = [part for part in token.split(",") if part]
    if len(parts) == 1:
        return Reference(parts[0])
    if len(parts) == 2 and _LIKE_TIME.match(parts[1]):
        return Reference(parts[0], sent=parts[1])
    return Reference(parts[1], parts[0], parts[2] if len(parts) > 2 else "")
