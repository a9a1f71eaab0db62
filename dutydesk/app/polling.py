"""Polls sources over HTTP: every source by itself, so that a slow or dead one delays no other.

What is due stands in rows; the metronome only has somebody look. A source is worked on by one thread of one worker at a
time, for a bounded time: first its own addresses, then what its lists ask for, what is urgent first, and of one list
the newest.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from urllib.parse import unquote, urlsplit

from dutydesk.clock import rng
from dutydesk.domain.ids import document_hash
from dutydesk.domain.records import Document
from dutydesk.domain.sources import GIVE_UP, TELL_AT, Address, next_poll, next_try
from dutydesk.engine import sources
from dutydesk.engine.books import Books
from dutydesk.engine.context import Context
from dutydesk.errors import DutydeskError, FetchFailed, Refused
from dutydesk.fetch.http import Fetcher, Got
from dutydesk.fetch.manners import Manners, origin
from dutydesk.ports.clock import Clock
from dutydesk.ports.feed import Polling, Source
from dutydesk.ports.store import Store, Tx

logger = logging.getLogger(__name__)

MOST = 128          # sources worked on at the same time; each has a thread then
BUDGET = 60.0       # seconds one turn of a source takes new addresses up
SPARE = 30.0        # seconds a lease outlives the longest turn
RETRY = timedelta(seconds=10)   # before the second try of a document a list named
IN_A_ROW = 3        # failures after which the rest of a turn waits: the server is away
_NAME = 200


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of asking at one address."""

    address: Address
    at: datetime
    got: Got | None = None
    failed: FetchFailed | None = None


class Poller:
    """Fetches for all polled sources of a desk. `after` is called when documents were stored."""

    def __init__(self, ctx: Context, store: Store, clock: Clock, after: Callable[[], None], *,
                 environment: Mapping[str, str] = os.environ) -> None:
        self._ctx = ctx
        self._store = store
        self._clock = clock
        self._after = after
        self._sources = {source.id: (source, source.polling, Fetcher(source.polling, source.max_bytes,
                                                                     environment=environment))
                         for source in ctx.sources.values() if source.polling is not None}
        self._manners = Manners(ctx.config.feeds.gap)
        self._chance = rng(f"{ctx.worker}{clock.now().isoformat()}")
        self._busy: set[str] = set()
        self._resting: dict[str, float] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    # -- life -----------------------------------------------------------------------------------------
    def start(self) -> None:
        """Watch every source that should be heard of regularly, and let the polled ones be asked at once."""
        self._store.write(self._watch)

    def stop(self) -> None:
        """Take up nothing new and cut what is under way."""
        self._stopping.set()
        for _, _, fetcher in self._sources.values():
            fetcher.cut()

    @property
    def idle(self) -> bool:
        """Whether nothing is being fetched."""
        return not self._busy

    def look(self) -> None:
        """Set a thread to work for every source that has something to be fetched now."""
        now, ticks = self._clock.now(), monotonic()
        with self._store.read() as reads:
            due = reads.due_sources(now)
        for id in due:
            with self._lock:
                idle = id not in self._busy and self._resting.get(id, 0.0) <= ticks and len(self._busy) < MOST
                if id not in self._sources or not idle or self._stopping.is_set():
                    continue
                self._busy.add(id)
            threading.Thread(target=self._work, args=(id,), name=f"feed-{id}", daemon=True).start()

    def _watch(self, tx: Tx) -> None:
        now = self._clock.now()
        for source in self._ctx.sources.values():
            if source.cycle is not None:
                tx.watch_source(source.id, now)
        for source, polling, _ in self._sources.values():
            known = {each.url: each for each in tx.addresses(source.id)}
            tx.forget_addresses(source.id, [url for url, each in known.items() if each.own and url not in polling.urls])
            tx.save_addresses([_own(source.id, url, known.get(url), polling, now) for url in polling.urls])

    # -- one turn of one source -----------------------------------------------------------------------
    def _work(self, id: str) -> None:
        source, polling, fetcher = self._sources[id]
        try:
            longest = BUDGET + SPARE + 2 * polling.timeout.total_seconds()
            now = self._clock.now()
            if self._store.write(lambda tx: tx.lease_source(id, now, now + timedelta(seconds=longest))):
                try:
                    self._turn(source, polling, fetcher)
                finally:
                    self._store.write(lambda tx: tx.free_source(id))
        except DutydeskError as error:
            if not self._stopping.is_set():
                logger.warning("source %s: %s", id, error)
                self._rest(id, 1.0)
        except Exception:  # one source that stumbles must not take the others with it
            logger.exception("polling the source %s failed", id)
            self._rest(id, 10.0)
        finally:
            with self._lock:
                self._busy.discard(id)

    def _turn(self, source: Source, polling: Polling, fetcher: Fetcher) -> None:
        """Fetch what is due.

        1. The source's own addresses, each stored as it comes.
        2. What its lists ask for, as it comes if the lists say what is newer, for then the newest of a list comes
           first and a cancel before its alert; else together, so that an alert and its cancel of one poll ring nobody.
           As it comes, only until its own addresses are due again: what they list now may be a red.
        3. Three failures in a row, or a server that wants to be left alone, end the turn; the rest comes next time.
        """
        ends = monotonic() + min(BUDGET, max(polling.interval.total_seconds(), 1.0))
        with self._store.read() as reads:
            batch = reads.due_addresses(source.id, self._clock.now(), polling.per_poll + len(polling.urls))
        together = not all(each.own or each.updated for each in batch)
        held: list[_Outcome] = []
        failures = 0
        began = listed = self._clock.now()
        for address in batch:
            if not (address.own or together) and self._lists_wait(source, since=listed, more_than=listed - began):
                break
            if not self._admitted(address.url, ends):
                break
            outcome = self._ask(fetcher, address)
            held.append(outcome)
            if address.own or not together:
                self._save(source, polling, held)
                held = []
            listed = self._clock.now() if address.own else listed
            failures = failures + 1 if outcome.failed and not outcome.failed.refused else 0
            if outcome.failed and self._leave_alone(source, outcome.failed, failures):
                break
        self._save(source, polling, held)

    def _lists_wait(self, source: Source, *, since: datetime, more_than: timedelta) -> bool:
        """Whether an address of the source's own is due, and `more_than` has been spent since then on what they name.

        Lists that answer more slowly than they are asked would else leave no time for what they name.
        """
        now = self._clock.now()
        if now - since < more_than:
            return False
        with self._store.read() as reads:
            due = reads.own_due(source.id)
        return due is not None and due <= now

    def _admitted(self, url: str, ends: float) -> bool:
        """Wait for this server's turn; tell whether there is time left to ask it."""
        while not self._stopping.is_set():
            wait = self._manners.enter(origin(url))
            if wait == 0.0:
                return True
            if monotonic() + wait > ends:
                return False
            self._stopping.wait(wait)
        return False

    def _ask(self, fetcher: Fetcher, address: Address) -> _Outcome:
        now = self._clock.now()
        try:
            return _Outcome(address, now, fetcher.get(address.url, now=now, etag=address.etag,
                                                      modified=address.modified, own=address.own))
        except FetchFailed as error:
            return _Outcome(address, now, failed=error)
        except Refused as error:
            return _Outcome(address, now, failed=FetchFailed(str(error)))
        finally:
            self._manners.leave(origin(address.url))

    def _leave_alone(self, source: Source, failed: FetchFailed, failures: int) -> bool:
        """Whether the turn ends here; the source then rests for a while."""
        if failed.retry_after is not None:
            self._rest(source.id, next_try(timedelta(), 1, chance=0.5, asked=failed.retry_after).total_seconds())
            return True
        if failures >= IN_A_ROW:
            self._rest(source.id, RETRY.total_seconds())
            return True
        return False

    def _rest(self, id: str, seconds: float) -> None:
        with self._lock:
            self._resting[id] = monotonic() + seconds

    # -- what is kept ---------------------------------------------------------------------------------
    def _save(self, source: Source, polling: Polling, outcomes: Sequence[_Outcome]) -> None:
        """Store what came, bytes first; returns once it is durable."""
        if outcomes and not self._stopping.is_set():
            chance = self._chance.random()
            if self._store.write(lambda tx: self._keep(tx, source, polling, outcomes, chance)):
                self._after()

    def _keep(self, tx: Tx, source: Source, polling: Polling, outcomes: Sequence[_Outcome], chance: float) -> int:
        """Write documents, addresses and how the source does; return how many documents were new."""
        books = Books(self._ctx, tx, self._clock.now())
        heard: dict[str, datetime] = {}
        new = 0
        for outcome in outcomes:
            if outcome.got is None:
                self._missed(books, source, polling, outcome, chance)
                continue
            document = _document(source, outcome.address, outcome.got, outcome.at)
            fresh = document is not None and tx.add_document(document)
            hash = document.hash if document else outcome.address.document
            new += fresh
            if not fresh and _was_readable(tx, hash):
                heard[source.id] = outcome.at
            self._settle(tx, _kept(outcome, outcome.got, hash, polling, chance))
            if outcome.address.own:
                tx.source_polled(source.id, outcome.at)
        sources.heard(books, heard)
        books.close()
        return new

    def _settle(self, tx: Tx, address: Address) -> None:
        """Keep an address as it is now, unless a list has asked for it anew while it was being fetched."""
        now = tx.known_addresses(address.source, [address.url]).get(address.url)
        if now is None or now.asked_at == address.asked_at:
            tx.save_addresses([address])

    def _missed(self, books: Books, source: Source, polling: Polling, outcome: _Outcome, chance: float) -> None:
        """Write that an address could not be fetched, and when it is tried again."""
        address, failed = outcome.address, outcome.failed or FetchFailed("")
        tries = address.tries + 1
        wait = next_try(polling.interval if address.own else RETRY, tries, chance=chance, asked=failed.retry_after)
        lost = not address.own and outcome.at - (address.asked_at or outcome.at) > GIVE_UP
        self._settle(books.tx, replace(address, tries=tries, error=str(failed), state="lost" if lost else address.state,
                                       due_at=None if lost else outcome.at + wait))
        if address.own:
            books.tx.source_polled(source.id, outcome.at, str(failed))
        if failed.beginning or (tries == TELL_AT and not address.own):
            sources.unfetched(books, source.id, address, str(failed), failed.beginning)


def _own(source: str, url: str, known: Address | None, polling: Polling, now: datetime) -> Address:
    """A source's own address as it starts: due at once, or when it was due, never later than one interval."""
    soonest = now + polling.interval
    if known is None:
        return Address(source, url, own=True, due_at=now)
    return replace(known, own=True, depth=0, state="waiting", due_at=min(known.due_at or now, soonest))


def _kept(outcome: _Outcome, got: Got, document: str, polling: Polling, chance: float) -> Address:
    """An address after an answer: a source's own is due again, what a list named is done."""
    address = replace(outcome.address, tries=0, error="", etag=got.etag, modified=got.modified, document=document)
    if address.own:
        return replace(address, due_at=outcome.at + next_poll(polling.interval, polling.jitter, chance))
    return replace(address, state="done", due_at=None)


def _document(source: Source, address: Address, got: Got, at: datetime) -> Document | None:
    """The document of an answer; its name is the last part of the address that says something."""
    if got.body is None:
        return None
    parts = urlsplit(address.url)
    name = unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.hostname or source.id
    return Document(document_hash(source.id, got.body), source.id, name[:_NAME], at, got.body, address=got.url)


def _was_readable(tx: Tx, hash: str) -> bool:
    """Whether what an address brought last could be read: an error page said again is no sign of life."""
    known = tx.document(hash) if hash else None
    return known is None or known.state != "bad"
