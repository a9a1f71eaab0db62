"""Sources: how each does, the addresses it is fetched at, the places it reached, and bytes of no use any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, select, update

from dutydesk.domain.sources import Address, SourceState
from dutydesk.store.codec import clean, micros, micros_or_none, moment_or_none
from dutydesk.store.dialect import Dialect
from dutydesk.store.session import Session
from dutydesk.store.tables import address, document, source_place, source_state, task, version

_OVER = ("done", "dropped")   # tasks that need their document no more


def _state(row: Any) -> SourceState:
    id_, since, tried, fetched, heard, failures, error, silent, lease = row
    return SourceState(id_, moment_or_none(since), moment_or_none(tried), moment_or_none(fetched),
                       moment_or_none(heard), failures, error, moment_or_none(silent), moment_or_none(lease))


def _address(row: Any) -> Address:
    (source, url, own, title, updated, asked, depth, state, tries, due, error, etag, modified, document_,
     urgent) = row
    return Address(source, url, bool(own), title, moment_or_none(updated), moment_or_none(asked), depth, state, tries,
                   moment_or_none(due), error, etag, modified, document_, bool(urgent))


def _new_address(it: Address) -> dict[str, Any]:
    return {
        "source": it.source, "url": clean(it.url), "own": int(it.own), "title": clean(it.title),
        "updated": micros_or_none(it.updated), "asked_at": micros_or_none(it.asked_at), "depth": it.depth,
        "state": it.state, "tries": it.tries, "due_at": micros_or_none(it.due_at), "error": clean(it.error),
        "etag": clean(it.etag), "modified": clean(it.modified), "document": it.document, "urgent": int(it.urgent),
    }


class SourceSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        s, a, d, v = source_state.c, address.c, document.c, version.c
        one = s.id == bindparam("b_id")
        self.states = select(*s).order_by(s.id)
        self.watch = dialect.insert_new(source_state)
        self.begin = update(source_state).where(one, s.since.is_(None)).values(since=bindparam("at"))
        self.lease = update(source_state).where(
            one, func.coalesce(s.lease_until, 0) <= bindparam("at")).values(lease_until=bindparam("until"))
        self.free = update(source_state).where(one).values(lease_until=None)
        self.fetched = update(source_state).where(one).values(
            tried_at=bindparam("at"), fetched_at=bindparam("at"), failures=0, error="")
        self.failed = update(source_state).where(one).values(
            tried_at=bindparam("at"), failures=s.failures + 1, error=bindparam("why"))
        self.heard = update(source_state).where(one, func.coalesce(s.heard_at, 0) < bindparam("at")).values(
            heard_at=bindparam("at"))
        self.silent = update(source_state).where(one).values(silent_at=bindparam("at"))

        here = (a.source == bindparam("b_source")) & (a.url == bindparam("b_url"))
        self.add_address = dialect.insert_new(address)
        self.keep_address = update(address).where(here).values(
            **{each.name: bindparam(each.name) for each in a if each.name not in ("source", "url")})
        self.due_sources = select(a.source).where(a.due_at <= bindparam("now")).group_by(a.source).order_by(a.source)
        self.due = select(*a).where(a.source == bindparam("source"), a.due_at <= bindparam("now")).order_by(
            a.own.desc(), a.tries > 0, a.urgent.desc(), a.asked_at, func.coalesce(a.updated, 0).desc(), a.url
        ).limit(bindparam("most"))
        self.own_due = select(func.min(a.due_at)).where(a.source == bindparam("source"), a.own == 1)
        self.of_source = select(*a).where(a.source == bindparam("source")).order_by(a.own.desc(), a.url)
        self.known = dialect.lock(
            select(*a).where(a.source == bindparam("source"), dialect.among(a.url, "urls")).order_by(a.url))
        self.depth = select(func.min(a.depth)).where(
            a.source == bindparam("source"), a.document == bindparam("document"))
        self.forget = delete(address).where(a.source == bindparam("source"), dialect.among(a.url, "urls"))
        self.forget_old = delete(address).where(a.own == 0, a.state != "waiting", a.asked_at < bindparam("before"))

        self.places = select(source_place.c.place).where(source_place.c.source == bindparam("source"))
        self.add_place = dialect.insert_new(source_place)

        used = exists().where(v.document == d.hash)
        newest = exists().where(a.own == 1, a.document == d.hash)
        waited_for = exists().where(task.c.about == d.hash, task.c.state.not_in(_OVER))
        self.useless = select(d.hash).where(
            d.state == bindparam("state"), d.received_at < bindparam("before"), ~used, ~newest, ~waited_for
        ).order_by(d.received_at).limit(bindparam("most"))
        self.drop_documents = delete(document).where(dialect.among(d.hash, "hashes"))


class SourceReads(Session):
    """Looking sources up."""

    def _sources(self) -> SourceSql:
        return self.home.statements(SourceSql)

    def source_states(self) -> dict[str, SourceState]:
        """Return how every source does that was ever watched or heard, by id."""
        return {row[0]: _state(row) for row in self.rows(self._sources().states)}

    def due_sources(self, now: datetime) -> list[str]:
        """Return the sources that have something to be fetched now."""
        return [row[0] for row in self.rows(self._sources().due_sources, {"now": micros(now)})]

    def due_addresses(self, source: str, now: datetime, limit: int) -> list[Address]:
        """Return what is to be fetched now: the source's own addresses; then what never failed, what is urgent, what
        was asked for first, and of one list the newest.
        """
        values = {"source": source, "now": micros(now), "most": limit}
        return [_address(row) for row in self.rows(self._sources().due, values)]

    def own_due(self, source: str) -> datetime | None:
        """Return when the first of a source's own addresses is due, None where it has none."""
        row = self.first(self._sources().own_due, {"source": source})
        return moment_or_none(row[0]) if row else None

    def addresses(self, source: str) -> list[Address]:
        """Return all addresses of a source, its own first."""
        return [_address(row) for row in self.rows(self._sources().of_source, {"source": source})]

    def depth_of(self, source: str, document: str) -> int:
        """Return how many lists lie before what this document names (0: it was fetched at no address we know)."""
        row = self.first(self._sources().depth, {"source": source, "document": document})
        return 0 if row is None or row[0] is None else int(row[0]) + 1


class SourceWrites(SourceReads):
    """Keeping sources."""

    def watch_source(self, source: str, now: datetime) -> None:
        """Note that a source is watched from now on, unless it is already."""
        self._known(source)
        self.change(self._sources().begin, {"b_id": source, "at": micros(now)})

    def _known(self, source: str) -> None:
        empty = dict.fromkeys(("since", "tried_at", "fetched_at", "heard_at", "silent_at", "lease_until"))
        self.change(self._sources().watch, {"id": source, "failures": 0, "error": "", **empty})

    def lease_source(self, source: str, now: datetime, until: datetime) -> bool:
        """Take a source for fetching until then; tell whether nobody else has it."""
        return self.change(self._sources().lease, {"b_id": source, "at": micros(now), "until": micros(until)}) == 1

    def free_source(self, source: str) -> None:
        """Let a source go."""
        self.change(self._sources().free, {"b_id": source})

    def source_polled(self, source: str, at: datetime, error: str = "") -> None:
        """Note how a poll went; an error counts up the failures in a row, an answer ends them."""
        values = {"b_id": source, "at": micros(at)}
        if error:
            self.change(self._sources().failed, values | {"why": clean(error)})
        else:
            self.change(self._sources().fetched, values)

    def sources_heard(self, heard: Mapping[str, datetime]) -> None:
        """Note when sources were heard last."""
        for source, at in heard.items():
            self._known(source)
            self.change(self._sources().heard, {"b_id": source, "at": micros(at)})

    def source_silent(self, source: str, at: datetime | None) -> None:
        """Note when the officer was told that a source is silent; None: it speaks again."""
        self.change(self._sources().silent, {"b_id": source, "at": micros_or_none(at)})

    def save_addresses(self, addresses: Sequence[Address]) -> None:
        """Add addresses, or change what is known of them."""
        sql = self._sources()
        for each in addresses:
            row = _new_address(each)
            changed = {f"b_{name}" if name in ("source", "url") else name: value for name, value in row.items()}
            if self.change(sql.keep_address, changed) == 0:
                self.change(sql.add_address, row)

    def known_addresses(self, source: str, urls: Collection[str]) -> dict[str, Address]:
        """Lock and return what is known of these addresses of a source, by address."""
        if not urls:
            return {}
        values = {"source": source, "urls": self.home.dialect.many(sorted(urls))}
        return {row[1]: _address(row) for row in self.rows(self._sources().known, values)}

    def forget_addresses(self, source: str, urls: Collection[str]) -> None:
        """Forget addresses that are a source's own no more."""
        if urls:
            self.change(self._sources().forget, {"source": source, "urls": self.home.dialect.many(sorted(urls))})

    def add_reached(self, source: str, places: Iterable[str], now: datetime) -> int:
        """Note places that a source's warnings reached; return how many were new."""
        known = {row[0] for row in self.rows(self._sources().places, {"source": source})}
        fresh = [{"source": source, "place": place, "first_at": micros(now)} for place in sorted(set(places) - known)]
        return self.change(self._sources().add_place, fresh) if fresh else 0

    def prune(self, state: str, before: datetime, limit: int) -> int:
        """Remove documents of a state received before then that led to no version and that nothing waits for; return
        how many. The newest answer of a polled address stays.
        """
        values = {"state": state, "before": micros(before), "most": limit}
        hashes = [row[0] for row in self.rows(self._sources().useless, values)]
        if hashes:
            self.change(self._sources().drop_documents, {"hashes": self.home.dialect.many(hashes)})
        return len(hashes)

    def forget_fetched(self, before: datetime) -> int:
        """Forget listed addresses that were asked for before then and are settled; return how many."""
        return self.change(self._sources().forget_old, {"before": micros(before)})
