"""What could not be read or fetched is tried again when an officer says so."""

from __future__ import annotations

from typing import Any

import pytest

from dutydesk.errors import Refused
from tests.app.watching import NOON, index, source
from tests.fetch.odd_servers import Server


def bad(watch: Any) -> list[tuple[str, str]]:
    return [tuple(row) for row in watch.rows("SELECT hash, name FROM document WHERE state = 'bad' ORDER BY name")]


def test_a_document_is_read_once_more_and_is_bad_again_or_good(server: Server, watching: Any) -> None:
    server.says("/index", b"<html/>")
    watch = watching(source(server.url("/index")))
    watch.poll()
    (hash, _), = bad(watch)
    watch.hand.try_again(hash, "officer")
    watch.rounds.run_once(watch.clock.now(), sends=False)
    assert bad(watch) == [(hash, "index")]
    watch.store.write(lambda tx: tx.connection.exec_driver_sql("UPDATE document SET source = 'cma', body = ?", (
        watch.city.warning(1, 1, NOON).encode(),)))
    watch.hand.try_again(hash, "officer")
    watch.rounds.run_once(watch.clock.now(), sends=False)
    assert bad(watch) == []
    assert watch.rows("SELECT count(*) FROM version")[0][0] == 1
    with pytest.raises(Refused, match="读不了"):
        watch.hand.try_again(hash, "officer")


def test_what_was_given_up_is_fetched_at_once(server: Server, watching: Any) -> None:
    server.says("/index", index(("gone.xml", NOON)))
    watch = watching(source(server.url("/index")))
    watch.go_on(200, 10)
    (hash, name), = bad(watch)
    assert name == "gone.xml"
    server.says("/gone.xml", watch.city.warning(1, 1, NOON).encode())
    watch.hand.try_again(hash, "officer")
    watch.poll()
    assert watch.rows("SELECT count(*) FROM version")[0][0] == 1
    with pytest.raises(Refused, match="值班表"):
        watch.hand.try_again(hash, "nobody")
