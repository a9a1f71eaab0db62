"""What the tests of every feed need: a source, a moment of receipt, and the alerts and requests of a document."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from dutydesk.domain.alert import Alert, Request
from dutydesk.errors import DocumentError
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source

NOW = datetime(2031, 7, 20, 4, tzinfo=UTC)


def parse(kind: str, document: object, source: Source | None = None) -> list[Alert | Request]:
    """Read bytes, text, or anything JSON can hold, as a feed of that kind."""
    body = document if isinstance(document, bytes) else (
        document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)).encode()
    return list(feed(kind).parse(body, source or Source("test", kind), NOW))


def alerts(kind: str, document: object, source: Source | None = None) -> list[Alert]:
    """Return the alerts; a request among them fails the test."""
    found = parse(kind, document, source)
    assert all(isinstance(one, Alert) for one in found)
    return [one for one in found if isinstance(one, Alert)]


def requests(kind: str, document: object, source: Source | None = None) -> list[Request]:
    """Return the requests; an alert among them fails the test."""
    found = parse(kind, document, source)
    assert all(isinstance(one, Request) for one in found)
    return [one for one in found if isinstance(one, Request)]


def one(kind: str, document: object, source: Source | None = None) -> Alert:
    """Return the only alert."""
    [alert] = alerts(kind, document, source)
    return alert


def faults(found: Alert | Request) -> set[str]:
    """Return the names of the faults."""
    return {fault.name for fault in found.faults}


def refused(kind: str, document: object) -> str:
    """Return the name of the error a document is refused with."""
    with pytest.raises(DocumentError) as caught:
        parse(kind, document)
    return caught.value.name
