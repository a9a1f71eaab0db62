"""Reading received documents into alerts, before any row is locked."""

from __future__ import annotations

from dataclasses import dataclass

from dutydesk.domain.alert import Alert, Request
from dutydesk.domain.ids import derive
from dutydesk.domain.match import Match, match
from dutydesk.domain.observed import Observed
from dutydesk.domain.records import Document, Version
from dutydesk.engine.context import Context
from dutydesk.errors import DocumentError
from dutydesk.ports.feed import Source


@dataclass(frozen=True, slots=True)
class Reading:
    """One document read: its alerts with what each touches, or the error that made it unreadable.

    `requests` are the further documents it asks for; whoever fetches takes them, the desk does not. `observed` is
    what it reports besides warnings.
    """

    document: Document
    source: Source
    alerts: tuple[tuple[Alert, Match], ...] = ()
    error: DocumentError | None = None
    requests: tuple[Request, ...] = ()
    observed: tuple[Observed, ...] = ()


def read(ctx: Context, document: Document) -> Reading:
    """Read one document; a bad one comes back with its named error, never as an exception."""
    source = ctx.source(document.source)
    try:
        found = tuple(ctx.feed(source.kind).parse(document.body, source, document.received_at))
    except DocumentError as error:
        return Reading(document, source, error=error)
    return Reading(document, source,
                   tuple((alert, match(alert, ctx.site, ctx.fences, ctx.gazetteer))
                         for alert in found if isinstance(alert, Alert)),
                   requests=tuple(each for each in found if isinstance(each, Request)),
                   observed=tuple(each for each in found if not isinstance(each, Alert | Request)))


def content_key(alert: Alert) -> str:
    """Key of text and times: two messages with the same key say the same."""
    texts = [(info.language, info.headline, info.description, info.instruction, str(info.effective),
              str(info.onset), str(info.expires), [area.name for area in info.areas],
              [(code.name, code.value) for area in info.areas for code in area.geocodes],
              [area.geometry.wkt if area.geometry is not None else "" for area in info.areas])
             for info in alert.infos]
    return derive("x", alert.msg_type, alert.colour, texts)


def version_of(alert: Alert, document: Document, chain: str, join: str) -> Version:
    """The row of one alert as a version of its chain."""
    main = alert.main
    content = content_key(alert)
    text = "\n".join(part for part in ((main.headline, main.description, main.instruction) if main else ()) if part)
    return Version(
        derive("v", alert.identifier, content), chain, document.hash, alert.identifier, alert.sender, alert.msg_type,
        alert.status, alert.sent, document.received_at, alert.event.name, alert.colour,
        main.headline if main else "", text, max((i.expires for i in alert.infos if i.expires), default=None), join,
        content)
