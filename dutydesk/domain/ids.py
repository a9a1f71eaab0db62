"""Ids that derive from what they name, so that deciding twice gives the same rows."""

from __future__ import annotations

from hashlib import blake2b


def derive(kind: str, *parts: object) -> str:
    """Return a short, stable id: the kind's letter and 20 hex digits of a BLAKE2b hash of the parts."""
    text = "\x1f".join(str(part) for part in parts)
    return f"{kind}{blake2b(text.encode(), digest_size=10, person=kind.encode()[:16]).hexdigest()}"


def document_hash(source: str, body: bytes) -> str:
    """Return the id of a received document: 40 hex digits of BLAKE2b-160 over the source's id and the bytes."""
    return blake2b(source.encode() + b"\x1f" + body, digest_size=20).hexdigest()
