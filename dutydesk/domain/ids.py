"""Ids that derive from what they name, so that deciding twice gives the same rows."""

from __future__ import annotations

import re
from hashlib import blake2b

_DERIVED = re.compile("[a-z][0-9a-f]{20}")


def derive(kind: str, *parts: object) -> str:
    """Return a short, stable id: the kind's letter and 20 hex digits.

    Sixteen of them are a BLAKE2b hash of the parts. The four before are those of what it belongs to, where the first
    part is such an id, and else a hash of that part: whatever belongs to one incident lies side by side in every
    index, so that writing it touches few pages however long the history is.
    """
    text = "\x1f".join(map(str, parts))
    digest = blake2b(text.encode(), digest_size=8, person=kind.encode()[:16]).hexdigest()
    first = str(parts[0]) if parts else ""
    family = first[1:5] if _DERIVED.fullmatch(first) else blake2b(first.encode(), digest_size=2).hexdigest()
    return kind + family + digest


def document_hash(source: str, body: bytes) -> str:
    """Return the id of a received document: 40 hex digits of BLAKE2b-160 over the source's id and the bytes."""
    return blake2b(source.encode() + b"\x1f" + body, digest_size=20).hexdigest()
