"""Sources and documents: how each source does, its three figures, and what it brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, case, cast, func, select

from dutydesk.domain.sources import Address, SourceState, in_time
from dutydesk.ports.shown import DocumentView
from dutydesk.ports.shown_sources import SourceFigures, SourceView
from dutydesk.store.codec import load_words, micros, moment
from dutydesk.store.dialect import Dialect
from dutydesk.store.source_rows import _address as read_address
from dutydesk.store.tables import address, document, source_place, version
from dutydesk.store.views_people import PeopleLook

PREVIEW = 64_000      # bytes of a document that are shown
WINDOW = timedelta(days=90)
MOST = 20_000         # versions the figures are reckoned from, the newest
AHEAD = timedelta(minutes=2)
TAKEN_BACK = timedelta(minutes=30)
_DELAY = timedelta(minutes=5)
Sent = tuple[datetime, datetime, str, str]   # sent, received, message type, chain


class SourceSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        d, v, a = document.c, version.c, address.c
        faulty = func.sum(cast(case((d.faults != "[]", 1), else_=0), Integer))
        self.by_source = select(d.source, d.state, func.count(), func.max(d.received_at), faulty).group_by(
            d.source, d.state)
        newest = func.row_number().over(partition_by=d.source, order_by=(d.received_at.desc(), d.hash.desc()))
        ranked = select(d.source, d.name, newest.label("rank")).subquery()
        self.last_names = select(ranked.c.source, ranked.c.name).where(ranked.c.rank == 1)
        head = select(d.hash, d.source, d.name, d.received_at, d.state, d.faults, func.length(d.body), d.address)
        listed = head.order_by(d.received_at.desc(), d.hash).limit(bindparam("most"))
        self.documents = listed
        self.documents_in = listed.where(dialect.among(d.state, "states"))
        self.document = head.add_columns(func.substr(d.body, 1, PREVIEW)).where(d.hash == bindparam("hash"))
        self.body = select(d.body).where(d.hash == bindparam("hash"))
        self.versions = select(d.source, v.sent, v.received_at, v.msg_type, v.chain).join(
            document, d.hash == v.document).where(
            v.received_at >= bindparam("since"), v.status == "Actual").order_by(
            v.received_at.desc(), v.id).limit(bindparam("most"))
        self.reached = select(source_place.c.source, func.count()).group_by(source_place.c.source)
        self.own = select(*a).where(a.own == 1)
        self.listed = select(a.source, a.state, func.count()).where(a.own == 0, a.state != "done").group_by(
            a.source, a.state)


class SourceLook(PeopleLook):
    """Looks at sources and documents."""

    def _sources(self) -> SourceSql:
        return self.reading.home.statements(SourceSql)

    def sources(self, configured: Sequence[Mapping[str, Any]], now: datetime) -> tuple[SourceView, ...]:
        """Return every source that is configured or ever sent something."""
        sql = self._sources()
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        faulty: dict[str, int] = defaultdict(int)
        last: dict[str, int] = {}
        for source, state, number, newest, faults in self.reading.rows(sql.by_source):
            counts[source][state] = number
            faulty[source] += int(faults)
            last[source] = max(last.get(source, 0), newest)
        names = {row[0]: row[1] for row in self.reading.rows(sql.last_names)} if counts else {}
        known = {str(each["id"]): each for each in configured}
        states = self.reading.source_states()
        figures = self._figures(known, states, now)
        listed = {(source, state): int(number) for source, state, number in self.reading.rows(sql.listed)}
        own: dict[str, Address] = {}
        for row in self.reading.rows(sql.own):
            it = read_address(row)
            if it.source not in own or (it.due_at or now) < (own[it.source].due_at or now):
                own[it.source] = it
        views = []
        for id_ in dict.fromkeys([*known, *sorted(counts)]):
            row, count, due = known.get(id_, {}), counts.get(id_, {}), own.get(id_)
            total = sum(count.values())
            clean = 1 - faulty[id_] / total if total else None
            views.append(SourceView(
                id_, str(row.get("name", "")), bool(row.get("auto")), moment(last[id_]) if id_ in last else None,
                names.get(id_, ""), total, count.get("waiting", 0), count.get("held", 0), count.get("bad", 0),
                **_declared(row), state=states.get(id_), due_at=due.due_at if due else None,
                etag=due.etag if due else "", fetching=listed.get((id_, "waiting"), 0),
                lost=listed.get((id_, "lost"), 0), figures=_figured(figures.get(id_), clean)))
        return tuple(views)

    def _figures(self, configured: Mapping[str, Mapping[str, Any]], states: Mapping[str, SourceState],
                 now: datetime) -> dict[str, SourceFigures]:
        """Reckon coverage and timeliness of every source that brought a warning."""
        sql = self._sources()
        rows: dict[str, list[Sent]] = defaultdict(list)
        values = {"since": micros(now - WINDOW), "most": MOST}
        for source, sent, received, sort, chain in self.reading.rows(sql.versions, values):
            rows[source].append((moment(sent), moment(received), sort, chain))
        reached = {source: int(number) for source, number in self.reading.rows(sql.reached)}
        found = {}
        for source in {*rows, *reached}:
            state = states.get(source)
            told = configured.get(source, {}).get("delay", _DELAY)
            found[source] = _reckoned(rows.get(source, []), state.since if state else None,
                                      told if isinstance(told, timedelta) else _DELAY,
                                      reached.get(source, 0), len(self.site.places))
        return found

    def documents(self, states: Sequence[str], limit: int) -> tuple[DocumentView, ...]:
        """Return documents without text, newest first."""
        if states:
            values = {"states": self.reading.home.dialect.many(list(states)), "most": limit}
            rows = self.reading.rows(self._sources().documents_in, values)
        else:
            rows = self.reading.rows(self._sources().documents, {"most": limit})
        return tuple(_document(row) for row in rows)

    def document(self, hash: str) -> DocumentView | None:
        """Return one document with the beginning of its text."""
        row = self.reading.first(self._sources().document, {"hash": hash})
        return None if row is None else _document(row[:8], bytes(row[8]))

    def body(self, hash: str) -> bytes | None:
        """Return the bytes of a document as they were received."""
        row = self.reading.first(self._sources().body, {"hash": hash})
        return None if row is None else bytes(row[0])


def _declared(row: Mapping[str, Any]) -> dict[str, Any]:
    """What dutydesk.toml says of a source: how it comes in, how often, what it may be relied on for."""
    polled = bool(row.get("url") or row.get("urls"))
    way = "poll" if polled else "folder" if row.get("folder") else "push" if row.get("push_key") else ""
    return {"kind": str(row.get("kind", "")), "way": way, "trust": str(row.get("trust", "")),
            "lifts": bool(row.get("lifts", True)), "absence": str(row.get("absence", "nothing")),
            "zone": str(row.get("zone", "")), "cycle": row.get("interval") if polled else row.get("expect")}


def _reckoned(rows: Sequence[Sent], since: datetime | None, delay: timedelta, reached: int,
              places: int) -> SourceFigures:
    """The figures of one source. What was sent before it was watched says nothing of how fast it is."""
    delays = [received - sent for sent, received, _, _ in rows if since is None or sent >= since]
    ahead = sum(each < -AHEAD for each in delays)
    median, p95 = in_time([max(each, timedelta()) for each in delays])
    first: dict[str, datetime] = {}
    over: dict[str, datetime] = {}
    for sent, _, sort, chain in rows:
        end = over if sort == "Cancel" else first
        end[chain] = min(end.get(chain, sent), sent)
    back = sum(over[chain] - sent <= TAKEN_BACK for chain, sent in first.items() if chain in over)
    return SourceFigures(
        len(rows), max((sent for sent, _, _, _ in rows), default=None), median, p95,
        sum(each > delay for each in delays) / len(delays) if delays else None, ahead, reached, places,
        taken_back=back / len(first) if first else None)


def _figured(figures: SourceFigures | None, clean: float | None) -> SourceFigures:
    return replace(figures or SourceFigures(), clean=clean)


def _document(row: Any, body: bytes | None = None) -> DocumentView:
    hash_, source, name, received, state, faults, size, address_ = row
    text = "" if body is None else _lenient(body)
    return DocumentView(hash_, source, name, moment(received), state, load_words(faults), size, text,
                        body is not None and size > len(body), address_)


def _lenient(body: bytes) -> str:
    """Read bytes as text for eyes: UTF-8, else GB18030, what fits neither as replacement signs."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return body.decode("utf-8", "replace")
