"""A document that only asks for further ones opens nothing, and what it asks for is kept for whoever fetches."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from dutydesk.domain.records import Document
from dutydesk.engine.reading import read
from dutydesk.feeds.registry import feed
from dutydesk.ports.feed import Source

NOW = datetime(2031, 7, 20, 4, tzinfo=UTC)


def test_a_request_is_no_alert() -> None:
    body = b"<rss><channel><item><link>https://a.example/1</link></item></channel></rss>"
    document = Document("h", "index", "feed.xml", NOW, body)
    ctx = cast("Any", SimpleNamespace(source={"index": Source("index", "cap-index")}.get, feed=feed))
    reading = read(ctx, document)
    assert (reading.alerts, reading.error) == ((), None)
    assert [request.url for request in reading.requests] == ["https://a.example/1"]
