"""The first desk: documents in, chains and incidents moved, callouts opened.

All waiting documents are one batch: an alert and its cancel in one poll ring nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dutydesk.domain.alert import Alert
from dutydesk.domain.match import Match, lift_to_ancestors
from dutydesk.domain.values import Colour, Kind
from dutydesk.engine import joining, sources
from dutydesk.engine.batch import ACTUAL, Batch, kind_of
from dutydesk.engine.books import Books
from dutydesk.engine.context import OWN, Context
from dutydesk.engine.holding import RELEASED, hold, release
from dutydesk.engine.house import house_incident
from dutydesk.engine.reading import Reading, lifts, read
from dutydesk.engine.telling import Known, Told, keep_copy, keep_first, known, told
from dutydesk.engine.watching import follow, watch
from dutydesk.ports.store import Store, Tx

_MOST_HELD = 200
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
        for trusted in (True, False):     # a trusted copy in the same batch spares the other the officer's word
            each_told = [(reading, [told(alert, found, reading) for alert, found in reading.alerts])
                         for reading in claimed if reading.source.auto is trusted]
            news: list[Told] = []
            for reading, alerts in each_told:
                holding = _holds(books, reading, alerts)
                self._shelve(books, reading, holding=holding)
                watch(books, reading.source, reading.observed)
                news += () if holding else alerts
            for it in sorted(news, key=lambda it: it.says.age):
                take(batch, it)
        sources.take_note(books, claimed)
        batch.carry()
        _let_go(self.ctx, books)
        books.close()
        return len(claimed)

    def _shelve(self, books: Books, reading: Reading, *, holding: bool) -> None:
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
        faults += [f"own-message {id}: 本台发布的预警又传了回来，不再处理" for id in reading.returned]
        faults += sources.follow(books, reading)
        if RELEASED in reading.document.faults:
            faults.append(RELEASED)
        if holding:
            hold(books, document, faults)
        else:
            books.tx.finish_document(document.hash, "done", faults)


def _holds(books: Books, reading: Reading, alerts: Sequence[Told]) -> bool:
    """Whether a document waits for the officer's word: an untrusted source, or very many posts below red.

    A copy that raises nothing beyond what is known already asks nobody for a word. The desk's own lift never waits: it
    only takes back what the desk itself concluded, be it let go already or not.
    """
    if RELEASED in reading.document.faults:
        return False
    ringing = [it for it in alerts if it.alert.status == ACTUAL and not _says_nothing_new(books, it)]
    if not ringing or (reading.document.source.endswith(OWN) and all(it.says.lifts for it in ringing)):
        return False
    if not reading.source.auto:
        return True
    return any(it.alert.colour is not Colour.RED and not it.says.lifts
               and _posts(books, it.alert, it.found) > books.ctx.rules.hold_above for it in ringing)


def _says_nothing_new(books: Books, it: Told) -> bool:
    if books.tx.telling(it.id) is not None:
        return True
    copy = known(books.tx, it)
    return copy is not None and not {"places", "colour"} & {*copy.adds(it)}


def _let_go(ctx: Context, books: Books) -> None:
    """Let go what is held and is, by now, a copy of what a trusted source said: nobody needs to look at it."""
    held = books.tx.documents("held", _MOST_HELD)
    settled = [document for document in held
               if all(_says_nothing_new(books, told(alert, found, reading))
                      for reading in (read(ctx, document),) for alert, found in reading.alerts)]
    for document in settled:
        release(books, document.hash)
    if settled and len(settled) == len(held):
        house = house_incident(books)
        books.settle(house.id, house.desk, frozenset({"held"}))


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


def take(batch: Batch, it: Told) -> None:
    """Take in one alert.

    1. What this source said before, word for word, is dropped; a copy of what another said is kept with its version.
    2. What is news joins a chain as a version.
    3. The chain gives its places what follows from all its messages.
    """
    books, alert = batch.books, it.alert
    if books.tx.telling(it.id) is not None:
        books.note("duplicate", identifier=alert.identifier, document=it.reading.document.hash)
        return
    copy = known(books.tx, it)
    if copy is not None:
        version, chain = copy.version, batch.chain_of(copy.version)
        before = batch.story(chain.id).so_far()
        _copied(books, it, copy)
    else:
        chain, join = joining.join(batch, alert, it.says, it.reading.source)
        before = batch.story(chain.id).so_far()
        version = keep_first(books.tx, it, chain.id, join, joining.references(alert))
        books.note("version", version=version.id, identifier=alert.identifier, chain=chain.id, join=join,
                   msg_type=alert.msg_type, status=alert.status, event=alert.event.name, colour=alert.colour.word,
                   source=it.reading.source.id, touched=len(it.found.touches),
                   unmatched=list(it.found.unmatched)[:20])
        batch.keep(chain)
    batch.story(chain.id).add(version.id, it.says)
    if not _speaks(batch, alert):
        return
    if copy is None:
        _complain(books, alert, it.found)
    joining.feed(batch, chain, it.says, before, kind=kind_of(alert.status), anew=copy is None)
    follow(books, it.reading.source, alert, batch.fed_by(chain.id))


def _speaks(batch: Batch, alert: Alert) -> bool:
    """Whether a message may move anything: no receipt, no draft, and no exercise unless a drill is on."""
    if alert.msg_type in ("Ack", "Error") or alert.status not in (ACTUAL, *_FEEDS_DRILLS):
        return False
    return kind_of(alert.status) is not Kind.DRILL or batch.drills(alert.event.family)


def _copied(books: Books, it: Told, copy: Known) -> None:
    """Keep one more source's telling of a version, and tell the officer where sources differ in the colour."""
    version, adds = copy.version, copy.adds(it)
    keep_copy(books.tx, it, copy, adds)
    books.note("copy" if adds else "duplicate", version=version.id, identifier=it.alert.identifier,
               source=it.reading.source.id, document=it.reading.document.hash, adds=list(adds))
    if it.alert.colour is not version.colour:
        house = house_incident(books)
        books.note("colour_conflict", version=version.id, identifier=it.alert.identifier, was=version.colour.word,
                   now=it.alert.colour.word, source=it.reading.source.id)
        books.alarm(house.id, "colour_conflict", place=house.desk, text=it.alert.identifier, red=False)


def _complain(books: Books, alert: Alert, found: Match) -> None:
    """Tell the officer what the program had to guess."""
    house = house_incident(books)
    if alert.asks_officer:
        books.alarm(house.id, "unknown_colour", place=house.desk, text=alert.identifier, red=False)
    if alert.colour is Colour.RED and not found.touches and not lifts(alert):
        books.alarm(house.id, "no_match", place=house.desk, text=alert.identifier)
