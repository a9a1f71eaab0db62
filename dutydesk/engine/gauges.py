"""Watches rain gauges and river levels: keeps their readings, and issues a warning when a threshold is passed.

One warning (a chain) per station, quantity and group of places: it rises at once, falls slowly, and is lifted by the
same hand. Nothing here knows the order in which readings came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from dutydesk.domain.alert import Alert
from dutydesk.domain.gauging import COUNTED, LATE, Verdict, highest, judge, needed_since
from dutydesk.domain.observed import Observation, Observed
from dutydesk.domain.stations import Station
from dutydesk.domain.sums import LONGEST
from dutydesk.domain.thresholds import Group
from dutydesk.domain.watched import Gauge
from dutydesk.engine.books import Books
from dutydesk.engine.gauge_alerts import alert_of
from dutydesk.engine.house import house_incident
from dutydesk.ports.feed import Source

LEAST_KEPT = LATE + LONGEST
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
STRANGERS = "strangers:"
MOST_STRANGERS = 200


def watch_gauges(books: Books, source: Source, observed: Sequence[Observed]) -> Iterator[Alert]:
    """Keep the readings of the site's stations, and yield what follows from them.

    Readings of stations the site does not have are not kept; their names are, for the officer to see.
    """
    readings = [each for each in observed if isinstance(each, Observation)]
    if not readings:
        return
    stations = {each.code: each for each in books.ctx.setup.stations.values() if each.source == source.id}
    mine: dict[str, list[Observation]] = {}
    for each in readings:
        station = stations.get(each.station)
        if station is not None:
            mine.setdefault(station.id, []).append(replace(each, station=station.id))
    _strangers(books, source, {each.station for each in readings} - stations.keys())
    books.tx.keep_readings([each for rows in mine.values() for each in rows], books.now)
    known = {gauge.id: gauge for gauge in books.tx.gauges(mine)}
    for id, rows in mine.items():
        touched = {each.what for each in rows}
        for what, kinds in COUNTED.items():
            if touched & set(kinds):
                yield from _watch(books, books.ctx.setup.stations[id], what, known)


def _strangers(books: Books, source: Source, names: set[str]) -> None:
    """Remember which stations a source tells of that the site does not have."""
    if names:
        before = books.tx.setting(STRANGERS + source.id) or []
        after = sorted({*before, *names})[:MOST_STRANGERS]
        if after != before:
            books.tx.set_setting(STRANGERS + source.id, after)


def _watch(books: Books, station: Station, what: str, known: dict[str, Gauge]) -> Iterator[Alert]:
    """Judge one quantity of one station for every group of places; yield the alerts, and forget old readings."""
    thresholds = books.ctx.setup.thresholds
    groups = thresholds.groups(station, what)
    gauges = {group.place: known.get(Gauge(station.id, what, group.place).id, Gauge(station.id, what, group.place))
              for group in groups}
    since = [needed_since(gauge) for gauge in gauges.values()]
    rows = books.tx.readings([station.id], min((each or LONG_AGO for each in since), default=LONG_AGO))
    moved = []
    for group in groups:
        gauge = gauges[group.place]
        verdict = judge(gauge, group.table, thresholds.falls(what), rows)
        gauge = replace(gauge, mark_at=verdict.mark_at, marks=verdict.marks)
        alert = _alert(books, station, group, gauge, verdict)
        moved.append(_after(books, gauge, verdict, alert))
        if alert is not None:
            yield alert
    for gauge in _orphans(known, station, what, gauges):
        yield alert_of(books, station, Group(gauge.place, station.places, {}), gauge, Verdict(None, None, (), None, {}))
        moved.append(replace(gauge, colour=None, serial=gauge.serial + 1, issued_at=books.now))
    books.tx.save_gauges(moved)
    newest = max((each.at for each in rows if each.what in COUNTED[what]), default=None)
    if newest is not None:
        kept = max(books.ctx.rules.readings_kept, LEAST_KEPT)
        books.tx.drop_readings(station.id, COUNTED[what], newest - kept)


def _orphans(known: dict[str, Gauge], station: Station, what: str, gauges: dict[str, Gauge]) -> list[Gauge]:
    """Warnings that stand by thresholds which were taken out since."""
    return [gauge for gauge in known.values() if (gauge.station, gauge.what) == (station.id, what)
            and gauge.place not in gauges and gauge.colour is not None]


def _alert(books: Books, station: Station, group: Group, gauge: Gauge, verdict: Verdict) -> Alert | None:
    """The alert that follows, if any: the colour moved, or stands for so long that it must be said again.

    Readings too old raise nothing: what they tell was hours ago. The officer is told.
    """
    due = gauge.issued_at is not None and books.now - gauge.issued_at >= books.ctx.rules.gauge_renewal
    if verdict.colour == gauge.colour and not (gauge.colour and due):
        return None
    if _too_old(books, verdict) and highest((verdict.colour, gauge.colour)) != gauge.colour:
        if verdict.colour != gauge.late:
            house = house_incident(books)
            books.alarm(house.id, "late_reading", place=house.desk, text=station.id, red=False)
        return None
    return alert_of(books, station, group, gauge, verdict)


def _too_old(books: Books, verdict: Verdict) -> bool:
    return verdict.at is not None and books.now - verdict.at > books.ctx.rules.reading_fresh


def _after(books: Books, gauge: Gauge, verdict: Verdict, alert: Alert | None) -> Gauge:
    """Where the gauge stands after its alert, or without one."""
    if alert is None:
        late = verdict.colour if _too_old(books, verdict) and verdict.colour != gauge.colour else None
        return replace(gauge, late=late)
    first = alert.identifier if gauge.colour is None else gauge.first
    return replace(gauge, colour=verdict.colour, first=first, serial=gauge.serial + 1, issued_at=books.now, late=None)
