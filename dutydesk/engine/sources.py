"""Looking after the sources: who was heard, what their lists ask for, who fell silent, what cannot be fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from dutydesk.domain.alert import Request
from dutydesk.domain.ids import document_hash
from dutydesk.domain.records import Document
from dutydesk.domain.sources import DEEPEST, Address, SourceState, silent_since
from dutydesk.engine import wording
from dutydesk.engine.batch import ACTUAL
from dutydesk.engine.books import Books
from dutydesk.engine.context import OWN, Context
from dutydesk.engine.house import house_incident
from dutydesk.engine.reading import Reading
from dutydesk.ports.feed import Source
from dutydesk.ports.store import Reads

_LONGEST = 2000   # characters of an address
Silent = tuple[Source, datetime]


def item_of(source: str) -> str:
    """What a source is called on the officer's alarm."""
    return f"source:{source}"


# -- who was heard ------------------------------------------------------------------------------------
def take_note(books: Books, readings: Iterable[Reading]) -> None:
    """Note of the documents of one batch which sources they were heard from, and which places these reached."""
    at: dict[str, datetime] = {}
    reached: dict[str, set[str]] = {}
    for reading in readings:
        source = reading.document.source
        if reading.error is not None or source.endswith(OWN):
            continue
        at[source] = max(at.get(source, reading.document.received_at), reading.document.received_at)
        for alert, found in reading.alerts:
            if alert.status == ACTUAL:
                reached.setdefault(source, set()).update(found.touches)
    heard(books, at)
    for source, places in reached.items():
        books.tx.add_reached(source, places, books.now)


def heard(books: Books, at: Mapping[str, datetime]) -> None:
    """Note when sources were heard last; one that was silent is taken off the officer's alarm."""
    if not at:
        return
    books.tx.sources_heard(at)
    states = books.tx.source_states()
    for source in at:
        state = states.get(source)
        if state is not None and state.silent_at is not None:
            books.tx.source_silent(source, None)
            books.settle(house_incident(books).id, item_of(source))
            books.note("source_back", source=source, since=state.silent_at.isoformat())


# -- what their lists ask for -------------------------------------------------------------------------
def follow(books: Books, reading: Reading) -> list[str]:
    """Remember what a list asks to be fetched, each once for every time the list says it was updated; return faults.

    Addresses are kept without secrets. A list of a list of a list is followed no further, and a source that is not
    polled fetches nothing.
    """
    if not reading.requests:
        return []
    source, document = reading.source, reading.document
    if source.polling is None:
        return [f"not-fetched: 列出了 {len(reading.requests)} 份文件，但这个来源没有设 url，没有去取"]
    depth = max(1, books.tx.depth_of(source.id, document.hash))
    if depth > DEEPEST:
        return [f"not-fetched: 列表套列表超过 {DEEPEST} 层，没有再取"]
    asked = {url: replace(request, title=books.ctx.hide(source.id, request.title))
             for request in reading.requests if (url := _address(books.ctx, reading, request))}
    known = books.tx.known_addresses(source.id, asked.keys())
    books.tx.save_addresses([
        _renewed(known.get(url), request, Address(source.id, url, depth=depth, asked_at=books.now))
        for url, request in asked.items() if _is_news(known.get(url), request)])
    missed = len(reading.requests) - len(asked)
    return [f"not-fetched: 有 {missed} 个地址不能用或重复"] if missed else []


def _address(ctx: Context, reading: Reading, request: Request) -> str:
    """Return the absolute address of a request without secrets, empty where it is none of the web."""
    url = ctx.locate(reading.document.address, request.url)
    return ctx.hide(reading.source.id, url) if len(url) <= _LONGEST else ""


def _is_news(known: Address | None, request: Request) -> bool:
    if known is None:
        return True
    return not known.own and request.updated is not None and (known.updated is None or request.updated > known.updated)


def _renewed(known: Address | None, request: Request, fresh: Address) -> Address:
    return replace(known or fresh, title=request.title, updated=request.updated, asked_at=fresh.asked_at,
                   state="waiting", tries=0, due_at=fresh.asked_at, error="")


def unfetched(books: Books, source: str, address: Address, error: str, beginning: bytes = b"") -> None:
    """Put a document that cannot be fetched before the officer, as one that cannot be read; it is tried on."""
    hash = document_hash(source, f"{address.url}\x00{address.updated}\x00{error}".encode() + beginning)
    name = address.title or address.url
    found = Document(hash, source, name[:200], books.now, beginning, "bad", (f"fetch-failed: 取不到：{error}",),
                     address.url)
    if books.tx.add_document(found):
        house = house_incident(books)
        books.alarm(house.id, "bad_document", place=house.desk, text=found.name, red=False)
        books.note("unfetched", incident=house.id, document=hash, source=source)


# -- who fell silent ----------------------------------------------------------------------------------
def silent(ctx: Context, reads: Reads, now: datetime, began: datetime) -> list[Silent]:
    """Return the watched sources that fell silent and of which the officer was not told yet, with since when."""
    watched = [source for source in ctx.sources.values() if source.cycle is not None]
    if not watched:
        return []
    states = reads.source_states()
    found = [(source, _since(source, states.get(source.id), began, now)) for source in watched]
    return [(source, since) for source, since in found if since is not None]


def _since(source: Source, state: SourceState | None, began: datetime, now: datetime) -> datetime | None:
    if state is None or state.silent_at is not None or source.cycle is None:
        return None
    return silent_since(state, source.cycle, began=began, now=now)


def tell_silence(books: Books, found: Sequence[Silent]) -> None:
    """Put silent sources on the officer's alarm: one alarm that grows, one item for each source."""
    house = house_incident(books)
    for source, since in found:
        said = f"预警来源中断：{source.name or source.id}，{wording.local(books.ctx, since)}以后收不到"
        books.alarm(house.id, "silent_feed", place=item_of(source.id), text=source.id, red=False, said=said)
        books.tx.source_silent(source.id, books.now)
    books.close()
