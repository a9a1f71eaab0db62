"""Readings of stations and where they stand, forecasts, sightings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select

from dutydesk.domain.observed import Forecast, Observation, Point, Sighting
from dutydesk.domain.thresholds import Standing
from dutydesk.domain.values import Colour
from dutydesk.domain.watched import Foreseen, Gauge, Seen
from dutydesk.store.codec import (
    clean,
    colour_of,
    dump,
    load,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
)
from dutydesk.store.dialect import Dialect
from dutydesk.store.session import Session
from dutydesk.store.tables.observed import forecast, gauge, reading, sighting


def _reading(row: Any) -> Observation:
    station, what, at, period, value, _ = row
    return Observation(station, what, value, moment(at), timedelta(seconds=period) if period else None)


def _new_reading(it: Observation, received_at: datetime) -> dict[str, Any]:
    period = round(it.period.total_seconds()) if it.period else 0
    return {"station": it.station, "what": it.what, "at": micros(it.at), "period": period, "value": it.value,
            "received_at": micros(received_at)}


def _colour(number: int | None) -> Colour | None:
    return None if number is None else colour_of(number)


def _gauge(row: Any) -> Gauge:
    station, what, place, colour, first, serial, issued_at, mark_at, marks, late = row
    return Gauge(station, what, place, _colour(colour), first, serial, moment_or_none(issued_at),
                 moment_or_none(mark_at), _read_marks(load(marks)), _colour(late))


def _read_marks(rows: Mapping[str, Sequence[int | None]]) -> dict[timedelta, Standing]:
    return {timedelta(seconds=int(window)): Standing(_colour(colour), moment_or_none(since), _colour(down_to))
            for window, (colour, since, down_to) in rows.items()}


def _new_gauge(it: Gauge) -> dict[str, Any]:
    marks = {str(round(window.total_seconds())): [each.colour, micros_or_none(each.since), each.down_to]
             for window, each in it.marks.items()}
    return {"station": it.station, "what": it.what, "place": it.place, "colour": it.colour, "first": it.first,
            "serial": it.serial, "issued_at": micros_or_none(it.issued_at), "mark_at": micros_or_none(it.mark_at),
            "marks": dump(marks), "late": it.late}


def _forecast(row: Any) -> Foreseen:
    source, place, what, lon, lat, issued_at, starts, received_at, amounts = row
    told = Forecast(what, Point(lon, lat), moment(issued_at), moment(starts), tuple(load(amounts)["values"]), place)
    return Foreseen(source, told, moment(received_at))


def _new_forecast(it: Foreseen) -> dict[str, Any]:
    told = it.forecast
    return {"source": it.source, "place": place_key(told), "what": told.what, "lon": told.point.lon,
            "lat": told.point.lat, "issued_at": micros(told.issued_at), "starts": micros(told.start),
            "received_at": micros(it.received_at), "amounts": dump({"values": list(told.values)})}


def place_key(told: Forecast) -> str:
    """Return what tells one point of a source from another: its place, else where it lies (some ten metres)."""
    return told.place or f"{told.point.lon:.4f},{told.point.lat:.4f}"


def _sighting(row: Any) -> Seen:
    (id_, source, own_id, at, event, lon, lat, place, device, text, picture, confidence, over, colour, received_at,
     first, alert, sure) = row
    point = None if lon is None or lat is None else Point(lon, lat)
    told = Sighting(own_id, moment(at), event, point, place, device, text, picture, confidence, bool(over),
                    _colour(colour))
    return Seen(id_, source, told, moment(received_at), first, alert, bool(sure))


def _new_sighting(it: Seen) -> dict[str, Any]:
    told = it.sighting
    return {"id": it.id, "source": it.source, "own_id": clean(told.id), "at": micros(told.at),
            "event": clean(told.event), "lon": told.point.lon if told.point else None,
            "lat": told.point.lat if told.point else None, "place": told.place, "device": clean(told.device),
            "text": clean(told.text), "picture": clean(told.picture), "confidence": told.confidence,
            "over": int(told.over), "colour": told.colour, "received_at": micros(it.received_at), "first": it.first,
            "alert": it.alert, "sure": int(it.sure)}


class ObservedSql:
    """The statements."""

    def __init__(self, dialect: Dialect) -> None:
        r, g, s = reading.c, gauge.c, sighting.c
        self.readings = (select(*r).where(dialect.among(r.station, "ids"), r.at > bindparam("since"))
                         .order_by(r.station, r.what, r.at, r.period))
        self.keep_reading = dialect.put(reading)
        self.drop_readings = delete(reading).where(
            r.station == bindparam("of_station"), r.what.in_(bindparam("whats", expanding=True)),
            r.at <= bindparam("until"))
        self.gauges = select(*g).where(dialect.among(g.station, "ids")).order_by(g.station, g.what, g.place)
        self.by_first = select(*g).where(dialect.among(g.first, "ids")).order_by(g.station, g.what, g.place)
        self.keep_gauge = dialect.put(gauge)
        self.forecasts = select(*forecast.c).order_by(forecast.c.source, forecast.c.place, forecast.c.what)
        self.keep_forecast = dialect.put(forecast)
        self.sighting = select(*s).where(s.id == bindparam("id"))
        self.sightings_of = (select(*s).where(s.source == bindparam("source"), s.device == bindparam("device"),
                                              s.event == bindparam("event"), s.at >= bindparam("since"))
                             .order_by(s.at, s.id))
        self.sightings = select(*s).order_by(s.received_at.desc(), s.id).limit(bindparam("most"))
        self.add_sighting = dialect.insert_new(sighting)


class ObservedReads(Session):
    """Looking up what was observed."""

    def readings(self, stations: Iterable[str], since: datetime) -> list[Observation]:
        """Return the readings of these stations later than that, by station, quantity and time."""
        values = {"ids": self.home.dialect.many(list(stations)), "since": micros(since)}
        return [_reading(row) for row in self.rows(self.home.statements(ObservedSql).readings, values)]

    def gauges(self, stations: Iterable[str]) -> list[Gauge]:
        """Return where the readings of these stations stand."""
        values = {"ids": self.home.dialect.many(list(stations))}
        return [_gauge(row) for row in self.rows(self.home.statements(ObservedSql).gauges, values)]

    def gauges_by_alert(self, identifiers: Iterable[str]) -> list[Gauge]:
        """Return the gauges whose warning begins with one of these identifiers."""
        values = {"ids": self.home.dialect.many(list(identifiers))}
        return [_gauge(row) for row in self.rows(self.home.statements(ObservedSql).by_first, values)]

    def forecasts(self) -> list[Foreseen]:
        """Return the newest forecast of every source, point and quantity."""
        return [_forecast(row) for row in self.rows(self.home.statements(ObservedSql).forecasts)]

    def sighting(self, id: str) -> Seen | None:
        """Return a sighting."""
        row = self.first(self.home.statements(ObservedSql).sighting, {"id": id})
        return None if row is None else _sighting(row)

    def sightings_of(self, source: str, device: str, event: str, since: datetime) -> list[Seen]:
        """Return what a device of a source saw of one event since then, oldest first."""
        values = {"source": source, "device": device, "event": event, "since": micros(since)}
        return [_sighting(row) for row in self.rows(self.home.statements(ObservedSql).sightings_of, values)]

    def sightings(self, limit: int) -> list[Seen]:
        """Return the newest sightings, last received first."""
        return [_sighting(row) for row in self.rows(self.home.statements(ObservedSql).sightings, {"most": limit})]


class ObservedWrites(ObservedReads):
    """Keeping what was observed."""

    def keep_readings(self, rows: Sequence[Observation], received_at: datetime) -> None:
        """Store readings; one for the same time and period replaces the earlier: it was corrected."""
        self.change(self.home.statements(ObservedSql).keep_reading, [_new_reading(each, received_at) for each in rows])

    def drop_readings(self, station: str, whats: Sequence[str], until: datetime) -> None:
        """Forget readings of these quantities until that time."""
        self.change(self.home.statements(ObservedSql).drop_readings,
                    {"of_station": station, "whats": list(whats), "until": micros(until)})

    def save_gauges(self, rows: Sequence[Gauge]) -> None:
        """Keep where readings stand."""
        self.change(self.home.statements(ObservedSql).keep_gauge, [_new_gauge(each) for each in rows])

    def save_forecasts(self, rows: Sequence[Foreseen]) -> None:
        """Keep forecasts; the one before of the same source, point and quantity goes."""
        self.change(self.home.statements(ObservedSql).keep_forecast, [_new_forecast(each) for each in rows])

    def add_sighting(self, seen: Seen) -> bool:
        """Store a sighting unless it is known; tell whether it is new. It never changes after."""
        return self.change(self.home.statements(ObservedSql).add_sighting, _new_sighting(seen)) == 1
