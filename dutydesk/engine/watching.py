"""What sources report besides warnings, made into alerts where a rule says so.

A watcher gets what one document reported, keeps what it needs, and issues alerts. Each becomes a CAP document of the
same source, waiting like one that came from outside: it is matched, held, joined and explained by the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from dutydesk.domain.alert import Alert
from dutydesk.domain.cap_text import cap_text
from dutydesk.domain.ids import document_hash
from dutydesk.domain.observed import Observed
from dutydesk.domain.records import Document
from dutydesk.engine.books import Books
from dutydesk.engine.context import own_source
from dutydesk.engine.forecasts import watch_forecasts
from dutydesk.engine.gauges import watch_gauges
from dutydesk.engine.holding import hold
from dutydesk.engine.sightings import Doubtful, watch_sightings
from dutydesk.ports.feed import Source

Watcher = Callable[[Books, Source, Sequence[Observed]], Iterable[Alert | Doubtful]]

WATCHERS: tuple[Watcher, ...] = (watch_gauges, watch_forecasts, watch_sightings)


def watch(books: Books, source: Source, observed: Sequence[Observed]) -> None:
    """Let every watcher look at what a document of that source reported, and issue the alerts that follow."""
    for watcher in WATCHERS:
        for found in watcher(books, source, observed):
            if isinstance(found, Doubtful):
                issue(books, source, found.alert, doubt=found.why)
            else:
                issue(books, source, found)


def issue(books: Books, source: Source, alert: Alert, *, doubt: str = "") -> None:
    """Put an alert of our own among the waiting documents, a doubtful one before the officer; the same words twice are
    one document.
    """
    body, of = cap_text(alert), own_source(source.id)
    document = Document(document_hash(of, body), of, f"{alert.identifier}.xml", books.now, body)
    if books.tx.add_document(document):
        books.note("issued", source=source.id, identifier=alert.identifier, event=alert.event.name,
                   colour=alert.colour.word, msg_type=alert.msg_type)
        if doubt:
            hold(books, document, [doubt])
