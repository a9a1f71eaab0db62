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
from dutydesk.domain.records import Document, Incident
from dutydesk.engine import fire_weather, fires, quakes
from dutydesk.engine.books import Books
from dutydesk.engine.context import OWN, own_source
from dutydesk.engine.forecasts import watch_forecasts
from dutydesk.engine.gauges import watch_gauges
from dutydesk.engine.holding import RELEASED, hold
from dutydesk.engine.sightings import Doubtful, watch_sightings
from dutydesk.ports.feed import Source

Watcher = Callable[[Books, Source, Sequence[Observed]], Iterable[Alert | Doubtful]]
Follower = Callable[[Books, Alert, Sequence[Incident]], None]

WATCHERS: tuple[Watcher, ...] = (watch_gauges, watch_forecasts, watch_sightings, fires.watch, quakes.watch,
                                 fire_weather.watch)
#: What is to be done once an alert of our own has reached incidents.
FOLLOWERS: tuple[Follower, ...] = (fires.follow,)


def watch(books: Books, source: Source, observed: Sequence[Observed]) -> None:
    """Let every watcher look at what a document of that source reported, and issue the alerts that follow."""
    for watcher in WATCHERS:
        for found in watcher(books, source, observed):
            if isinstance(found, Doubtful):
                issue(books, source, found.alert, doubt=found.why)
            else:
                issue(books, source, found)


def follow(books: Books, source: Source, alert: Alert, incidents: Sequence[Incident]) -> None:
    """Do what follows once an alert has reached these incidents; only our own have any such thing."""
    if source.id.endswith(OWN):
        for follower in FOLLOWERS:
            follower(books, alert, incidents)


def issue(books: Books, source: Source, alert: Alert, *, doubt: str = "", released: bool = False) -> None:
    """Put an alert of our own among the waiting documents; the same words twice are one document.

    A doubtful one waits before the officer. `released`: an officer ordered it, so it waits for nobody's word.
    """
    body, of = cap_text(alert), own_source(source.id)
    document = Document(document_hash(of, body), of, f"{alert.identifier}.xml", books.now, body,
                        faults=(RELEASED,) if released else ())
    if books.tx.add_document(document):
        books.note("issued", source=source.id, identifier=alert.identifier, event=alert.event.name,
                   colour=alert.colour.word, msg_type=alert.msg_type)
        if doubt:
            hold(books, document, [doubt])
