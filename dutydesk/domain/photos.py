"""Photos of responsible persons: which bytes are a picture, and by which name it is kept."""

from __future__ import annotations

import hashlib
import re

MOST_BYTES = 6_000_000
"""Bytes of one photo; a phone's page makes it smaller before it is sent."""

NAME = re.compile(r"[0-9a-f]{32}\.(jpg|png|webp)")
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def photo_name(body: bytes) -> str:
    """Return the name a photo is kept by: a hash of its bytes and the type they begin like; empty for no picture."""
    kind = _kind(body)
    return f"{hashlib.blake2b(body, digest_size=16).hexdigest()}.{kind}" if kind else ""


def _kind(body: bytes) -> str:
    """The type of a picture by its first bytes (JPEG, PNG and WebP say so there), whatever a stranger calls it."""
    if body[:3] == b"\xff\xd8\xff":
        return "jpg"
    if body[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    return "webp" if body[:4] == b"RIFF" and body[8:12] == b"WEBP" else ""
