"""The first desk: documents in, chains and incidents moved, callouts opened.

All waiting documents are one batch: an alert and its cancel in one poll ring nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dutydesk.domain.alert import Alert
from dutydesk.domain.match import Match, lift_to_ancestors
from dutydesk.domain.values import Colour, Kind
from dutydesk.engine import joining, sources
from dutydesk.engine.batch import ACTUAL, Batch, kind_of
from dutydesk.engine.books import Books
from dutydesk.engine.context import Context
from dutydesk.engine.house import house_incident
from dutydesk.engine.reading import Reading, content_key, read, version_of
from dutydesk.engine.watching import watch
from dutydesk.ports.store import Store, Tx

RELEASED = "released"
_FEEDS_DRILLS = ("Exercise", "Test")


class Intake:
    """Takes in documents.

    1. Read what waits, outside any transaction.
    2. In one transaction: claim, skip duplicates, hold what needs a word, join chains, move incidents.
    3. Sum up the changes of the batch and carry them into callouts.
    """

    def __init__(self, ctx: Context, store: Store) -> None:
        self.ctx = ctx
        self.store = store

    def run_once(self, now: datetime, limit: int = 2000) -> int:
        """Take in everything that waits; return how many documents were dealt with."""
        with self.store.read() as reads:
            waiting = reads.documents("waiting", limit)
        if not waiting:
            return 0
        readings = {document.hash: read(self.ctx, document) for document in waiting}
        return self.store.write(lambda tx: self._turn(tx, now, readings))

    def _turn(self, tx: Tx, now: datetime, readings: dict[str, Reading]) -> int:
        books = Books(self.ctx, tx, now)
        batch = Batch(books)
        claimed = [readings[document.hash] for document in tx.claim_documents(len(readings))
                   if document.hash in readings]
        pairs = [(alert, found, reading) for reading in claimed for alert, found in reading.alerts]
        for reading in claimed:
            self._shelve(books, reading)
            watch(books, reading.source, reading.observed)
        sources.take_note(books, claimed)
        for alert, found, reading in sorted(pairs, key=lambda row: (*joining.age(row[0]), row[0].identifier)):
            if not _held(books, reading):
                take(batch, alert, found, reading)
        batch.carry()
        books.close()
        return len(claimed)

    def _shelve(self, books: Books, reading: Reading) -> None:
        """Write what became of each document: done, bad (kept and shown), or held for the officer's word."""
        document, faults = reading.document, [str(fault) for fault in reading.document.faults if fault != RELEASED]
        if reading.error is not None:
            faults.append(f"{reading.error.name}: {reading.error}")
            books.tx.finish_document(document.hash, "bad", faults)
            house = house_incident(books)
            books.alarm(house.id, "bad_document", place=house.desk, text=document.name, red=False)
            books.note("bad_document", incident=house.id, document=document.hash, name=document.name,
                       error=reading.error.name)
            return
        said = (*(alert for alert, _ in reading.alerts), *reading.requests, *reading.observed)
        faults += [f"{fault.name} {fault.where}: {fault.text}" for each in said for fault in each.faults]
        faults += sources.follow(books, reading)
        if RELEASED in reading.document.faults:
            faults.append(RELEASED)
        if _held(books, reading):
            hold(books, reading, faults)
        else:
            books.tx.finish_document(document.hash, "done", faults)


def _held(books: Books, reading: Reading) -> bool:
    """Whether a document waits for the officer's word: an untrusted source, or very many posts below red."""
    if RELEASED in reading.document.faults:
        return False
    ringing = [(alert, found) for alert, found in reading.alerts
               if alert.status == ACTUAL and not _known(books, alert)]
    if not ringing:
        return False
    if not reading.source.auto:
        return True
    return any(alert.colour is not Colour.RED and not joining.lifts(alert)
               and _posts(books, alert, found) > books.ctx.rules.hold_above for alert, found in ringing)


def _known(books: Books, alert: Alert) -> bool:
    """Whether the same message said the same before, by whatever source: a copy asks nobody for a word."""
    earlier = books.tx.version_by_identifier(alert.identifier)
    return earlier is not None and earlier.content == content_key(alert)


def _posts(books: Books, alert: Alert, found: Match) -> int:
    """How many posts an alert would ask."""
    playbook = books.ctx.playbook(alert.event.family)
    if playbook is None:
        return 0
    count = 0
    for place, colour in lift_to_ancestors(found.touches, books.ctx.site).items():
        duties = playbook.asks(books.ctx.site.places[place].kind, colour)
        count += sum(1 for post in books.ctx.site.posts_at.get(place, ()) if post.duty in duties)
    return count


def hold(books: Books, reading: Reading, faults: Iterable[str]) -> None:
    """Keep a document for the officer's word; after the time set it goes by itself."""
    document = reading.document
    books.tx.finish_document(document.hash, "held", list(faults))
    house = house_incident(books)
    books.task(house.id, "hold", house.desk, "officer", books.now + books.ctx.rules.hold, document.hash)
    books.alarm(house.id, "held", place=house.desk, text=document.name, red=False)


def take(batch: Batch, alert: Alert, found: Match, reading: Reading) -> None:
    """Take in one alert: skip a duplicate, join its chain, and let it touch the incidents of its desks."""
    books = batch.books
    version = version_of(alert, reading.document, "", "")
    if batch.known(version):
        books.note("duplicate", version=version.id, identifier=alert.identifier, document=reading.document.hash)
        return
    kind = kind_of(alert.status)
    chain, join = joining.join(batch, alert, found, reading.source)
    books.note("version", version=version.id, identifier=alert.identifier, chain=chain.id, join=join,
               msg_type=alert.msg_type, status=alert.status, event=alert.event.name, colour=alert.colour.word,
               touched=len(found.touches), unmatched=list(found.unmatched)[:20])
    batch.add_version(version_of(alert, reading.document, chain.id, join))
    if alert.msg_type in ("Ack", "Error") or alert.status not in (ACTUAL, *_FEEDS_DRILLS):
        return
    if kind is Kind.DRILL and not batch.drills(alert.event.family):
        return
    _complain(books, alert, found)
    joining.feed(batch, chain, alert, found, kind=kind, trusted=joining.same_hand(chain, alert, reading.source))
    joining.adopt(batch, alert)


def _complain(books: Books, alert: Alert, found: Match) -> None:
    """Tell the officer what the program had to guess."""
    house = house_incident(books)
    if alert.asks_officer:
        books.alarm(house.id, "unknown_colour", place=house.desk, text=alert.identifier, red=False)
    if alert.colour is Colour.RED and not found.touches and not joining.lifts(alert):
        books.alarm(house.id, "no_match", place=house.desk, text=alert.identifier)
