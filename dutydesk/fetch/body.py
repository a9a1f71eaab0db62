"""Reads the body of an answer bounded at both ends: bytes on the wire, and bytes once unpacked."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from dutydesk.errors import FetchFailed

KEPT = 64 * 1024   # bytes kept of an answer that is too large: enough to see what it was
ACCEPTED = "gzip, deflate"
_STEP = 64 * 1024


def read_body(chunks: Iterable[bytes], encoding: str, most: int) -> bytes:
    """Return the body unpacked; raises FetchFailed for one that is larger than `most`, cut off or packed otherwise.

    Not more than `most` bytes and one step are ever held, however well the body is packed.
    """
    parts: list[bytes] = []
    size = 0
    for part in _unpacked(_bounded(chunks, most, parts), encoding):
        parts.append(part)
        size += len(part)
        if size > most:
            raise _too_large(most, parts)
    return b"".join(parts)


def _too_large(most: int, parts: list[bytes]) -> FetchFailed:
    return FetchFailed(f"the answer is larger than {most:,} bytes (max_bytes)", beginning=b"".join(parts)[:KEPT])


def _bounded(chunks: Iterable[bytes], most: int, parts: list[bytes]) -> Iterator[bytes]:
    """Yield what came over the wire, no more than may come unpacked."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            parts.append(chunk)
            raise _too_large(most, parts)
        yield chunk


def _unpacked(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    name = encoding.strip().casefold()
    if name in ("", "identity"):
        return chunks
    if name in ("gzip", "x-gzip"):
        return _inflated(chunks, zlib.MAX_WBITS | 16)
    if name == "deflate":
        return _deflated(chunks)
    raise FetchFailed(f"the answer is packed as {encoding[:40]!r}, which was not asked for")


def _deflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Deflate means zlib (RFC 9110, 8.4.1.2); some servers send it without the two bytes in front."""
    first = b""
    for chunk in chunks:
        first += chunk
        if len(first) >= 2:
            break
    zipped = len(first) >= 2 and first[0] & 0x0F == 8 and int.from_bytes(first[:2], "big") % 31 == 0
    return _inflated(_joined(first, chunks), zlib.MAX_WBITS if zipped else -zlib.MAX_WBITS)


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _inflated(chunks: Iterator[bytes], window: int) -> Iterator[bytes]:
    """Yield pieces of at most one step; several gzip members in a row are one body (RFC 1952, 2.2)."""
    packer = zlib.decompressobj(window)
    begun = False
    for chunk in chunks:
        data = chunk
        while data:
            if packer.eof:
                if not window & 16 or not data.strip(b"\x00"):   # padding behind the last member
                    break
                packer = zlib.decompressobj(window)
            begun = True
            try:
                yield packer.decompress(data, _STEP)
            except zlib.error as error:
                raise FetchFailed("the answer is packed badly and cannot be unpacked") from error
            data = packer.unused_data if packer.eof else packer.unconsumed_tail
    if begun and not packer.eof:
        raise FetchFailed("the answer was cut off")
