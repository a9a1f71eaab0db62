"""Keeping a document for the officer's word."""

from __future__ import annotations

from collections.abc import Iterable

from dutydesk.domain.records import Document
from dutydesk.engine.books import Books
from dutydesk.engine.house import house_incident

RELEASED = "released"
"""Stands among the faults of a document that waits for nobody's word."""


def hold(books: Books, document: Document, faults: Iterable[str]) -> None:
    """Keep a document for the officer's word; after the time set it goes by itself."""
    books.tx.finish_document(document.hash, "held", list(faults))
    house = house_incident(books)
    books.task(house.id, "hold", house.desk, "officer", books.now + books.ctx.rules.hold, document.hash)
    books.alarm(house.id, "held", place=house.desk, text=document.name, red=False)


def release(books: Books, hash: str) -> None:
    """Let a held document be taken in with the next batch."""
    document = books.tx.document(hash)
    if document is not None and document.state == "held":
        books.tx.finish_document(hash, "waiting", [*document.faults, RELEASED])
        books.note("released", document=hash)
